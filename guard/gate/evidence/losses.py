"""What a column loses of its protection between two states."""

from __future__ import annotations

from collections.abc import Mapping

from guard.gate.context import Context
from guard.gate.evidence import protected
from guard.model.gate import RelationColumn


def losses(
    before: RelationColumn, after: RelationColumn, kind: str, level: str, context: Context
) -> Mapping[str, str]:
    """What ``after`` no longer has, of a column of data type ``kind`` and ``level``; empty for nothing.

    Keys are parameters of the text: ``mask_before`` (and ``mask_now``), ``clause``, ``type_before`` and
    ``type_now``, ``level_before`` and ``level_now``, ``unmasked`` (what a view now shows in clear).
    """
    graded = context.reaches(level, context.mask_from)
    lost = _mask(before, after, kind) or _clause(before, after, kind)
    if graded:
        lost = {**(lost or _type(before, after, kind)), **_shown(before, after)}
    return {**lost, **_level(before, after, context)}


def _mask(before: RelationColumn, after: RelationColumn, kind: str) -> dict[str, str]:
    had, has = protected.declared(before), protected.declared(after)
    was, now = protected.declared_method(before), protected.declared_method(after)
    if not had or protected.stored(after, kind):
        return {}
    if not has:
        return {"mask_before": had}
    weaker = was is not None and now is not None and was.stored and not now.stored
    return {"mask_before": had, "mask_now": has} if weaker else {}


def _clause(before: RelationColumn, after: RelationColumn, kind: str) -> dict[str, str]:
    had = before.column.protection
    if not had or after.column.protection or protected.stored(after, kind):
        return {}
    return {"clause": had}


def _type(before: RelationColumn, after: RelationColumn, kind: str) -> dict[str, str]:
    """Ciphertext that becomes plain text, by the types alone: a declared cipher has a rule of its own."""
    if not protected.ciphertext(before.column, kind) or protected.stored(after, kind):
        return {}
    was, now = before.column.type, after.column.type
    if not protected.is_text(now):
        return {}
    return {"type_before": _said(was), "type_now": _said(now)} if was != now else {}


def _shown(before: RelationColumn, after: RelationColumn) -> dict[str, str]:
    if not before.sources or not all(source.masked for source in before.sources):
        return {}
    clear = next((source for source in after.sources if not source.masked), None)
    return {"unmasked": ".".join((*clear.relation, clear.column))} if clear else {}


def _level(before: RelationColumn, after: RelationColumn, context: Context) -> dict[str, str]:
    was, now = (column.declaration.level if column.declaration else "" for column in (before, after))
    lower = now and 0 <= context.rank(now) < context.rank(was)
    return {"level_before": was, "level_now": now} if lower else {}


def _said(type_: str) -> str:
    """A type without anything but its words and its length: an enumeration holds literals."""
    length = protected.width(type_)
    return f"{protected.type_word(type_)}({length})" if length else protected.type_word(type_)
