"""Long text: where types occur in it, with how much confidence. Patterns, check digits, names, context."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from guard.detect.context import Window
from guard.detect.entities import ADDRESS, ORGANISATION, PERSON, PLACE
from guard.detect.ner import Names
from guard.detect.normalise import form_text
from guard.detect.rules import Rule
from guard.detect.scanner import Scanner
from guard.detect.types import Shaped, TypeCatalogue
from guard.model import Span

_TYPES = {
    PERSON: "person_name",
    PLACE: "coarse_location",
    ADDRESS: "home_address",
    ORGANISATION: "org_name",
}
# Full-width forms have half-width ones at a fixed distance: one character for one, so that offsets hold.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0: 0x20}
_SEPARATOR = "(?:号码|号)?[ \t\"']*(?:[:=]|是|为)?[ \t\"']*"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One possible span, and what decides between it and those it overlaps."""

    span: Span
    named: bool
    chance: float

    @property
    def rank(self) -> tuple[bool, int, float, float]:
        size = self.span.end - self.span.start
        return (self.named, -size, -self.span.confidence, self.chance)


class TextReader:
    """Finds the embedded types of ``catalogue`` and Chinese names in texts.

    ``lexicon`` holds the data of the lexicon files by their stem. One reader serves any number of
    threads and keeps no text.
    """

    def __init__(
        self, catalogue: TypeCatalogue, lexicon: Mapping[str, Any], names: Names | None = None
    ) -> None:
        rules = lexicon["text"]
        self.names = names or Names(lexicon)
        self._kinds = {kind: name for kind, name in _TYPES.items() if name in catalogue.by_id}
        self._confidence = {key: float(value) for key, value in rules["confidence"].items()}
        self._window = Window(rules, {item.id: item.hints.get("zh", ()) for item in catalogue.types})
        embedded = {item.id: item for item in catalogue.embedded}
        labelled = {
            name: catalogue.shaped_by_id[name]
            for name in rules["labelled"]
            if name in catalogue.shaped_by_id and name not in embedded
        }
        self._shaped = [*embedded.values(), *labelled.values()]
        self._heads = [None] * len(embedded) + [self._head(name) for name in labelled]
        self._scanner = Scanner([*map(_rule, embedded.values()), *map(self._labelled, labelled.values())])

    @property
    def trouble(self) -> str:
        """Why no names are found: ``names-missing`` or ``names-differ``; empty where nothing keeps them."""
        return self.names.trouble

    def spans(self, texts: Sequence[str], *, names: bool = True) -> list[list[Span]]:
        """The spans of each text, in order and without overlaps; ``names`` False leaves out the tagger.

        Offsets count the characters of the text as given; lines and columns are 0.
        """
        narrow = [narrowed(text) for text in texts]
        found: list[list[_Candidate]] = [[] for _ in texts]
        for row, candidate in self._patterns(narrow):
            found[row].append(candidate)
        if names:
            for row, candidate in self._named(narrow):
                found[row].append(candidate)
        return [_resolved(candidates) for candidates in found]

    def _patterns(self, texts: list[str]) -> Iterator[tuple[int, _Candidate]]:
        for row, rule, start, end in self._hits(texts):
            text, shaped = texts[row], self._shaped[rule]
            label = head.match(text, start, end) if (head := self._heads[rule]) else None
            first = label.end() if label else start
            confidence = self._weighed(shaped, text, first, end)
            if confidence >= self._confidence["floor"]:
                yield row, _candidate(shaped, first, end, confidence)

    def _hits(self, texts: list[str]) -> Iterator[tuple[int, int, int, int]]:
        """Row, rule, first and last character of every match of a pattern."""
        lines = [(row, start, line) for row, text in enumerate(texts) for start, line in _lines(text)]
        if not lines:
            return
        hits = self._scanner.inside(pa.array([line for _, _, line in lines], pa.string()))
        places: dict[int, Any] = {}
        for number, first, last, rule in zip(hits.rows, hits.starts, hits.ends, hits.rules, strict=True):
            row, offset, line = lines[int(number)]
            if int(number) not in places:
                places = {int(number): _places(line)}
            at = places[int(number)]
            yield row, int(rule), offset + int(at[first]), offset + int(at[last])

    def _weighed(self, shaped: Shaped, text: str, start: int, end: int) -> float:
        level = self._confidence[shaped.strength]
        if shaped.check:
            steps = shaped.type.value.normalise if shaped.type.value else ()
            if shaped.check.accepts(form_text(text[start:end], steps)):
                level = self._confidence["checked"]
            elif self._window.labelled(shaped.id, text, start):
                return self._confidence["unchecked"]
            else:
                return 0.0
        return self._window.weigh(shaped.id, text, start, level)

    def _named(self, texts: list[str]) -> Iterator[tuple[int, _Candidate]]:
        for row, entities in enumerate(self.names.entities(texts)):
            for one in entities:
                name = self._kinds.get(one.kind)
                if name is None:
                    continue
                level = self._confidence["names"] * one.sureness
                confidence = self._window.weigh(name, texts[row], one.start, level)
                if confidence >= self._confidence["floor"]:
                    span = Span(type=name, start=one.start, end=one.end, confidence=round(confidence, 2))
                    yield row, _Candidate(span, True, 1.0)

    def _labelled(self, shaped: Shaped) -> Rule:
        labels = "|".join(re.escape(word) for word in self._window.labels[shaped.id])
        pattern = f"(?:{labels}){_SEPARATOR}(?:{shaped.pattern})"
        return Rule(name=f"{shaped.id}:labelled", pattern=pattern, form="plain", whole=False)

    def _head(self, name: str) -> re.Pattern[str]:
        labels = "|".join(re.escape(word) for word in self._window.labels[name])
        return re.compile(f"(?:{labels}){_SEPARATOR}")


def narrowed(text: str) -> str:
    """``text`` with full-width digits, letters and marks in half width, character for character."""
    if text.isascii():
        return text.replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8").translate(_NARROW)


def _rule(shaped: Shaped) -> Rule:
    form = "plain" if shaped.form == "plain" else "upper"
    return Rule(name=shaped.id, pattern=shaped.pattern, form=form, whole=False)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        if line:
            yield start, line
        start += len(line) + 1


def _places(line: str) -> Any:
    """For every byte offset of the line in UTF-8 the offset of its character."""
    if line.isascii():
        return np.arange(len(line) + 1)
    data = np.frombuffer(line.encode("utf-8"), dtype=np.uint8)
    starts = (data & 0xC0) != 0x80
    return np.append(np.cumsum(starts) - 1, len(line))


def _candidate(shaped: Shaped, start: int, end: int, confidence: float) -> _Candidate:
    span = Span(type=shaped.id, start=start, end=end, confidence=round(confidence, 2))
    return _Candidate(span, False, shaped.check.chance if shaped.check else 1.0)


def _resolved(candidates: list[_Candidate]) -> list[Span]:
    """Of overlapping candidates the pattern's before the tagger's, the longest, the surest."""
    kept: list[Span] = []
    for one in sorted(candidates, key=lambda candidate: candidate.rank):
        at = bisect_left(kept, one.span.end, key=lambda span: span.start)
        if not at or kept[at - 1].end <= one.span.start:
            kept.insert(at, one.span)
    return kept
