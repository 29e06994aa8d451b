"""What a caller may choose about the formats of a verdict, and which violations every format shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from guard.emit.options import reaches
from guard.model import DataType
from guard.model.gate import Verdict, Violation

SEVERITIES = ("note", "warning", "error")
OPEN, WAIVED, BASELINE = "open", "waived", "baseline"


class ScriptExample(Protocol):
    """A script that breaks a rule, or keeps it."""

    @property
    def dialect(self) -> str:
        """The SQL dialect of the script."""
        ...

    @property
    def sql(self) -> str:
        """The script."""
        ...


class RuleFacts(Protocol):
    """What a format tells of a rule beside its texts."""

    @property
    def severity(self) -> str:
        """How grave it is where nothing else is said: ``error``, ``warning`` or ``note``."""
        ...

    @property
    def standard(self) -> str:
        """The standard it comes from, or empty."""
        ...

    @property
    def clause(self) -> str:
        """The clause of that standard, or empty."""
        ...

    @property
    def bad(self) -> ScriptExample:
        """A script that breaks it."""
        ...

    @property
    def good(self) -> ScriptExample:
        """A script that keeps it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """``show``: the lowest level shown, empty for all. ``fail_on``: a severity, a level, or ``never``.

    ``width`` is in terminal cells. ``root`` is the folder that CI formats tell files relative to (None:
    the current one); ``today`` turns dates into days. ``types`` and ``rules`` are looked up by id.
    ``length`` gives how many characters a line of a file has, None where that is not known: sarif needs
    it to offer an appended comment as a fix. ``concealed`` gives a table's name as it may be shown.
    """

    show: str = ""
    fail_on: str = "error"
    color: bool = False
    width: int = 120
    show_waived: bool = False
    root: Path | None = None
    today: date | None = None
    types: Mapping[str, DataType] = field(default_factory=dict)
    rules: Mapping[str, RuleFacts] = field(default_factory=dict)
    length: Callable[[str, int], int | None] | None = None
    concealed: Callable[[str], str] = str


def shown(verdict: Verdict, options: GateOptions) -> tuple[Violation, ...]:
    """The violations that every format shows: at or above ``show``, and those without a known level."""
    return tuple(
        one
        for one in verdict.violations
        if not options.show
        or one.level not in verdict.levels
        or reaches(one.level, options.show, verdict.levels)
    )


def listed(verdict: Verdict, options: GateOptions) -> tuple[Violation, ...]:
    """Those of ``shown`` that a person is told of: open ones, and with ``show_waived`` excused ones too."""
    return tuple(one for one in shown(verdict, options) if one.state == OPEN or options.show_waived)


def gravest(verdict: Verdict, options: GateOptions) -> list[Violation]:
    """Those of ``listed``, errors first, then the highest levels, then by place."""
    rank = {level: number for number, level in enumerate(verdict.levels)}

    def order(one: Violation) -> tuple[int, int]:
        severity = SEVERITIES.index(one.severity) if one.state == OPEN else -1
        return -severity, -rank.get(one.level, -1)

    return sorted(listed(verdict, options), key=order)


def fails(violation: Violation, verdict: Verdict, fail_on: str) -> bool:
    """Whether an open violation reaches ``fail_on``: a severity, a level, or ``never``.

    Where ``fail_on`` is a level, a violation that has none fails if it is an error.
    """
    if violation.state != OPEN:
        return False
    if fail_on in SEVERITIES:
        return SEVERITIES.index(violation.severity) >= SEVERITIES.index(fail_on)
    if violation.level in verdict.levels:
        return reaches(violation.level, fail_on, verdict.levels)
    return fail_on in verdict.levels and violation.severity == "error"
