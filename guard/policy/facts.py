"""What a rule may ask about one column or table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from guard.model import Asset, DataType
from guard.policy.kinds import NOTHING, Sort

_DECLARED = (
    ("boolean", re.compile(r"bool|bit\(1\)|^bit$")),
    ("time", re.compile(r"date|time|^year")),
    ("binary", re.compile(r"blob|bytea|binary|image|^raw")),
    ("text", re.compile(r"char|text|clob|string|json|xml|^long$")),
    ("integer", re.compile(r"^u?(big|small|tiny|medium)?int(eger|\d*)?\b|serial")),
    ("decimal", re.compile(r"^num|^dec|float|double|^real|money")),
)


@lru_cache(maxsize=4096)
def declared(sql_type: str) -> str:
    """The class of an SQL or Arrow type: boolean, integer, decimal, text, time, binary or empty."""
    text = sql_type.lower()
    return next((kind for kind, pattern in _DECLARED if pattern.search(text)), "")


@dataclass(slots=True, kw_only=True)
class Facts:
    """One column in its table, or the table alone, as the rules see it.

    The ``*_words`` map the word lists that a text matched to the word that did it.
    ``stem_words`` are those that stand just before the word that told the kind.
    ``neighbours`` and ``kinds`` are the types and kinds found in the table's columns.
    ``mixed_personal`` and ``mixed_sensitive`` tell of the types that stand in only some rows or in the name.
    ``ruled_out`` are the numbers of the column rules that the table does not meet.
    ``subjects`` is how many different persons or bodies the table is about (``guard.policy.subject``),
    ``coverage`` their share of the whole that the pack's thresholds ``population`` and ``divisions`` tell.
    """

    asset: Asset
    table_words: Mapping[str, str]
    context_words: Mapping[str, str]
    column: str = ""
    comment: str = ""
    name_words: Mapping[str, str] = field(default_factory=dict)
    comment_words: Mapping[str, str] = field(default_factory=dict)
    says_words: Mapping[str, str] = field(default_factory=dict)
    stem_words: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    sort: Sort = NOTHING
    type: str = ""
    datatype: DataType | None = None
    category: str = ""
    typed: bool = False
    personal: bool = False
    sensitive: bool = False
    mixed_personal: bool = False
    mixed_sensitive: bool = False
    described: bool = False
    tabled: bool = True
    confidence: float = 0.0
    declared: str = ""
    key: str = ""
    subject: str = "other"
    minors: bool = False
    reference: bool = False
    rows: int | None = None
    subjects: float | None = None
    coverage: float | None = None
    flags: frozenset[str] = frozenset()
    facts: Mapping[str, float] = field(default_factory=dict)
    mixed: frozenset[str] = frozenset()
    neighbours: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    ruled_out: frozenset[int] = frozenset()

    def place(self, key: str) -> str:
        """``source``, ``system``, ``department`` or the ``path`` joined by ``/``, for globs."""
        return "/".join(self.asset.path) if key == "path" else str(getattr(self.asset, key))
