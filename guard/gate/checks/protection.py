"""Protection that a script takes away: from a column, with a column or table, or by another name for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guard.gate.checks.ciphers import short
from guard.gate.context import Context, JudgedColumn
from guard.gate.evidence.later import Later, column_of, same
from guard.gate.evidence.losses import losses
from guard.gate.evidence.protected import as_text, declared, stored
from guard.gate.evidence.rebuilt import Rebuilt
from guard.gate.rule import Rule, rules
from guard.model.gate import (
    AddColumn,
    Change,
    ChangeColumn,
    CommentOn,
    Create,
    DdlColumn,
    Drop,
    DropColumn,
    Fix,
    Name,
    Relation,
    RelationColumn,
    RelationKind,
    Rename,
    RenameColumn,
    Step,
    Violation,
    folded,
)

_STORED = (RelationKind.TABLE, RelationKind.FOREIGN)
_DECLARED = frozenset({"mask_before", "mask_now", "level_before", "level_now"})  # losses of words alone
_Key = tuple[Name, str]


def removed(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns that were protected and no longer are, judged by how they are in the end."""
    later, gone = Later(context.steps, context.schema), _Gone()
    for at, step in enumerate(context.steps):
        for before, after in gone.pairs(step):
            if not _may_lose(before, after):
                continue
            found = later.column(at, step.after.name, after.name) if step.after else None
            if found is None:
                continue
            relation, column = found
            if said := _lost(before, relation, column, context):
                judged = context.judge(relation).column(column.name)
                yield rule.broken(
                    step.change.place,
                    relation,
                    judged,
                    fix=_restored(step, before, (relation, column), said, context),
                    **said,
                )
        gone.keep(step)


def _may_lose(before: RelationColumn, after: RelationColumn) -> bool:
    """Whether ``before`` has anything to lose: most columns that scripts comment upon have not."""
    said = before.declaration is not None or bool(before.column.protection) or bool(before.sources)
    return said or before.column.type != after.column.type


def _lost(
    before: RelationColumn, relation: Relation, column: RelationColumn, context: Context
) -> Mapping[str, str]:
    if before == column:
        return {}
    judged = context.judge(relation).column(column.name)
    kind, level = (judged.type, judged.effective) if judged else ("", "")
    return losses(before, column, kind, level, context)


def _restored(
    step: Step,
    before: RelationColumn,
    now: tuple[Relation, RelationColumn],
    lost: Mapping[str, str],
    context: Context,
) -> Fix | None:
    """The declaration that ``before`` had, where the column is defined or changed; None where that does not
    give back all that is ``lost``, or the column has no room for what is declared."""
    said, (relation, column) = before.declaration, now
    if said is None or not step.script.editable or not _DECLARED.issuperset(lost):
        return None
    if short(rules()["cipher-too-narrow"], context, relation, replace(column, declaration=said)):
        return None
    words = {"level": said.level, "category": said.category, "mask": said.mask}
    text = " ".join(f"{key}={word}" for key, word in words.items() if word)
    origin = column.declaration.origin if column.declaration else ""
    if origin == "comment":
        label = Fix(how="instead", text=f"[{text.removeprefix('level=')}]", place=step.change.place)
        return label if said.level else None
    if origin == "schema":
        return Fix(how="schema", text=f"-- guard: {text}", place=column.place)
    own = isinstance(step.change, (ChangeColumn, CommentOn))
    named = f"column={column.name} " if own else ""
    place = step.change.place if own else column.place
    return Fix(how="append", text=f"-- guard: {named}{text}", place=place)


@dataclass(slots=True)
class _Gone:
    """Relations and columns that a script dropped or renamed: what comes back by that name is compared."""

    relations: dict[Name, Relation] = field(default_factory=dict)
    columns: dict[_Key, RelationColumn] = field(default_factory=dict)

    def pairs(self, step: Step) -> Iterator[tuple[RelationColumn, RelationColumn]]:
        """The columns that ``step`` may have robbed of their protection, as they were and as they are."""
        change, before, after = step.change, step.before, step.after
        if after is None:
            return
        match change:
            case Create() | Rename():
                same_name = before is not None and before.name == after.name
                yield from _common(before if same_name else self.relations.get(folded(after.name)), after)
            case AddColumn():
                old_column = self.columns.get((folded(after.name), change.column.name.casefold()))
                yield from _both(old_column, column_of(after, change.column.name))
            case ChangeColumn() | CommentOn():
                name = change.to if isinstance(change, ChangeColumn) and change.to else change.column
                yield from _both(column_of(before, change.column), column_of(after, name))

    def keep(self, step: Step) -> None:
        """Remember what ``step`` took away."""
        change, before = step.change, step.before
        if before is None:
            return
        if isinstance(change, (Drop, Rename)):
            self.relations[folded(before.name)] = before
        elif isinstance(change, DropColumn) and (column := column_of(before, change.column)):
            self.columns[folded(before.name), column.name.casefold()] = column


def _common(old: Relation | None, new: Relation) -> Iterator[tuple[RelationColumn, RelationColumn]]:
    names = {column.name.casefold(): column for column in new.columns}
    for column in old.columns if old else ():
        if column.name.casefold() in names:
            yield column, names[column.name.casefold()]


