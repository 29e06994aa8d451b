"""``--fix``: writes the declarations that violations propose, all of them or none.

A declaration goes to its line as an SQL comment. It goes to guard-schema.yaml where the file is no SQL,
is not the change's own (what is applied already must not change), or has no place for a comment.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from typing import Any

from guard.gate.declare.schema_file import SchemaFile, SchemaTable, schema_text
from guard.gate.fix.mend import Mend, mends, replaceable
from guard.gate.fix.remembered import remembered
from guard.gate.fix.schema_edit import block, put
from guard.gate.fix.shown import applies, diff, shown
from guard.gate.fix.sql_edit import Edited, noted
from guard.gate.script.dialect import dialect
from guard.model import RefusedError, UsageError
from guard.model.gate import Script, Unread, Violation
from guard.sdk.whole import whole

_BEGUN = "version: 1\n"
_OPEN = frozenset({"quote-open", "comment-open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One file as it was and as it is to be. ``mends`` are what was written; ``diff`` shows no literal.

    ``exact`` says that ``diff`` applies: nothing in it had to be hidden or written in another encoding.
    """

    file: str
    path: Path
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    mends: tuple[Mend, ...]
    diff: str = field(repr=False)
    exact: bool = True

    @property
    def count(self) -> int:
        """How many declarations were written."""
        return len(self.mends)


