"""What a pack holds: levels, impact matrix, domains, categories, kinds, word lists, rules and controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard.model.standard import COMMON
from guard.policy.kinds import Kind

__all__ = [
    "COMMON",
    "OF_TYPES",
    "SHARING",
    "Basis",
    "Control",
    "Domain",
    "Effect",
    "Level",
    "Masking",
    "Pack",
    "Rule",
]

SHARING = ("unconditional", "conditional", "refused-by-law")
"""Sharing attributes of decree 809, Art 14, the freest first."""

OF_TYPES = ("sensitive", "personal", "other")
"""What a ``type_clause`` is said of: types of sensitive personal information, other personal, the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the ordered list. A ``candidate`` level is nominated, never decided.

    ``maps`` is the level of ``COMMON`` it stands for, empty where it stands for none; ``taken`` are the
    levels of the extended pack that become it.
    """

    id: str
    name: Mapping[str, str]
    candidate: bool = False
    maps: str = ""
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A business domain. ``words`` maps a weight to the words that speak for it.

    ``types`` and ``categories`` send a column without a table to its domain.
    """

    id: str
    words: Mapping[float, tuple[str, ...]] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a rule does. ``level`` says what an untyped column is; ``floor``, ``raise_by`` and
    ``raise_to`` lift any; ``candidate`` nominates; ``review`` is the code of a review asked for;
    ``scope`` ends the reading (``secret``)."""

    level: str = ""
    floor: str = ""
    raise_by: int = 0
    raise_to: str = ""
    candidate: str = ""
    category: str = ""
    domain: str = ""
    review: str = ""
    scope: str = ""
    sensitive: bool = False  # the fact is sensitive personal information, whatever its type
    sharing: str = ""
    controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``on`` is ``column`` or ``table``; ``when`` is its condition as written.

    ``file`` and ``line`` say where it stands, for messages; they are no part of the digest.
    """

    id: str
    standard: str
    clause: str
    certainty: str
    on: str
    when: Mapping[str, Any]
    then: Effect
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A protective measure asked for from some level on.

    ``stage`` is the stage of the data's life; ``levels`` says ``must`` or ``should`` by level; ``evidence``
    names what shows that it is there.
    """

    id: str
    stage: str
    standard: str
    clause: str
    certainty: str
    name: Mapping[str, str]
    evidence: Mapping[str, str]
    levels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What supports the levels that a pack takes from types: standard, clause and the pack's mark."""

    pack: str
    standard: str
    clause: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """How columns that meet ``when`` are masked: ``method`` is a call such as ``keep(3,4)``."""

    id: str
    when: Mapping[str, Any]
    method: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack as read from its folder, whole: what it extends is in it.

    ``extends`` lists the packs it builds on, the nearest first; ``own`` are the ids of its own rules.
    ``translation`` gives the pack's level for each level that types and inherited rules are written in.
    ``thresholds`` are numbers that rules quote as ``$name``; ``sharing`` the attribute suggested by level.
    A person's decision holds ``expire_days`` days, for ever where 0. ``beside`` are packs that grade
    along where this one is used. ``mark`` is how sure the source is as a whole.

    ``type_basis`` supports the levels of types, by ``OF_TYPES``; inherited where the pack names no clause.

    ``reading`` names the standard that decides what is sensitive; ``strict`` takes a type's
    stricter level. ``impact`` maps object -> degree -> level. ``words`` are the named lists
    that rules quote as ``@name``. ``certainty`` are the weights of ``guard.policy.certainty``; from the
    confidence ``sure`` on a level needs no person. ``content`` is the canonical content for the digest.
    """

    id: str
    version: str
    name: Mapping[str, str]
    standard: str
    reading: str
    strict: bool
    levels: tuple[Level, ...]
    impact: Mapping[str, Mapping[str, str]]
    categories: frozenset[str]
    default_categories: Mapping[str, str]
    default_domain: str
    field_weights: Mapping[str, float]
    domains: tuple[Domain, ...]
    kinds: tuple[Kind, ...]
    words: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    folder: Path
    certainty: Mapping[str, float] = field(default_factory=dict)
    sure: float = 1.0
    content: str = ""
    mark: str = ""
    status: str = "current"
    effective: str = ""
    until: str = ""
    note: Mapping[str, str] = field(default_factory=dict)
    extends: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    translation: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    sharing: Mapping[str, str] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    masking: tuple[Masking, ...] = ()
    expire_days: int = 0
    type_basis: Mapping[str, Basis] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
