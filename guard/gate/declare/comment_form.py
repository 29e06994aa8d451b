"""How each dialect sets the comment of a column: by a statement, or where the column is defined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from guard.gate.script.dialect import dialects
from guard.model.gate import Fix, Relation, RelationColumn
from guard.yamldoc import read

_PLAIN = re.compile(r"[^\W\d]\w*")


def comment_fix(relation: Relation, column: RelationColumn, title: str) -> Fix | None:
    """What gives ``column`` the comment ``title``; None where its dialect has no comments, or where only its
    whole definition written anew would say it."""
    form = _form(relation.dialect)
    if not form or not title or "ending" in form or ("clause" in form and not column.column.type):
        return None
    quote = form.get("quote", '""')
    schema = relation.name[-2] if len(relation.name) > 1 else form.get("schema", "")
    words = form.get("statement") or form["clause"]
    text = words.format(
        table=".".join(_named(part, quote) for part in relation.name),
        column=_named(column.name, quote),
        type=column.column.type,
        comment=title.replace("'", "''"),
        schema_text=schema.replace("'", "''"),
        table_text=relation.name[-1].replace("'", "''"),
        column_text=column.name.replace("'", "''"),
    )
    return Fix(how="after" if "statement" in form else "instead", text=text, place=column.place)


def comment_clause(relation: Relation, title: str) -> str:
    """What stands at the end of a column's definition where only that can give it the comment ``title``."""
    return (
        str(_form(relation.dialect).get("ending", "")).format(comment=title.replace("'", "''"))
        if title
        else ""
    )


def _named(name: str, quote: str) -> str:
    return name if _PLAIN.fullmatch(name) else f"{quote[0]}{name.replace(quote[1], quote[1] * 2)}{quote[1]}"


def _form(dialect: str) -> Mapping[str, Any]:
    known = dialects().get(dialect)
    forms = _forms()
    names = (known.name, known.reads) if known else ()
    found: Mapping[str, Any] = next((forms[name] for name in names if name in forms), forms["default"])
    return found


@cache
def _forms() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read(Path(__file__).with_name("comment_form.yaml")).data
    return data
