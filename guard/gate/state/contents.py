"""Where the content of columns comes from: what a query puts into a new relation or an existing one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from guard.lineage import Output as Given
from guard.model.gate import DdlColumn, Name, Place, Relation, RelationColumn, Source

Find = Callable[[Name], Relation | None]

MAX_SOURCES = 256  # of one column
MAX_BETWEEN = 16  # of these, between those that a query names and those that come from nothing else


class Output(Protocol):
    """One column that a query gives: its name, and the columns that it is made of."""

    @property
    def name(self) -> str:
        """Its name, or alias."""
        ...

    @property
    def sources(self) -> tuple[Source, ...]:
        """The columns of relations, as the query names them."""
        ...

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the query as a whole asks of relations that have no such column."""
        ...

    @property
    def named(self) -> bool:
        """Whether the query says the name itself."""
        ...


def is_row(name: Name) -> bool:
    """Whether ``name`` is what a trigger calls the row that is written."""
    return len(name) == 1 and name[0].casefold() in ("new", "old")


def of_row(outputs: Sequence[Output], row: Relation | None) -> tuple[Output, ...]:
    """``outputs`` with ``row`` in the place of NEW and OLD, where it is known."""
    if row is None:
        return tuple(outputs)
    named = (
        tuple(replace(s, relation=row.name) if is_row(s.relation) else s for s in one.sources)
        for one in outputs
    )
    return tuple(
        Given(name=one.name, sources=sources, lacks=one.lacks, named=one.named)
        for one, sources in zip(outputs, named, strict=True)
    )


class _Known:
    """The columns of relations while one query is read: each relation is looked up once."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._relations: dict[Name, tuple[Name, Mapping[str, RelationColumn]]] = {}

    def column(self, source: Source) -> tuple[Name, RelationColumn] | None:
        """The column that ``source`` means, with the whole name of its relation."""
        known = self._relations.get(source.relation)
        if known is None:
            relation = self._find(source.relation)
            columns = reversed(relation.columns) if relation else ()
            named = {one.name.casefold(): one for one in columns}
            known = self._relations[source.relation] = (relation.name if relation else (), named)
        found = known[1].get(source.column.casefold())
        return (known[0], found) if found else None


def _traced(sources: Iterable[Source], known: _Known) -> tuple[Source, ...]:
    """``sources`` by the whole names of their relations, each followed by what it comes from in turn.

    A column that is reached both masked and in clear counts as in clear, and as decrypted where one way
    decrypts it.
    """
    found: dict[tuple[Name, str], tuple[bool, bool]] = {}
    for source in sources:
        for one in _behind(source, known):
            key = (one.relation, one.column)
            if key in found or len(found) < MAX_SOURCES:
                masked, opened = found.get(key, (True, False))
                found[key] = (masked and one.masked, opened or one.opened)
    return tuple(
        Source(relation=name, column=column, masked=masked, opened=opened and not masked)
        for (name, column), (masked, opened) in found.items()
    )


def _behind(source: Source, known: _Known) -> Iterator[Source]:
    found = known.column(source)
    if found is None:
        yield source
        return
    name, column = found
    yield replace(source, relation=name, column=column.name)
    between = 0
    for one in column.sources:
        further = known.column(one)
        if further is not None and further[1].sources:
            between += 1
            if between > MAX_BETWEEN or _passes(further[1], column):
                continue
        masked = one.masked or source.masked
        yield replace(one, masked=masked, opened=(one.opened or source.opened) and not masked)


def _passes(source: RelationColumn, column: RelationColumn) -> bool:
    """Whether ``source`` only hands on to ``column`` what is behind it: by the same name, and saying nothing
    else. Views upon views would otherwise remember as much as the square of their number."""
    own = source.column
    says = source.declaration or own.type or own.comment or own.protection
    return not says and source.name.casefold() == column.name.casefold()


def filled(
    columns: Sequence[DdlColumn], outputs: Sequence[Output], place: Place, find: Find
) -> tuple[RelationColumn, ...]:
    """The columns of a new view or table: those it lists, and what a query puts into them.

    A list of names takes the outputs in order. Columns with types take those of their names; the other
    outputs are columns of their own behind them (MySQL's ``CREATE TABLE … (…) SELECT``).
    """
    known = _Known(find)
    names = {output.name.casefold() for output in outputs}
    typed = any(column.type for column in columns)
    by_name = typed and (len(columns) != len(outputs) or any(one.name.casefold() in names for one in columns))
    if columns and not by_name:
        pairs = ((one, outputs[at].sources if at < len(outputs) else ()) for at, one in enumerate(columns))
        return tuple(RelationColumn(column=one, sources=_traced(sources, known)) for one, sources in pairs)
    given = {output.name.casefold(): output.sources for output in outputs}
    own = {column.name.casefold() for column in columns}
    rest = [
        DdlColumn(name=one.name, place=place)
        for one in outputs
        if one.name.casefold() not in own and (one.name or one.sources)
    ]
    return tuple(
        RelationColumn(column=one, sources=_traced(given.get(one.name.casefold(), ()), known))
        for one in (*columns, *rest)
    )


def poured(
    relation: Relation, names: Sequence[str], outputs: Sequence[Output], place: Place, find: Find
) -> Relation:
    """``relation`` with what a query adds to the content of its columns ``names``.

    Without names the outputs go into the columns in order, or, of a relation that is only known in part,
    into those of the same names: one that the query does not name is none, unless it takes something there
    in clear.
    """
    if not names and relation.partial:
        outputs = [one for one in outputs if one.named or not all(source.masked for source in one.sources)]
        names = [one.name for one in outputs]
    elif not names:
        names = [one.name for one in relation.columns]
    known, columns = _Known(find), list(relation.columns)
    found = {column.name.casefold(): at for at, column in enumerate(columns)}
    for name, output in zip(names, outputs, strict=False):
        at = found.setdefault(name.casefold(), len(columns))
        if at == len(columns):
            columns.append(RelationColumn(column=DdlColumn(name=name, place=place)))
        before = dict.fromkeys(columns[at].sources)
        new = tuple(one for one in _traced(output.sources, known) if one not in before)
        if new:
            columns[at] = replace(columns[at], sources=(*before, *new)[:MAX_SOURCES])
    return replace(relation, columns=tuple(columns))
