"""Changes between two runs as table, json, csv or md; each written as it is read."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from guard.emit.flat import level_mark
from guard.emit.md import plain
from guard.emit.paint import Painter
from guard.emit.record import compact, totals_record
from guard.model import Run, Totals
from guard.model.drift import Change, ChangeKind, Comparison, Remark, Trigger
from guard.sdk import Facts
from guard.sdk.display import cell, cells, folded, padded, visible
from guard.sdk.wording import type_name

KINDS = ("table", "json", "csv", "md")
SCHEMA = "guard.drift/1"
HEADERS = (
    "kind", "ref", "source", "asset", "column", "before", "after", "level", "what", "why", "triggers",
    "standard", "clause", "certainty",
)  # fmt: skip
_MARKS: Mapping[ChangeKind, str] = {
    ChangeKind.NEW: "+",
    ChangeKind.GONE: "−",
    ChangeKind.RENAMED: "≈",
    ChangeKind.RAISED: "▲",
    ChangeKind.LOWERED: "▽",
    ChangeKind.TYPE_CHANGED: "≠",
    ChangeKind.DECLARED_CHANGED: "≠",
    ChangeKind.VOLUME: "↗",
    ChangeKind.PROTECTION_LOST: "!",
    ChangeKind.PROTECTION_GAINED: "✓",
    ChangeKind.DECISION_LOST: "!",
    ChangeKind.COVERAGE_LOST: "?",
    ChangeKind.COVERAGE_GAINED: "○",
}
_LEVELS = frozenset({ChangeKind.RAISED, ChangeKind.LOWERED})
_SIGNS = frozenset({ChangeKind.PROTECTION_LOST, ChangeKind.PROTECTION_GAINED})
_KEPT = frozenset({ChangeKind.NEW, ChangeKind.GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A comparison in the reader's language. ``facts`` are those of the later run,
    ``circumstances`` the triggers by id."""

    head: Comparison
    facts: Facts
    circumstances: Mapping[str, Trigger]
    language: str
    width: int = 120
    color: bool = False

    def text(self, key: str, /, **params: object) -> str:
        """A text of the area ``drift``."""
        return self.facts.text(f"drift.{key}", **params)

    def what(self, change: Change) -> str:
        """What changed, in words: levels with their shapes, types by name, counts."""
        sides = [self._side(change, side) for side in (change.before, change.after)]
        arrow = " → ".join(side or "–" for side in sides) if any(sides) else ""
        percent = self.text("percent", percent=f"{change.params.get('percent', 0):g}")
        parts = (
            level_mark(self.facts, change.level) if change.kind in _KEPT and change.level else "",
            next(filter(None, sides), "") if change.kind in _KEPT | _SIGNS else arrow,
            percent if "percent" in change.params else "",
            self.text("columns", count=change.params["columns"]) if "columns" in change.params else "",
            self.text(f"why.{change.why}") if change.why else "",
        )
        return " · ".join(part for part in parts if part)

    def _side(self, change: Change, side: str) -> str:
        if not side:
            return ""
        if change.kind in _LEVELS:
            return level_mark(self.facts, side)
        if change.kind in _SIGNS:
            return self.text("list").join(self.text(f"signs.{sign}") for sign in side.split(", "))
        if change.kind is ChangeKind.TYPE_CHANGED or change.kind in _KEPT:
            return type_name(self.facts, side, self.language)
        if change.kind is ChangeKind.VOLUME:
            return f"{int(side):,}"
        return self.text(f"acts.{side}") if change.kind is ChangeKind.DECISION_LOST else side

    def trigger(self, id: str) -> str:
        """An item of App J with its standard and mark."""
        found = self.circumstances[id]
        return f"{found.standard} {found.clause} {self.text(f'triggers.{id}')} [{found.certainty}]"

    def triggers(self, change: Change) -> str:
        """The items that a change meets."""
        return "; ".join(self.trigger(id) for id in change.triggers)

    def kind(self, kind: ChangeKind) -> str:
        """A kind of change as mark and word."""
        return f"{_MARKS[kind]} {self.text(f'kinds.{kind.value}')}"

    def remark(self, remark: Remark) -> str:
        """A remark in words."""
        params = {
            name: self.text(f"status.{value}") if name == "status" else value
            for name, value in remark.params.items()
        }
        return self.text(f"remarks.{remark.code}", **params)

    def run(self, name: str, run: Run, totals: Totals) -> str:
        """One of the two runs with its coverage."""
        return self.text(
            name,
            run=run.id,
            started=run.started[:16].replace("T", " "),
            pack=run.pack,
            assets=f"{totals.assets:,}",
            skipped=f"{totals.skipped:,}",
        )

    def runs(self) -> Iterator[str]:
        """Both runs, the sources compared and every remark."""
        head = self.head
        yield self.run("before", head.before, head.totals[0])
        yield self.run("after", head.after, head.totals[1])
        yield self.text("sources", sources=", ".join(head.sources))

    def summary(self, counts: Mapping[ChangeKind, int]) -> str:
        """How many of each kind."""
        found = [f"{self.kind(kind)} {counts[kind]:,}" for kind in ChangeKind if counts.get(kind)]
        return self.text("summary", counts=" · ".join(found)) if found else self.text("nothing")


