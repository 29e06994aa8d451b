"""The answer for one column, table or source: domain, category, level, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a level is what it is: the rule, its clause, and how sure the source is.

    ``effect`` says what the rule did: ``level``, ``raise``, ``floor``, ``candidate``,
    ``category``, ``domain``, ``scope``. ``certainty`` is the mark of the source of the
    clause (``S`` read in a public source, ``M-h``, ``M-m``, ``M-l`` from memory, ``design``).
    ``params`` are counts and names for the text ``rules.<rule>``; never a value.
    """

    rule: str
    effect: str
    standard: str = ""
    clause: str = ""
    certainty: str = ""
    level: str = ""
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """分类 + 分级 of one column, table or source, with every reason.

    ``level`` is a level name of the pack, or ``undetermined`` (待定) with a reason.
    ``candidate`` is ``important`` or ``core`` when a person should review it as such:
    the machine never decides those two. ``confirmable`` is True where the row can be
    confirmed without review; otherwise ``review`` names why not.
    """

    domain: str
    category: str
    level: str
    reasons: tuple[Reason, ...] = ()
    candidate: str = ""
    personal: bool = False
    sensitive: bool = False
    confirmable: bool = False
    review: str = ""
    confidence: float = 0.0
