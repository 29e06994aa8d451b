"""From an asset and what was read of it to its result: findings, levels, concealed names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from guard.detect.engine import Detector
from guard.detect.values import TableProfile
from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    Evidence,
    Finding,
    Mixed,
    Problem,
    Shape,
    Span,
    Status,
)
from guard.model.finding import NAME_VALUE
from guard.scan.measured import MeasuredProfile
from guard.scan.spans import SpanStore
from guard.sdk.label import without_labels

_SURE = 0.8  # of a place in a text that counts for its level


class Graded(Protocol):
    """What grading returns: one classification a column, and one for the table."""

    @property
    def columns(self) -> tuple[Classification, ...]:
        """One classification a column, in the asset's order."""
        ...

    @property
    def table(self) -> Classification:
        """The asset's own classification."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Detection and grading with the key that conceals names; shared by all threads of a scan.

    ``spans`` takes the places in text files, where they were asked for.
    """

    detector: Detector
    grade: Callable[[Asset, Sequence[Finding]], Graded]
    key: bytes
    spans: SpanStore | None = None

    def profile(self, asset: Asset) -> TableProfile:
        """An empty profile for the columns of ``asset``."""
        return MeasuredProfile(self.detector, asset)

    def result(
        self, asset: Asset, profile: TableProfile | None, coverage: Coverage, *, unit: str, location: str
    ) -> AssetResult:
        """Judge one asset. Names are judged as they are, kept concealed; our own labels are no evidence."""
        asset = without_labels(asset)
        findings = self._with_names(asset, self.detector.findings(asset, profile))
        if isinstance(profile, MeasuredProfile):
            findings = profile.told(findings, whole=coverage.status is Status.SCANNED)
        if asset.kind is not AssetKind.FILE or coverage.status is not Status.SCANNED:
            # Rows of a sample, and of a database, have no place that anybody could look up.
            findings = tuple(map(_unplaced, findings))
        graded = self.grade(asset, findings)
        public = self.conceal(asset)
        return AssetResult(
            asset=public,
            coverage=coverage,
            findings=tuple(
                replace(finding, column=column.name)
                for finding, column in zip(findings, public.columns, strict=True)
            ),
            classifications=graded.columns,
            table=graded.table,
            unit=unit,
            location=location,
        )

    def with_places(self, result: AssetResult, spans: Iterable[Span]) -> AssetResult:
        """``result`` of a text, graded again with what sure places in it show and its sample did not."""
        finding = result.findings[0]
        known = {finding.type, *(item.type for item in finding.mixed)}
        lines: dict[str, set[int]] = {}
        for span in spans:
            if span.confidence >= _SURE and span.type not in known:
                lines.setdefault(span.type, set()).add(span.line)
        if not lines:
            return result
        rows = max(result.coverage.of or 0, result.coverage.rows, *map(len, lines.values()))
        more = [Mixed(type=kind, hits=len(held), total=rows, embedded=True) for kind, held in lines.items()]
        findings = (replace(finding, mixed=(*finding.mixed, *more)),)
        graded = self.grade(result.asset, findings)
        return replace(result, findings=findings, classifications=graded.columns, table=graded.table)

    def secret(self, asset: Asset, *, unit: str, location: str) -> AssetResult:
        """The result of an object with a state-secret marking: where it is, and nothing it holds."""
        bare = replace(asset, columns=(Column(name="", position=0),), comment="")
        shape = Shape(flags=("secret-marking",))
        graded = self.grade(bare, (Finding(column="", type=None, confidence=0.0, shape=shape),))
        public = self.conceal(replace(asset, columns=(), comment=""))
        problem = Problem(code="scope-secret", path=public.path)
        return AssetResult(
            asset=public,
            coverage=Coverage(status=Status.SKIPPED, problems=(problem,)),
            table=graded.table,
            unit=unit,
            location=location,
        )

    def _with_names(self, asset: Asset, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """A column whose name is a value gives that value away, whatever its rows hold."""
        return tuple(
            replace(finding, evidence=(*finding.evidence, *self._in_name(column)))
            for finding, column in zip(findings, asset.columns, strict=True)
        )

    def _in_name(self, column: Column) -> tuple[Evidence, ...]:
        return tuple(Evidence(kind=NAME_VALUE, type=kind) for kind in self.detector.named(column.name))

    def conceal(self, asset: Asset) -> Asset:
        """The asset with every name and comment in which a detector fires masked."""
        return replace(
            asset,
            path=self.conceal_path(asset.path),
            comment=self.hide(asset.comment),
            system=self.hide(asset.system),
            department=self.hide(asset.department),
            columns=tuple(self._column(column) for column in asset.columns),
        )

    def unit(self, asset: Asset) -> str:
        """The concealed reference of a listed asset, by which a run is resumed."""
        return replace(asset, path=self.conceal_path(asset.path), columns=()).ref

    def conceal_path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Every part of a path, masked where a detector fires in it."""
        return tuple(self.hide(part) for part in path)

    def _column(self, column: Column) -> Column:
        return replace(column, name=self.hide(column.name), comment=self.hide(column.comment))

    def hide(self, text: str) -> str:
        """``text`` masked where a detector fires in it."""
        return self.detector.conceal(text, self.key) if text else text


def _unplaced(finding: Finding) -> Finding:
    if not any(item.rows for item in finding.mixed):
        return finding
    return replace(finding, mixed=tuple(replace(item, rows=()) for item in finding.mixed))
