"""Columns whose type cannot hold what their declared cipher or digest makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from guard.gate.context import Context
from guard.gate.declare.methods import Method, needed
from guard.gate.evidence.protected import declared_method, is_bytes, is_text, type_word, width
from guard.gate.rule import Rule
from guard.model.gate import DdlColumn, Fix, Relation, RelationColumn, RelationKind, Violation

_LENGTH = re.compile(r"\(\s*+\d++")
_HOLDS = (RelationKind.TABLE, RelationKind.FOREIGN, RelationKind.TEMPORARY)


def too_narrow(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns of tables that are too short, or of a type that holds no text, for their ciphertext."""
    files = {step.script.file for step in context.steps}
    for relation in context.schema.relations:
        if relation.kind in _HOLDS:
            yield from (
                violation
                for column in relation.columns
                if column.place.file in files and (violation := short(rule, context, relation, column))
            )


def short(rule: Rule, context: Context, relation: Relation, column: RelationColumn) -> Violation | None:
    """What ``rule`` says of ``column`` of ``relation`` as it is declared; None where there is room."""
    method = declared_method(column)
    if method is None or not method.stored or not method.sized:
        return None
    judged = context.judge(relation).column(column.name)
    characters, encoding = _plain(context, judged.type if judged else "")
    length = needed(method, characters, encoding, binary=is_bytes(column.column.type))
    if not _too_short(rule, column.column, length):
        return None
    wider = _wider(rule, relation.dialect, column.column, length)
    return rule.broken(
        column.place,
        relation,
        judged,
        fix=Fix(how="instead", text=f"{column.name} {wider}", place=column.place),
        column=column.name,
        cipher=_said(column, method),
        written=column.column.type,
        needed=length,
        wider=wider,
    )


def _plain(context: Context, kind: str) -> tuple[int, str]:
    """How long a value of data type ``kind`` is, as its example, and its narrowest encoding; at least one
    character where nothing is known."""
    known = context.types.get(kind)
    example = known.example if known else ""
    return (len(example), "ascii" if example.isascii() else "utf-8") if example else (1, "ascii")


def _too_short(rule: Rule, column: DdlColumn, length: int) -> bool:
    word = type_word(column.type)
    if word in rule.params["numbers"]:
        return True
    holds = width(column.type) or int(rule.params["holds"].get(word, 0))
    return bool(holds) and holds < length and (is_text(column.type) or is_bytes(column.type))


def _wider(rule: Rule, dialect: str, column: DdlColumn, length: int) -> str:
    if is_text(column.type) or is_bytes(column.type):
        return _LENGTH.sub(f"({length}", column.type, count=1) if width(column.type) else f"varchar({length})"
    names = rule.params["names"]
    return f"{names.get(dialect, names['other'])}({length})"


def _said(column: RelationColumn, method: Method) -> str:
    return column.declaration.mask if column.declaration and column.declaration.mask else method.name


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {"cipher-too-narrow": too_narrow}
