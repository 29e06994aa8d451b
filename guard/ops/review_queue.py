"""What is left to review, columns alike as one question; and which columns an answer is for."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from guard.catalog import reviewing
from guard.catalog.reviewing import Count, Item
from guard.model import UNDETERMINED, UsageError
from guard.ops.levels import own_level
from guard.ops.review_work import Work
from guard.yamldoc import nearest

KINDS = ("table", "candidate", "conflict", "undetermined", "review", "confirmable")
"""The kinds of groups in the order in which they are asked; ``table``: tables nominated themselves."""
_EXAMPLES = 5
Levels = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which columns of a run are meant; what is empty does not narrow.

    ``refs`` are references of columns or tables, or their ends; ``match`` a glob on source/path/column;
    ``name`` a column name in any case; ``type`` the type found; ``level`` the level proposed; ``group``
    a group's id. ``again`` takes columns that are decided already, too. ``table`` means tables
    themselves, not their columns; ``candidate`` them as well, where they are nominated.
    """

    refs: tuple[str, ...] = ()
    match: str = ""
    name: str = ""
    type: str = ""
    level: str = ""
    group: str = ""
    confirmable: bool = False
    again: bool = False
    table: bool = False
    candidate: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was said of which columns are meant."""
        return not any(
            (self.refs, self.match, self.name, self.type, self.level, self.group, self.confirmable)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Undecided columns of one name (in any case), found type, proposed level and nomination; or tables
    of one name, level and nomination by the same rules, with no ``columns``.

    ``kind`` is one of ``KINDS``; ``conflicts`` of its ``columns`` are graded differently by the packs;
    ``reviews`` counts why a person must look; ``first`` is the row id of a table that shows it.
    """

    id: str
    kind: str
    name: str
    type: str
    level: str
    candidate: str
    columns: int
    tables: int
    conflicts: int
    reviews: Mapping[str, int]
    first: int
    least: float
    most: float


def groups(work: Work, selection: Selection | None = None) -> list[Group]:
    """What is left to review in the run, what matters first: nominations, packs that disagree, undetermined
    columns, then by size; what can be confirmed in bulk comes last."""
    wanted = selection or Selection()
    levels = _check(work, wanted)
    parts: dict[tuple[str, str, str, str, bool], list[Count]] = defaultdict(list)
    for count in _counts(work, wanted, levels):
        parts[_alike(count)].append(count)
    made = [*_table_groups(work, wanted, levels), *(_group(key, counts) for key, counts in parts.items())]
    return sorted(
        (group for group in made if not wanted.group or group.id.startswith(wanted.group)),
        key=lambda group: (KINDS.index(group.kind), -group.columns, -group.tables, group.id),
    )


def _table_groups(work: Work, wanted: Selection, levels: Levels) -> Iterator[Group]:
    keeps = _matcher(wanted, levels)
    parts: dict[str, list[Item]] = defaultdict(list)
    for item in work.tables():
        if item.candidate and item.undecided and item.review != reviewing.SCOPE_SECRET and keeps(item):
            parts[group_id(item)].append(item)
    for id, items in parts.items():
        yield Group(
            id=id,
            kind="table",
            name=items[0].path[-1] if items[0].path else items[0].source,
            type="",
            level=items[0].level,
            candidate=items[0].candidate,
            columns=0,
            tables=len(items),
            conflicts=0,
            reviews=dict(Counter(item.review for item in items).most_common()),
            first=items[0].asset,
            least=0.0,
            most=0.0,
        )


def _counts(work: Work, wanted: Selection, levels: Levels) -> Iterator[Count]:
    if not (wanted.match or wanted.refs):
        for count in reviewing.counts(work.store, work.run.id):
            if _meets(count.name, count.found, count.level, count.confirmable, wanted, levels):
                yield count
        return
    keeps = _matcher(wanted, levels)
    for item in work.items():
        if item.undecided and item.review != reviewing.SCOPE_SECRET and keeps(item):
            yield Count(
                name=item.column,
                found=item.found,
                level=item.level,
                candidate=item.candidate,
                confirmable=item.confirmable,
                review=item.review,
                conflicting=item.conflicting,
                columns=1,
                assets=1,
                first=item.asset,
                least=item.confidence,
                most=item.confidence,
            )


def _alike(count: Count | Item) -> tuple[str, str, str, str, bool]:
    name = count.name if isinstance(count, Count) else count.column
    return name.casefold(), count.found, count.level, count.candidate, count.confirmable


def group_id(item: Item) -> str:
    """The id of the group that a column or table is in: the same in every run as long as the proposal is."""
    if item.of_table:
        name = item.path[-1] if item.path else item.source
        return _id((f"table\0{name.casefold()}", "\0".join(item.because), item.level, item.candidate, False))
    return _id(_alike(item))


def _id(key: tuple[str, str, str, str, bool]) -> str:
    text = "\0".join((*key[:4], "confirmable" if key[4] else ""))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _group(key: tuple[str, str, str, str, bool], counts: Sequence[Count]) -> Group:
    largest = max(counts, key=lambda count: count.columns)
    reviews: Counter[str] = Counter()
    for count in counts:
        reviews[count.review] += count.columns
    conflicts = sum(count.columns for count in counts if count.conflicting)
    return Group(
        id=_id(key),
        kind=_kind(key, conflicts),
        name=largest.name,
        type=key[1],
        level=key[2],
        candidate=key[3],
        columns=sum(count.columns for count in counts),
        tables=sum(count.assets for count in counts),
        conflicts=conflicts,
        reviews=dict(reviews.most_common()),
        first=largest.first,
        least=min(count.least for count in counts),
        most=max(count.most for count in counts),
    )


