"""The declarations that hold after each change: those of notes, of comments and of guard-schema.yaml.

A note goes before a comment, a comment before the file; each fills what those before it leave open. What
a note says stays with its column until another note, a new definition or a DROP ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from guard.gate.declare.declaration import SAYS, Fault, Terms, Wrong
from guard.gate.declare.methods import method
from guard.gate.declare.schema_file import SchemaFile
from guard.gate.declare.spots import Named, Spots
from guard.gate.state.replay import Schema
from guard.gate.suppress.inline import is_waiver
from guard.model.gate import (
    Change,
    ChangeColumn,
    CommentOn,
    Create,
    Declaration,
    DropColumn,
    Name,
    Place,
    Relation,
    RelationColumn,
    RenameColumn,
    Script,
    folded,
)
from guard.yamldoc import nearest

_Said = dict[str, Declaration]  # by column in small letters, the table as a whole under ""
_WHOLE = ""


class Declarations:
    """The ``Declare`` of ``guard.gate.state.replay``. ``scripts`` are those that will be replayed: a note
    with ``table=`` may speak of a table of any of them."""

    def __init__(self, terms: Terms, file: SchemaFile, scripts: Iterable[Script] = ()) -> None:
        self._terms, self._file = terms, file
        self._said: dict[Name, _Said] = {}
        self._spots: dict[int, Spots] = {}
        self._named: dict[Named, bool] = {}
        self._faults: list[Wrong] = []
        self._subjects: dict[Place, tuple[str, str]] = {}  # of what the note there speaks
        self._wrong: dict[tuple[Name, str], list[Wrong]] = {}
        for script in scripts:
            self._notes(script)

    def __call__(self, script: Script, change: Change, before: Relation | None, after: Relation) -> Relation:
        """``after`` with the declarations that now hold."""
        said, fresh = self._carried(change, before, after), set[str]()
        for column, declaration in self._spoken(script, change, after):
            said[column] = _merged(declaration, said.get(column))
            fresh.add(column)
        self._said[folded(after.name)] = said
        old = {id(column) for column in before.columns} if before and before.name == after.name else set()
        columns = tuple(
            column
            if id(column) in old and column.name.casefold() not in fresh
            else replace(column, declaration=self._column(after, column, change, said))
            for column in after.columns
        )
        return replace(after, columns=columns, declaration=self._table(after, change, said))

    def wrong(self, schema: Schema) -> tuple[Wrong, ...]:
        """Every declaration that is not right, of what ``schema`` still has; sorted by place."""
        found = [*map(self._of_subject, self._faults), *self._of_file(schema)]
        for (name, column), wrongs in self._wrong.items():
            relation = schema.find(name)
            if relation and folded(relation.name) == name and (not column or _has(relation, column)):
                found += wrongs
        found += (self._unmet(named, schema) for named, met in self._named.items() if not met)
        return tuple(
            sorted(dict.fromkeys(found), key=lambda one: (one.place.file, one.place.line, one.place.at))
        )

    def _of_subject(self, wrong: Wrong) -> Wrong:
        table, column = self._subjects.get(wrong.place, ("", ""))
        return wrong if wrong.table else replace(wrong, table=table, column=column)

    def _unmet(self, named: Named, schema: Schema) -> Wrong:
        """Why a note with ``table=`` speaks of nothing."""
        ref, relation = ".".join(named.table), schema.find(named.table)
        if relation is None:
            near = nearest(ref, [one.ref for one in schema.relations]) or ""
            return Wrong(place=named.place, detail="table", word=ref[:60], nearest=near, table=ref[:60])
        near = nearest(named.column, [one.name for one in relation.columns]) or ""
        return Wrong(
            place=named.place,
            detail="column",
            word=named.column[:60],
            nearest=near,
            table=relation.ref,
            column=named.column[:60],
        )

    def _notes(self, script: Script) -> Spots:
        """The notes of ``script``, by the change of which they speak; read once."""
        found = self._spots.get(id(script))
        if found is None:
            said = [
                (one, self._terms.note(one.text, one.place)) for one in script.notes if not is_waiver(one)
            ]
            found = self._spots[id(script)] = Spots(script, said)
            self._faults += [_wrong(fault, note.place) for note, read in said for fault in read.faults]
            self._faults += [Wrong(place=note.place, detail="nothing") for note in found.stray]
            self._named |= dict.fromkeys(found.named, False)
        return found

    def _spoken(self, script: Script, change: Change, after: Relation) -> Iterator[tuple[str, Declaration]]:
        for column, declaration in self._notes(script).of(change):
            if declaration.place is not None:
                self._subjects[declaration.place] = (after.ref, column)
            if not column or _has(after, column):
                yield column.casefold(), declaration
            elif declaration.place is not None:
                near = nearest(column, [one.name for one in after.columns]) or ""
                wrong = Wrong(
                    place=declaration.place,
                    detail="column",
                    word=column[:60],
                    nearest=near,
                    table=after.ref,
                    column=column[:60],
                )
                self._faults.append(wrong)
        for named in self._named:
            if _ends(after.name, named.table) and (not named.column or _has(after, named.column)):
                self._named[named] = True
                self._subjects[named.place] = (after.ref, named.column)
                yield named.column.casefold(), named.declaration

    def _carried(self, change: Change, before: Relation | None, after: Relation) -> _Said:
        """What notes said of the relation before, under the names that its columns have now."""
        said: _Said = {}
        if before is not None:
            known = self._said.get(folded(before.name))
            said = dict(known) if known is not None else _declared(before)
        if isinstance(change, Create):
            inherited = (one for one in after.columns if one.declaration and one.column not in change.columns)
            return said | {one.name.casefold(): one.declaration for one in inherited if one.declaration}
        if isinstance(change, DropColumn):
            said.pop(change.column.casefold(), None)
        if (
            isinstance(change, (RenameColumn, ChangeColumn))
            and change.to
            and change.column.casefold() in said
        ):
            said[change.to.casefold()] = said.pop(change.column.casefold())
        return said

    def _column(
        self, relation: Relation, column: RelationColumn, change: Change, said: _Said
    ) -> Declaration | None:
        name = column.name.casefold()
        place = _place(change, column.place, column.name)
        parts = [said.get(name), *self._told(relation, name, column.column.comment, place)]
        return self._settled(relation, column.name, parts)

    def _table(self, relation: Relation, change: Change, said: _Said) -> Declaration | None:
        place = _place(change, relation.place, _WHOLE)
        parts = [said.get(_WHOLE), *self._told(relation, _WHOLE, relation.comment, place)]
        return self._settled(relation, _WHOLE, parts)

    def _told(
        self, relation: Relation, name: str, comment: str, place: Place
    ) -> Iterator[Declaration | None]:
        """What the comment and the file say, with what is wrong in them noted."""
        key = (folded(relation.name), name)
        self._wrong[key] = []
        label = self._terms.label(comment, place)
        if label is not None:
            self._wrong[key] += [_wrong(one, place, relation, name) for one in label.faults]
        yield label.declaration if label else None
        table = self._file.table(relation.name)
        told = table and (table.columns.get(name) if name else table.declaration)
        yield self._terms.checked(told)[0] if told else None

    def _settled(
        self, relation: Relation, column: str, parts: Iterable[Declaration | None]
    ) -> Declaration | None:
        result: Declaration | None = None
        for part in parts:
            if part is None:
                continue
            if result is not None:
                for key in _differing(result, part):
                    wrong = Wrong(
                        place=part.place or relation.place,
                        detail="disagree",
                        word=key,
                        nearest=result.origin,
                        table=relation.ref,
                        column=column,
                    )
                    self._wrong[folded(relation.name), column.casefold()].append(wrong)
            result = part if result is None else _merged(result, part)
        return result

    def _of_file(self, schema: Schema) -> Iterator[Wrong]:
        """Wrong words of guard-schema.yaml, and columns that a table known in whole does not have."""
        for zone in self._file.zones.values():
            if zone.accepts and zone.accepts not in self._terms.levels and zone.place:
                near = nearest(zone.accepts, self._terms.levels) or ""
                yield Wrong(place=zone.place, detail="level", word=zone.accepts[:60], nearest=near)
        for table in self._file.tables:
            relation = schema.find(table.name)
            told = [
                (_WHOLE, table.declaration),
                *((table.written[at], one) for at, one in table.columns.items()),
            ]
            for column, declaration in told:
                if declaration is None or declaration.place is None:
                    continue
                ref, place = ".".join(table.name), declaration.place
                for fault in self._terms.checked(declaration)[1]:
                    yield replace(_wrong(fault, place), table=ref, column=column)
                if column and relation and not relation.partial and not _has(relation, column):
                    near = nearest(column, [one.name for one in relation.columns]) or ""
                    yield Wrong(place=place, detail="column", word=column[:60], nearest=near, table=ref)


def _place(change: Change, defined: Place, column: str) -> Place:
    """Where a comment stands: its own statement, else the definition."""
    own = isinstance(change, CommentOn) and change.column.casefold() == column.casefold()
    return change.place if own else defined


def _wrong(fault: Fault, place: Place, relation: Relation | None = None, column: str = "") -> Wrong:
    return Wrong(
        place=place,
        detail=fault.detail,
        word=fault.word,
        nearest=fault.nearest,
        table=relation.ref if relation else "",
        column=column,
    )


def _merged(first: Declaration, second: Declaration | None) -> Declaration:
    """``first``, and where it says nothing, what ``second`` says."""
    if second is None:
        return first
    return replace(first, **{key: getattr(first, key) or getattr(second, key) for key in SAYS})


def _differing(first: Declaration, second: Declaration) -> Iterator[str]:
    for key in SAYS:
        one, other = getattr(first, key), getattr(second, key)
        if one and other and one != other and (key != "mask" or method(one) != method(other)):
            yield key


def _declared(relation: Relation) -> _Said:
    """What is known of a relation that no script made."""
    said = {one.name.casefold(): one.declaration for one in relation.columns if one.declaration}
    return said | ({_WHOLE: relation.declaration} if relation.declaration else {})


def _has(relation: Relation, column: str) -> bool:
    folded = column.casefold()
    return any(one.name.casefold() == folded for one in relation.columns)


def _ends(name: Name, part: Name) -> bool:
    whole, end = folded(name), folded(part)
    return whole[-len(end) :] == end or end[-len(whole) :] == whole
