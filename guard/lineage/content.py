"""What an expression shows of the columns in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from guard.lineage.flow import EMPTY, Flow, either, masked, opened, together
from guard.lineage.flow import of as column_of
from guard.lineage.functions import said, treatment
from guard.lineage.replacing import hides
from guard.lineage.scope import Item, Scope

if TYPE_CHECKING:
    from guard.lineage.walk import Walk

Expression = exp.Expr


class Content:
    """The content of expressions in one query; ``walk`` reads the queries inside them."""

    def __init__(self, walk: Walk, own: frozenset[str]) -> None:
        self._walk, self._own = walk, own
        self._kept = int(said("kept"))

    def of(self, node: Expression | None, scope: Scope) -> Flow:
        """What ``node`` shows, whatever it is made of."""
        flows: list[Flow] = []
        stack = [node] if node is not None else []
        while stack:
            one = stack.pop()
            self._walk.spend()
            flow = self._special(one, scope)
            if flow is None:
                stack.extend(one.iter_expressions())
            elif flow:
                self._walk.spend(len(flow))
                flows.append(flow)
        return flows[0] if len(flows) == 1 else together(flows, self._kept)

    def _special(self, node: Expression, scope: Scope) -> Flow | None:
        """The flow of a node that has a meaning of its own, None for one that shows all it is made of."""
        for types, said_of in _NODES:
            if isinstance(node, types):
                return said_of(self, node, scope)
        return self._function(node, scope)

    def _query(self, node: Expression, scope: Scope) -> Flow:
        return either(flow for _, flow in self._walk.query(node, scope.inner()))

    def _choice(self, node: Expression, scope: Scope) -> Flow:
        return either(self.of(one, scope) for one in _arms(node))

    def _first(self, node: Expression, scope: Scope) -> Flow:
        return self.of(node.this if isinstance(node.this, exp.Expr) else None, scope)

    def column(self, node: Expression, scope: Scope) -> Flow:
        """The content of a column by its name, or of the row or structure that the name is part of."""
        name, table, schema = node.name, node.text("table"), node.text("db")
        if isinstance(node.this, exp.Star):
            item = scope.item(table, schema)
            return either(flow for _, flow in item.all) if item else EMPTY
        if not table:
            if name.casefold() in said("pseudo"):
                return EMPTY
            found = scope.bare(name)
            if found is None and scope.whole and not node.this.args.get("quoted"):
                self._walk.lacks(name)
            return found or EMPTY
        item = scope.item(table, schema) or _of_schema(table, schema, scope)
        if item is not None:
            found = item.flow(name)
            if found is None and item.whole and name.casefold() not in said("pseudo"):
                self._walk.lacks(name, table)
            return found or EMPTY
        if name.casefold() in said("pseudo") or table.casefold() in said("pseudo"):
            return EMPTY
        field = scope.bare(schema or table)  # column.field, column.field.field
        return field if field is not None else column_of((*([schema] if schema else []), table), name)

    def _within(self, node: Expression, scope: Scope) -> Flow:
        if shown := self.of(node.this, scope):
            return shown
        flow = either(self.of(one.this, scope) for one in node.expression.expressions)
        return masked(flow) if treatment(function_name(node.this)) == "generalises" else flow

    def _function(self, node: Expression, scope: Scope) -> Flow | None:
        name = function_name(node)
        kind = treatment(name, self._own) if name else ""
        if kind:
            return _KINDS[kind](self, node, scope)
        own = isinstance(node, (exp.Anonymous, exp.Dot))
        shown = self._walk.called(name) if name and own else None
        return None if shown is None else either((shown, self._inside(node, scope)))

    def _inside(self, node: Expression, scope: Scope) -> Flow:
        call = node.expression if isinstance(node, exp.Dot) else node
        return together((self.of(one, scope) for one in call.iter_expressions()), self._kept)

    def _nothing(self, _node: Expression, _scope: Scope) -> Flow:
        return EMPTY

    def _masks(self, node: Expression, scope: Scope) -> Flow:
        return masked(self._inside(node, scope))

    def _opens(self, node: Expression, scope: Scope) -> Flow:
        return opened(self._inside(node, scope))

    def _part(self, node: Expression, scope: Scope) -> Flow:
        flow, kept = self._inside(node, scope), _kept(node)
        return flow if kept is None or kept > self._kept else masked(flow, kept)

    def _replaces(self, node: Expression, scope: Scope) -> Flow:
        flow = self._inside(node, scope)
        marked = any(_is_mask(one) for one in _arguments(node)[1:])
        return masked(flow) if marked and hides(node, function_name(node)) else flow

    def _units(self, node: Expression, scope: Scope) -> Flow:
        flow = self._inside(node, scope)
        words = {one.name.casefold() for one in _arguments(node) if isinstance(one, (exp.Literal, exp.Var))}
        return masked(flow) if not words.isdisjoint(said("units")["coarse"]) else flow


_Reading = Callable[[Content, Expression, Scope], Flow]

_NODES: tuple[tuple[tuple[type[Expression], ...], _Reading], ...] = (
    ((exp.Column,), Content.column),
    ((exp.Literal, exp.Identifier, exp.DataType), Content._nothing),
    ((exp.Predicate, exp.Not, exp.And, exp.Xor), Content._nothing),  # true or false, never the content
    ((exp.Subquery, exp.Select, exp.SetOperation, exp.Values), Content._query),
    ((exp.Case, exp.If, exp.DecodeCase, exp.Coalesce), Content._choice),
    ((exp.WithinGroup,), Content._within),
    ((exp.Window, exp.Filter, exp.Order, exp.Ordered, exp.Distinct, exp.Limit), Content._first),
    ((exp.Bracket, exp.ArgMax, exp.ArgMin), Content._first),
)

_KINDS: dict[str, _Reading] = {
    "nothing": Content._nothing,
    "masks": Content._masks,
    "generalises": Content._masks,
    "opens": Content._opens,
    "parts": Content._part,
    "replaces": Content._replaces,
    "patterns": Content._replaces,
    "units": Content._units,
}


def function_name(node: Expression | str | None) -> str:
    """The function's name, with its schema or package where one is written; empty for no function."""
    if isinstance(node, exp.Dot):
        inner = function_name(node.expression)
        return f"{node.this.sql()}.{inner}" if inner else ""
    if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)):
        return node.name
    return node.key if isinstance(node, exp.Func) else ""


