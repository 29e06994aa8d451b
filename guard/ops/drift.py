"""``guard drift``: which two runs are compared, on which terms, and what their changes mean to a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from guard.catalog import reviewing
from guard.catalog.changes import Levels
from guard.catalog.drift import Grade, Place, Terms, drift
from guard.catalog.entries import Looks, entries, sources_of
from guard.catalog.store import Store
from guard.model import AssetResult, Run, UsageError
from guard.model.drift import Change, ChangeKind, Comparison, Remark
from guard.ops import review
from guard.ops.clock import now
from guard.ops.engine import Rules
from guard.ops.exits import DONE, FOUND, INCOMPLETE
from guard.ops.levels import own_level
from guard.ops.session import Session
from guard.policy.grade import grade
from guard.policy.moved import renamed_tables
from guard.policy.regrading import regrading
from guard.sdk.report import Facts
from guard.yamldoc import nearest

ANY = "any"
FAILING = (*(kind.value for kind in ChangeKind), ANY)
THRESHOLD = "volume-growth-percent"
_FINISHED = frozenset({"complete", "incomplete"})
_SCOPES = ("include", "exclude")
_LOOKS = ("only", "leave", "sample", "metadata_only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. ``runs``: none, one (against the latest) or two (before, after).

    ``since`` is a date or time in ISO 8601. ``match`` is a glob on ``source/path/column``.
    ``level`` keeps changes that touch that level or a higher one. ``fail_on`` are kinds, or ``any``.
    """

    runs: tuple[str, ...] = ()
    since: str = ""
    regraded: bool = False
    match: str = ""
    level: str = ""
    fail_on: tuple[str, ...] = ()
    allow_partial: bool = False


@dataclass(slots=True, kw_only=True)
class Drift:
    """A comparison ready to be read. ``changes()`` may be read again; ``counts`` holds those of the last."""

    head: Comparison
    facts: Facts
    request: Request
    terms: Terms
    _store: Store
    _grades: tuple[Grade, Grade] | None = None
    counts: Counter[ChangeKind] = field(default_factory=Counter)

    def changes(self) -> Iterator[Change]:
        """The changes that the filters keep, by source and path; nothing is held."""
        self.counts.clear()
        levels = self.terms.levels
        floor = levels.rank(self.request.level)
        looks = Looks.of(self.terms.rules, whole=self.request.regraded)
        before, after = (entries(self._store, run.id, looks) for run in (self.head.before, self.head.after))
        for change in drift(before, after, self.terms, self._grades):
            known = change.level in levels.ranks
            if self.request.level and known and levels.rank(change.level) < floor:
                continue
            if not self.request.match or fnmatchcase(change.ref, self.request.match):
                self.counts[change.kind] += 1
                yield change

    def code(self) -> int:
        """The exit code of what was read: a part that could not be read comes before what was found."""
        if not self.request.fail_on:
            return DONE
        partial = any(run.status != "complete" for run in (self.head.before, self.head.after))
        if partial and not self.request.allow_partial:
            return INCOMPLETE
        wanted = self.request.fail_on
        return FOUND if any(ANY in wanted or kind.value in wanted for kind in self.counts) else DONE


def compare(session: Session, store: Store, request: Request) -> Drift:
    """Choose the runs and the terms. Raises UsageError where there are no two runs to compare."""
    rules = session.rules()
    levels = rules.policy.levels
    level = own_level(request.level, levels, rules.policy.maps) if request.level else ""
    request = replace(request, level=level, fail_on=_kinds(request.fail_on))
    sources = _Sources(store)
    before, after = _chosen(store, request, sources)
    facts = [session.facts(store, run.id, rules) for run in (before, after)]
    common = tuple(sorted(sources.of(before).keys() & sources.of(after).keys()))
    head = Comparison(
        before=before,
        after=after,
        sources=common,
        totals=(facts[0].totals, facts[1].totals),
        regraded=request.regraded,
        remarks=tuple(_remarks(before, after, sources, regraded=request.regraded)),
    )
    return Drift(
        head=head,
        facts=facts[1],
        request=request,
        terms=replace(
            _terms(store, head, rules, sources.of(after)),
            counting=frozenset(reviewing.decided(store, after.id)),
        ),
        _store=store,
        _grades=_grades(session, store, rules, (before, after)) if request.regraded else None,
    )


