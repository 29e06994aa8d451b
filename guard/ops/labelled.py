"""A user's labelled folder: its files, and ``labels.jsonl`` or ``labels.csv`` saying what each column holds.

A label has ``file`` (the path below the folder; a sheet or archive member follows it: ``a.xlsx/Sheet1``),
``column`` (the header as ``guard scan`` shows it), ``label`` (a type id, several joined by ``|``, or
``none``) and, where wanted, ``level`` (a level, several joined by ``|``).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.model import UsageError
from guard.ops.scoring import NONE
from guard.yamldoc import nearest

NAMES = ("labels.jsonl", "labels.csv")
_NEEDED = ("file", "column", "label")
_FIELDS = (*_NEEDED, "level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What one column holds. ``line`` is where the labels file says so."""

    file: str
    column: str
    types: tuple[str, ...]
    levels: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """All labels of a folder by (file, column), and the file they stand in."""

    source: Path
    by_place: Mapping[tuple[str, str], Label]

    @property
    def files(self) -> frozenset[str]:
        """The files that labels speak of."""
        return frozenset(file for file, _ in self.by_place)


def read(folder: Path, types: Mapping[str, object], levels: tuple[str, ...]) -> Labels:
    """The labels of ``folder``. Raises UsageError with file and line for the first that is wrong."""
    source = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if source is None:
        raise UsageError("eval-no-labels", path=str(folder), names=", ".join(NAMES))
    try:
        text = source.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("policy-encoding", file=str(source)) from None
    found: dict[tuple[str, str], Label] = {}
    for line, row in _rows(source, text):
        label = _label(source, line, row, types, levels)
        place = (label.file, label.column)
        if place in found:
            raise UsageError("eval-label-twice", file=str(source), line=line, first=found[place].line)
        found[place] = label
    if not found:
        raise UsageError("eval-no-labels", path=str(folder), names=", ".join(NAMES))
    return Labels(source=source, by_place=found)


def _rows(source: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if source.suffix == ".csv":
        reader = csv.DictReader(io.StringIO(text, newline=""))
        try:
            for cells in reader:
                yield reader.line_num, {key: value for key, value in cells.items() if value not in (None, "")}
        except csv.Error:
            raise UsageError("eval-label-broken", file=str(source), line=reader.line_num) from None
        return
    for line, content in enumerate(text.splitlines(), start=1):
        if content.strip():
            yield line, _object(source, line, content)


def _object(source: Path, line: int, content: str) -> Mapping[str, Any]:
    try:
        row = json.loads(content)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise UsageError("eval-label-broken", file=str(source), line=line)
    return row


def _label(
    source: Path, line: int, row: Mapping[str, Any], types: Mapping[str, object], levels: tuple[str, ...]
) -> Label:
    for name in row:
        if name not in _FIELDS:
            close = nearest(str(name), _FIELDS) or "-"
            raise UsageError("eval-label-field", file=str(source), line=line, word=str(name), nearest=close)
    for name in _NEEDED:
        if not isinstance(row.get(name), str) or not row[name]:
            raise UsageError("eval-label-missing", file=str(source), line=line, field=name)
    wanted = tuple(row["label"].split("|"))
    for word in wanted:
        if word != NONE and word not in types:
            close = nearest(word, types) or "-"
            raise UsageError("eval-label-type", file=str(source), line=line, word=word, nearest=close)
    graded = tuple(str(row["level"]).split("|")) if row.get("level") else ()
    for word in graded:
        if word not in levels:
            close = nearest(word, levels) or "-"
            raise UsageError("eval-label-level", file=str(source), line=line, word=word, nearest=close)
    return Label(file=row["file"], column=row["column"], types=wanted, levels=graded, line=line)
