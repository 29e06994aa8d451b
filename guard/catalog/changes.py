"""The columns of one asset in two runs: which are the same, and what changed in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.model import AssetResult, Classification, Column, Finding
from guard.model.drift import Change, ChangeKind
from guard.policy.regrading import Regrading, read_values, readable

Cell = tuple[Column, Finding, Classification]
NOT_CARRIED = "not-carried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The order of levels. A nomination counts as the level it nominates; what is no level ranks lowest."""

    ranks: Mapping[str, int]

    @classmethod
    def of(cls, levels: Sequence[str]) -> Levels:
        """The levels, lowest first."""
        return cls(ranks={name: rank for rank, name in enumerate(levels)})

    def rank(self, level: str) -> int:
        """Its place from the lowest, 0; -1 for what is no level."""
        return self.ranks.get(level, -1)

    def standing(self, answer: Classification) -> str:
        """The level an answer counts as: its own, or the one it is nominated for where that is higher."""
        return max((answer.level, answer.candidate), key=self.rank) if answer.candidate else answer.level

    def higher(self, *levels: str) -> str:
        """The highest of ``levels``; the first of them where none is a level."""
        return max(levels, key=self.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One asset as it was and as it is. ``policies`` says that it was graded by different rules; ``counting``
    are the ids of the decisions that count anywhere in the later run."""

    old: AssetResult
    new: AssetResult
    levels: Levels
    rules: Regrading
    policies: bool
    counting: frozenset[str] = frozenset()

    def change(
        self,
        kind: ChangeKind,
        cell: Cell,
        *levels: str,
        before: str = "",
        after: str = "",
        cause: str = "",
    ) -> Change:
        """A change of the column of ``cell``; ``levels`` are those of both sides, where they differ.

        ``cause`` says why it moved where the data did not: other rules, or a person's decision.
        """
        standing = self.levels.higher(*(levels or (self.levels.standing(cell[2]),)))
        asset = self.new.asset
        return Change(
            kind=kind,
            source=asset.source,
            path=asset.path,
            column=cell[0].name,
            level=standing,
            triggers=self.rules.changes.get(cause or kind.value, ()),
            before=before,
            after=after,
            why=cause,
        )


def column_changes(side: Side, *, named: bool) -> Iterator[Change]:
    """What changed in the columns of one asset, in their order.

    ``named`` says that this time only names were judged: then nothing that values alone can show is told.
    """
    both, gone, new = _matched(cells(side.old), cells(side.new))
    for old, now in both:
        if old == now:
            continue
        if old[0].name != now[0].name:
            yield side.change(ChangeKind.RENAMED, now, before=old[0].name, after=now[0].name)
        yield from _level(side, old, now, named=named)
        if not named:
            yield from _type(side, old, now)
            yield from _protection(side, old, now)
        if old[0].type != now[0].type:
            yield side.change(ChangeKind.DECLARED_CHANGED, now, before=old[0].type, after=now[0].type)
        if old[2].decision and not now[2].decision:
            yield side.change(ChangeKind.DECISION_LOST, now, before=old[2].decision.act)
    for cell in new:
        yield side.change(ChangeKind.NEW, cell, after=cell[1].type or "")
    for cell in gone:
        yield side.change(ChangeKind.GONE, cell, before=cell[1].type or "")
        yield from lost_decisions(side, [cell])


def lost_decisions(side: Side, gone: Iterable[Cell]) -> Iterator[Change]:
    """The decisions about columns that are ``gone`` which no column of the later run took over."""
    for cell in gone:
        decision = cell[2].decision
        if decision and decision.id not in side.counting:
            yield replace(side.change(ChangeKind.DECISION_LOST, cell, before=decision.act), why=NOT_CARRIED)


def cells(result: AssetResult) -> list[Cell]:
    """The columns of an asset, each with its finding and its answer."""
    return list(zip(result.asset.columns, result.findings, result.classifications, strict=False))


def _matched(before: list[Cell], after: list[Cell]) -> tuple[list[tuple[Cell, Cell]], list[Cell], list[Cell]]:
    """Pairs by name, then of the rest by position, SQL type and found type: renamed; what is left over."""
    if [cell[0].name for cell in before] == [cell[0].name for cell in after]:
        return list(zip(before, after, strict=True)), [], []
    known: dict[str, list[Cell]] = {}
    for cell in before:
        known.setdefault(cell[0].name, []).append(cell)
    same: list[tuple[Cell, Cell]] = []
    rest: list[Cell] = []
    for cell in after:
        named = known.get(cell[0].name)
        if named:
            same.append((named.pop(0), cell))
        else:
            rest.append(cell)
    left = {_place(cell): cell for cells in known.values() for cell in cells}
    new: list[Cell] = []
    for cell in rest:
        old = left.pop(_place(cell), None)
        if old is None:
            new.append(cell)
        else:
            same.append((old, cell))
    same.sort(key=lambda pair: pair[1][0].position)
    return same, list(left.values()), new


def _place(cell: Cell) -> tuple[int, str, str | None]:
    return cell[0].position, cell[0].type, cell[1].type


def _level(side: Side, old: Cell, now: Cell, *, named: bool) -> Iterator[Change]:
    levels = side.levels
    was, is_ = levels.standing(old[2]), levels.standing(now[2])
    if was == is_:
        return
    raised = levels.rank(is_) > levels.rank(was)
    if named and not raised:
        return
    kind = ChangeKind.RAISED if raised else ChangeKind.LOWERED
    person = (old[2].decision and old[2].decision.id) != (now[2].decision and now[2].decision.id)
    by_rules = side.policies and old[1].type == now[1].type
    cause = "decided" if person else "policy" if by_rules else ""
    yield side.change(kind, now, was, is_, before=was, after=is_, cause=cause)


def _type(side: Side, old: Cell, now: Cell) -> Iterator[Change]:
    if old[1].type != now[1].type:
        levels = (side.levels.standing(old[2]), side.levels.standing(now[2]))
        before, after = old[1].type or "", now[1].type or ""
        yield side.change(ChangeKind.TYPE_CHANGED, now, *levels, before=before, after=after)


def _protection(side: Side, old: Cell, now: Cell) -> Iterator[Change]:
    was, is_ = (side.rules.signs(cell[1], cell[2]) for cell in (old, now))
    if lost := _missed(side, was, is_, now[1]):
        yield side.change(ChangeKind.PROTECTION_LOST, now, before=", ".join(lost))
    if gained := _missed(side, is_, was, old[1]):
        yield side.change(ChangeKind.PROTECTION_GAINED, now, after=", ".join(gained))


def _missed(side: Side, signs: frozenset[str], others: frozenset[str], other: Finding) -> list[str]:
    """The signs that the other side lacks, where it shows that it lacks them and has none instead."""
    if others or not signs:
        return []
    shown = {
        "digest": other.type is not None or read_values(other),
        "deidentified": not side.policies,
        "unreadable": readable(other),
    }
    return sorted(sign for sign in signs if shown[sign])
