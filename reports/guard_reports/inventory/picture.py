"""The level mix of departments as bars: geometry in percent, so that the picture fits any width."""

from __future__ import annotations

from dataclasses import dataclass

from guard.sdk import Facts
from guard.sdk.wording import level_word
from guard_reports.inventory.facts import Department, Overview

ROW = 46
_LABELLED = 9.0
_NAME = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a bar: where it starts and how wide it is, in percent of the picture."""

    kind: str
    x: float
    width: float
    label: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One department: its words, its place from the top in pixels, its segments from high to low."""

    name: str
    note: str
    y: int
    segments: tuple[Segment, ...]


def bars(view: Overview, order: tuple[str, ...], facts: Facts) -> tuple[Bar, ...]:
    """One bar a department. The levels share the part that was read; the rest is hatched as not scanned."""
    return tuple(
        Bar(
            name=one.name if len(one.name) <= _NAME else one.name[:_NAME] + "…",
            note=facts.text("reports.inventory.bar", columns=f"{one.columns:,}", assets=f"{one.assets:,}"),
            y=number * ROW,
            segments=tuple(_segments(one, order, facts)),
        )
        for number, one in enumerate(view.departments)
    )


def _segments(one: Department, order: tuple[str, ...], facts: Facts) -> list[Segment]:
    made: list[Segment] = []
    x = 0.0
    for level in order:
        count = one.levels[level]
        if count:
            width = 100 * one.read * count / one.columns
            word = level_word(facts, level)
            label = f"{word} {count:,}" if width >= _LABELLED else ""
            made.append(
                Segment(kind=level, x=x, width=width, label=label, title=f"{one.name}: {word} {count:,}")
            )
            x += width
    if one.skipped:
        text = facts.text("reports.inventory.unread", count=f"{one.skipped:,}")
        width = 100 * (1 - one.read)
        made.append(
            Segment(kind="unread", x=100 - width, width=width, label=text if width >= 2 * _LABELLED else "",
                    title=f"{one.name}: {text}")
        )  # fmt: skip
    return made
