"""Brings bundles of several catalogues together in one new run of this one, each source once.

A source keeps its name and gets that of its site: ``hr@north``. Of one catalogue, the newer run
counts: it replaces the sources that it read whole, and single units where it read a part.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice

from sqlalchemy import Connection, insert, update

from guard.catalog.adopt import Clash, adopt, arriving, id_at, site_name
from guard.catalog.chain import Head
from guard.catalog.codec import asset_row, column_rows, run_row
from guard.catalog.decisions import Changing, lock
from guard.catalog.facts import CatalogFacts
from guard.catalog.store import Store, insert_assets
from guard.catalog.tables import bundles as bundle_table
from guard.catalog.tables import digest, runs, units
from guard.catalog.unbundle import Bundle
from guard.model import (
    AssetResult,
    Classification,
    Decision,
    Event,
    RefusedError,
    Run,
    Standing,
    UsageError,
)

SCOPE = "merged"
_CHUNK = 200
_OPEN = (Standing.ACTIVE.value, Standing.PENDING.value)

Doubt = Callable[[Sequence[Decision], Sequence[Decision], Iterable[AssetResult]], Collection[str]]
"""From decisions that are new here, those held, and results: the ids of those that need a second person."""
Finish = Callable[[tuple[Decision, ...]], Callable[[AssetResult], AssetResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a merged run holds of one catalogue. ``audit`` is that catalogue's head when it was exported."""

    site: str
    catalogue: str
    run: str
    started: str
    status: str
    pack: str
    policy: str
    audit: str
    content: str

    @property
    def age(self) -> tuple[str, str, int]:
        """Larger is newer: by the run, then by how far its catalogue's audit log had come."""
        return self.started, self.run, Head.parse(self.audit).number


def part_of(bundle: Bundle) -> Part:
    """The part that a bundle would be."""
    about = bundle.manifest
    names = ("site", "catalogue", "run", "started", "status", "pack", "policy", "audit", "content")
    return Part(**{name: getattr(about, name) for name in names})


def parts_of(run: Run) -> tuple[Part, ...]:
    """The parts of a merged run; none of any other."""
    given = run.scope.get(SCOPE)
    return tuple(Part(**one) for one in given) if isinstance(given, list) else ()