def write(kind: str, told: Told, changes: Iterable[Change], stream: TextIO) -> None:
    """Write ``changes`` to ``stream`` as one of ``KINDS``."""
    _WRITERS[kind](told, changes, stream)


def _table(told: Told, changes: Iterable[Change], stream: TextIO) -> None:
    paint = Painter(color=told.color, levels=told.facts.levels)
    for line in told.runs():
        stream.write(visible(line) + "\n")
    for remark in told.head.remarks:
        stream.write(paint.warn(f"! {visible(told.remark(remark))}") + "\n")
    stream.write("\n")
    counts: Counter[ChangeKind] = Counter()
    wide = max(cells(told.kind(kind)) for kind in ChangeKind)
    for change in changes:
        counts[change.kind] += 1
        stream.writelines(_lines(told, change, wide, paint))
    stream.write(("\n" if counts else "") + paint.bold(told.summary(counts)) + "\n")


def _lines(told: Told, change: Change, wide: int, paint: Painter) -> Iterator[str]:
    head = padded(told.kind(change.kind), wide)
    more = " · ".join(visible(text) for text in (told.what(change), told.triggers(change)) if text)
    line = f"{paint.bold(head)}  {visible(change.ref)}"
    if wide + cells(visible(change.ref)) + cells(more) + 4 <= told.width:
        yield f"{line}  {more}".rstrip() + "\n"
        return
    yield line + "\n"
    for part in folded(more, told.width - wide - 2):
        yield " " * (wide + 2) + part + "\n"


def _json(told: Told, changes: Iterable[Change], stream: TextIO) -> None:
    head = told.head
    runs = {
        name: {
            field: getattr(run, field) for field in ("id", "status", "started", "finished", "pack", "policy")
        }
        | {"totals": totals_record(totals)}
        for name, run, totals in zip(("before", "after"), (head.before, head.after), head.totals, strict=True)
    }
    remarks = [
        {"code": one.code, "params": dict(one.params), "what": told.remark(one)} for one in head.remarks
    ]
    opening = {"schema": SCHEMA, **runs, "sources": list(head.sources), "regraded": head.regraded}
    stream.write(compact(opening | {"remarks": remarks})[:-1] + ', "changes": [')
    counts: Counter[ChangeKind] = Counter()
    for number, change in enumerate(changes):
        counts[change.kind] += 1
        stream.write((",\n" if number else "\n") + compact(_record(told, change)))
    stream.write(f'], "counts": {json.dumps({kind.value: counts[kind] for kind in ChangeKind})}}}\n')


def _record(told: Told, change: Change) -> dict[str, Any]:
    asset = change.ref if not change.column else change.ref[: -len(change.column) - 1]
    return {
        "kind": change.kind.value,
        "source": change.source,
        "asset": asset,
        "path": list(change.path),
        "column": change.column or None,
        "before": change.before or None,
        "after": change.after or None,
        "level": change.level or None,
        "why": change.why or None,
        "what": told.what(change),
        "params": dict(change.params),
        "triggers": [_trigger(told.circumstances[id]) for id in change.triggers],
    }


def _trigger(found: Trigger) -> dict[str, str]:
    return {name: getattr(found, name) for name in ("id", "standard", "clause", "certainty")}


def _csv(told: Told, changes: Iterable[Change], stream: TextIO) -> None:
    lines = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    lines.writerow(HEADERS)
    for change in changes:
        found = [told.circumstances[id] for id in change.triggers]
        texts = (
            change.kind.value, change.ref, change.source, "/".join(change.path), change.column, change.before,
            change.after, change.level, told.what(change), change.why, "; ".join(one.id for one in found),
            *("; ".join(dict.fromkeys(getattr(one, name) for one in found)) for name in HEADERS[-3:]),
        )  # fmt: skip
        lines.writerow([cell(text) for text in texts])


def _md(told: Told, changes: Iterable[Change], stream: TextIO) -> None:
    stream.write(f"## {told.text('title')}\n\n")
    stream.writelines(f"- {plain(line)}\n" for line in told.runs())
    stream.writelines(f"- **!** {plain(told.remark(remark))}\n" for remark in told.head.remarks)
    counts: Counter[ChangeKind] = Counter()
    for change in changes:
        if not counts:
            names = [told.text(f"heads.{name}") for name in ("kind", "ref", "what", "trigger")]
            stream.write(f"\n| {' | '.join(names)} |\n|{' --- |' * len(names)}\n")
        counts[change.kind] += 1
        texts = (told.kind(change.kind), change.ref, told.what(change), told.triggers(change))
        stream.write(f"| {' | '.join(plain(text) for text in texts)} |\n")
    stream.write(f"\n{plain(told.summary(counts))}\n")


_WRITERS: Mapping[str, Callable[[Told, Iterable[Change], TextIO], None]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "md": _md,
}
