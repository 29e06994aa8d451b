"""The walk over the tree of a query: its FROM, its WITH, its outputs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from guard.lineage.content import Content, function_name
from guard.lineage.flow import EMPTY, Flow, either, sources
from guard.lineage.flow import of as column_of
from guard.lineage.output import CannotRead, Output, Tables
from guard.lineage.scope import Column, Item, Scope, renamed
from guard.lineage.sources import ALL, From, listed, table_name

Expression = exp.Expr
Columns = tuple[Column, ...]

MAX_STEPS = 300_000  # expressions visited, and columns given on
MAX_ROUNDS = 8  # of a recursive WITH: sources only grow, and mostly not twice


class Walk:
    """One query. ``own`` are patterns of functions that mask."""

    def __init__(self, tables: Tables, own: frozenset[str]) -> None:
        self._tables = tables
        self._content = Content(self, own)
        self._from = From(self, self._content, tables)
        self._steps = 0
        self._lacks: dict[str, None] = {}
        self._implied: set[str] = {""}

    def lacks(self, column: str, table: str = "") -> None:
        """Note that no relation which the query names has ``column``."""
        if not column.startswith("_"):  # columns that a system hides
            self._lacks[f"{table}.{column}" if table else column] = None

    def called(self, function: str) -> Flow | None:
        """What a function of the schema gives where it is called, None where its query is not known."""
        *schema, last = function.split(".")
        name = (*schema, f"{last}()")
        known = self._tables(name)
        return either(column_of(name, one) for one in known) if known is not None else None

    def spend(self, steps: int = 1) -> None:
        """Count work, and end it where it is too much."""
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise CannotRead("size")

    def statement(self, tree: Expression) -> tuple[Output, ...]:
        """The outputs of a query, of the query inside a statement, or of a MERGE."""
        scope = Scope()
        if isinstance(tree, (exp.Insert, exp.Create)):
            self._with(tree, scope)
            inner = tree.expression
            if not isinstance(inner, exp.Expr):
                raise CannotRead(tree.key.upper())
            tree = inner
        columns = self._merge(tree, scope) if isinstance(tree, exp.Merge) else self.query(tree, scope)
        lacks = tuple(self._lacks)
        return tuple(
            Output(name=name, sources=sources(flow), lacks=lacks, named=name.casefold() not in self._implied)
            for name, flow in columns
        )

    def query(self, node: Expression, scope: Scope) -> Columns:
        """The columns that a query gives; ``scope`` is its own, with what surrounds it."""
        self._with(node, scope)
        if isinstance(node, exp.Select):
            columns = self._select(node, scope)
        elif isinstance(node, exp.SetOperation):
            columns = self._set(node, scope)
        elif isinstance(node, exp.Values):
            columns = self._values(node, scope)
        elif isinstance(node, (exp.Subquery, exp.Paren)):
            columns = self._wrapped(node, scope)
        elif isinstance(node, (exp.Insert, exp.Update, exp.Delete)):
            columns = self._returning(node, scope)
        elif isinstance(node, exp.Table):
            columns = tuple(column for item in self._from.items(node, scope) for column in item.all)
        else:
            raise CannotRead(node.key.upper())
        self.spend(len(columns))
        return columns

    def _with(self, node: Expression, scope: Scope) -> None:
        found = node.args.get("with_")
        for one in found.expressions if found else ():
            name, names = one.alias.casefold(), listed(one)
            if one.args.get("scalar"):
                scope.aliases[name] = self._content.of(one.this, scope)
            elif isinstance(one.this, exp.SetOperation) and _names(one.this, name):
                scope.tables[name] = self._recursive(one.this, name, names, scope)
            else:
                scope.tables[name] = renamed(self.query(one.this, scope.inner()), names)

    def _recursive(self, node: exp.SetOperation, name: str, listed: tuple[str, ...], scope: Scope) -> Columns:
        known = renamed(self.query(_first(node), scope.inner()), listed)
        for _ in range(MAX_ROUNDS):
            inner = scope.inner()
            inner.tables[name] = known
            more = renamed(self._set(node, inner), listed)
            if more == known:
                break
            known = more
        return known

    def _select(self, node: exp.Select, scope: Scope) -> Columns:
        start = node.args.get("from_")
        if start is not None:
            self._from.add(start.this, scope)
        self._from.joined(node, scope)
        return tuple(self._projected(node, scope))

    def _projected(self, node: exp.Select, scope: Scope) -> Iterator[Column]:
        for one in node.expressions:
            if one.is_star and isinstance(one, (exp.Star, exp.Column)):
                yield from self._star(one, scope)
                continue
            inner = one.unalias()
            flow = self._content.of(inner, scope)
            names = (
                [alias.name for alias in one.expressions]
                if isinstance(one, exp.Aliases)
                else [_said(one) or self._from_function(inner)]
            )
            for name in names:
                if name and not isinstance(one, exp.Column):
                    scope.aliases.setdefault(name.casefold(), flow)
                yield name, flow

    def _from_function(self, node: Expression) -> str:
        name = "" if isinstance(node, exp.Cast) else function_name(node)
        self._implied.add(name.casefold())
        return name

    def _star(self, node: Expression, scope: Scope) -> Iterator[Column]:
        star = node.this if isinstance(node, exp.Column) else node
        item = scope.item(node.table, node.db) if isinstance(node, exp.Column) else None
        if isinstance(node, exp.Column) and item is None:
            field = scope.bare(node.table)
            yield "*", field if field is not None else column_of((node.table,), "*")
            return
        items = scope.items if item is None else [item]
        without = {one.name.casefold() for one in star.args.get("except_") or ()}
        instead = {
            one.alias.casefold(): self._content.of(one.this, scope) for one in star.args.get("replace") or ()
        }
        names = {one.this.name.casefold(): one.alias for one in star.args.get("rename") or () if one.this}
        for one in items:
            for name, flow in one.all:
                folded = name.casefold()
                if folded not in without and (
                    item is not None or (folded not in one.using and one.using is not ALL)
                ):
                    yield names.get(folded, name), instead.get(folded, flow)

    def _set(self, node: exp.SetOperation, scope: Scope) -> Columns:
        parts: list[Expression] = []
        first: Expression = node
        while isinstance(first, exp.SetOperation):
            if not isinstance(first, exp.Except):
                parts.append(first.expression)
            first = first.this
            self._with(first, scope)
        columns = self.query(first, scope.inner())
        for part in reversed(parts):
            columns = _beside(columns, self.query(part, scope.inner()))
        return columns

    def _values(self, node: exp.Values, scope: Scope) -> Columns:
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        flows = ([self._content.of(cell, scope) for cell in row] for row in rows)
        columns: Columns = ()
        for row in flows:
            given = tuple((f"column{at}", flow) for at, flow in enumerate(row, 1))
            self._implied.update(name for name, _ in given)
            columns = _beside(columns, given) if columns else given
        return columns

    def _wrapped(self, node: Expression, scope: Scope) -> Columns:
        if node.args.get("pivots"):
            raise CannotRead("PIVOT")
        if isinstance(node.this, exp.Table):
            return tuple(column for item in self._from.items(node.this, scope) for column in item.all)
        return self.query(node.this, scope)

    def _returning(self, node: Expression, scope: Scope) -> Columns:
        returning = node.args.get("returning")
        target = node.find(exp.Table)
        if returning is None or target is None:
            return ()
        self._from.add(target, scope)
        if isinstance(start := node.args.get("from_"), exp.From):
            self._from.add(start.this, scope)
        return tuple(self._projected(returning, scope))

    def _merge(self, node: exp.Merge, scope: Scope) -> Columns:
        self._with(node, scope)
        self._from.add(node.args["using"], scope)
        given, target = scope.items[-1], next(iter(self._from.items(node.this, Scope())))
        scope.items.append(target)
        columns: dict[str, Column] = {}
        for name, flow in self._written(node, given, scope):
            known = columns.get(name.casefold(), (name, EMPTY))
            columns[name.casefold()] = (known[0], either((known[1], flow)))
        return tuple(columns.values())

    def _written(self, node: exp.Merge, given: Item, scope: Scope) -> Iterator[Column]:
        for when in node.args["whens"].expressions:
            then = when.args["then"]
            if isinstance(then, exp.Update) and isinstance(then.expressions, list) and then.expressions:
                for one in then.expressions:
                    yield one.this.name, self._content.of(one.expression, scope)
            elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
                names = (
                    [one.name for one in then.this.expressions] if isinstance(then.this, exp.Tuple) else []
                )
                cells = [self._content.of(one, scope) for one in then.expression.expressions]
                own = self._tables(table_name(node.this)) or ()
                yield from zip(names or own, cells, strict=False)
            elif isinstance(then, (exp.Update, exp.Insert)):
                yield from given.all


def _names(node: Expression, table: str) -> bool:
    return any(one.name.casefold() == table and not one.db for one in node.find_all(exp.Table))


def _said(node: Expression) -> str:
    """The name that an output has by itself: never a literal, by whose text sqlglot calls it."""
    name = node.output_name
    if name and not isinstance(node, (exp.Alias, exp.Column)):
        return "" if any(one.name == name for one in node.find_all(exp.Literal)) else name
    return name


def _first(node: Expression) -> Expression:
    while isinstance(node, exp.SetOperation):
        node = node.this
    return node


def _beside(columns: Columns, more: Columns) -> Columns:
    """The columns of two queries one above the other, by position; a ``*`` reaches all of the other."""
    if len(columns) != len(more) and more and columns and "*" in (columns[0][0], more[0][0]):
        every: Flow = either(flow for _, flow in more)
        if columns[0][0] == "*":
            return tuple((name, either((columns[0][1], flow))) for name, flow in more)
        return tuple((name, either((flow, every))) for name, flow in columns)
    return tuple(
        (name, either((flow, more[at][1])) if at < len(more) else flow)
        for at, (name, flow) in enumerate(columns)
    )
