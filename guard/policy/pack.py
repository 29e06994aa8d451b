"""What a pack holds: levels, impact matrix, domains, categories, kinds, word lists and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard.policy.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the ordered list. A ``candidate`` level is nominated, never decided."""

    id: str
    name: Mapping[str, str]
    candidate: bool = False


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
class Pack:
    """One pack as read from its folder.

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
