"""What differs between two runs: one change at a time, in names, levels and counts, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from guard.model.result import Run, Totals


class ChangeKind(StrEnum):
    """What happened. ``COVERAGE_LOST`` is what can no longer be compared: unscanned is not gone."""

    NEW = "new"
    GONE = "gone"
    RENAMED = "renamed"
    RAISED = "raised"
    LOWERED = "lowered"
    TYPE_CHANGED = "type-changed"
    DECLARED_CHANGED = "declared-changed"
    VOLUME = "volume"
    PROTECTION_LOST = "protection-lost"
    PROTECTION_GAINED = "protection-gained"
    DECISION_LOST = "decision-lost"
    COVERAGE_LOST = "coverage-lost"
    COVERAGE_GAINED = "coverage-gained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A circumstance that asks for grading again (GB/T 43697-2024 App J); ``certainty`` marks its source."""

    id: str
    standard: str
    clause: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a column, or of a whole asset where ``column`` is empty.

    ``before`` and ``after`` are levels for raised and lowered, type ids for type-changed, SQL types or kinds
    for declared-changed, names for renamed, row estimates for volume, signs of protection for
    protection-lost and -gained; empty where that side says nothing. ``level`` is the higher level of
    the two sides, for filters. ``why`` is the id of a cause (``names-only``, ``unfinished`` …).
    ``triggers`` are ids of ``guard/policy/regrading.yaml``.
    """

    kind: ChangeKind
    source: str
    path: tuple[str, ...]
    column: str = ""
    before: str = ""
    after: str = ""
    level: str = ""
    why: str = ""
    triggers: tuple[str, ...] = ()
    params: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """``source/part/part``, with the column behind it where there is one."""
        parts = (self.source, *self.path)
        asset = "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)
        return f"{asset}/{self.column}" if self.column else asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about the two runs that the reader must know; its text is ``drift.remarks.<code>``."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The two runs compared. ``regraded`` says that both were graded again under the policy in force.

    ``sources`` are those of both runs: only these are compared. ``totals`` are those of both whole runs.
    """

    before: Run
    after: Run
    sources: tuple[str, ...]
    totals: tuple[Totals, Totals]
    remarks: tuple[Remark, ...] = ()
    regraded: bool = False
