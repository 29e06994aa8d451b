"""Says of one value whether a type accepts it and why not, without repeating the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guard.checks import CHECKS, Check
from guard.detect.dictionaries import Dictionary
from guard.detect.normalise import form_text
from guard.detect.types import Shaped, shape
from guard.model import DataType


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``why`` is a key of ``verdicts.<why>``: ``right``, ``empty``, ``no-shape``, ``pattern``,
    ``length``, ``characters``, ``date``, ``region``, ``country``, ``entropy``, ``check-digit``
    or ``not-listed``. ``params`` hold lengths and names, never the value."""

    matched: bool
    why: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A sample of a type that was judged wrongly. ``kind`` is true or false: what it should have been.

    ``index`` counts from 1; ``origin`` is file and line of the type.
    """

    type: str
    kind: str
    index: int
    why: str
    origin: str


def try_value(
    item: DataType,
    value: str,
    lists: Mapping[str, Dictionary] | None = None,
    checks: Mapping[str, Check] = CHECKS,
) -> Verdict:
    """Judge one value as a whole column of it would be judged."""
    if item.value is None or not item.value.pattern:
        return Verdict(matched=False, why="no-shape", params={"type": item.id})
    return _judge(shape(item, checks), value, lists or {})


def _judge(shaped: Shaped, value: str, lists: Mapping[str, Dictionary]) -> Verdict:
    text = form_text(value, shaped.type.value.normalise if shaped.type.value else ())
    params: dict[str, str | int] = {"type": shaped.id, "length": len(text)}
    if not text:
        return Verdict(matched=False, why="empty", params=params)
    why = shaped.check.explain(text) if shaped.check else ""
    if shaped.check:
        params["check"] = shaped.check.id
    if not shaped.expression.fullmatch(text):
        return Verdict(matched=False, why=why if why and why != "check-digit" else "pattern", params=params)
    if why:
        return Verdict(matched=False, why=why, params=params)
    words = lists.get(shaped.dictionary)
    if words is not None and not text.isascii() and not words.has(text):
        return Verdict(matched=False, why="not-listed", params=params | {"dictionary": shaped.dictionary})
    return Verdict(matched=True, why="right", params=params)


def test_type(item: DataType, lists: Mapping[str, Dictionary] | None = None) -> tuple[Failure, ...]:
    """Every true sample must be accepted and every false one refused."""
    failures = []
    for kind, samples in (("true", item.samples_true), ("false", item.samples_false)):
        for index, sample in enumerate(samples, start=1):
            verdict = try_value(item, sample, lists)
            if verdict.matched != (kind == "true"):
                failures.append(
                    Failure(type=item.id, kind=kind, index=index, why=verdict.why, origin=item.origin)
                )
    return tuple(failures)