class _Sources:
    """The sources of runs, each asked for once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, dict[str, bool]] = {}

    def of(self, run: Run) -> Mapping[str, bool]:
        if run.id not in self._known:
            self._known[run.id] = sources_of(self._store, run.id)
        return self._known[run.id]


def _chosen(store: Store, request: Request, sources: _Sources) -> tuple[Run, Run]:
    if len(request.runs) > 2 or (request.runs and request.since):
        raise UsageError("drift-runs", count=len(request.runs))
    if len(request.runs) == 2:
        before, after = (store.find_run(word) for word in request.runs)
    else:
        after, before = _default(store, request, sources)
    if before.id == after.id:
        raise UsageError("drift-same", run=after.id)
    if not sources.of(before).keys() & sources.of(after).keys():
        raise UsageError("drift-apart", before=before.id, after=after.id)
    return before, after


def _default(store: Store, request: Request, sources: _Sources) -> tuple[Run, Run]:
    named = store.find_run(request.runs[0]) if request.runs else None
    done = [run for run in store.runs() if run.status in _FINISHED]
    if named is not None:
        done = [run for run in done if run.id == named.id or _overlap(run, named, sources)]
    if not done:
        raise UsageError("drift-none")
    after = done[0]
    if named is not None:
        return after, named
    earlier = [run for run in done[1:] if _overlap(run, after, sources)]
    if request.since:
        moment = _moment(request.since)
        # What held at that moment is what the last scan before it found; before the first nothing is known.
        known = [run for run in earlier if _begun(run) <= moment]
        if earlier and not known:
            raise UsageError("drift-unknown", since=request.since, first=earlier[-1].started[:16])
        earlier = known
    if not earlier:
        raise UsageError("drift-none")
    return after, earlier[0]


def _overlap(one: Run, other: Run, sources: _Sources) -> bool:
    return bool(sources.of(one).keys() & sources.of(other).keys())


def _begun(run: Run) -> datetime:
    return _aware(datetime.fromisoformat(run.started))


def _moment(text: str) -> datetime:
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        raise UsageError("bad-date", word=text) from None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _kinds(given: Sequence[str]) -> tuple[str, ...]:
    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    for word in words:
        if word not in FAILING:
            close = nearest(word, FAILING) or "-"
            raise UsageError("unknown-change", word=word, nearest=close, known=", ".join(FAILING))
    return tuple(dict.fromkeys(words))


def _terms(store: Store, head: Comparison, rules: Rules, sources: Mapping[str, bool]) -> Terms:
    triggers = regrading()
    unread = frozenset(name for name, opened in sources.items() if not opened)
    growth = rules.policy.base.thresholds.get(THRESHOLD, triggers.growth_percent)
    policies = not head.regraded and head.before.policy != head.after.policy
    return Terms(
        levels=Levels.of(rules.policy.levels),
        rules=triggers,
        sources=frozenset(head.sources),
        unread=unread,
        absent=_absent(head),
        growth=float(growth),
        policies=policies,
        renamed=_renamed(store, head, unread),
    )


def _renamed(store: Store, head: Comparison, unread: Collection[str]) -> dict[Place, Place]:
    """From the place of each renamed table to the one it had before; empty where nothing can be said gone."""
    if _absent(head):
        return {}
    was, is_ = (
        {place: id for id, place in reviewing.places(store, run.id).items()}
        for run in (head.before, head.after)
    )
    read = set(head.sources) - set(unread)
    lost = (place for place in was.keys() - is_.keys() if place[0] in read)
    # What is below a part that could not be read is not gone.
    gone = {place: was[place] for place in lost if not any(part in is_ for part in _around(place))}
    new = {place: is_[place] for place in is_.keys() - was.keys() if place[0] in read}
    if not gone or not new:
        return {}
    shapes = reviewing.tables(store, [*gone.values(), *new.values()])
    return renamed_tables(*({place: shapes[id] for place, id in one.items()} for one in (gone, new)))


def _around(place: Place) -> Iterator[Place]:
    source, path = place
    return ((source, path[:depth]) for depth in range(1, len(path)))


def _absent(head: Comparison) -> str:
    if head.after.status not in _FINISHED:
        return "unfinished"
    return "scope" if _differ(head.before, head.after, _SCOPES) else ""


def _differ(before: Run, after: Run, names: Sequence[str]) -> bool:
    return any((before.scope.get(name) or None) != (after.scope.get(name) or None) for name in names)


def _remarks(before: Run, after: Run, sources: _Sources, *, regraded: bool) -> Iterator[Remark]:
    for run in (before, after):
        if run.status != "complete":
            yield Remark(code="incomplete", params={"run": run.id, "status": run.status})
    if regraded:
        yield Remark(code="regraded")
    elif before.policy != after.policy:
        yield Remark(code="policies", params={"before": _policy(before), "after": _policy(after)})
    if _differ(before, after, _SCOPES):
        yield Remark(code="scope")
    if _differ(before, after, _LOOKS):
        yield Remark(code="looks")
    if _begun(after) < _begun(before):
        yield Remark(code="backwards")
    for run, other in ((before, after), (after, before)):
        only = sorted(sources.of(run).keys() - sources.of(other).keys())
        if only:
            yield Remark(code="apart", params={"run": run.id, "sources": ", ".join(only)})


def _policy(run: Run) -> str:
    return " ".join(part for part in (run.pack, run.policy[:12]) if part) or "-"


def _grades(session: Session, store: Store, rules: Rules, pair: tuple[Run, Run]) -> tuple[Grade, Grade]:
    before, after = (_grade(session, store, rules, run) for run in pair)
    return before, after


def _grade(session: Session, store: Store, rules: Rules, run: Run) -> Grade:
    """Grades an asset of ``run`` by the rules and the decisions of now."""
    decide = review.decisions(session, store, now(), rules=rules, run_id=run.id)

    def again(result: AssetResult) -> AssetResult:
        if not result.findings:
            return result
        graded = grade(result.asset, result.findings, rules.policy, decide)
        return replace(result, classifications=graded.columns, table=graded.table)

    return again
