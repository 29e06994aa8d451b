"""Two runs side by side: a join of two streams of results in the same order, one asset of each at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, zip_longest

from guard.catalog.changes import Levels, Side, cells, column_changes, lost_decisions
from guard.catalog.entries import Stored
from guard.model import AssetKind, AssetResult, Status
from guard.model.drift import Change, ChangeKind
from guard.policy.regrading import Regrading

Entries = Iterable[Stored]
Pair = tuple[Stored | None, Stored | None]
Place = tuple[str, tuple[str, ...]]
Grade = Callable[[AssetResult], AssetResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How two runs are compared.

    ``sources`` are compared, no others. ``unread`` are sources that could not be read this time.
    ``absent`` is empty where an asset that is not in the later run is gone, else the reason why that cannot
    be said (``unfinished``, ``scope``). ``growth`` is in percent. ``counting`` are the ids of the decisions
    that count in the later run. ``renamed`` leads from the place of a renamed table to the one it had before
    (``guard.policy.moved``). ``policies`` says that both runs were
    graded by different rules.
    """

    levels: Levels
    rules: Regrading
    sources: frozenset[str]
    unread: frozenset[str] = frozenset()
    absent: str = ""
    growth: float = 30.0
    policies: bool = False
    counting: frozenset[str] = frozenset()
    renamed: Mapping[Place, Place] = field(default_factory=dict)


def drift(
    before: Entries, after: Entries, terms: Terms, regrade: tuple[Grade, Grade] | None = None
) -> Iterator[Change]:
    """Every change from ``before`` to ``after``, by source and path.

    Holds a page of each side at a time, whatever the size of the runs, and decodes only assets that
    differ. ``regrade`` grades the assets of each side again before they are compared; the entries must then
    be briefed by all their evidence.
    """
    gap: tuple[str, ...] = ()
    was, now = regrade or (_as_stored, _as_stored)
    for old, new in _rejoined(pairs(_of(before, terms), _of(after, terms)), terms.renamed):
        if new is not None and new.skipped:
            gap = (new.source, *new.result.asset.path)
        found = old or new
        if found is None or _whole_source(found):
            continue
        if old is not None and new is not None:
            if old.identity[0] != new.identity[0]:
                yield _renamed(old.result, new.result, terms)
            if old.brief != new.brief:
                yield from _both(was(old.result), now(new.result), terms)
            if not (old.skipped or new.skipped):
                yield from _volume(old, new, terms)
        elif old is not None:
            yield from _gone(was(old.result), terms, gap)
        elif new is not None:
            yield from _new(now(new.result), terms)


def _rejoined(found: Iterator[Pair], renamed: Mapping[Place, Place]) -> Iterator[Pair]:
    """Both sides of each renamed table as one pair, told where the later of them stands."""
    after = {old: new for new, old in renamed.items()}
    waiting: dict[Place, Stored] = {}
    for old, new in found:
        one = old or new
        place = _place(one) if renamed and one is not None and (old is None or new is None) else None
        other = None if place is None else (after if new is None else renamed).get(place)
        if place is None or other is None:
            yield old, new
        elif other in waiting:
            there = waiting.pop(other)
            yield (old, there) if new is None else (there, new)
        elif one is not None:
            waiting[place] = one


def _place(entry: Stored) -> Place:
    return entry.source, entry.result.asset.path


def _renamed(old: AssetResult, new: AssetResult, terms: Terms) -> Change:
    before, after = ("/".join(one.asset.path) for one in (old, new))
    return _change(ChangeKind.RENAMED, new, terms, before=before, after=after)


def pairs(before: Entries, after: Entries) -> Iterator[Pair]:
    """The assets of both streams matched by source, path and kind; None where one side has it not."""
    left, right = groupby(before, key=_key), groupby(after, key=_key)
    old, new = _next(left), _next(right)
    while old is not None or new is not None:
        if new is None or (old is not None and old[0] < new[0]):
            yield from ((one, None) for one in (old or new or (b"", []))[1])
            old = _next(left)
        elif old is None or new[0] < old[0]:
            yield from ((None, one) for one in new[1])
            new = _next(right)
        else:
            yield from _matched(old[1], new[1])
            old, new = _next(left), _next(right)


def _as_stored(result: AssetResult) -> AssetResult:
    return result


def _key(entry: Stored) -> bytes:
    return entry.key


def _next(groups: Iterator[tuple[bytes, Iterator[Stored]]]) -> tuple[bytes, list[Stored]] | None:
    found = next(groups, None)
    return None if found is None else (found[0], list(found[1]))


