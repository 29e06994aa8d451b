"""What the examples of a catalogue look like: a type and counts. The examples themselves go no further."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.checks import Check
from guard.model import DataType
from guard.policy.sheet.entry import WARNING, Entry

_MOST = 2_000  # examples looked at in one import
_SURE = ("strong", "medium")
_FEW = 3


@dataclass(frozen=True, slots=True)
class Looks:
    """Examples that a type accepts: ``hits`` of ``total``."""

    types: tuple[str, ...]
    hits: int
    total: int


def compared(
    entries: Sequence[Entry], types: Iterable[DataType], checks: Mapping[str, Check]
) -> tuple[Entry, ...]:
    """The entries with a remark where their examples look like values of a type, then without examples."""
    if not any(entry.examples for entry in entries):
        return tuple(entries)
    judge = _Judge(types, checks)
    return tuple(replace(_remarked(entry, judge), examples=()) for entry in entries)


def _remarked(entry: Entry, judge: _Judge) -> Entry:
    looks = judge.look(entry.examples) if entry.usable and len(entry.items) == 1 else None
    if looks is None:
        return entry
    if set(entry.types) & set(looks.types):
        return entry.noted("examples-agree", type=entry.types[0], hits=looks.hits, total=looks.total)
    params: dict[str, str | int] = {"type": ", ".join(looks.types), "hits": looks.hits, "total": looks.total}
    if entry.types:
        return entry.noted("examples-differ", WARNING, named=", ".join(entry.types), **params)
    return entry.noted("examples-look", **params)


class _Judge:
    """Types whose values prove something by themselves."""

    def __init__(self, types: Iterable[DataType], checks: Mapping[str, Check]) -> None:
        from guard.detect.types import TypeCatalogue  # brings re2

        self._shaped = [one for one in TypeCatalogue(types, checks).shaped if one.strength in _SURE]
        self._strong = {one.id for one in self._shaped if one.strength == "strong"}
        self._left = _MOST

    def look(self, examples: Sequence[str]) -> Looks | None:
        """The types that accept the most of ``examples``, at least half; None where no type does.

        Fewer than three prove nothing of a type whose values are not strong by themselves.
        """
        seen = examples[: self._left]
        self._left -= len(seen)
        counts = Counter(name for text in seen for name in self._accepting(text))
        if len(seen) < _FEW:
            counts = Counter({name: hits for name, hits in counts.items() if name in self._strong})
        best = max(counts.values(), default=0)
        if not best or best * 2 < len(seen):
            return None
        found = {name for name, hits in counts.items() if hits == best}
        return Looks(types=tuple(sorted(self._strong & found or found))[:3], hits=best, total=len(seen))

    def _accepting(self, text: str) -> Iterable[str]:
        from guard.detect.normalise import form_text

        for one in self._shaped:
            form = form_text(text, one.type.value.normalise if one.type.value else ())
            if form and one.expression.fullmatch(form) and not (one.check and one.check.explain(form)):
                yield one.id
