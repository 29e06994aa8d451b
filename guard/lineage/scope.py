"""The names that an expression may use: the items of FROM, and around them those of the query outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from guard.lineage.flow import EMPTY, Flow, either, of
from guard.model.gate import Name

Column = tuple[str, Flow]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of FROM. ``columns`` is None where its columns are not known: then any name is one, of the
    table ``name``, or with the content ``every`` where it is a function."""

    alias: str
    name: Name = ()
    columns: tuple[Column, ...] | None = None
    every: Flow | None = None
    using: frozenset[str] = frozenset()  # what JOIN USING shows once only

    def flow(self, column: str) -> Flow | None:
        """The content of ``column``, None where the item has none of that name."""
        if self.columns is None:
            return self.every if self.every is not None else of(self.name, column)
        found = self.named(column)
        rest = self.named("*") if found is None else None
        return (
            found
            if rest is None
            else {(name, column if one == "*" else one): mark for (name, one), mark in rest.items()}
        )

    def named(self, column: str) -> Flow | None:
        """The content of ``column`` where the item is known to have it."""
        return self._named.get(column.casefold())

    @property
    def whole(self) -> bool:
        """Whether it is a relation of which every column is known."""
        return bool(self.name) and self.columns is not None and self.named("*") is None

    @cached_property
    def _named(self) -> Mapping[str, Flow]:
        found: dict[str, Flow] = {}
        for name, flow in self.columns or ():
            known = found.get(folded := name.casefold())
            found[folded] = either((known, flow)) if known else flow
        return found

    @property
    def all(self) -> tuple[Column, ...]:
        """Its columns; one called ``*`` where they are not known."""
        if self.columns is not None:
            return self.columns
        return (("*", self.every if self.every is not None else of(self.name, "*")),)

    def called(self, table: str, schema: str) -> bool:
        """Whether ``schema.table`` (either may be empty) speaks of this item."""
        if self.alias.casefold() != table.casefold():
            return False
        given = self.name[-2] if len(self.name) > 1 else ""
        return not schema or not given or given.casefold() == schema.casefold()


@dataclass(slots=True, kw_only=True)
class Scope:
    """One SELECT. ``tables`` are the WITH queries by folded name; ``aliases`` what it has named so far."""

    outer: Scope | None = None
    items: list[Item] = field(default_factory=list)
    tables: dict[str, tuple[Column, ...]] = field(default_factory=dict)
    aliases: dict[str, Flow] = field(default_factory=dict)

    def inner(self) -> Scope:
        """A scope inside this one: it sees the WITH queries too."""
        return Scope(outer=self, tables=dict(self.tables))

    @property
    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, from the inside."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def item(self, table: str, schema: str = "") -> Item | None:
        """The nearest item called ``table``."""
        return next((one for scope in self.chain for one in scope.items if one.called(table, schema)), None)

    def bare(self, column: str) -> Flow | None:
        """The content of a column without a table in front, None where no scope can have it."""
        return next((flow for scope in self.chain if (flow := scope._here(column)) is not None), None)

    @property
    def whole(self) -> bool:
        """Whether every column is known that an expression here may name."""
        return bool(self.items) and all(item.whole for scope in self.chain for item in scope.items)

    def _here(self, column: str) -> Flow | None:
        known = [flow for item in self.items if (flow := item.named(column)) is not None]
        if known:
            return either(known)
        folded = column.casefold()
        row = next((item for item in self.items if item.alias.casefold() == folded), None)
        if row is not None and folded not in self.aliases:
            return either(flow for _, flow in row.all)
        open_ = [flow for item in self.items if (flow := item.flow(column)) is not None]
        named = self.aliases.get(folded)
        return either([*open_, named or EMPTY]) if open_ or named is not None else None


def renamed(columns: tuple[Column, ...], names: tuple[str, ...]) -> tuple[Column, ...]:
    """``columns`` under ``names``, as many as there are."""
    return tuple((names[at] if at < len(names) else name, flow) for at, (name, flow) in enumerate(columns))
