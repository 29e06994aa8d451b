"""A table's profile that also measures what its columns say together (``guard.detect.together``).

Which columns those are is known only when their types are: the first sample is held until a second one
arrives, or to the end. What was measured of columns that turn out to be of other types is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guard.detect.engine import Detector
from guard.detect.together import Columns, Together
from guard.detect.values import ColumnProfile, TableProfile
from guard.model import Asset, Finding, Shape
from guard.sdk.sample import Sample


class MeasuredProfile(TableProfile):
    """A profile of ``asset`` by ``detector``, with the facts of its columns together."""

    def __init__(self, detector: Detector, asset: Asset) -> None:
        self._detector, self._asset = detector, asset
        self._inner = detector.profile(len(asset.columns))
        self._lists = detector.measures
        self._held: Sample | None = None
        self._columns: Columns | None = None
        self._measured: Together | None = None

    @property
    def trouble(self) -> str:  # type: ignore[override]
        """The id of a problem that kept something from being looked for."""
        return self._inner.trouble

    def add(self, sample: Sample) -> None:
        """Count the rows of one sample."""
        first, self._held = self._held, None
        if not self._lists:
            pass
        elif self._columns is None and first is None:
            self._held = sample
        elif self._columns is None and first is not None:
            self._begin(self._detector.findings(self._asset, self._inner.counted), first)
        self._inner.add(sample)
        if self._measured is not None:
            self._measured.add(sample.batch)

    def _begin(self, findings: Sequence[Finding], first: Sample) -> None:
        self._columns = Columns(findings, first.batch, self._lists)
        if self._columns.any:
            self._measured = Together(self._columns, self._lists)
            self._measured.add(first.batch)

    @property
    def counted(self) -> TableProfile:
        """The profile without what takes long to find."""
        return self._inner.counted

    @property
    def secret(self) -> bool:
        """Whether a state-secret marking has been seen: reading must stop."""
        return self._inner.secret

    def columns(self) -> tuple[ColumnProfile, ...]:
        """The profile of every column, in order."""
        return self._inner.columns()

    def told(self, findings: Sequence[Finding], *, whole: bool) -> tuple[Finding, ...]:
        """``findings`` of the whole table with what was measured. ``whole``: every row of it was read."""
        if self._held is not None:
            self._begin(findings, self._held)
            self._held = None
        if self._measured is None or self._columns is None or not self._columns.agree(findings, self._lists):
            return tuple(findings)
        facts = self._measured.facts(whole=whole)
        return tuple(
            _with(finding, facts[at]) if at in facts else finding for at, finding in enumerate(findings)
        )


def _with(finding: Finding, facts: dict[str, float]) -> Finding:
    shape = finding.shape or Shape()
    return replace(finding, shape=replace(shape, facts={**shape.facts, **facts}))
