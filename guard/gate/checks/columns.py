"""Columns by the level judged and what is declared of them, after all scripts, at their definitions.

Each is judged by itself: what flows into it is the matter of the rules of copies. No mask is proposed where
content flows in, or of a foreign table: declaring one would only silence those rules.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from guard.gate.context import Context, JudgedColumn
from guard.gate.declare.comment_form import comment_clause, comment_fix
from guard.gate.declare.declaration import declaration_text, proposed_mask
from guard.gate.evidence.newest import Newest
from guard.gate.evidence.protected import concealed, masked
from guard.gate.rule import Rule
from guard.model.gate import Declaration, Fix, Relation, RelationColumn, RelationKind, Violation

_KINDS = (RelationKind.TABLE, RelationKind.FOREIGN)
_NOTHING = Declaration()
_LOST = frozenset(("level", "mask", "key", "word"))  # what is wrong in a declaration that says nothing by it


def undeclared(rule: Rule, context: Context) -> Iterator[Violation]:
    """Sensitive columns of which no level is declared, not even in words that are none."""
    misread = _misread(context, _LOST)
    for relation, column in _sensitive(context):
        said = _said(column).level or masked(column.column.column) or _key(relation, column) in misread
        if not said:
            text = declaration_text(column, masked=not _open(relation, column.column))
            yield rule.broken(
                column.column.place, relation, column, fix=_note(column, text), declaration=text
            )


def below(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns declared at a lower level than their names tell; a warning where that is not sensitive."""
    for relation, column in _written(context):
        if _lower(column, context):
            text = declaration_text(column, masked=not _open(relation, column.column))
            found = rule.broken(
                column.column.place,
                relation,
                column,
                fix=_note(column, text),
                declared=_said(column).level,
                declaration=text,
            )
            sensitive = context.reaches(column.level, context.declare_from)
            yield found if sensitive else replace(found, severity="warning")


def unmasked(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns declared at a level from which a mask is asked for, without one, that hold what is plain; not
    those declared too low, whose right declaration has the mask."""
    misread = _misread(context, _LOST - {"level"})
    for relation, column in _written(context):
        said = _said(column)
        asked = bool(said.level) and context.reaches(column.effective, context.mask_from)
        known = _lower(column, context) or _key(relation, column) in misread
        if asked and not known and not said.mask and not concealed(column.column, column.kind):
            mask = "" if _open(relation, column.column) else proposed_mask(column)
            fix = _note(column, f"mask={mask}") if mask else None
            place = column.column.place
            yield rule.broken(place, relation, column, fix=fix, declared=said.level, mask=mask)


def uncommented(rule: Rule, context: Context) -> Iterator[Violation]:
    """Sensitive columns that are declared but without a comment, where the dialect has comments."""
    for relation, column in _sensitive(context):
        ddl = column.column.column
        if _said(column).level and not ddl.comment and relation.dialect not in rule.params["without"]:
            known = context.types.get(column.type) if column.type in rule.params["certain"] else None
            title = known.name.get("zh", "").partition("(")[0] if known else ""
            fix = comment_fix(relation, column.column, title)
            clause = "" if fix else comment_clause(relation, title)
            yield rule.broken(column.column.place, relation, column, fix=fix, clause=clause)


def _sensitive(context: Context) -> Iterator[tuple[Relation, JudgedColumn]]:
    for relation, column in _written(context):
        if context.reaches(column.level, context.declare_from):
            yield relation, column


def _written(context: Context) -> Iterator[tuple[Relation, JudgedColumn]]:
    """The columns that scripts define, of relations that keep data, each as it is by itself.

    One that a query makes (CREATE TABLE … AS) is judged where its content comes from, one that is taken from
    another table as it is (LIKE, PARTITION OF) where that table defines it.
    """
    newest = Newest(context)
    told: set[int] = set()
    for relation in newest.relations(context, _KINDS):
        for column in context.judge(relation).columns:
            made = bool(column.column.sources) and not column.column.column.type
            if newest.written(column.column.place) and not made and id(column.column.column) not in told:
                told.add(id(column.column.column))
                yield relation, column.by_itself


def _lower(column: JudgedColumn, context: Context) -> bool:
    """Whether ``column`` is declared lower than it is judged."""
    declared = _said(column).level
    return bool(declared) and context.rank(declared) < context.rank(column.level)


def _open(relation: Relation, column: RelationColumn) -> bool:
    """Whether a rule asks how content in clear comes into ``column``."""
    return relation.kind is RelationKind.FOREIGN or any(not source.masked for source in column.sources)


def _misread(context: Context, details: Collection[str]) -> frozenset[tuple[str, str]]:
    """The columns of which something is declared that cannot be understood: said already, as such."""
    return frozenset(
        (one.table.casefold(), one.column.casefold()) for one in context.wrong if one.detail in details
    )


def _key(relation: Relation, column: JudgedColumn) -> tuple[str, str]:
    return relation.ref.casefold(), column.name.casefold()


def _said(column: JudgedColumn) -> Declaration:
    return column.column.declaration or _NOTHING


def _note(column: JudgedColumn, text: str) -> Fix:
    """The declaration ``text``, where the one that there is stands; what was said besides the level stays."""
    said, place = _said(column), column.column.place
    words = [
        one
        for one in text.split()
        if one.startswith("level=") or not getattr(said, one.partition("=")[0], "")
    ]
    if said.origin == "comment" and said.level:
        return Fix(how="instead", text=f"[{' '.join(words).removeprefix('level=')}]", place=place)
    how = "schema" if said.origin == "schema" else "append"
    return Fix(how=how, text=f"-- guard: {' '.join(words)}", place=place)


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "sensitive-undeclared": undeclared,
    "level-below-judged": below,
    "mask-missing": unmasked,
    "comment-missing": uncommented,
}
