"""The items of FROM: tables, queries, joins, functions, and what each of them shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from guard.lineage.content import Content, function_name
from guard.lineage.flow import Flow
from guard.lineage.flow import of as column_of
from guard.lineage.functions import said
from guard.lineage.output import CannotRead, Tables
from guard.lineage.scope import Item, Scope, renamed
from guard.model.gate import Name

if TYPE_CHECKING:
    from guard.lineage.walk import Walk

Expression = exp.Expr

ALL = frozenset({"*"})  # as ``using``: no star shows the item


class From:
    """Puts the items of one query's FROM into its scope."""

    def __init__(self, walk: Walk, content: Content, tables: Tables) -> None:
        self._walk, self._content, self._tables = walk, content, tables

    def joined(self, node: Expression, scope: Scope) -> None:
        """Add what ``node`` joins, in order: each sees those before it."""
        for lateral in node.args.get("laterals") or ():
            self.add(lateral, scope)
        for join in node.args.get("joins") or ():
            if join.kind == "ARRAY":
                self._array(join.this, scope)
            else:
                self.add(join.this, scope, _using(join, scope))

    def add(self, node: Expression, scope: Scope, using: frozenset[str] = frozenset()) -> None:
        """Add the items of one part of FROM; stars show the columns ``using`` of it no second time."""
        for item in self.items(node, scope, using):
            scope.items.append(item)
            self._walk.spend(len(item.columns or ()))

    def _array(self, node: Expression, scope: Scope) -> None:
        inner = node.this if isinstance(node, exp.Final) else node
        flow = self._content.of(inner, scope)
        scope.items.append(Item(alias="", columns=((inner.alias_or_name, flow),), using=ALL))

    def items(self, node: Expression, scope: Scope, using: frozenset[str] = frozenset()) -> Iterator[Item]:
        """The items that one part of FROM gives: more than one where it is a join in parentheses."""
        self._walk.spend()
        if node.args.get("pivots"):
            raise CannotRead("PIVOT")
        alias, names = node.alias, listed(node)
        if isinstance(node, (exp.Subquery, exp.Paren)) and isinstance(node.this, exp.Table):
            inner = list(self.items(node.this, scope))
            columns = tuple(column for item in inner for column in item.all)
            yield from [Item(alias=alias, columns=renamed(columns, names), using=using)] if alias else inner
        elif isinstance(node, (exp.Subquery, exp.SetOperation, exp.Select, exp.Values)):
            columns = self._walk.query(node, scope.inner())
            yield Item(alias=alias, columns=renamed(columns, names), using=using)
        elif isinstance(node, exp.Table) and not isinstance(node.this, exp.Func) and node.name:
            yield self._table(node, scope, using)
        else:
            yield self._made(node, scope)
        if node.args.get("joins") or node.args.get("laterals"):
            inside = scope.inner()
            self.joined(node, inside)
            yield from inside.items

    def _table(self, node: exp.Table, scope: Scope, using: frozenset[str]) -> Item:
        name, names = table_name(node), listed(node)
        alias = node.alias or name[-1]
        columns = scope.tables.get(name[0].casefold()) if len(name) == 1 else None
        if columns is None and ".".join(name).casefold() in said("empty"):
            columns = ()
        if columns is None:
            known = self._tables(name)
            columns = tuple((one, column_of(name, one)) for one in known) if known is not None else None
        else:
            name = ()
        if columns is None and names:
            columns = tuple((one, column_of(name, "*")) for one in names)
        return Item(
            alias=alias,
            name=name,
            columns=renamed(columns, names) if columns is not None else None,
            using=using,
        )

    def _made(self, node: Expression, scope: Scope) -> Item:
        """A function in FROM, LATERAL, UNNEST: its columns show what its arguments show."""
        inner = node.this if isinstance(node, exp.Lateral) else None
        if isinstance(inner, exp.Subquery):
            columns = self._walk.query(inner, scope.inner())
            return Item(alias=node.alias, columns=renamed(columns, listed(node)))
        call = _call(node)
        name, names = function_name(call), listed(node)
        if name.casefold() in said("remote"):
            return self._remote(node, (f"{name}()",), names)
        made = self._function((*(part for part in (node.text("db"),) if part), f"{name}()"))
        if made is not None:
            return Item(alias=node.alias or name, columns=renamed(made, names))
        flow = self._content.of(inner or node, scope)
        shown = tuple((one, flow) for one in names) or None
        return Item(alias=node.alias or name, columns=shown, every=flow)

    def _function(self, name: Name) -> tuple[tuple[str, Flow], ...] | None:
        """What a function of the schema gives, where its query is known."""
        known = self._tables(name)
        return tuple((one, column_of(name, one)) for one in known) if known is not None else None

    def _remote(self, node: Expression, name: Name, names: tuple[str, ...]) -> Item:
        """A function that reads another database: a relation called ``dblink()`` of columns not known."""
        columns = tuple((one, column_of(name, one)) for one in names) or None
        return Item(alias=node.alias or name[0], name=name, columns=columns)


def _call(node: Expression) -> Expression | str | None:
    """The function in FROM: ``f(…)``, also within TABLE(…)."""
    call: Expression | str | None = node.this
    if isinstance(call, exp.Anonymous) and call.name.casefold() == "table" and len(call.expressions) == 1:
        call = call.expressions[0]
    return call


def table_name(node: Expression) -> Name:
    """The parts of a table's name, outermost first; none for anything else."""
    return tuple(part.name for part in node.parts if part.name) if isinstance(node, exp.Table) else ()


def listed(node: Expression) -> tuple[str, ...]:
    """The column names of ``AS t (a, b)``."""
    alias = node.args.get("alias")
    return tuple(one.name for one in alias.columns) if isinstance(alias, exp.TableAlias) else ()


def _using(join: exp.Join, scope: Scope) -> frozenset[str]:
    if join.method == "NATURAL":
        return frozenset(name.casefold() for item in scope.items for name, _ in item.all)
    return frozenset(one.name.casefold() for one in join.args.get("using") or ())
