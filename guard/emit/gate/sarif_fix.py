"""A fix as SARIF applies it: text put at an exact place of a script."""

from __future__ import annotations

from typing import Any

from guard.emit.gate.wording import Words, lines, uri
from guard.model.gate import Fix, Place


def fixes(fix: Fix, at: Place, words: Words) -> list[dict[str, Any]]:
    """The ``fix`` objects of a comment on or before its line for what stands ``at``; none of the other kinds.

    One that is appended needs ``GateOptions.length``: SARIF has no other word for the end of a line.
    """
    column = _column(fix, words)
    if column is None:
        return []
    text = "\n".join(lines(fix))
    region = {
        "startLine": fix.place.line,
        "startColumn": column,
        "endLine": fix.place.line,
        "endColumn": column,
    }
    inserted = f"{text}\n" if fix.how == "before" else f" {text}"
    change = {
        "artifactLocation": {"uri": uri(fix.place.file, words.options)},
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": inserted}}],
    }
    return [{"description": {"text": words.fix(fix, at)}, "artifactChanges": [change]}]


def _column(fix: Fix, words: Words) -> int | None:
    """The column before which the text goes, or None where it is not known."""
    if fix.how == "before":
        return 1
    if fix.how != "append" or words.options.length is None:
        return None
    length = words.options.length(fix.place.file, fix.place.line)
    return None if length is None else length + 1
