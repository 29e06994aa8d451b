"""Plain workbooks: texts only, every cell safe to open."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard.model import UsageError
from guard.sdk.display import cell
from guard.sdk.whole import whole

_MAX_TEXT = 32_000  # a cell ends at 32,767 characters
_FILLS: Mapping[str, Mapping[str, Any]] = {
    "failed": {"bg_color": "#F8D7DA"},
    "doubted": {"bg_color": "#FFF3CD"},
    "skipped": {"font_color": "#777777"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """``looks`` names the look of each row; ``title`` stands above the headings where it is not empty."""

    name: str
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    looks: Sequence[str] = field(default=())
    title: str = ""


def write_book(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write ``sheets`` to ``path``, whole or not at all. Raises UsageError ``cannot-write``."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with whole(path) as draft:
            book = xlsxwriter.Workbook(str(draft), {**safe, "tmpdir": str(draft.parent)})
            for sheet in sheets:
                _fill(book, sheet)
            book.close()
    except FileCreateError as error:
        number = getattr(error.args[0], "errno", None) or 0
        raise UsageError("cannot-write", path=str(path), why=os.strerror(number)) from None
    except OSError as error:
        raise UsageError("cannot-write", path=str(path), why=os.strerror(error.errno or 0)) from None


def _fill(book: Any, sheet: Sheet) -> None:
    base: dict[str, Any] = {
        "valign": "top",
        "font_size": 10,
        "font_name": "Microsoft YaHei",
        "text_wrap": True,
    }
    head = book.add_format(base | {"bold": True, "bg_color": "#12395B", "font_color": "#FFFFFF", "border": 1})
    looks = {name: book.add_format({**base, **fill}) for name, fill in {"": {}, **_FILLS}.items()}
    page = book.add_worksheet(sheet.name)
    first = 1 if sheet.title else 0
    if sheet.title:
        page.write_string(0, 0, cell(sheet.title), book.add_format({"bold": True, "font_size": 14}))
    for at, (text, width) in enumerate(zip(sheet.heads, sheet.widths, strict=True)):
        page.set_column(at, at, width)
        page.write_string(first, at, cell(text), head)
    for line, row in enumerate(sheet.rows):
        look = looks[sheet.looks[line] if sheet.looks and sheet.looks[line] in looks else ""]
        for at, text in enumerate(row):
            if text:
                page.write_string(first + 1 + line, at, cell(text)[:_MAX_TEXT], look)
    page.freeze_panes(first + 1, 0)
    page.autofilter(first, 0, first + len(sheet.rows), len(sheet.heads) - 1)
    page.set_landscape()
    page.repeat_rows(first)
    page.fit_to_pages(1, 0)
