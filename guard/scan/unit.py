"""One listed object, read once: its tables, sheets or members become results.

A unit ends with every part of it accounted for: scanned, sampled or skipped with a reason.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from guard.detect.values import TableProfile
from guard.model import Asset, AssetKind, AssetResult, Coverage, Problem, Status
from guard.scan.judge import Judge
from guard.scan.scope import SourcePlan
from guard.sdk.connector import Budget, Connector, ReadsText, Unreadable
from guard.sdk.sample import Sample

LOG = logging.getLogger("guard.scan")

# Rows that were not shown, pages without text and lines that are no JSON were not scanned.
BLOCKING_NOTES = frozenset({"row-security", "columns-denied", "pages-without-text", "broken-lines"})
# What was cut away was not scanned, though every row was read.
PARTIAL_NOTES = frozenset({"cell-cut"})


class _Part:
    """One table, sheet or member while its samples arrive."""

    def __init__(self, asset: Asset, profile: TableProfile) -> None:
        self.asset = asset
        self.profile = profile
        self.rows = 0
        self.complete = False
        self.failed = False
        self.problems: dict[str, Problem] = {}

    def add(self, sample: Sample) -> None:
        self.profile.add(sample)
        self.asset = sample.asset  # a later sample knows the exact number of rows
        self.rows += sample.rows
        self.complete = sample.complete
        for note in sample.notes:
            self.problems.setdefault(note.code, note)

    def fail(self, problem: Problem) -> None:
        self.problems[problem.code] = problem
        self.failed = True

    def coverage(self) -> Coverage:
        failed = self.failed or not BLOCKING_NOTES.isdisjoint(self.problems)
        whole = self.complete and not failed and PARTIAL_NOTES.isdisjoint(self.problems)
        return Coverage(
            status=Status.SCANNED if whole else Status.SAMPLED,
            rows=self.rows,
            of=self.rows if whole else self.asset.rows,
            problems=tuple(self.problems.values()),
            incomplete=failed,
        )


def read(plan: SourcePlan, connector: Connector, listed: Asset, judge: Judge) -> list[AssetResult]:
    """Read and judge one listed asset. Never raises for what a source or a file can do wrong."""
    reader = _Reader(plan, judge, listed)
    if judge.detector.marked(listed):
        return [reader.secret(listed)]
    if (plan.metadata_only and listed.columns) or not connector.capabilities.samples:
        return [
            reader.judged(listed, None, Coverage(status=Status.SAMPLED, of=listed.rows, basis="metadata"))
        ]
    try:
        # A generator is closed, so that its transaction or parser ends with the unit.
        with closing(_generator(connector, listed, plan)) as items:
            for item in items:
                if reader.take(item):
                    break
    except Unreadable as stop:
        reader.trouble(stop.problem)
    except Exception as error:
        LOG.error("unit failed: %s", type(error).__name__)
        reader.trouble(Problem(code="internal", path=listed.path, params={"error": type(error).__name__}))
    return reader.located(connector, listed, reader.finish(listed))


def _generator(connector: Connector, listed: Asset, plan: SourcePlan) -> Any:
    def items() -> Iterator[Sample | Problem]:
        budget = Budget(rows=1) if plan.metadata_only else plan.budget_for(listed)
        yield from connector.sample(listed, budget)

    return items()


class _Reader:
    """Turns the stream of samples and problems of one unit into results."""

    def __init__(self, plan: SourcePlan, judge: Judge, listed: Asset) -> None:
        self._judge = judge
        self._unit = judge.unit(listed)
        self._location = location_of(plan, judge, listed.path)
        self._plan = plan
        self._part: _Part | None = None
        self._results: list[AssetResult] = []

    def take(self, item: Sample | Problem) -> bool:
        """Take one item; True when reading must stop (a state-secret marking was seen)."""
        if isinstance(item, Problem):
            self.trouble(item)
            return False
        if self._plan.metadata_only:
            # A file shows its columns only when it is opened: one row is read and dropped unseen.
            return self._names_of(item.asset)
        part = self._part
        if part is None or part.asset.path != item.asset.path:
            self._close_part()
            part = self._part = _Part(item.asset, self._judge.profile(item.asset))
        if not self._judge.detector.marked(item.asset):
            part.add(item)
            if not part.profile.secret:
                return False
        # Not a failure: the law puts it out of scope, and a person takes over. What was counted is dropped.
        self._part = None
        self._results.append(self.secret(item.asset))
        return True

    def _names_of(self, asset: Asset) -> bool:
        if self._judge.detector.marked(asset):
            self._results.append(self.secret(asset))
        elif all(result.asset.path != self._judge.conceal_path(asset.path) for result in self._results):
            read = Coverage(status=Status.SAMPLED, of=asset.rows, basis="metadata")
            self._results.append(self.judged(asset, None, read))
        return False

    def secret(self, asset: Asset) -> AssetResult:
        """The result of an object with a state-secret marking: its place only."""
        return self._judge.secret(asset, unit=self._unit, location=self._location)

    def trouble(self, problem: Problem) -> None:
        """A part (or all) of the unit could not be read (further)."""
        if self._part is not None and problem.path in ((), self._part.asset.path):
            self._part.fail(problem)
        else:
            self._results.append(skipped(self._judge, self._plan, problem, unit=self._unit))

    def finish(self, listed: Asset) -> list[AssetResult]:
        """Close the last part. A unit without any result is a skip: unscanned is not clean."""
        self._close_part()
        if not self._results:
            self.trouble(Problem(code="nothing-read", path=listed.path))
        if listed.columns and all(result.coverage.status is Status.SKIPPED for result in self._results):
            # What the names of an unreadable table say is kept; it stays skipped.
            names_only = replace(self._results[0].coverage, basis="metadata")
            return [self.judged(listed, None, names_only)]
        return self._results

    def located(self, connector: Connector, listed: Asset, results: list[AssetResult]) -> list[AssetResult]:
        """``results``, and the places in the text that they are of put into the judge's store of spans."""
        spans, (first, *more) = self._judge.spans, results
        if spans is None or more or not isinstance(connector, ReadsText) or not _is_text(first):
            return results
        notes: tuple[Problem, ...] | None
        try:
            with closing(_parts(connector, listed)) as parts:
                notes = spans.read(first.asset.ref, parts)
        except Unreadable as stop:
            notes = (stop.problem,)
        except Exception as error:
            LOG.error("places failed: %s", type(error).__name__)
            notes = (Problem(code="internal", path=listed.path, params={"error": type(error).__name__}),)
        if notes is None:
            return [self.secret(listed)]
        known = {problem.code for problem in first.coverage.problems}
        told = tuple(_hidden(self._judge, note) for note in notes if note.code not in known)
        read = replace(first.coverage, problems=(*first.coverage.problems, *told))
        seen = spans[first.asset.ref].spans
        return [self._judge.with_places(replace(first, coverage=read), seen)]

    def _close_part(self) -> None:
        part, self._part = self._part, None
        if part is not None:
            self._results.append(self.judged(part.asset, part.profile, part.coverage()))

    def judged(self, asset: Asset, profile: TableProfile | None, coverage: Coverage) -> AssetResult:
        """One result, with its problems' paths concealed."""
        judge = self._judge
        hidden = replace(coverage, problems=tuple(_hidden(judge, problem) for problem in coverage.problems))
        result = judge.result(asset, profile, hidden, unit=self._unit, location=self._location)
        if profile is None or not profile.trouble:
            return result
        note = Problem(code=profile.trouble)
        return replace(result, coverage=replace(hidden, problems=(*hidden.problems, note)))


