"""What the catalogue holds, filtered: for ``guard asset`` and ``guard finding``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from guard.model import AssetResult, Classification, Column, Finding, Run, Status, Totals, UsageError
from guard.ops.levels import maps_of, own_level
from guard.sdk.report import Facts
from guard.yamldoc import nearest

Cell = tuple[Column, Finding, Classification]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to keep: at or above ``level``, category prefix, skipped assets only, globs, types."""

    level: str = ""
    category: str = ""
    department: str = ""
    match: str = ""
    type: str = ""
    min_confidence: float = 0.0
    unscanned: bool = False
    review: bool = False


def assets(facts: Facts, keep: Filter) -> Iterator[AssetResult]:
    """The assets of a run that the filter keeps."""
    rank = ranks(facts, keep.level)
    for result in facts.results():
        if keep.unscanned and result.coverage.status is not Status.SKIPPED:
            continue
        if keep.department and keep.department not in result.asset.department:
            continue
        if keep.match and not fnmatchcase(result.asset.ref, keep.match):
            continue
        if keep.level and not any(_reaches(answer, rank) for answer in result.classifications):
            continue
        if keep.category and not any(a.category.startswith(keep.category) for a in result.classifications):
            continue
        yield result


def ranks(facts: Facts, level: str) -> dict[str, int]:
    """Rank of every level at or above ``level``. Raises UsageError for an unknown one."""
    known = facts.levels
    level = own_level(level, known, maps_of(facts)) if level else ""
    floor = known.index(level) if level else 0
    return {name: rank for rank, name in enumerate(known) if rank >= floor}


def find(facts: Facts, ref: str) -> AssetResult:
    """The asset of that reference, or whose path ends so. Raises UsageError with the nearest."""
    refs: list[str] = []
    for result in facts.results():
        if result.asset.ref == ref or result.asset.ref.endswith(f"/{ref}"):
            return result
        refs.append(result.asset.ref)
    raise UsageError("unknown-asset", word=ref, nearest=nearest(ref, refs) or "-")


class Only:
    """Facts with only some assets or columns: what ``asset list`` and ``finding list`` print."""

    def __init__(self, facts: Facts, keep: Filter, *, by_column: bool) -> None:
        self._facts = facts
        self._keep = keep
        self._by_column = by_column
        self.types = facts.types
        self.levels = facts.levels
        self.packs = facts.packs

    @property
    def whole(self) -> Facts:
        """The facts unfiltered, for what a filter must not change."""
        return self._facts

    @property
    def run(self) -> Run:
        """The run."""
        return self._facts.run

    @property
    def totals(self) -> Totals:
        """The whole run's roll-up: a filter never changes what was covered."""
        return self._facts.totals

    def text(self, key: str, /, **params: object) -> str:
        """The text of ``key``."""
        return self._facts.text(key, **params)

    def results(self) -> Iterator[AssetResult]:
        """The assets kept, with the columns kept."""
        if not self._by_column:
            yield from assets(self._facts, self._keep)
            return
        rank = ranks(self._facts, self._keep.level)
        for result in self._facts.results():
            cells = zip(result.asset.columns, result.findings, result.classifications, strict=False)
            kept = [cell for cell in cells if _kept(result.asset.ref, cell, self._keep, rank)]
            if kept:
                yield _narrowed(result, kept)


def narrowed(result: AssetResult, column: str) -> AssetResult:
    """``result`` with only the column of that name. Raises UsageError with the nearest."""
    cells = zip(result.asset.columns, result.findings, result.classifications, strict=False)
    kept = [cell for cell in cells if cell[0].name == column]
    if not kept:
        names = [item.name for item in result.asset.columns]
        raise UsageError("unknown-column", word=column, nearest=nearest(column, names) or "-")
    return _narrowed(result, kept)


def _narrowed(result: AssetResult, kept: Sequence[Cell]) -> AssetResult:
    columns, findings, answers = zip(*kept, strict=True)
    asset = replace(result.asset, columns=columns)
    return replace(result, asset=asset, findings=findings, classifications=answers)


def _reaches(answer: Classification, rank: Mapping[str, int]) -> bool:
    return answer.level in rank or bool(answer.candidate)


def _kept(ref: str, cell: Cell, keep: Filter, rank: Mapping[str, int]) -> bool:
    column, finding, answer = cell
    return (
        (not keep.level or _reaches(answer, rank))
        and answer.category.startswith(keep.category)
        and (not keep.match or fnmatchcase(f"{ref}/{column.name}", keep.match))
        and (not keep.type or finding.type == keep.type)
        and finding.confidence >= keep.min_confidence
        and (not keep.review or not answer.confirmable)
    )


class One(Only):
    """Facts with a single asset: what ``asset show`` prints."""

    def __init__(self, facts: Facts, result: AssetResult) -> None:
        super().__init__(facts, Filter(), by_column=False)
        self._result = result

    def results(self) -> Iterator[AssetResult]:
        """The one asset."""
        yield self._result
