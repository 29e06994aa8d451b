"""Where a query gives an output, so that a finding points at its line and not only at the statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from guard.gate.declare.masking import passing
from guard.gate.evidence.projection import Projected, projected, simple
from guard.gate.script.dialect import dialects
from guard.gate.script.statement import Text
from guard.model.gate import Change, Copy, Create, Export, Place, Query, Relation, RelationColumn, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """``written`` is the outermost expression that gives the output; empty where the query writes none (a
    star) or none that a mask can be put around. ``plain``: it is the name of a column and nothing else.
    """

    place: Place
    written: str = ""
    plain: bool = False


def mention(
    change: Change,
    source: Source,
    column: RelationColumn,
    relation: Relation | None = None,
    dialect: str = "",
) -> Mention:
    """Where the query of ``change`` gives ``column`` of ``relation``, which shows ``source``.

    Where the query does not write it (``SELECT *``): the place of ``column`` or of the statement.
    """
    query = change.query if isinstance(change, (Copy, Create, Export)) else None
    if query is None:
        return Mention(place=column.place)
    one = _giving(query, source, column, _position(change, column, relation), dialect)
    if one is not None:
        place = _place(change, query, one.start, one.end)
        plain = all(word.kind in ("word", "name") or word.text == "." for word in one.words)
        writable = not query.quoted and simple(one.words, passing())
        return Mention(place=place, written=query.text[one.start : one.end] if writable else "", plain=plain)
    found = _named(source.column).search(query.text)
    if found is None or source.column == "*":
        return Mention(place=column.place if isinstance(change, Create) else change.place, plain=True)
    return Mention(place=_place(change, query, *found.span()))


def _position(change: Change, column: RelationColumn, relation: Relation | None) -> int:
    """Which of the query's outputs goes into ``column`` where that is told by order; else -1."""
    folded = column.name.casefold()
    if isinstance(change, Create):
        names = [one.name for one in change.columns]
    elif isinstance(change, Copy):
        names = list(change.columns) or [one.name for one in (relation.columns if relation else ())]
    else:
        names = []
    return next((at for at, name in enumerate(names) if name.casefold() == folded), -1)


def _giving(query: Query, source: Source, column: RelationColumn, at: int, dialect: str) -> Projected | None:
    """The expression that gives ``column``: by its name, else by its position; of several SELECTs the one
    that names ``source``."""
    known = dialects().get(dialect) or dialects()["postgres"]
    arms = projected(query.text, known)
    found = [one for arm in arms if (one := _of_arm(arm, arms[0], column.name.casefold(), at)) is not None]
    named = _named(source.column)
    naming = (one for one in found if named.search(query.text, one.start, one.end))
    return next(naming, found[0] if found and any(word.kind != "text" for word in found[0].words) else None)


def _of_arm(arm: Sequence[Projected], first: Sequence[Projected], column: str, at: int) -> Projected | None:
    if at < 0:
        at = next((index for index, one in enumerate(first) if one.name.casefold() == column), -1)
    if not 0 <= at < len(arm) or any(one.name == "*" for one in arm[: at + 1]):
        return None
    return arm[at]


def _place(change: Change, query: Query, start: int, end: int) -> Place:
    """Where the characters of the query stand. Text may have been put in front of what stands at its place
    (WITH before INSERT): what is found in that is said to be where the query begins."""
    place = Text(file=query.place.file, text=query.text, line=query.place.line).place(start, end)
    if query.parts:
        return query.place
    ahead = query.text.count("\n") - (query.place.last - query.place.line)
    if ahead > 0:
        line = place.line - ahead
        return replace(place, line=line, end=line) if line > query.place.line else query.place
    if place.line > query.place.line:
        return place
    written = isinstance(change, Create)
    return replace(place, at=place.at + query.place.at - 1) if written else query.place


def _named(column: str) -> re.Pattern[str]:
    name = re.escape(column)
    quoted = rf'(?:"{name}"|`{name}`|\[{name}\]|{name})'
    return re.compile(rf'(?<![\w.$@#"`\[])(?:[\w$#]{{1,128}}\.){{0,3}}{quoted}(?![\w$#(])', re.IGNORECASE)
