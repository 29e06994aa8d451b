"""``guard scan`` as a function: prepare, run, and say how it ended."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from guard import __version__
from guard.catalog import decisions as kept
from guard.catalog.store import MemoryStore, Store
from guard.model import AssetResult, GuardError, Problem, Run, SourceError
from guard.ops import exits, review
from guard.ops.audit import note_policy
from guard.ops.clock import now
from guard.ops.engine import Rules
from guard.ops.estate import settle
from guard.ops.levels import own_level
from guard.ops.session import Session
from guard.ops.sources import Wanted, plans
from guard.policy.grade import grade
from guard.scan.judge import Judge
from guard.scan.run import Listener, Scan
from guard.scan.scope import SourcePlan
from guard.scan.spans import SpanStore
from guard.sdk.connector import Connector, Explains, Unreadable
from guard.sdk.display import visible
from guard.sdk.report import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. ``sample`` is a row count, ``P%`` or ``full``; ``max_time`` a duration.

    ``spans`` asks for the places in text files, which are kept in memory only.
    ``ask_password(source)`` is called when a URL has a user and no password is referenced.
    """

    addresses: tuple[str, ...]
    ask_password: Callable[[str], str] | None = None
    connector: str | None = None
    password: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    sample: str | None = None
    metadata_only: bool = False
    max_time: str | None = None
    jobs: int = 2
    seed: int = 0
    department: str | None = None
    dry_run: bool = False
    show_sql: bool = False
    spans: bool = False
    resume: str | None = None
    no_store: bool = False
    fail_on: str | None = None
    allow_partial: bool = False

    def scope(self) -> dict[str, object]:
        """What a resumed run needs to ask for the same again; no secret in it."""
        return {
            "addresses": [_lasting(address) for address in self.addresses],
            "password": self.password,
            "connector": self.connector,
            "include": list(self.include),
            "exclude": list(self.exclude),
            "only": list(self.only),
            "leave": list(self.leave),
            "sample": self.sample,
            "metadata_only": self.metadata_only,
            "seed": self.seed,
            "department": self.department,
        }

    def again(self, scope: dict[str, object]) -> Request:
        """This request with the scope of an earlier run."""
        fields = {key: tuple(value) if isinstance(value, list) else value for key, value in scope.items()}
        return replace(self, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a scan ended: its facts, the exit code, and the command that goes on where it stopped.

    ``spans`` are the places in text files, where they were asked for.
    """

    facts: Facts
    exit_code: int
    fail_on: str
    troubles: tuple[exits.Trouble, ...] = ()
    resume: str = ""
    spans: SpanStore | None = None


@dataclass(slots=True, kw_only=True)
class Prepared:
    """A scan ready to run; ``stop()`` makes it finish what is in hand and save."""

    session: Session
    request: Request
    rules: Rules
    store: Store | MemoryStore
    run_: Run
    plans: Sequence[SourcePlan]
    fail_on: str
    stopping: bool = False
    _scan: Scan | None = field(default=None)
    _spans: SpanStore | None = field(default=None)

    def stop(self) -> None:
        """Ask the scan to finish the assets in hand and return."""
        self.stopping = True
        if self._scan is not None:
            self._scan.stop()

    def run(self, listener: Listener) -> Result:
        """Scan, record, and report how it ended. Raises GuardError when the catalogue cannot be written."""
        run_id = self.run_.id

        def sink(unit: str, results: Sequence[AssetResult]) -> None:
            self.store.record(run_id, unit, results)

        scan = self._scan = Scan(self.plans, self._judge(), sink, listener)
        if self.request.max_time:
            scan.deadline = time.monotonic() + self.session.duration(self.request.max_time)
        scan.run(self.request.jobs)
        return self._end(scan.cut)

    def _judge(self) -> Judge:
        policy = self.rules.policy
        detector = self.rules.detector(self.request.only, self.request.leave)
        if self.request.spans:
            self._spans = SpanStore(detector.text, self.rules.types)
        judge = Judge(
            detector=detector,
            spans=self._spans,
            grade=lambda asset, findings: grade(asset, findings, policy),
            key=self.store.key,
        )
        held = review.decisions(self.session, self.store, now(), rules=self.rules, run_id=self.run_.id)
        if not held:
            return judge
        # Names are judged as they are; people decided upon them as the catalogue keeps them.
        decide = held.seen_as(judge.conceal)
        return replace(judge, grade=lambda asset, findings: grade(asset, findings, policy, decide))

    def _again(self) -> str:
        """The command that goes on with this run, with the catalogue and guard.yaml it was given."""
        return shlex.join(["guard", "scan", "--resume", self.run_.id, *self.session.given])

    def _end(self, cut: bool) -> Result:
        facts = self.session.facts(self.store, self.run_.id, self.rules)
        review.settle(self.session, self.store, self.rules, self.run_.id, now())
        held = review.decisions(self.session, self.store, now(), rules=self.rules, run_id=self.run_.id)
        settle(self.store, self.run_.id, facts, self.rules.policy, held)
        outcome = exits.outcome(facts, self.fail_on)
        status = "interrupted" if cut else "incomplete" if outcome.incomplete else "complete"
        self.store.finish(self.run_.id, status, now())
        facts = self.session.facts(self.store, self.run_.id, self.rules)
        resume = "" if not cut or self.request.no_store else self._again()
        code = 130 if cut and self.stopping else outcome.code(self.request.allow_partial, cut)
        return Result(
            facts=facts,
            exit_code=code,
            fail_on=self.fail_on,
            troubles=outcome.troubles,
            resume=resume,
            spans=self._spans,
        )


def _lasting(address: str) -> str:
    # A run may be resumed from another folder.
    return str(Path(address).absolute()) if Path(address).exists() else address


def prepare(session: Session, request: Request) -> Prepared:
    """Check everything that can be wrong before anything is opened. Raises UsageError, RefusedError."""
    rules = session.rules()
    fail_on = _fail_on(request.fail_on or session.config.fail_on, rules)
    store: Store | MemoryStore = MemoryStore() if request.no_store else session.store()
    try:
        done: frozenset[str] = frozenset()
        if request.resume:
            run = store.find_run(request.resume)
            request = request.again(dict(run.scope))
            done = store.finished_units(run.id)
        else:
            run = _new_run(request, rules)
        sources = plans(session, _wanted(request), done, hidden=store.paths())
        if isinstance(store, Store):
            kept.check(store)
        if not request.resume:
            store.begin(run)
        note_policy(session, store, rules)
    except GuardError:
        store.close()
        raise
    return Prepared(
        session=session, request=request, rules=rules, store=store, run_=run, plans=sources, fail_on=fail_on
    )


def dry_run(session: Session, request: Request) -> Iterator[str]:
    """What a scan would read and what it costs, without reading a row; with ``show_sql``, every statement."""
    rules = session.rules()
    _fail_on(request.fail_on or session.config.fail_on, rules)
    for plan in plans(session, _wanted(request), frozenset(), hidden=()):
        connector = plan.open(plan.spec)
        try:
            yield f"-- {plan.spec.name}  {plan.spec.url}"
            if request.show_sql and isinstance(connector, Explains):
                yield from connector.statements(plan.budget)
            else:
                yield from _costs(plan, connector)
        except Unreadable as stop:
            raise SourceError("source-unreadable", code=stop.problem.code, where=plan.spec.name) from None
        finally:
            connector.close()


def _costs(plan: SourcePlan, connector: Connector) -> Iterator[str]:
    for item in connector.assets():
        path = visible("/".join(item.path))
        if isinstance(item, Problem):
            yield f"{path}\t{item.code}"
            continue
        budget = plan.budget_for(item)
        most = item.rows if budget.rows is None else min(budget.rows, item.rows or budget.rows)
        size = f"{item.bytes} bytes" if item.bytes is not None else ""
        yield f"{path}\t{len(item.columns) or '?'} columns\t{'?' if most is None else most} rows\t{size}"


def _wanted(request: Request) -> Wanted:
    return Wanted(
        addresses=request.addresses,
        connector=request.connector,
        password=request.password,
        include=request.include,
        exclude=request.exclude,
        sample=request.sample,
        metadata_only=request.metadata_only,
        seed=request.seed,
        department=request.department or "",
        ask_password=request.ask_password,
    )


def _new_run(request: Request, rules: Rules) -> Run:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return Run(
        id=f"{stamp}-{token_hex(3)}",
        started=now(),
        scope=request.scope(),
        pack=rules.policy.pack,
        policy=rules.policy.digest,
        version=__version__,
    )


def _fail_on(level: str, rules: Rules) -> str:
    return own_level(level, (*rules.policy.levels, "never"), rules.policy.maps)
