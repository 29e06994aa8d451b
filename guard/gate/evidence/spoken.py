"""The texts that stand in scripts as values: seed rows, defaults, comments. For judging only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from guard.gate.context import Context
from guard.gate.evidence.later import column_of
from guard.model.gate import (
    AddColumn,
    ChangeColumn,
    CommentOn,
    Create,
    DdlColumn,
    Literals,
    Name,
    Place,
    Relation,
    RelationColumn,
    Script,
    Step,
)

_KEY = re.compile(r"(?i)(?:^|_)(?:key|k|name|code|param|item)$|[键名]$|[a-z](?:Key|Name|Code)$")
_VALUE = re.compile(r"(?i)(?:^|_)(?:value|val|v|content)$|值$|[a-z]Value$")
_SECRET = re.compile(r"(?i)(?:pass|pwd|secret|token|key|credential)[a-z]{0,8}$")
_CIPHER = re.compile(r"(?i)(?:^|[._-])(?:aes|3?des|sm[24]|rsa|hmac|encrypt(?:ion)?|cipher|sign|jwt)[._-]key$")
_WORD = re.compile(r"[\w.:-]{3,80}", re.ASCII)
ROWS = 5_000  # of one table that are looked at: real data show themselves in them
_MAX = 4096  # characters of one text that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One text: where it stands, and the column whose value it is; ``column`` is empty of a comment.

    ``group`` is the place of the statement: texts of one are counted together. ``relation`` holds the column;
    ``more`` says that rows of the statement, or behind it, are not looked at.
    """

    text: str = field(repr=False)
    place: Place
    group: Place
    relation: Relation
    column: str = ""
    more: bool = False


def spoken(context: Context) -> Iterator[Spoken]:
    """The texts of the scripts of ``context``, each once; of one table the first ``ROWS`` rows."""
    for script in context.scripts:
        for text, place in script.comments:
            yield _said(text, place, place, Relation(name=(), place=place))
    rows: Counter[Name] = Counter()
    for step in context.steps:
        if isinstance(step.change, Literals):
            rows[step.change.table] += len(step.change.rows)
            if rows[step.change.table] - len(step.change.rows) > ROWS:
                continue
        yield from _of(step)


def sampled(scripts: Iterable[Script]) -> int:
    """How many tables get more seed rows than are looked at."""
    rows: Counter[Name] = Counter()
    for change in (change for script in scripts for change in script.changes):
        if isinstance(change, Literals):
            rows[change.table] += ROWS + 1 if change.more else len(change.rows)
    return sum(count > ROWS for count in rows.values())


def _of(step: Step) -> Iterator[Spoken]:
    change = step.change
    match change:
        case Literals():
            yield from _rows(change, step.after or step.before)
        case Create(columns=columns, comment=comment) if step.after is not None:
            yield _said(comment, change.place, change.place, step.after)
            for column in columns:
                yield from _defined(column, step.after)
        case AddColumn(column=column) if step.after is not None:
            yield from _defined(column, step.after)
        case ChangeColumn() if step.after is not None:
            name = change.to or change.column
            yield _said(change.literal, change.place, change.place, step.after, name)
            yield _said(change.comment or "", change.place, change.place, step.after)
        case CommentOn() if step.after is not None:
            yield _said(change.comment, change.place, change.place, step.after)


def _defined(column: DdlColumn, relation: Relation) -> Iterator[Spoken]:
    yield _said(column.literal, column.place, column.place, relation, column.name)
    yield _said(column.comment, column.place, column.place, relation)


def _rows(change: Literals, relation: Relation | None) -> Iterator[Spoken]:
    known = relation.columns if relation else ()
    names = change.columns or tuple(column.name for column in known)
    target = _target(change, relation)
    settings = _settings(names) if names else ()
    for row in change.rows:
        for at, (text, place) in enumerate(row):
            column = names[at] if at < len(names) else ""
            yield _said(text, place, change.place, target, column, more=change.more)
        for at, other in [settings] if settings else [] if names else pairwise(range(len(row))):
            if max(at, other) < len(row) and (said := _set(row[at][0], row[other][0], known=bool(names))):
                column = names[other] if names else ""
                yield _said(said, row[other][1], change.place, target, column)


def _set(key: str, value: str, *, known: bool) -> str:
    """A setting as it stands in a program; empty where ``key`` is none, of which ``known`` columns tell."""
    if not _WORD.fullmatch(key) or not (known or _SECRET.search(key)):
        return ""
    return f"{'secret_key' if _CIPHER.search(key) else key}='{value}'"


def _target(change: Literals, relation: Relation | None) -> Relation:
    """The relation with every column that the statement names, though no script may define it."""
    known = relation or Relation(name=change.table, place=change.place, partial=True)
    more = [name for name in change.columns if column_of(known, name) is None]
    if not more:
        return known
    columns = (RelationColumn(column=DdlColumn(name=name, place=change.place)) for name in more)
    return Relation(name=known.name, place=known.place, columns=(*known.columns, *columns), partial=True)


def _settings(names: tuple[str, ...]) -> tuple[int, int] | tuple[()]:
    """Where a table of settings has its key and its value: ``config_key``, ``config_value``."""
    key = next((at for at in range(len(names) - 1, -1, -1) if _KEY.search(names[at])), -1)
    value = next((at for at, name in enumerate(names) if _VALUE.search(name)), -1)
    return (key, value) if key >= 0 and value >= 0 else ()


def _said(
    text: str, place: Place, group: Place, relation: Relation, column: str = "", *, more: bool = False
) -> Spoken:
    return Spoken(text=text[:_MAX], place=place, group=group, relation=relation, column=column, more=more)
