"""The verdict of the gate to text: one format a file, each loaded on first use.

Formats never change what is selected: all leave out only what lies below ``GateOptions.show``. Those that
have a word for it (json, sarif, junit) hold what waivers and the baseline excuse as such; the others list
it where ``show_waived`` asks for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TextIO

from guard.emit.gate.options import GateOptions, fails
from guard.emit.gate.summary import summary
from guard.model import UsageError
from guard.model.gate import Verdict
from guard.yamldoc import nearest

KINDS = ("table", "json", "sarif", "junit", "gitlab", "github", "md")

__all__ = ["KINDS", "GateOptions", "fails", "summary", "write"]


def write(
    kind: str, verdict: Verdict, stream: TextIO, *, language: str, options: GateOptions | None = None
) -> None:
    """Write ``verdict`` to ``stream`` as ``kind``, in ``zh`` or ``en``.

    Everything written encodes as UTF-8. Raises UsageError ``unknown-format`` for a kind that is not in
    ``KINDS``.
    """
    if kind not in KINDS:
        close = nearest(kind, KINDS) or "-"
        raise UsageError("unknown-format", word=kind, nearest=close, known=", ".join(KINDS))
    import_module(f"guard.emit.gate.{kind}").write(verdict, stream, language, options or GateOptions())
