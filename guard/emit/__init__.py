"""Results to text: one format a file, each loaded on first use. Formats never change what is selected."""

from __future__ import annotations

from importlib import import_module
from typing import TextIO

from guard.emit.options import EmitOptions
from guard.emit.record import SCHEMA, fingerprint, json_schema
from guard.model import UsageError
from guard.sdk import Facts
from guard.yamldoc import nearest

_MODULES = {
    "table": "guard.emit.table",
    "json": "guard.emit.json",
    "jsonl": "guard.emit.jsonl",
    "csv": "guard.emit.csv",
    "md": "guard.emit.md",
    "sarif": "guard.emit.sarif",
    "junit": "guard.emit.junit",
}
KINDS = tuple(_MODULES)

__all__ = ["KINDS", "SCHEMA", "EmitOptions", "fingerprint", "json_schema", "write"]


def write(
    kind: str, facts: Facts, stream: TextIO, *, language: str, options: EmitOptions | None = None
) -> None:
    """Write the run in ``facts`` to ``stream`` as ``kind``, in ``zh`` or ``en``.

    Calls ``facts.results()`` up to three times, holding one asset at a time. Everything written encodes
    as UTF-8. Raises UsageError ``unknown-format`` for a kind that is not in ``KINDS``.
    """
    if kind not in _MODULES:
        close = nearest(kind, KINDS) or "-"
        raise UsageError("unknown-format", word=kind, nearest=close, known=", ".join(KINDS))
    import_module(_MODULES[kind]).write(facts, stream, language, options or EmitOptions())