def edits(
    violations: Iterable[Violation],
    scripts: Sequence[Script],
    *,
    root: Path,
    schema: Path,
    compared: Collection[str] | None = None,
) -> tuple[Edit, ...]:
    """What ``--fix`` would write for those of ``violations`` that are open, in order of files.

    ``root`` is where the files of ``scripts`` are named from, ``schema`` the guard-schema.yaml. ``compared``
    are the files that the compared version has: they stay as they are; without one, None, scripts do that
    look applied. Raises UsageError ``fix-unreadable``, ``fix-schema``, ``fix-encoding`` and ``yaml-broken``.
    """
    found = plan(mends(violations, scripts), scripts, root=root, compared=compared)
    written = [edit for page in found.pages if (edit := _of_script(page))]
    edit = _of_schema(schema, root, found.left)
    return (*written, edit) if edit else tuple(written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One script and what is ``asked`` of it: its bytes ``before``, and ``done`` with what has its place."""

    script: Script
    path: Path
    before: bytes = field(repr=False)
    asked: tuple[Mend, ...]
    done: Edited = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The scripts to be written, and the mends ``left`` for guard-schema.yaml."""

    pages: tuple[Page, ...]
    left: tuple[Mend, ...]


def plan(
    wanted: Iterable[Mend], scripts: Iterable[Script], *, root: Path, compared: Collection[str] | None = None
) -> Plan:
    """Where each of ``wanted`` goes. Raises UsageError ``fix-unreadable``."""
    by_file = {script.file: script for script in scripts}
    pages: list[Page] = []
    left: list[Mend] = []
    for file, some in groupby(sorted(wanted, key=lambda one: one.file), key=lambda one: one.file):
        every, script = tuple(some), by_file.get(file)
        if script is None or _stays(script, root / file, compared):
            left += every
            continue
        opens = _opens(script)
        asked = tuple(one for one in every if not (one.schema or one.line >= opens))
        before = _bytes(root / file)
        done = noted(before, dialect(script.dialect), asked)
        pages.append(Page(script=script, path=root / file, before=before, asked=asked, done=done))
        placed = {id(one) for one, fix in zip(asked, done.fixes, strict=True) if fix}
        left += [one for one in every if id(one) not in placed]
    return Plan(pages=tuple(pages), left=tuple(left))


def _opens(script: Script) -> float:
    """The line from which on nothing is written: a quote or comment opens there that never closes."""
    lines = [
        change.place.line
        for change in script.changes
        if isinstance(change, Unread) and change.reason in _OPEN
    ]
    return min(lines, default=math.inf)


def save(edits: Sequence[Edit]) -> None:
    """Write all of ``edits``, or none: RefusedError ``fix-moved`` where a file changed meanwhile, UsageError
    ``cannot-write``."""
    try:
        with ExitStack() as drafts:
            for edit in edits:
                path = edit.path.resolve()
                draft = drafts.enter_context(whole(path))
                draft.write_bytes(edit.after)
                if path.exists():
                    shutil.copymode(path, draft)
            for edit in edits:
                if _bytes(edit.path) != edit.before:
                    raise RefusedError("fix-moved", file=edit.file)
    except OSError as error:
        where = str(error.filename or (edits[0].file if edits else ""))
        raise UsageError("cannot-write", path=where, why=error.strerror or "") from None


def _stays(script: Script, path: Path, compared: Collection[str] | None) -> bool:
    """Whether nothing may be added to a script."""
    if not script.editable:
        return True
    return remembered(path, _bytes(path)) if compared is None else script.file in compared


def _of_script(page: Page) -> Edit | None:
    """The edit of a script, None where it says everything already."""
    file, done, spoken = page.script.file, page.done, dialect(page.script.dialect)
    if done.data == page.before:
        return None
    told = diff(file, shown(page.before, spoken), shown(done.data, spoken), done.above, done.changed)
    written = tuple(one for one, fix in zip(page.asked, done.fixes, strict=True) if fix)
    exact = applies(told, page.before, done.data)
    return Edit(
        file=file, path=page.path, before=page.before, after=done.data, mends=written, diff=told, exact=exact
    )


def _of_schema(path: Path, root: Path, asked: Sequence[Mend]) -> Edit | None:
    if not asked:
        return None
    before = _bytes(path)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    try:
        old = before.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = before.count(b"\n", 0, error.start) + 1
        raise UsageError("fix-encoding", file=name, line=line) from None
    text = put(old or _BEGUN, tree(asked, schema_text(old, name)), name)
    after = text.encode("utf-8-sig" if before.startswith(b"\xef\xbb\xbf") else "utf-8")
    if after == before:
        return None
    told = _diff(name, old, text, new=not path.exists())
    exact = applies(told, before, after)
    return Edit(file=name, path=path, before=before, after=after, mends=tuple(asked), diff=told, exact=exact)


def entry(mend: Mend, known: SchemaFile) -> str:
    """What guard-schema.yaml, which is ``known``, gets for ``mend`` alone: YAML from ``tables`` on."""
    return block(tree((mend,), known))


def tree(mends: Sequence[Mend], known: SchemaFile) -> Mapping[str, Any]:
    """The entries of ``mends`` as guard-schema.yaml has them, under the names that stand there already."""
    tables: dict[str, Any] = {}
    names: dict[str, str] = {}
    for mend in mends:
        there = known.table(tuple(mend.table.split(".")))
        table = names.setdefault(mend.table.casefold(), ".".join(there.name) if there else mend.table)
        told = tables.setdefault(table, {})
        if mend.column:
            columns = told.setdefault("columns", {})
            column = next((one for one in columns if one.casefold() == mend.column.casefold()), mend.column)
            told = columns.setdefault(column, {})
        told.update(_missing(mend, there))
    return {"tables": tables}


def _missing(mend: Mend, there: SchemaTable | None) -> Mapping[str, str]:
    """What the file does not say of a column yet; of what it says only what is ``replaceable`` changes."""
    of = there and (there.columns.get(mend.column.casefold()) if mend.column else there.declaration)
    said = ((key, value, getattr(of, key, "")) for key, value in mend.said.items())
    return {key: value for key, value, old in said if not old or replaceable(key, old)}


def _diff(file: str, before: str, after: str, *, new: bool) -> str:
    old = "/dev/null" if new else f"a/{file}"
    lines = unified_diff(before.splitlines(), after.splitlines(), old, f"b/{file}", lineterm="")
    return "".join(f"{line}\n" for line in lines)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError("fix-unreadable", file=str(path), code=type(error).__name__) from None
