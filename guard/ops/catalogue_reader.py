"""The values of a workbook, read in a process of its own: parsing is dangerous.

The process has bounded memory and time, gets the file on its standard input and never learns its place; a
reader that dies or panics takes nothing with it but the file.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from guard.ops.catalogue_limits import Limits, TooLargeError

_MEMORY, _SECONDS = 4 << 30, 120
_LARGE = ("rows", "columns", "sheets")


class UnreadableError(Exception):
    """The workbook is ``encrypted`` or ``damaged``."""


@dataclass(frozen=True, slots=True)
class Values:
    """A sheet's cell texts and its merged ranges: top, left, bottom, right, from 0."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...]


def values(data: bytes, limits: Limits, sheets: Sequence[str]) -> tuple[list[str], list[str], list[Values]]:
    """Names of all sheets, of those hidden and not wanted, and the values of the others.

    Raises UnreadableError, TooLargeError.
    """
    job = {"sheets": list(sheets), "rows": limits.rows, "columns": limits.columns, "most": limits.sheets}
    try:
        done = subprocess.run(  # noqa: S603 - our own module in our own interpreter
            [sys.executable, "-m", __name__, json.dumps(job)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS + 30,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise UnreadableError("damaged") from None
    fault = answer.get("fault", "")
    if fault in _LARGE:
        raise TooLargeError(fault, getattr(limits, fault))
    if fault:
        raise UnreadableError(fault)
    return (
        answer["names"],
        answer["hidden"],
        [
            Values(one["name"], tuple(map(tuple, one["rows"])), tuple(map(tuple, one["merged"])))
            for one in answer["sheets"]
        ],
    )


def _read(data: bytes, job: dict[str, Any]) -> dict[str, Any]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        listed = [one for one in book.sheets_metadata if "WorkSheet" in str(one.typ)]
        names = [one.name for one in listed]
        wanted = job["sheets"] or names
        unseen = [one.name for one in listed if not str(one.visible).endswith(".Visible")]
        hidden = [] if job["sheets"] else unseen
        chosen = [name for name in names if name in wanted and name not in hidden]
        if len(chosen) > job["most"]:
            return {"fault": "sheets"}
        sheets = []
        for name in chosen:
            sheet = book.get_sheet_by_name(name)
            if fault := _large(sheet, job):
                return {"fault": fault}
            sheets.append(_values(sheet))
    except calamine.PasswordError:
        return {"fault": "encrypted"}
    return {"names": names, "hidden": hidden, "sheets": sheets}


def _large(sheet: Any, job: dict[str, Any]) -> str:
    if sheet.total_height > job["rows"]:
        return "rows"
    return "columns" if sheet.total_width > job["columns"] else ""


def _values(sheet: Any) -> dict[str, Any]:
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    rows = [[_shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return {"name": sheet.name, "rows": rows, "merged": merged}


def _shown(value: object) -> str:
    """A cell as a person reads it: 3.0 is 3."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def main() -> None:
    """Entry point of the process: the job is its argument, the file its input, the answer its output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = _read(sys.stdin.buffer.read(), json.loads(sys.argv[1]))
    except BaseException:  # a panic of the reader is no Exception; its text may quote a cell
        answer = {"fault": "damaged"}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


if __name__ == "__main__":
    main()
