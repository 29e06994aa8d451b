"""Result bundles: written for another network, checked, and merged into this catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from guard import __version__
from guard.catalog import bundle as format_
from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.adopt import Clash
from guard.catalog.audit import append, catalogue_id, last_event, last_head
from guard.catalog.bundle import Manifest, Origin
from guard.catalog.facts import CatalogFacts
from guard.catalog.merge import Merged
from guard.catalog.merge import merge as merged_run
from guard.catalog.store import Store
from guard.catalog.unbundle import SITE, Bundle, file_digest, opened
from guard.model import AssetResult, Decision, Event, Run, Standing, UsageError
from guard.ops import review
from guard.ops.audit import POLICY, event
from guard.ops.clock import now
from guard.ops.engine import Rules
from guard.ops.estate import settle
from guard.ops.session import Session
from guard.policy.decide import Decisions
from guard.policy.grade import grade
from guard.policy.two_persons import one_handed
from guard.sdk.whole import whole

__all__ = ["Clash", "Exported", "Mix", "export", "merge", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A bundle that was written or read, and the digest of its file, ``ALGORITHM:HEX``."""

    manifest: Manifest
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What a merge did. ``alike``: every part was graded by the policy in force here. ``waiting`` of the
    ``decisions`` wait for a second person here.
    """

    run: Run | None
    taken: tuple[Exported, ...]
    skipped: tuple[tuple[Exported, str], ...]
    clashes: tuple[Clash, ...]
    decisions: int
    assets: int
    alike: bool
    waiting: int = 0


def export(session: Session, path: Path, run: str, *, site: str = "", algorithm: str = "sha256") -> Exported:
    """Write a run with the decisions in force about its sources to ``path``, whole or not at all.

    ``site`` names the place it comes from (default: the start of the catalogue's own digest). Logged
    before the file appears. Raises UsageError ``bundle-site-name``, ``cannot-write``.
    """
    if site and not SITE.fullmatch(site):
        raise UsageError("bundle-site-name", site=site)
    with session.store(create=False) as store:
        found = store.find_run(run)
        origin = _origin(store, found, site, algorithm)
        facts = CatalogFacts(store, found.id, {}, (), "en")
        try:
            with whole(path) as draft:
                draft.touch(mode=0o600)
                about = format_.write(draft, origin, found, facts.results(), _decisions(store, found))
                made = Exported(manifest=about, digest=file_digest(draft, algorithm))
                _log_export(session, store, made)
        except OSError as error:
            raise UsageError("cannot-write", path=str(path), why=error.strerror or "OSError") from None
    return made


def _origin(store: Store, run: Run, site: str, algorithm: str) -> Origin:
    with store.reading() as connection:
        catalogue, head = catalogue_id(connection), last_head(connection)
        logged = last_event(connection, POLICY)
    packs: Sequence[Mapping[str, str]] = ()
    if logged is not None and logged.detail.get("new") == run.policy:
        packs = _packs(logged)
    return Origin(
        site=site or catalogue[:8],
        catalogue=catalogue,
        audit=str(head),
        hash=algorithm,
        govguard=__version__,
        packs=tuple(packs),
    )


def _packs(logged: Event) -> tuple[Mapping[str, str], ...]:
    given = logged.detail.get("packs")
    return tuple(given) if isinstance(given, list) else ()


def _decisions(store: Store, run: Run) -> Iterator[Decision]:
    sources = {source for source, _ in reviewing.places(store, run.id).values()}
    for one in kept.sound(store):
        if one.standing is Standing.ACTIVE and one.source in sources:
            yield one


def _log_export(session: Session, store: Store, made: Exported) -> None:
    about = made.manifest
    detail = {
        "site": about.site,
        "digest": made.digest,
        "assets": about.assets,
        "columns": about.columns,
        "decisions": about.decisions,
    }
    with store.writing() as connection:
        append(connection, event(session, "bundle.export", about.run, detail))


def show(path: Path, told: Sequence[str] = ()) -> Exported:
    """Check the bundle at ``path`` whole. Raises as ``guard.catalog.unbundle.opened``."""
    with opened(path, told) as bundle:
        bundle.check()
        return _said(bundle)


def _said(bundle: Bundle) -> Exported:
    return Exported(manifest=bundle.manifest, digest=bundle.digest)


def merge(session: Session, paths: Sequence[Path], *, told: Sequence[str] = (), into: str = "") -> Mix:
    """Merge bundles into a new run that holds every source once; nothing where one of them is not sound.

    Raises as ``guard.catalog.unbundle.opened`` and ``guard.catalog.merge.merge``.
    """
    rules = session.rules()
    with ExitStack() as open_:
        bundles = [open_.enter_context(opened(path, told)) for path in paths]
        for bundle in bundles:
            bundle.check()
        store = open_.enter_context(session.store())
        done = merged_run(
            store,
            bundles,
            _new_run(),
            into=store.find_run(into) if into else None,
            doubt=lambda new, held, results: one_handed(new, held, results, rules.policy, today=now()[:10]),
            finish=lambda run: _finish(run, rules),
            event=lambda done: _merge_event(session, done),
        )
        if done.run is not None and done.run.policy == rules.policy.digest:
            _settle(session, store, rules, done.run)
        return _mix(done, rules)


def _new_run() -> Run:
    at = now()
    stamp = "".join(char for char in at[:19] if char.isdigit())
    return Run(
        id=f"{stamp[:8]}-{stamp[8:]}-{token_hex(3)}",
        started=at,
        finished=at,
        status="complete",
        version=__version__,
    )


def _finish(run: Run, rules: Rules) -> Callable[[tuple[Decision, ...]], Callable[[AssetResult], AssetResult]]:
    """Lay decisions over results that the policy in force has graded; others keep their own grading.

    A table in which a decision waits is graded here in any case: its own grading rests on that decision.
    """

    def finish(held: tuple[Decision, ...]) -> Callable[[AssetResult], AssetResult]:
        decide = Decisions(held, rules.policy, today=run.started[:10])
        places = {(one.source, one.path) for one in held}
        waiting = {(one.source, one.path) for one in held if one.standing is Standing.PENDING}

        def finished(result: AssetResult) -> AssetResult:
            place = (result.asset.source, result.asset.path)
            decided = place in places or any(said.decision for said in result.classifications)
            ours = place in waiting or (run.policy == rules.policy.digest and decided)
            if not ours or not result.findings:
                return result
            graded = grade(result.asset, result.findings, rules.policy, decide)
            return replace(result, classifications=graded.columns, table=graded.table)

        return finished

    return finish


def _settle(session: Session, store: Store, rules: Rules, run: Run) -> None:
    facts = session.facts(store, run.id, rules)
    review.settle(session, store, rules, run.id, now())
    held = review.decisions(session, store, now(), rules=rules, run_id=run.id)
    settle(store, run.id, facts, rules.policy, held)


def _merge_event(session: Session, done: Merged) -> Event:
    bundles = [
        {"site": one.manifest.site, "run": one.manifest.run, "digest": one.digest} for one in done.taken
    ]
    detail = {
        "bundles": bundles,
        "assets": done.assets,
        "decisions": done.decisions,
        "pending": done.waiting,
        "conflicts": len(done.clashes),
    }
    return event(session, "bundle.merge", done.run.id if done.run else "", detail)


def _mix(done: Merged, rules: Rules) -> Mix:
    return Mix(
        run=done.run,
        taken=tuple(map(_said, done.taken)),
        skipped=tuple((_said(bundle), why) for bundle, why in done.skipped),
        clashes=tuple(done.clashes),
        decisions=done.decisions,
        assets=done.assets,
        waiting=done.waiting,
        alike=done.run is None or done.run.policy == rules.policy.digest,
    )
