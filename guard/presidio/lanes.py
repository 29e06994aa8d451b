"""Spans of presidio recognizers in many texts, as presidio itself finds them, for far less work.

The fast lane puts the patterns of all recognizers into one automaton; only in a text, and only for a
pattern, that it names does presidio's own expression run, and ``validate_result`` on its hits. What has
no pattern, or one that no automaton covers, runs as it is: the slow lane.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2
import regex
from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import IbanRecognizer

from guard.detect.expressions import PatternSet, options
from guard.presidio.patterns import NotPortable, odd, portable

LOG = logging.getLogger("guard.presidio")
SECONDS = 1.0  # for one pattern in one text
_PATIENCE = 3  # texts in which a recognizer may take too long or fail
# Their analyze() finds nothing where none of their patterns matches.
_ANALYSES = (PatternRecognizer.analyze, IbanRecognizer.analyze)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of text number ``text`` are an ``entity``."""

    text: int
    start: int
    end: int
    entity: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """How a recognizer runs. ``why`` names what keeps it from the fast lane, or is empty."""

    patterns: tuple[str, ...] = ()
    why: str = ""


def lane(recognizer: Any) -> Lane:
    """The lane of ``recognizer``; on the fast one, its patterns as RE2 expressions."""
    if not isinstance(recognizer, PatternRecognizer) or type(recognizer).analyze not in _ANALYSES:
        return Lane(why="no-pattern")
    found = []
    for pattern in recognizer.patterns:
        try:
            text = portable(pattern.regex, int(recognizer.global_regex_flags)).search
            re2.compile(text, options())
        except NotPortable as error:
            return Lane(why=str(error.args[0]))
        except re2.error:
            return Lane(why="size")
        found.append(text)
    return Lane(patterns=tuple(found))


class Lanes:
    """Finds the spans of ``recognizers``, which are presidio's, in texts.

    A recognizer that takes too long or fails three times is left out from then on; a warning
    names it, never the text.
    """

    def __init__(self, recognizers: Sequence[Any]) -> None:
        self.recognizers = tuple(recognizers)
        self._troubles = [0] * len(self.recognizers)
        lanes = [lane(one) for one in self.recognizers]
        self._slow = [number for number, one in enumerate(lanes) if one.why]
        self._places = [
            (number, place) for number, one in enumerate(lanes) for place in range(len(one.patterns))
        ]
        self._set = PatternSet([text for one in lanes for text in one.patterns])
        self._odd = re2.compile(odd())

    def spans(self, texts: Sequence[str]) -> Iterator[Span]:
        """The spans in ``texts``, text by text; those of one recognizer as presidio returns them."""
        for index, text in enumerate(texts):
            for number, patterns in self._suspects(text).items():
                for hit in self._results(number, patterns, text):
                    yield Span(
                        text=index, start=hit.start, end=hit.end, entity=hit.entity_type, score=hit.score
                    )

    def _suspects(self, text: str) -> dict[int, list[int] | None]:
        """The recognizers that may find something, each with the patterns that may; None: as it is."""
        found: dict[int, list[int] | None] = dict.fromkeys(self._slow)
        places = self._places if self._is_odd(text) else (self._places[at] for at in self._set.which(text))
        for number, place in places:
            patterns = found.setdefault(number, [])
            if patterns is not None:
                patterns.append(place)
        return found

    def _is_odd(self, text: str) -> bool:
        if text.isascii():
            return False
        try:
            return self._odd.search(text) is not None
        except UnicodeError:  # a lone surrogate, which no automaton takes
            return True

    def _results(self, number: int, patterns: list[int] | None, text: str) -> Sequence[Any]:
        if self._troubles[number] >= _PATIENCE:
            return ()
        recognizer = self.recognizers[number]
        try:
            if patterns is None or type(recognizer).analyze is not PatternRecognizer.analyze:
                return recognizer.analyze(text, recognizer.supported_entities, None) or ()
            return _confirmed(recognizer, sorted(patterns), text)
        except Exception as error:  # a recognizer of somebody else; its message may hold the text
            self._troubles[number] += 1
            LOG.warning("presidio recognizer %s: %s", recognizer.name, type(error).__name__)
            return ()


def _confirmed(recognizer: Any, patterns: Sequence[int], text: str) -> Sequence[Any]:
    """What presidio's loop over the patterns gives, for those that may match."""
    found = []
    for place in patterns:
        pattern = recognizer.patterns[place]
        expression = regex.compile(pattern.regex, recognizer.global_regex_flags)
        for match in expression.finditer(text, timeout=SECONDS):
            start, end = match.span()
            score = _score(recognizer, pattern.score, match[0]) if end > start else 0
            if score > EntityRecognizer.MIN_SCORE:
                entity = recognizer.supported_entities[0]
                found.append(RecognizerResult(entity_type=entity, start=start, end=end, score=score))
    return EntityRecognizer.remove_duplicates(found)  # type: ignore[no-any-return]


def _score(recognizer: Any, score: float, hit: str) -> float:
    valid = recognizer.validate_result(hit)
    if valid is not None:
        score = EntityRecognizer.MAX_SCORE if valid else EntityRecognizer.MIN_SCORE
    return EntityRecognizer.MIN_SCORE if recognizer.invalidate_result(hit) else score