def _is_text(result: AssetResult) -> bool:
    read = result.coverage
    return (
        result.asset.kind is AssetKind.DOCUMENT
        and read.status is not Status.SKIPPED
        and read.basis == "values"
    )


def _parts(connector: ReadsText, listed: Asset) -> Any:
    def parts() -> Iterator[str]:
        yield from connector.text(listed)

    return parts()


def location_of(plan: SourcePlan, judge: Judge, path: tuple[str, ...]) -> str:
    """The physical place SARIF points to: where the source is declared, or the file itself."""
    if plan.location:
        return plan.location
    return "/".join(judge.conceal_path((*plan.folder, *path)))


def skipped(judge: Judge, plan: SourcePlan, problem: Problem, *, unit: str = "") -> AssetResult:
    """The result of something that exists and could not be read."""
    spec = plan.spec
    path = problem.path or (spec.name,)
    kind = AssetKind.FILE if not plan.location else AssetKind.TABLE
    asset = Asset(source=spec.name, path=path, kind=kind, department=spec.department, system=spec.system)
    public = judge.conceal(asset)
    coverage = Coverage(status=Status.SKIPPED, problems=(_hidden(judge, problem),), incomplete=True)
    location = location_of(plan, judge, path)
    return AssetResult(asset=public, coverage=coverage, unit=unit or public.ref, location=location)


def _hidden(judge: Judge, problem: Problem) -> Problem:
    params = {
        key: judge.hide(value) if isinstance(value, str) else value for key, value in problem.params.items()
    }
    return replace(problem, path=judge.conceal_path(problem.path), params=params)
