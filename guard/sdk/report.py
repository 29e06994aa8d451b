"""What a report is: a builder that turns Facts into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from guard.model import AssetResult, DataType, PackInfo, Run, Totals


class Facts(Protocol):
    """All that a report or format may read: one run's results, value-free."""

    @property
    def run(self) -> Run:
        """The run reported on."""
        ...

    @property
    def totals(self) -> Totals:
        """The run's roll-up."""
        ...

    @property
    def types(self) -> Mapping[str, DataType]:
        """The data-type catalogue by id."""
        ...

    @property
    def levels(self) -> tuple[str, ...]:
        """The pack's level names, lowest first."""
        ...

    @property
    def packs(self) -> tuple[PackInfo, ...]:
        """The packs that grade, the first first; several grade side by side."""
        ...

    def results(self) -> Iterator[AssetResult]:
        """Every asset of the run, by source and path."""
        ...

    def text(self, key: str, /, **params: object) -> str:
        """The text of ``key`` in the report's language (``guard.text.t``)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInfo:
    """What ``guard report list`` shows of a report. ``formats`` are file kinds such as html, xlsx."""

    id: str
    formats: tuple[str, ...]


class Report(Protocol):
    """A report: ``info`` and one method that writes one file."""

    info: ReportInfo

    def build(self, facts: Facts, kind: str, path: Path, *, language: str) -> None:
        """Write the report of ``kind`` to ``path`` in ``zh`` or ``en``; whole, or not at all."""
        ...