def _matched(old: list[Stored], new: list[Stored]) -> Iterator[Pair]:
    # The order key is cut at 1,000 bytes: long paths may share one.
    left, right = _bucketed(old), _bucketed(new)
    for key in {**left, **right}:
        yield from zip_longest(left.get(key, ()), right.get(key, ()))


def _bucketed(entries: list[Stored]) -> dict[tuple[str, str], list[Stored]]:
    found: dict[tuple[str, str], list[Stored]] = {}
    for one in entries:
        found.setdefault(one.identity, []).append(one)
    return found


def _of(entries: Entries, terms: Terms) -> Iterator[Stored]:
    return (one for one in entries if one.source in terms.sources)


def _whole_source(entry: Stored) -> bool:
    """Whether the entry only says that its source could not be opened or held nothing."""
    return entry.skipped and entry.result.asset.path == (entry.source,)


def _gone(old: AssetResult, terms: Terms, gap: tuple[str, ...]) -> Iterator[Change]:
    if old.coverage.status is Status.SKIPPED:
        return
    place = (old.asset.source, *old.asset.path)
    below = bool(gap) and place[: len(gap)] == gap
    why = "skipped" if old.asset.source in terms.unread or below else terms.absent
    if why:
        yield _change(ChangeKind.COVERAGE_LOST, old, terms, why=why)
        return
    yield _change(ChangeKind.GONE, old, terms, count=len(old.asset.columns))
    yield from lost_decisions(_side(old, old, terms), cells(old))
    if terms.rules.masks(old.asset):
        yield _change(ChangeKind.PROTECTION_LOST, old, terms, before="mask-view")


def _new(new: AssetResult, terms: Terms) -> Iterator[Change]:
    if new.coverage.status is Status.SKIPPED:
        return
    entry = "new-view" if new.asset.kind is AssetKind.VIEW else "new"
    yield _change(ChangeKind.NEW, new, terms, entry=entry, count=len(new.asset.columns))
    if terms.rules.masks(new.asset):
        yield _change(ChangeKind.PROTECTION_GAINED, new, terms, after="mask-view")


def _both(old: AssetResult, new: AssetResult, terms: Terms) -> Iterator[Change]:
    was, now = (one.coverage.status is Status.SKIPPED for one in (old, new))
    if was or now:
        if was != now:
            lost = ChangeKind.COVERAGE_LOST if now else ChangeKind.COVERAGE_GAINED
            yield _change(lost, old if now else new, terms, why="skipped")
        return
    named = (old.coverage.basis, new.coverage.basis) == ("values", "metadata")
    if named:
        yield _change(ChangeKind.COVERAGE_LOST, old, terms, why="names-only")
    found = list(column_changes(_side(old, new, terms), named=named))
    yield from found
    yield from _table(old, new, found, terms)


def _side(old: AssetResult, new: AssetResult, terms: Terms) -> Side:
    return Side(
        old=old,
        new=new,
        levels=terms.levels,
        rules=terms.rules,
        policies=terms.policies,
        counting=terms.counting,
    )


def _volume(old: Stored, new: Stored, terms: Terms) -> Iterator[Change]:
    before, after = old.rows, new.rows
    if before is None or after is None or after <= before:
        return
    percent = 100.0 * (after - before) / before if before else None
    if percent is None or percent >= terms.growth:
        params = {} if percent is None else {"percent": round(percent, 1)}
        yield _change(
            ChangeKind.VOLUME, new.result, terms, params=params, before=str(before), after=str(after)
        )


def _table(old: AssetResult, new: AssetResult, found: list[Change], terms: Terms) -> Iterator[Change]:
    """The level of the whole, where no column explains that it moved."""
    levels = terms.levels
    if old.table is None or new.table is None:
        return
    was, now = levels.standing(old.table), levels.standing(new.table)
    told = max((levels.rank(change.level) for change in found), default=-1)
    if levels.rank(now) > levels.rank(was) and told < levels.rank(now):
        entry = "policy" if terms.policies else ""
        yield _change(ChangeKind.RAISED, new, terms, before=was, after=now, entry=entry)


def _change(
    kind: ChangeKind,
    result: AssetResult,
    terms: Terms,
    *,
    entry: str = "",
    count: int | None = None,
    params: dict[str, float] | None = None,
    **texts: str,
) -> Change:
    return Change(
        kind=kind,
        source=result.asset.source,
        path=result.asset.path,
        level=terms.levels.standing(result.table) if result.table else "",
        triggers=terms.rules.changes.get(entry or kind.value, ()),
        params={**(params or {}), **({} if count is None else {"columns": count})},
        **texts,
    )