def _of_schema(table: str, schema: str, scope: Scope) -> Item | None:
    """The item that ``schema.table`` means where only the table's alias would not match."""
    wanted = (schema.casefold(), table.casefold())
    items = (item for one in scope.chain for item in one.items)
    return next((item for item in items if tuple(part.casefold() for part in item.name[-2:]) == wanted), None)


def _arms(node: Expression) -> list[Expression]:
    """What CASE, IF, DECODE, COALESCE may give, without what they compare."""
    found: list[Expression | None] = []
    if isinstance(node, exp.Case):
        found = [*node.args["ifs"], node.args.get("default")]
    elif isinstance(node, exp.If):
        found = [node.args.get("true"), node.args.get("false")]
    elif isinstance(node, exp.Coalesce):
        found = [node.this, *node.expressions]
    else:  # every second argument from the third, and the last one where it is a default
        given = node.expressions
        found = [*given[2::2], *(given[-1:] if len(given) % 2 == 0 else ())]
    return [one for one in found if one is not None]


def _arguments(node: Expression) -> list[Expression]:
    return [one for one in node.iter_expressions() if isinstance(one, exp.Expr)]


def _kept(node: Expression) -> int | None:
    """How many characters LEFT, RIGHT or SUBSTRING keep; None where that is not a constant."""
    given = _arguments(node)[1:]
    if isinstance(node, (exp.Left, exp.Right)) or (not isinstance(node, exp.Substring) and len(given) == 1):
        return _number(given[0]) if given else None
    start, length = (*given, None, None)[:2]
    if isinstance(node, exp.Substring):
        start, length = node.args.get("start"), node.args.get("length")
    return _number(length) if length is not None else _from_end(start)


def _number(node: Expression | None) -> int | None:
    return (
        int(node.name)
        if isinstance(node, exp.Literal) and node.name.isdecimal() and len(node.name) < 9
        else None
    )


def _from_end(node: Expression | None) -> int | None:
    return _number(node.this) if isinstance(node, exp.Neg) else None


def _is_mask(node: Expression) -> bool:
    """Whether a constant is made of characters that people mask with, also where it is repeated."""
    if isinstance(node, (exp.Repeat, exp.Space)):
        return isinstance(node.this, exp.Literal)
    if isinstance(node, (exp.Concat, exp.DPipe)):
        return any(_is_mask(one) for one in _arguments(node))
    return (
        isinstance(node, exp.Literal)
        and node.is_string
        and any(mark in said("mask-characters") for mark in node.name)
    )
