"""The sources that the connector contract is run on: tables to make, and names that hurt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from guard.sdk.connector import Connector, SourceSpec

Cell = str | int | None
CANARY = "金丝雀-8842-canary"

HOSTILE_NAMES = (
    'quo"te',
    "apo'strophe",
    "back`tick",
    "semi;colon -- DROP TABLE person",
    "new\nline",
    "tab\tand  blanks",
    "UPPER and lower",
    "[/]markup[red]",
    "bi\u202edi",
    "escape\x1b[31m",
    "%s%(x)s{0}{table}:name?",
    "select",
    "人员信息表",
    "x" * 63,
    "back\\slash",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeTable:
    """A table to put into a source. ``comments`` maps a column to its comment."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]] = ()
    comment: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A source holding the tables asked for. ``state`` is a fingerprint of all that it stores."""

    spec: SourceSpec
    open: Callable[[SourceSpec], Connector]
    state: Callable[[], object] = lambda: None
