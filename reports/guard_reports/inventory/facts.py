"""What both forms of the report count: levels by department, and what was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from guard.sdk import Facts, Status
from guard.sdk.risk import names_only

MAX_DEPARTMENTS = 40


@dataclass(slots=True, kw_only=True)
class Department:
    """Columns by level, and assets read and skipped, of one department."""

    name: str
    levels: Counter[str] = field(default_factory=Counter)
    assets: int = 0
    skipped: int = 0

    @property
    def columns(self) -> int:
        """Columns that have an answer."""
        return self.levels.total()

    @property
    def read(self) -> float:
        """Share of the department's assets that were read, 0..1."""
        return 1 - self.skipped / self.assets if self.assets else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Departments, the most sensitive first, the whole, and how many assets were judged by names alone."""

    departments: tuple[Department, ...]
    whole: Department
    levels: tuple[str, ...]
    named: int = 0

    def at_least(self, floor: str) -> int:
        """Columns at or above ``floor``."""
        return sum(self.whole.levels[name] for name in self.levels[self.levels.index(floor) :])


def overview(facts: Facts) -> Overview:
    """Count one pass over the results."""
    found: dict[str, Department] = {}
    unknown = facts.text("reports.inventory.no_department")
    total = Department(name=facts.text("reports.inventory.total"))
    named = 0
    for result in facts.results():
        named += names_only(result.coverage)
        name = result.asset.department or unknown
        part = found.setdefault(name, Department(name=name))
        for one in (part, total):
            one.assets += 1
            one.skipped += result.coverage.status is Status.SKIPPED
            one.levels.update(answer.level for answer in result.classifications)
    levels = facts.levels
    order = sorted(found.values(), key=lambda one: ([-one.levels[x] for x in reversed(levels)], one.name))
    return Overview(departments=_folded(order, facts), whole=total, levels=levels, named=named)


def _folded(order: Sequence[Department], facts: Facts) -> tuple[Department, ...]:
    if len(order) <= MAX_DEPARTMENTS:
        return tuple(order)
    rest = order[MAX_DEPARTMENTS - 1 :]
    name = facts.text("reports.inventory.other_departments", count=len(rest))
    other = Department(name=name, assets=sum(x.assets for x in rest), skipped=sum(x.skipped for x in rest))
    for one in rest:
        other.levels.update(one.levels)
    return (*order[: MAX_DEPARTMENTS - 1], other)