@dataclass(slots=True, kw_only=True)
class Merged:
    """What came of it: the new run (None: nothing was new), what was taken, and what was not, and why.

    ``skipped`` are bundles with ``same`` or ``older``; ``decisions`` counts those that came along,
    ``waiting`` those of them that wait for a second person.
    """

    run: Run | None = None
    taken: list[Bundle] = field(default_factory=list)
    skipped: list[tuple[Bundle, str]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    decisions: int = 0
    waiting: int = 0
    assets: int = 0


def merge(
    store: Store,
    given: Sequence[Bundle],
    begun: Run,
    *,
    into: Run | None,
    doubt: Doubt,
    finish: Callable[[Run], Finish],
    event: Callable[[Merged], Event],
) -> Merged:
    """Merge checked bundles with the parts of ``into`` (default: the last merged run) in one transaction.

    ``begun`` is the new run without pack, policy and scope; ``doubt`` says which decisions that come along
    need a second person here; ``finish`` lays this catalogue's decisions over
    a result. Raises RefusedError ``bundle-site``, UsageError ``bundle-not-merged``; then nothing changed.
    """
    done = Merged()
    with store.writing() as connection:
        lock(connection)
        basis = into or next((run for run in store.runs() if parts_of(run)), None)
        if into is not None and not parts_of(into):
            raise UsageError("bundle-not-merged", run=into.id)
        parts = _plan(given, basis, done)
        if not done.taken:
            return done
        done.run = _joined(begun, parts.values())
        change = Changing(connection)
        waits = _doubted(store, basis, done, change, doubt)
        for bundle in done.taken:
            clashes, brought = adopt(connection, change, bundle, waits)
            done.clashes += clashes
            done.decisions += brought
        done.waiting = sum(one.id in waits and one.standing is Standing.PENDING for one in change.held())
        finished = finish(done.run)(change.held())
        results = map(finished, _results(store, basis, done.taken))
        done.assets = _insert(connection, done.run, results)
        _note(connection, done)
        change.log(event(done))
    return done


def _doubted(
    store: Store, basis: Run | None, done: Merged, change: Changing, doubt: Doubt
) -> Collection[str]:
    held = change.held()
    known = {one.id for one in held}
    new = [one for bundle in done.taken for one in arriving(bundle) if one.id not in known]
    return doubt(new, held, _results(store, basis, done.taken)) if new else ()


def _plan(given: Sequence[Bundle], basis: Run | None, done: Merged) -> dict[str, Part]:
    parts = {part.catalogue: part for part in (parts_of(basis) if basis else ())}
    for bundle in sorted(given, key=lambda one: part_of(one).age):
        new = part_of(bundle)
        old = parts.get(new.catalogue)
        _one_site(bundle, new, parts.values())
        if old is not None and (old.content == new.content or old.age >= new.age):
            done.skipped.append((bundle, "same" if old.content == new.content else "older"))
            continue
        parts[new.catalogue] = new
        done.taken.append(bundle)
    return parts


def _one_site(bundle: Bundle, new: Part, parts: Iterable[Part]) -> None:
    for part in parts:
        if (part.site == new.site) != (part.catalogue == new.catalogue):
            raise RefusedError("bundle-site", file=bundle.name, site=new.site, known=part.site)


def _joined(begun: Run, parts: Iterable[Part]) -> Run:
    found = sorted(parts, key=lambda part: part.site)
    policies = {part.policy for part in found}
    complete = all(part.status == "complete" for part in found)
    return replace(
        begun,
        status="complete" if complete else "incomplete",
        pack=" | ".join(dict.fromkeys(part.pack for part in found)),
        policy=policies.pop() if len(policies) == 1 else "",
        scope={SCOPE: [asdict(part) for part in found]},
    )


# --- results -------------------------------------------------------------------------------------


def _results(store: Store, basis: Run | None, taken: Sequence[Bundle]) -> Iterator[AssetResult]:
    """Each unit once: of the run before what no bundle replaces, of each bundle what no later one does."""
    covers = [_Cover(bundle) for bundle in taken]
    if basis is not None:
        for result in CatalogFacts(store, basis.id, {}, (), "en").results():
            if not any(cover.replaces(result) for cover in covers):
                yield result
    for at, bundle in enumerate(taken):
        for plain in bundle.results():
            result = at_site(plain, bundle.manifest.site, bundle.manifest.catalogue)
            if not any(cover.replaces(result) for cover in covers[at + 1 :]):
                yield result


class _Cover:
    """Which results of an earlier run a bundle takes the place of."""

    def __init__(self, bundle: Bundle) -> None:
        about = bundle.manifest
        sources = {site_name(source, about.site) for source in about.sources}
        self._whole = sources if about.whole else frozenset()
        self._ending = f"@{about.site}"
        self._units = {(source, unit) for source, unit in _places(bundle)}

    def replaces(self, result: AssetResult) -> bool:
        source = result.asset.source
        return source.endswith(self._ending) and (
            source in self._whole or (source, result.unit) in self._units
        )


def _places(bundle: Bundle) -> Iterator[tuple[str, str]]:
    site = bundle.manifest.site
    return ((site_name(source, site), _unit(unit, source, site)) for source, unit in bundle.units)


def at_site(result: AssetResult, site: str, catalogue: str) -> AssetResult:
    """A result under the name that its source has here."""
    source = result.asset.source
    return replace(
        result,
        asset=replace(result.asset, source=site_name(source, site)),
        unit=_unit(result.unit, source, site),
        classifications=tuple(_decided(answer, catalogue) for answer in result.classifications),
        table=_decided(result.table, catalogue) if result.table else None,
    )


def _unit(unit: str, source: str, site: str) -> str:
    start = source.replace("%", "%25").replace("/", "%2F")
    if unit == start or unit.startswith(f"{start}/"):
        return f"{site_name(start, site)}{unit[len(start) :]}"
    return site_name(unit, site)


def _decided(answer: Classification, catalogue: str) -> Classification:
    if answer.decision is None:
        return answer
    return replace(answer, decision=replace(answer.decision, id=id_at(answer.decision.id, catalogue)))


def _insert(connection: Connection, run: Run, results: Iterator[AssetResult]) -> int:
    number = connection.execute(insert(runs).returning(runs.c.number), [run_row(run)]).scalar_one()
    known: dict[str, int] = {}
    count = 0
    while chunk := list(islice(results, _CHUNK)):
        names = {digest(result.unit): result.unit for result in chunk}
        for key in names.keys() - known.keys():
            row = {"run": number, "digest": key, "name": names[key]}
            known[key] = connection.execute(insert(units).returning(units.c.id), [row]).scalar_one()
        rows = [{**asset_row(result), "run": number, "unit": known[digest(result.unit)]} for result in chunk]
        insert_assets(connection, rows, [list(column_rows(result)) for result in chunk])
        count += len(chunk)
    return count


def _note(connection: Connection, done: Merged) -> None:
    assert done.run is not None  # noqa: S101 - something was taken
    for bundle in done.taken:
        about = bundle.manifest
        row = {"site": about.site, "run": about.run, "merged": done.run.id, "at": done.run.finished}
        same = bundle_table.c.digest == about.content
        if not connection.execute(update(bundle_table).where(same).values(**row)).rowcount:
            connection.execute(insert(bundle_table), [{**row, "digest": about.content}])
