"""What an import understood, row by row, as texts: for a terminal, csv, json and xlsx."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from guard.ops.catalogue_book import Sheet, write_book
from guard.ops.catalogue_import import Imported
from guard.policy.sheet.entry import INFO, Entry, Note
from guard.policy.sheet.read import SheetRead
from guard.policy.sheet.rows import letter
from guard.sdk.display import cell, visible
from guard.text import t

KINDS = ("table", "csv", "json", "xlsx")
HEADERS = ("sheet", "row", "status", "category", "items", "level", "sharing", "types", "warnings", "how")
_MARKS = {"understood": "✓", "doubted": "!", "failed": "✗", "skipped": "–"}
_TEXTS = "commands.policy.import"
_TYPED = {"type", "types", "named"}


def record(entry: Entry, done: Imported, language: str) -> dict[str, str]:
    """One row as plain texts, by ``HEADERS``."""
    notes = [(note.weight, said(note, done, language)) for note in entry.notes]
    return {
        "sheet": entry.sheet,
        "row": str(entry.row),
        "status": entry.status,
        "category": "/".join(entry.path),
        "items": "、".join(entry.items),
        "level": entry.grade,
        "sharing": entry.sharing,
        "types": ", ".join(entry.types),
        "warnings": "; ".join(text for weight, text in notes if weight != INFO),
        "how": "; ".join(text for weight, text in notes if weight == INFO),
    }


def said(note: Note, done: Imported, language: str) -> str:
    """A remark as a sentence, types by name."""
    params = dict(note.params)
    for key in _TYPED & params.keys():
        ids = str(params[key]).split(", ")
        params[key] = ", ".join(done.types.get(id, {}).get(language, id) for id in ids)
    return t(f"{_TEXTS}.notes.{note.code}", language, **params)


def write(kind: str, stream: TextIO, done: Imported, language: str) -> None:
    """Write the report as ``table``, ``csv`` or ``json``."""
    rows = [record(entry, done, language) for entry in done.entries]
    if kind == "csv":
        lines = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        lines.writerow(HEADERS)
        lines.writerows([cell(row[name]) for name in HEADERS] for row in rows)
    elif kind == "json":
        json.dump(_document(done, rows), stream, ensure_ascii=False, indent=2)
        stream.write("\n")
    else:
        stream.writelines(f"{line}\n" for line in _lines(done, language))


def write_xlsx(path: Path, done: Imported, language: str) -> None:
    """Write the report as a workbook. Raises UsageError ``cannot-write``."""
    heads = [t(f"{_TEXTS}.columns.{name}", language) for name in HEADERS]
    rows = [record(entry, done, language) for entry in done.entries]
    found = [[t(f"{_TEXTS}.status.{row['status']}", language), *_rest(row)] for row in rows]
    order = [heads[2], heads[0], heads[1], *heads[3:]]
    sheet = Sheet(
        name=t(f"{_TEXTS}.report", language),
        heads=order,
        widths=[12, 16, 8, 30, 36, 12, 14, 24, 60, 60],
        rows=found,
        looks=[row["status"] for row in rows],
    )
    write_book(path, [sheet])


def _rest(row: dict[str, str]) -> list[str]:
    return [row[name] for name in HEADERS if name != "status"]


def _document(done: Imported, rows: Sequence[dict[str, str]]) -> dict[str, Any]:
    return {
        "pack": done.id,
        "folder": str(done.folder),
        "written": done.written,
        "sha256": done.digest,
        "counts": done.counts,
        "items": done.items,
        "rules": done.rules,
        "sheets": [asdict(sheet) for sheet in done.sheets],
        "hidden": list(done.hidden),
        "rows": [row | {"row": int(row["row"])} for row in rows],
    }


def _lines(done: Imported, language: str) -> Iterator[str]:
    by_sheet: dict[str, list[Entry]] = {}
    for entry in done.entries:
        by_sheet.setdefault(entry.sheet, []).append(entry)
    for sheet in done.sheets:
        yield from _heading(sheet, language)
        for entry in by_sheet.get(sheet.name, ()):
            yield from _row(entry, done, language)
    for name in done.hidden:
        yield visible(t(f"{_TEXTS}.sheet_hidden", language, sheet=name))


def _heading(sheet: SheetRead, language: str) -> Iterator[str]:
    if not sheet.headed:
        yield visible(t(f"{_TEXTS}.sheet_unheaded", language, sheet=sheet.name))
        return
    yield visible(t(f"{_TEXTS}.sheet", language, sheet=sheet.name, title=sheet.title))
    used = ", ".join(
        f"{letter(at)}={t(f'{_TEXTS}.fields.{name}', language)}" for name, at in sheet.columns.items()
    )
    yield "  " + t(f"{_TEXTS}.sheet_columns", language, columns=used)
    for key, words in (("sheet_unused", sheet.unused), ("sheet_doubled", sheet.doubled)):
        if words:
            yield "  " + visible(t(f"{_TEXTS}.{key}", language, columns=", ".join(words)))
    if sheet.beyond:
        yield "  ! " + t(f"{_TEXTS}.sheet_beyond", language, number=sheet.beyond)
    if sheet.blind:
        yield "  ! " + t(f"{_TEXTS}.sheet_blind", language)


def _row(entry: Entry, done: Imported, language: str) -> Iterator[str]:
    row = record(entry, done, language)
    items = f"{row['category']} › {row['items']}" if row["category"] and row["items"] else row["items"]
    level = f" → {row['level']}" if row["level"] else ""
    sharing = f" · {row['sharing']}" if row["sharing"] else ""
    how = f"  ({row['how']})" if row["how"] else ""
    yield visible(f"  {entry.row:>5} {_MARKS[entry.status]} {items}{level}{sharing}{how}")
    if row["warnings"]:
        yield visible(f"        ! {row['warnings']}")