def _both(
    old: RelationColumn | None, new: RelationColumn | None
) -> Iterator[tuple[RelationColumn, RelationColumn]]:
    if old is not None and new is not None:
        yield old, new


def dropped(rule: Rule, context: Context) -> Iterator[Violation]:
    """Protected columns and tables that a script drops and does not bring back."""
    rebuilt = Rebuilt(context.steps)
    for at, step, before in _touched(context):
        change = step.change
        if rebuilt.passing(at, before):
            continue
        if isinstance(change, Drop):
            again = context.schema.find(name) if (name := rebuilt.returns(at, before)) else None
            gone = [column.name for column in before.columns if column_of(again, column.name) is None]
            yield from _lost_columns(rule, context, step, before, gone)
        elif isinstance(change, DropColumn) and (column := column_of(before, change.column)):
            again_there = rebuilt.column_returns(at, before, column.name)
            if not again_there and not _encrypted_instead(context, before, column):
                yield from _lost_columns(rule, context, step, before, [column.name])


def _lost_columns(
    rule: Rule, context: Context, step: Step, before: Relation, names: Iterable[str], **params: Any
) -> Iterator[Violation]:
    """One violation for the columns ``names`` that people protect, told by the most sensitive of them."""
    judged = context.judge(as_text(before))
    columns = (judged.column(name) for name in names)
    found = [one for one in columns if one is not None and _kept(before, one, context)]
    if found:
        worst = max(found, key=lambda one: context.rank(one.effective))
        yield rule.broken(step.change.place, before, worst, more=len(found) - 1 or "", **params)


def _kept(relation: Relation, judged: JudgedColumn, context: Context) -> bool:
    """Whether a column is one that people protect: by mask or cipher, or in the catalogue by its level."""
    column = column_of(relation, judged.name) or judged.column
    graded = context.reaches(judged.effective, context.declare_from)
    said = bool(declared(column) or column.column.protection)
    return said or (graded and (relation.known or stored(column, judged.type)))


def _encrypted_instead(context: Context, before: Relation, column: RelationColumn) -> bool:
    """Whether the table keeps the same content in an encrypted column: then the plain one should go."""
    judged = context.judge(as_text(before))
    dropped = judged.column(column.name)
    if dropped is None or not dropped.type or stored(column, dropped.type):
        return False
    same_type = {one.name for one in judged.columns if one.type == dropped.type} - {column.name}
    return any(one.name in same_type and stored(one, dropped.type) for one in before.columns)


def renamed(rule: Rule, context: Context) -> Iterator[Violation]:
    """Protected columns and tables whose protection is bound to a name that a script changes."""
    rebuilt = Rebuilt(context.steps)
    for at, step, before in _touched(context):
        change = step.change
        if isinstance(change, Rename) and not rebuilt.returns(at, before):
            name = step.after.name if step.after else _renamed_to(before.name, change.to)
            names = [column.name for column in before.columns]
            bound = [one for one in names if _unbound(context, step, before, name, one, one)]
            yield from _lost_columns(rule, context, step, before, bound, to=".".join(name))
        elif isinstance(change, (RenameColumn, ChangeColumn)) and change.to:
            moved = not same(change.to, change.column)
            if moved and _unbound(context, step, before, before.name, change.column, change.to):
                yield from _lost_columns(rule, context, step, before, [change.column], to=change.to)


def _renamed_to(name: Name, to: Name) -> Name:
    """The whole name of what is renamed: a one-part ``to`` stays in the same schema."""
    return (*name[:-1], *to) if len(to) == 1 else to


def _touched(context: Context) -> Iterator[tuple[int, Step, Relation]]:
    """The steps with the stored relation that each touches, as it was: by the scripts, or for one that they
    do not make by guard-schema.yaml."""
    for at, step in enumerate(context.steps):
        before = step.before or _declared_only(step.change, context)
        if before is not None and before.kind in _STORED:
            yield at, step, before


def _declared_only(change: Change, context: Context) -> Relation | None:
    """What guard-schema.yaml says of a table that no script makes, before or after."""
    if isinstance(change, (Drop, Rename)):
        name = change.name
    elif isinstance(change, (DropColumn, RenameColumn, ChangeColumn)):
        name = change.table
    else:
        return None
    table = context.file.table(name)
    made = context.schema.find(name)
    if table is None or (made is not None and not made.partial):
        return None
    columns = tuple(
        RelationColumn(
            column=DdlColumn(name=table.written.get(one, one), place=change.place), declaration=declaration
        )
        for one, declaration in table.columns.items()
    )
    return Relation(name=table.name, place=change.place, columns=columns, partial=True)


def _unbound(context: Context, step: Step, before: Relation, to: Name, old: str, name: str) -> bool:
    """Whether what protects the column ``old`` finds it by name, and no longer under the new one.

    A comment moves with its column; guard-schema.yaml and the catalogue know names.
    """
    column, new = column_of(before, old), column_of(step.after, name)
    declaration = column.declaration if column else None
    by_name = before.known or (declaration is not None and declaration.origin == "schema")
    said = new.declaration if new else None
    again = said is not None and (said != declaration or said.origin in ("comment", "note"))
    return by_name and not again and not context.file.speaks_of(to, name)


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "protection-removed": removed,
    "drop-protected": dropped,
    "rename-protected": renamed,
}
