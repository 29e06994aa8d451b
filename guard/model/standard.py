"""A pack as everybody outside the policy sees it: which standard, how sure, since when, which levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

COMMON = ("L1", "L2", "L3", "L4", "important", "core")
"""The six result levels of GB/T 43697-2024 with its App H, lowest first: packs are compared by these."""


def common_rank(level: str) -> int:
    """The place of a common level, from 0; -1 for a word that is none."""
    return COMMON.index(level) if level in COMMON else -1


def standing_for(common: str, maps: Mapping[str, str]) -> str:
    """The lowest level of ``maps`` that stands for ``common`` or more; empty for none.

    ``maps`` are a pack's levels, lowest first, each with the common level that it stands for.
    """
    if common not in COMMON:
        return ""
    enough = COMMON[COMMON.index(common) :]
    return next((level for level, mapped in maps.items() if mapped in enough), "")


def standing_within(common: str, maps: Mapping[str, str]) -> str:
    """The level of ``maps`` that stands for ``common`` or the nearest below it; empty for none."""
    enough = COMMON[: COMMON.index(common) + 1] if common in COMMON else ()
    found = [
        (COMMON.index(mapped), -at, level)
        for at, (level, mapped) in enumerate(maps.items())
        if mapped in enough
    ]
    return max(found)[2] if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInfo:
    """One pack in use. ``certainty`` is the mark of its source; ``status`` is current, legacy or draft.

    ``effective`` and ``until`` are dates or empty. ``levels`` are the pack's own levels, lowest
    first, each with its name by language; ``maps`` gives the level of ``gov_cn`` that each stands for.
    """

    id: str
    version: str
    name: Mapping[str, str]
    standard: str
    certainty: str
    status: str = "current"
    effective: str = ""
    until: str = ""
    note: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    maps: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
