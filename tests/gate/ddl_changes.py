"""Changes of one statement written down for comparison: what differs from the defaults, places aside."""

import dataclasses
from enum import Enum

from guard.gate.ddl.changes import changes
from guard.gate.script.dialect import dialect
from guard.gate.script.statement import Statement, Text
from guard.model.gate import DdlColumn, Grant, Place, Query

NAMES = {"name", "to", "table", "like"}


def read(sql, name="postgres"):
    text = Text(file="x.sql", text=sql)
    return changes(Statement(source=text, start=0, end=len(sql), dialect=dialect(name)))


def said(change):
    fields = {"is": type(change).__name__}
    for field in dataclasses.fields(change):
        value = getattr(change, field.name)
        default = None if field.default is dataclasses.MISSING else field.default
        if field.name != "place" and value != default and value != ():
            fields[field.name] = plain(value, dotted=field.name in NAMES and not isinstance(change, Grant))
    return fields


def plain(value, dotted=False):
    if isinstance(value, DdlColumn):
        return column(value)
    if isinstance(value, Query):
        return value.text
    if isinstance(value, tuple):
        return ".".join(value) if dotted else [plain(item) for item in value]
    if isinstance(value, Place):
        return value.line
    return value.value if isinstance(value, Enum) else value


def column(it):
    parts = [it.name, it.type, "" if it.nullable else "not null", it.key, it.protection]
    parts += [f"as {it.expression}" if it.generated else "", f"default '{it.literal}'" if it.literal else ""]
    return " ".join(part for part in [*parts, f"-- {it.comment}" if it.comment else ""] if part)
