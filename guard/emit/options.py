"""What a caller may choose about a format, and which columns every format shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from guard.model import AssetResult, Classification, Column, Finding, Located
from guard.sdk import Facts

Row = tuple[Column, Finding, Classification]


class Spans(Protocol):
    """Places in text files by the reference of their asset."""

    def __getitem__(self, ref: str) -> Located:
        """The places in one asset; none where it was not read so."""
        ...

    def __contains__(self, ref: object) -> bool:
        """Whether the asset was read for places."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EmitOptions:
    """``show``: the lowest level shown, empty for all. ``width`` is in terminal cells.

    ``locations`` maps a source to where it is declared, ``guard.yaml:14``; ``fail_on`` is the
    level from which a table fails in junit, empty for never. ``spans`` are the places in text files.
    """

    show: str = ""
    width: int = 120
    color: bool = False
    locations: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = "L3"
    spans: Spans | None = None


def reaches(level: str, floor: str, levels: tuple[str, ...]) -> bool:
    """Whether ``level`` is at or above ``floor``; an undetermined or unknown level is not."""
    return level in levels and floor in levels and levels.index(level) >= levels.index(floor)


def shown(result: AssetResult, facts: Facts, options: EmitOptions) -> Iterator[Row]:
    """The columns of one asset that every format shows: at or above ``show``, candidates, and undetermined.

    An undetermined column may be anything, so ``show`` never hides it.
    """
    levels = facts.levels
    for row in zip(result.asset.columns, result.findings, result.classifications, strict=False):
        answer = row[2]
        known = answer.level in levels and not answer.candidate
        if not (options.show and known) or reaches(answer.level, options.show, levels):
            yield row