def _kind(key: tuple[str, str, str, str, bool], conflicts: int) -> str:
    if key[3]:
        return "candidate"
    if conflicts and not key[4]:
        return "conflict"
    if key[2] == UNDETERMINED:
        return "undetermined"
    return "confirmable" if key[4] else "review"


def examples(work: Work, group: Group) -> tuple[str, ...]:
    """References of the first few columns of a group."""
    items = work.tables() if group.kind == "table" else work.items_of(group.name, group.type)
    found = (item.ref for item in items if group_id(item) == group.id)
    return tuple(ref for ref, _ in zip(found, range(_EXAMPLES), strict=False))


def select(work: Work, selection: Selection) -> tuple[Item, ...]:
    """What a person answers for: columns, and tables themselves where the selection means them; those
    decided already, or waiting, only with ``again``.

    Raises UsageError ``review-no-selection`` where nothing narrows it, ``review-no-match`` (with the
    nearest) where nothing is left, ``review-no-columns`` where the run holds none, ``review-decided``
    where a column named by its own reference is decided already, ``unknown-level``,
    ``unknown-type``, ``unknown-column``.
    """
    if selection.empty:
        raise UsageError("review-no-selection")
    keeps = _matcher(selection, _check(work, selection))
    known: list[Item] = []
    found: list[Item] = []
    for item in _meant(work, selection):
        known.append(item)
        if keeps(item):
            found.append(item)
    if selection.candidate:
        found = _nominated(found)
    if not known:
        raise UsageError("review-no-columns", run=work.run.id)
    _refs_found(selection, found, known)
    free = [item for item in found if item.undecided]
    if selection.again:
        free = found
    elif len(free) < len(found):
        _not_decided(selection, found)
    if not free:
        raise _no_match(selection, found, known)
    return tuple(free)


def _meant(work: Work, selection: Selection) -> Iterator[Item]:
    """The columns, the tables, or both, of which a selection may choose."""
    if selection.table:
        yield from work.tables(every=True)
        return
    yield from work.items()
    if selection.candidate or selection.group:
        yield from (item for item in work.tables() if item.candidate)


def _nominated(found: Sequence[Item]) -> list[Item]:
    """``found`` without the columns that were only chosen with their table, which is nominated itself."""
    tables = {item.asset for item in found if item.of_table}
    return [item for item in found if item.of_table or item.candidate or item.asset not in tables]


def _check(work: Work, selection: Selection) -> Levels:
    """The levels that ``selection`` means, none for any: every one that stands for a common level."""
    levels: Levels = frozenset()
    if selection.level:
        maps = work.rules.policy.maps
        word = own_level(selection.level, (*work.rules.policy.levels, UNDETERMINED), maps)
        same = {level for level, mapped in maps.items() if mapped == selection.level}
        levels = frozenset({word} if word == selection.level else same or {word})
    if selection.type and selection.type not in work.rules.types:
        raise UsageError(
            "unknown-type", word=selection.type, nearest=nearest(selection.type, work.rules.types) or "-"
        )
    return levels


def _matcher(wanted: Selection, levels: Levels) -> Callable[[Item], bool]:
    refs = tuple(wanted.refs)

    def keeps(item: Item) -> bool:
        if not _meets(item.column, item.found, item.level, item.confirmable, wanted, levels):
            return False
        if wanted.group and not group_id(item).startswith(wanted.group):
            return False
        if wanted.match and not fnmatchcase(item.ref, wanted.match):
            return False
        return not refs or any(_named(item, ref) for ref in refs)

    return keeps


def _meets(name: str, found: str, level: str, confirmable: bool, wanted: Selection, levels: Levels) -> bool:
    return (
        (not wanted.name or name.casefold() == wanted.name.casefold())
        and (not wanted.type or found == wanted.type)
        and (not levels or level in levels)
        and (not wanted.confirmable or confirmable)
    )


def _named(item: Item, ref: str) -> bool:
    """Whether ``ref`` is the column or its table, or the end of either's reference."""
    return any(whole == ref or whole.endswith(f"/{ref}") for whole in (item.ref, item.table))


def _refs_found(selection: Selection, found: Sequence[Item], known: Sequence[Item]) -> None:
    for ref in selection.refs:
        if not any(_named(item, ref) for item in found):
            if any(_named(item, ref) for item in known):
                continue  # other conditions leave it out: nothing may match, which is said elsewhere
            raise UsageError("unknown-column", word=ref, nearest=nearest_ref(ref, known))


def nearest_ref(ref: str, known: Iterable[Item]) -> str:
    """The reference, or end of one with as many parts, that is nearest to ``ref``; ``-`` for none."""
    parts = ref.count("/") + 1
    ends = {"/".join(item.ref.rsplit("/", parts)[-parts:]): item.ref for item in known}
    close = nearest(ref, ends)
    return ends[close] if close else "-"


def _not_decided(selection: Selection, found: Iterable[Item]) -> None:
    for item in found:
        if not item.undecided and any(_is_column(item, ref) for ref in selection.refs):
            raise UsageError(
                "review-decided",
                column=item.ref,
                by=item.decision.by if item.decision else "",
                at=item.decision.at[:10] if item.decision else "",
                level=item.level,
            )


def _is_column(item: Item, ref: str) -> bool:
    return item.ref == ref or item.ref.endswith(f"/{ref}")


def _no_match(selection: Selection, found: Sequence[Item], known: Sequence[Item]) -> UsageError:
    word = selection.name or selection.group or selection.match or " ".join(selection.refs) or selection.type
    names = [item.column for item in known] if selection.name else []
    if selection.group:
        names = [group_id(item) for item in known if item.undecided]
    close = nearest(word, dict.fromkeys(names)) if names and not found else ""
    return UsageError(
        "review-no-match", word=word or selection.level, nearest=close or "-", decided=len(found) or ""
    )
