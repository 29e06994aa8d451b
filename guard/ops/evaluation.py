"""``guard eval`` as a function: verdicts of the installed version against labels. No value is kept."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

from guard.model import Asset, Problem, UsageError
from guard.ops import labelled
from guard.ops.engine import Rules
from guard.ops.labelled import Label, Labels
from guard.ops.scoring import NONE, Judged, Score
from guard.ops.session import Session
from guard.ops.sources import Wanted, plans
from guard.policy.grade import grade
from guard.sdk.connector import Connector, Unreadable
from guard.sdk.sample import Sample

if TYPE_CHECKING:
    from guard.detect.engine import Detector
    from guard.detect.values import TableProfile
    from guard.scan.scope import SourcePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One table with its rows and, a column, the right types (None: nothing to find) and a title to show."""

    group: str
    sample: Sample
    labels: Sequence[tuple[str | None, ...]]
    titles: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The score, and what could not be read."""

    score: Score
    problems: tuple[Problem, ...] = ()


def of_cases(session: Session, cases: Iterable[Case]) -> Evaluation:
    """Score generated tables."""
    rules = session.rules()
    judge = _Judge(rules)
    judged: list[Judged] = []
    for case in cases:
        asset = case.sample.asset
        profile = judge.detector.profile(len(asset.columns))
        profile.add(case.sample)
        wanted = [
            Label(file="", column="", types=tuple(kind or NONE for kind in kinds), levels=(), line=0)
            for kinds in case.labels
        ]
        found = judge.judged(asset, profile, wanted, case.group)
        judged += [replace(one, place=title) for one, title in zip(found, case.titles, strict=True)]
    return Evaluation(score=Score(judged))


def of_folder(session: Session, folder: Path) -> Evaluation:
    """Score a labelled folder. Raises UsageError for a wrong label, with file and line."""
    if not folder.is_dir():
        raise UsageError("no-such-path", path=str(folder), nearest="")
    rules = session.rules()
    labels = labelled.read(folder, rules.types, rules.policy.levels)
    (plan,) = plans(session, Wanted(addresses=(str(folder),)), frozenset(), hidden=())
    reader = _Folder(_Judge(rules), labels)
    connector = plan.open(plan.spec)
    try:
        reader.read(plan, connector)
    finally:
        connector.close()
    reader.check()
    return Evaluation(score=Score(reader.judged), problems=tuple(reader.problems))


class _Judge:
    """Detector and policy over one table at a time; names that hold values stay concealed."""

    def __init__(self, rules: Rules) -> None:
        self.detector: Detector = rules.detector()
        self._policy = rules.policy
        self._key = token_bytes(32)

    def judged(
        self, asset: Asset, profile: TableProfile, labels: Sequence[Label | None], group: str
    ) -> Iterator[Judged]:
        """One Judged for each column that has a label."""
        findings = self.detector.findings(asset, profile)
        graded = grade(asset, findings, self._policy).columns
        for column, finding, answer, label in zip(asset.columns, findings, graded, labels, strict=True):
            if label is None:
                continue
            yield Judged(
                place=self.detector.conceal(
                    "/".join((*asset.path, column.comment or column.name)), self._key
                ),
                group=group,
                labels=label.types,
                found=finding.type or NONE,
                confidence=finding.confidence,
                levels=label.levels,
                level=answer.level,
            )


class _Folder:
    """Reads the labelled files of a folder, table by table."""

    def __init__(self, judge: _Judge, labels: Labels) -> None:
        self._judge, self._labels = judge, labels
        self.judged: list[Judged] = []
        self.problems: list[Problem] = []
        self._met: set[tuple[str, str]] = set()
        self._failed: set[str] = set()

    def read(self, plan: SourcePlan, connector: Connector) -> None:
        """Judge every file that a label speaks of."""
        for listed in connector.assets():
            name = "/".join(listed.path)
            if not any(file == name or file.startswith(f"{name}/") for file in self._labels.files):
                continue
            if isinstance(listed, Problem):
                self._trouble(listed)
                continue
            try:
                with closing(_items(connector, listed, plan)) as items:
                    self._tables(items)
            except Unreadable as stop:
                self._trouble(stop.problem)

    def _tables(self, items: Iterator[Sample | Problem]) -> None:
        asset: Asset | None = None
        profile: TableProfile | None = None
        for item in items:
            if isinstance(item, Problem):
                self._trouble(item)
                continue
            if asset is None or profile is None or asset.path != item.asset.path:
                self._close(asset, profile)
                profile = self._judge.detector.profile(len(item.asset.columns))
            asset = item.asset
            profile.add(item)
        self._close(asset, profile)

    def _close(self, asset: Asset | None, profile: TableProfile | None) -> None:
        if asset is None or profile is None:
            return
        file = "/".join(asset.path)
        places = [(file, column.name) for column in asset.columns]
        self._met.update(places)
        labels = [self._labels.by_place.get(place) for place in places]
        self.judged += self._judge.judged(asset, profile, labels, file.rpartition("/")[0] or ".")

    def _trouble(self, problem: Problem) -> None:
        self.problems.append(problem)
        self._failed.add("/".join(problem.path))

    def check(self) -> None:
        """Refuse labels of columns that are not there; those of files that could not be read are problems."""
        for (file, column), label in self._labels.by_place.items():
            failed = any(file == name or file.startswith(f"{name}/") for name in self._failed)
            if (file, column) not in self._met and not failed:
                raise UsageError(
                    "eval-label-nowhere", file=str(self._labels.source), line=label.line, table=file
                )


def _items(connector: Connector, listed: Asset, plan: SourcePlan) -> Generator[Sample | Problem, None, None]:
    yield from connector.sample(listed, plan.budget_for(listed))
