"""The schema as the scripts leave it, change by change: a later statement sees what the earlier ones did.

``replay`` gives, for each change in order, one step for every relation that it touches, and one without
a relation where it touches none. So a GRANT on two tables gives two steps, DROP SCHEMA one for each table
that goes, a swap two; ``GRANT … ON ALL TABLES`` gives one without relation. ``before`` and ``after`` are

================================  ==========================  =======================================
change                            before                      after
================================  ==========================  =======================================
CREATE                            None                        the new relation
CREATE OR REPLACE                 the one replaced, or None   the new relation
CREATE IF NOT EXISTS, it exists   as it is                    the same object
DROP                              the one dropped, or None    None
ALTER, COMMENT, rename            as it was, or None          as it is now; then so do its partitions and
                                                              children, a step for each that it changes
INSERT … SELECT                   as it was, or None          its columns with the added ``sources``
INSERT … VALUES, GRANT            as it is, or None           the same object
export                            None                        a relation of kind FILE, not of the schema
trigger                           None                        None; before it, a step for each of its copies
USE, Unread                       None                        None
================================  ==========================  =======================================

An ALTER of a relation that nothing creates makes one that is known in part (``Relation.partial``), so
that a single ALTER is judged too. Sources hold whole names, and those behind views and temporary tables
follow the direct ones: they stay true when what lies between is dropped. What only hands a column on, under
its own name, is no source of those further on. A query that cannot be read adds
a step of its own with an ``Unread``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from guard.gate.state.alterations import Alteration, altered
from guard.gate.state.contents import Output, filled, is_row, of_row, poured
from guard.gate.state.descent import Descent, inherited
from guard.gate.state.relations import Relations, qualified
from guard.lineage import TEMPLATE, CannotRead
from guard.model.gate import (
    AddColumn,
    Change,
    ChangeColumn,
    CommentOn,
    Copy,
    Create,
    Drop,
    DropColumn,
    Export,
    Grant,
    Literals,
    Name,
    Query,
    Relation,
    RelationColumn,
    RelationKind,
    Rename,
    RenameColumn,
    Script,
    Step,
    Trigger,
    Unread,
    UseSchema,
)

Tables = Callable[[Name], tuple[str, ...] | None]
Declare = Callable[[Script, Change, Relation | None, Relation], Relation]
Lineage = Callable[[Query, str, Tables], tuple[Output, ...]]

MAX_COLUMNS = 4096  # beyond which no column is added to a relation: more than tables of any dialect hold


def _amended(old: Relation | None, new: Relation) -> Relation:
    """``old`` with the columns of ``new`` in the place of its own, but for those that it is divided by."""
    if old is None:
        return replace(new, partial=True)
    names = {column.name.casefold() for column in new.columns}
    kept = (one for one in old.columns if one.column.partition and one.name.casefold() not in names)
    return replace(old, columns=(*new.columns, *kept))


class Schema:
    """The relations after all changes. Immutable."""

    __slots__ = ("_gone", "_relations")

    def __init__(self, relations: Iterable[Relation] = (), gone: Iterable[Relation] = ()) -> None:
        self._relations = Relations(relations)
        self._gone = Relations(gone)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """All relations, in the order in which they were created."""
        return tuple(self._relations)

    def find(self, name: Name) -> Relation | None:
        """The relation that ``name`` means, in any letter case.

        A name without schema finds the only relation of that name in any schema; one with a schema finds
        also what was created without.
        """
        return self._relations.find(name)

    def recall(self, name: Name) -> Relation | None:
        """The relation that ``name`` means, or meant before it was dropped or renamed, as it last was."""
        return self._relations.find(name) or self._gone.find(name)

    def within(self, schema: str) -> tuple[Relation, ...]:
        """The relations in a schema or database called ``schema``."""
        return self._relations.within(schema)


def replay(
    scripts: Iterable[Script], *, known: Iterable[Relation] = (), declare: Declare, lineage: Lineage
) -> tuple[tuple[Step, ...], Schema]:
    """Apply ``scripts`` in order to the relations ``known``; the steps, and the schema they lead to.

    ``declare`` adds the declarations that hold after a change. ``lineage`` reads a query; where it raises
    CannotRead, a view has the columns of its list.
    """
    state = _State(known, declare, lineage)
    steps = [step for script in scripts for step in state.steps(script)]
    return tuple(steps), Schema(state.relations, state.gone)


class _State:
    def __init__(self, known: Iterable[Relation], declare: Declare, lineage: Lineage) -> None:
        self.relations = Relations(known)
        self.gone = Relations()
        self._declare, self._lineage = declare, lineage
        self._script = Script(file="", dialect="", changes=())
        self._schema = ""
        self._open: set[Name] = set()
        self._descent = Descent()
        self._bodies: dict[Name, tuple[Copy, ...]] = {}

    def steps(self, script: Script) -> Iterator[Step]:
        goes_on = script.session and script.session == self._script.session
        self._script, self._schema = script, self._schema if goes_on else ""
        for change in script.changes:
            yield from self._apply(change)

    def _apply(self, change: Change) -> Iterator[Step]:
        match change:
            case Create():
                yield from self._create(change)
            case Drop():
                yield from self._drop(change)
            case Rename():
                yield from self._rename(change)
            case AddColumn() | DropColumn() | RenameColumn() | ChangeColumn() | CommentOn():
                yield from self._alter(change)
            case Copy():
                yield from self._copy(change)
            case Export():
                yield from self._export(change)
            case Trigger():
                yield from self._trigger(change)
            case Grant():
                yield from self._touch(change, change.tables)
            case Literals():
                yield from self._touch(change, (change.table,))
            case UseSchema():
                yield from self._use(change)
            case Unread():
                yield from self._touch(change, ())

    def _find(self, name: Name) -> Relation | None:
        return self.relations.find(name, self._schema)

    def _step(self, change: Change, before: Relation | None = None, after: Relation | None = None) -> Step:
        return Step(script=self._script, change=change, before=before, after=after)

    def _kept(self, change: Change, before: Relation | None, after: Relation) -> Step:
        declared = self._declare(self._script, change, before, after)
        self.relations.put(declared)
        return self._step(change, before, declared)

    def _unknown(self, name: Name, change: Alteration | Copy) -> Relation:
        whole = qualified(name, self._schema)
        return Relation(name=whole, place=change.place, dialect=self._script.dialect, partial=True)

    def _create(self, change: Create) -> Iterator[Step]:
        name = qualified(change.name, self._schema)
        old = self._find(change.name) if change.replace else self.relations.exact(name)
        if change.keep and old and not old.partial and old.dialect in ("", self._script.dialect):
            yield self._step(change, old, old)
            return
        outputs, unread = self._outputs(change.query, bare=change.kind is not RelationKind.FUNCTION)
        columns = filled(change.columns, outputs, change.place, self._find)
        after = Relation(
            name=old.name if old else name,
            place=change.place,
            kind=change.kind,
            columns=(*self._inherited(change), *columns),
            comment=change.comment,
            server=change.server,
            retention=change.retention,
            dialect=self._script.dialect,
        )
        if change.amends:
            after = _amended(old, after)
        else:
            self._descent.begin(after.name, map(self._whole, change.follows))
        self._note_open(change, after.name, unread)
        yield self._kept(change, old if change.replace else None, after)
        yield from unread

    def _whole(self, name: Name) -> Name:
        found = self._find(name)
        return found.name if found else qualified(name, self._schema)

    def _note_open(self, change: Create, name: Name, unread: Iterable[Step]) -> None:
        """Remember whether ``name`` has columns that no script tells: those of a parent that is not known, or
        of a template."""
        key = tuple(part.casefold() for part in name)
        parents = [*([change.like] if change.like else []), *change.inherits]
        told = not any(isinstance(one.change, Unread) and one.change.reason == "template" for one in unread)
        if told and all(self._columns(parent) is not None for parent in parents):
            self._open.discard(key)
        else:
            self._open.add(key)

    def _inherited(self, change: Create) -> Iterator[RelationColumn]:
        seen = {column.name.casefold() for column in change.columns}
        for name in (*([change.like] if change.like else []), *change.inherits):
            parent = self._find(name)
            for column in parent.columns if parent else ():
                if (folded := column.name.casefold()) not in seen:
                    seen.add(folded)
                    yield column

    def _outputs(
        self, query: Query | None, *, bare: bool = False, row: Relation | None = None
    ) -> tuple[tuple[Output, ...], tuple[Step, ...]]:
        """What ``query`` gives, and an Unread for what cannot be said of it.

        ``bare``: a name without a table in front is a column, not a variable of the code around it. ``row``
        is what NEW and OLD are rows of.
        """
        if query is None:
            return (), ()
        tables = partial(self._columns, row=row)
        try:
            outputs = self._lineage(query, self._script.dialect, tables)
        except CannotRead as error:
            unread = Unread(place=query.place, reason="query", word=error.word)
            return (), (self._step(unread),)
        lacks = outputs[0].lacks if outputs else ()
        words = [name.rpartition(".")[2] for name in lacks if bare or "." in name]
        unknown = [Unread(place=query.place, reason="query", word=word) for word in words]
        made = dict.fromkeys(one.name.replace(TEMPLATE, "") for one in outputs if TEMPLATE in one.name)
        unknown += (Unread(place=query.place, reason="template", word=word) for word in made)
        known = [one for one in outputs if TEMPLATE not in one.name]
        return of_row(known, row), tuple(self._step(one) for one in unknown)

    def _columns(self, name: Name, row: Relation | None = None) -> tuple[str, ...] | None:
        """The columns of a relation, with ``*`` behind them where there may be others."""
        relation = row if row is not None and is_row(name) else self._find(name)
        if relation is None or not relation.columns:
            return None
        names = tuple(column.name for column in relation.columns)
        key = tuple(part.casefold() for part in relation.name)
        return (*names, "*") if relation.partial or key in self._open else names

    def _drop(self, change: Drop) -> Iterator[Step]:
        found = self._find(change.name) if not change.schema else None
        going = self.relations.within(change.name[-1]) if change.schema else (found,) if found else ()
        for relation in going:
            self._forget(relation)
            self._descent.forget(relation.name)
            yield self._step(change, relation)
        if not going:
            yield self._step(change)

    def _forget(self, relation: Relation) -> None:
        self.relations.remove(relation)
        self.gone.put(relation)

    def _rename(self, change: Rename) -> Iterator[Step]:
        old, other = self._find(change.name), self._find(change.to) if change.swap else None
        if old is None:
            yield self._step(change)
            return
        self._forget(old)
        if other:
            self._forget(other)
            yield self._kept(change, other, replace(other, name=old.name))
        to = other.name if other else (*old.name[:-1], *change.to) if len(change.to) == 1 else change.to
        if other is None:
            self._descent.rename(old.name, to)
        yield self._kept(change, old, replace(old, name=to))

    def _alter(self, change: Alteration) -> Iterator[Step]:
        before = self._find(change.table)
        if before is None and isinstance(change, DropColumn):
            yield self._step(change)
        elif before and isinstance(change, AddColumn) and len(before.columns) >= MAX_COLUMNS:
            yield self._step(
                Unread(place=change.place, reason="too-many-columns", word=before.ref), before, before
            )
        else:
            after = altered(before or self._unknown(change.table, change), change)
            yield self._step(change, before, before) if after is before else self._kept(change, before, after)
            yield from self._followers(change, after.name, before)

    def _followers(self, change: Alteration, parent: Name, before: Relation | None) -> Iterator[Step]:
        """The same change of the partitions and children of ``parent``, which was as ``before``."""
        for name in self._descent.below(parent) if not isinstance(change, CommentOn) else ():
            child = self.relations.exact(name)
            if self._descent.left <= 0:
                yield self._step(
                    Unread(place=change.place, reason="too-many-followers", word=".".join(parent))
                )
                return
            if child is None:
                continue
            self._descent.spend(child)
            after = inherited(child, before, change)
            if after is not child:
                yield self._kept(change, child, after)

    def _export(self, change: Export) -> Iterator[Step]:
        outputs, unread = self._outputs(change.query)
        columns = filled((), outputs, change.place, self._find)
        file = Relation(name=(change.to,), place=change.place, kind=RelationKind.FILE, columns=columns)
        yield self._step(change, None, file)
        yield from unread

    def _trigger(self, change: Trigger) -> Iterator[Step]:
        function = tuple(part.casefold() for part in change.function[-1:])
        if not change.table:
            self._bodies[function] = change.copies
        row = self._find(change.table) if change.table else None
        for copy in (change.copies or self._bodies.get(function, ())) if row else ():
            yield from self._copy(copy, row)
        yield self._step(change)

    def _copy(self, change: Copy, row: Relation | None = None) -> Iterator[Step]:
        before = self._find(change.table)
        outputs, unread = self._outputs(change.query, row=row)
        target = before or self._unknown(change.table, change)
        yield self._kept(change, before, poured(target, change.columns, outputs, change.place, self._find))
        yield from unread

    def _touch(self, change: Change, names: tuple[Name, ...]) -> Iterator[Step]:
        for name in names or ((),):
            relation = self._find(name) if name else None
            yield self._step(change, relation, relation)

    def _use(self, change: UseSchema) -> Iterator[Step]:
        # There, USE names a database, and relations without a schema are not in it by that name.
        self._schema = "" if self._script.dialect == "tsql" else change.schema
        yield self._step(change)
