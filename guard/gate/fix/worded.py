"""What violations propose, as ``--fix`` writes it: its final text, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

from guard.gate.declare.schema_file import SchemaFile
from guard.gate.fix.edits import Plan, entry, plan
from guard.gate.fix.mend import Mend, proposals
from guard.model import UsageError
from guard.model.gate import AddColumn, Create, DdlColumn, Fix, Place, Script, Violation

_STATES = ("open", "waived", "baseline")
_LOG = "databaseChangeLog"
_COLUMN = re.compile(r"(?i)<(?:\w+:)?column\b|^\s*(?:-\s*)?\"?(?:column|name)\"?\s*:")


def worded(
    violations: Sequence[Violation],
    scripts: Sequence[Script],
    file: SchemaFile,
    *,
    root: Path,
    schema: str,
    compared: Collection[str] | None = None,
) -> tuple[Violation, ...]:
    """``violations`` with each declaration that they propose as ``edits`` would write it: several of one
    column as one, an old note brought up to date, an entry of ``file``, which is called ``schema``.

    A change log is mended where it describes the column: that is for people, ``--fix`` writes to ``schema``.
    """
    said = list(violations)
    for state in _STATES:
        at = [number for number, one in enumerate(said) if one.state == state]
        some = [replace(said[number], state="open") for number in at]
        wanted = proposals(some, scripts)
        if not wanted:
            continue
        try:
            planned = plan([mend for mend, _ in wanted], scripts, root=root, compared=compared)
        except UsageError:  # a script that is gone meanwhile
            continue
        fixes = dict(_fixes(planned, scripts, file, root=root, schema=schema))
        for mend, numbers in wanted:
            for number in numbers:
                said[at[number]] = replace(said[at[number]], fix=fixes[id(mend)])
    return tuple(said)


def _fixes(
    planned: Plan, scripts: Sequence[Script], file: SchemaFile, *, root: Path, schema: str
) -> Iterator[tuple[int, Fix]]:
    """The fix of each mend, by its identity."""
    for mend in planned.left:
        text = entry(mend, file).rstrip("\n")
        own = Fix(how="schema", text=text, place=Place(file=schema, line=1))
        yield id(mend), _described(mend, scripts, root) or own
    for page in planned.pages:
        for mend, fix in zip(page.asked, page.done.fixes, strict=True):
            if fix is not None:
                yield id(mend), fix


def _described(mend: Mend, scripts: Sequence[Script], root: Path) -> Fix | None:
    """The description of a column with its label, in a change log or a model of dbt; None elsewhere."""
    if mend.file.endswith((".sql", ".ddl")) or not mend.column:
        return None
    column = _column(mend, scripts)
    text = _read(root / mend.file)
    lines = text.split("\n")
    if column is None or not (0 < mend.line <= len(lines) and _COLUMN.search(lines[mend.line - 1])):
        return None
    key = "remarks" if _LOG in text else "description"
    label = " ".join(word if name == "level" else f"{name}={word}" for name, word in mend.said.items())
    told = f"{column.comment} [{label}]".strip().replace('"', "'")
    said = f'{key}="{escape(told)}"' if mend.file.endswith(".xml") else f'{key}: "{told}"'
    return Fix(how="describe", text=said, place=Place(file=mend.file, line=mend.line))


def _column(mend: Mend, scripts: Sequence[Script]) -> DdlColumn | None:
    """The column without a label that is defined where ``mend`` is asked for."""
    for script in scripts:
        if script.file != mend.file or script.editable:
            continue
        for change in script.changes:
            made = change.columns if isinstance(change, Create) else ()
            for one in (change.column,) if isinstance(change, AddColumn) else made:
                if (one.place.line, one.name.casefold()) == (mend.line, mend.column.casefold()):
                    return None if "[" in one.comment else one
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
