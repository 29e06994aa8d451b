"""Of which column or table each note of a script speaks.

One at the end of a line speaks of the last column that is defined on it, else of the table whose statement
it stands in; one alone on its line, of what begins next. A grade that comes after the last column of a
statement speaks of nothing: nobody can tell whether the column or the table is meant. ``column=`` and
``table=`` say it outright.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from guard.gate.declare.declaration import Said
from guard.model.gate import (
    AddColumn,
    Change,
    ChangeColumn,
    CommentOn,
    Copy,
    Create,
    Declaration,
    DropColumn,
    Name,
    Note,
    Place,
    Rename,
    RenameColumn,
    Script,
    Unread,
)

_OF_TABLES = (Create, AddColumn, ChangeColumn, CommentOn, RenameColumn, Rename, DropColumn, Copy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A note with ``table=``: it speaks of that table wherever it stands."""

    table: Name
    column: str
    declaration: Declaration
    place: Place


@dataclass(frozen=True, slots=True)
class _Spot:
    """A column (or a table as a whole, where empty) that a change defines, and where."""

    place: Place
    column: str
    change: Change

    @property
    def begins(self) -> tuple[int, int]:
        return self.place.line, self.place.at


class Spots:
    """The notes of ``script``, each with what it says. ``stray`` are those that speak of nothing."""

    def __init__(self, script: Script, said: Iterable[tuple[Note, Said]]) -> None:
        self._script = script  # its changes are known by identity as long as it lives
        self._of: dict[int, list[tuple[str, Declaration]]] = defaultdict(list)
        self.named: list[Named] = []
        self.stray: list[Note] = []
        notes = tuple(said)
        if not notes:
            return
        spots: list[_Spot] = sorted(
            (one for change in script.changes for one in _spots(change)), key=lambda one: one.begins
        )
        self._all = _Sorted(spots)
        self._columns = _Sorted([one for one in spots if one.column])
        self._statements = _Sorted(
            [one for one in spots if not one.column or not isinstance(one.change, Create)]
        )
        alone = {
            line for note, _ in notes if note.alone for line in range(note.place.line, note.place.last + 1)
        }
        unread = [change.place for change in script.changes if isinstance(change, Unread)]
        for note, read in notes:
            self._add(note, read, alone, unread)

    def of(self, change: Change) -> Sequence[tuple[str, Declaration]]:
        """What is said at ``change``: pairs of a column, empty for the table, and its declaration."""
        return self._of.get(id(change), ())

    def _add(self, note: Note, read: Said, alone: Container[int], unread: Sequence[Place]) -> None:
        if read.table:
            name = tuple(part for part in read.table.split(".") if part)
            self.named.append(
                Named(table=name, column=read.column, declaration=read.declaration, place=note.place)
            )
            return
        spot = self._next(note, alone) if note.alone else self._beside(note.place.line)
        if spot is not None and note.alone and _late(spot, note, read):
            spot = None
        if spot is not None:
            self._of[id(spot.change)].append((read.column or spot.column, read.declaration))
        elif not any(place.line <= note.place.line <= place.last + 1 for place in unread):
            self.stray.append(note)

    def _beside(self, line: int) -> _Spot | None:
        """What a note at the end of ``line`` speaks of."""
        return self._columns.around(line) or self._statements.around(line)

    def _next(self, note: Note, alone: Container[int]) -> _Spot | None:
        """What begins next after a note that is alone on its line; inside a statement, of that one."""
        line = note.place.last + 1
        while line in alone:
            line += 1
        following, around = self._all.after(line), self._statements.around(note.place.line)
        if around is not None and (following is None or following.change is not around.change):
            return around
        return following


def _late(spot: _Spot, note: Note, read: Said) -> bool:
    """Whether ``note`` grades the table of ``spot`` from behind its columns, without saying so."""
    said = read.declaration
    if spot.column or read.column or not (said.level or said.category or said.mask or read.faults):
        return False
    columns = spot.change.columns if isinstance(spot.change, Create) else ()
    return bool(columns) and note.place.line > columns[-1].place.line


class _Sorted:
    """Spots in the order in which they begin."""

    def __init__(self, spots: Sequence[_Spot]) -> None:
        self._spots, self._lines = spots, [one.place.line for one in spots]

    def around(self, line: int) -> _Spot | None:
        """The last that begins at or before ``line``, if it reaches it."""
        at = bisect_right(self._lines, line) - 1
        return self._spots[at] if at >= 0 and self._spots[at].place.last >= line else None

    def after(self, line: int) -> _Spot | None:
        """The first that begins at or after ``line``."""
        at = bisect_left(self._lines, line)
        return self._spots[at] if at < len(self._spots) else None


def _spots(change: Change) -> Iterable[_Spot]:
    if not isinstance(change, _OF_TABLES):
        return
    if isinstance(change, Create):
        yield _Spot(change.place, "", change)
        for column in change.columns:
            yield _Spot(column.place, column.name, change)
    elif isinstance(change, AddColumn):
        yield _Spot(change.column.place, change.column.name, change)
    elif isinstance(change, (ChangeColumn, RenameColumn)):
        yield _Spot(change.place, change.to or change.column, change)
    else:
        yield _Spot(change.place, change.column if isinstance(change, CommentOn) else "", change)
