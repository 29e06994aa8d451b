"""A workbook to fill in: cells to be edited stand open, the others are locked, some columns are hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.sdk.display import cell

_WIDE = {
    "ref": 44,
    "why": 44,
    "reason": 40,
    "column_comment": 28,
    "table_comment": 24,
    "found": 26,
    "category": 26,
}
_MOST_TEXT = 32_000  # a cell ends at 32,767 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """``fields`` in order; ``heads`` are their headings. ``choices`` are the words of a drop-down, ``names``
    what they mean; ``help`` are lines of two texts; ``titles`` name the sheets review, help and lists."""

    fields: Sequence[str]
    hidden: Sequence[str]
    editable: Sequence[str]
    heads: Mapping[str, str]
    titles: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]
    names: Mapping[str, Sequence[str]]
    help: Sequence[tuple[str, str]]


def write_xlsx(path: Path, layout: SheetLayout, rows: Sequence[Mapping[str, str]]) -> None:
    """Write ``rows`` to ``path``. Row 1 (hidden) holds the names of the fields, row 2 their headings.

    Raises OSError where it cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options: dict[str, Any] = {"constant_memory": True, "tmpdir": str(path.parent), "in_memory": False}
    options |= {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    sheet = book.add_worksheet(layout.titles["review"])
    looks = _looks(book)
    _columns(sheet, layout, looks)
    for line, row in enumerate(rows, 2):
        for place, field in enumerate(layout.fields):
            look = looks["open" if field in layout.editable else "shut"]
            text = cell(row.get(field, ""))[:_MOST_TEXT]
            if text:
                sheet.write_string(line, place, text, look)
            elif field in layout.editable:
                sheet.write_blank(line, place, None, look)
    last = max(len(rows) + 1, 2)
    _choices(sheet, layout, last)
    _finish(sheet, layout, last)
    _help(book, layout, looks)
    _lists(book, layout, looks)
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(getattr(error.args[0], "errno", None), "cannot write") from None


def _looks(book: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"valign": "top", "font_size": 10, "font_name": "Microsoft YaHei"}
    head = base | {"bold": True, "border": 1, "text_wrap": True, "font_color": "#FFFFFF"}
    return {
        "shut": book.add_format(base),
        "open": book.add_format(
            base | {"locked": False, "bg_color": "#FFF8DC", "border": 1, "num_format": "@"}
        ),
        "head": book.add_format(head | {"bg_color": "#12395B"}),
        "asked": book.add_format(head | {"bg_color": "#8A5A00"}),
        "wrap": book.add_format(base | {"text_wrap": True}),
    }


def _columns(sheet: Any, layout: SheetLayout, looks: Mapping[str, Any]) -> None:
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_row(1, 32)
    for place, field in enumerate(layout.fields):
        hidden = {"hidden": True} if field in layout.hidden else {}
        sheet.set_column(place, place, _WIDE.get(field, 16), None, hidden)
        sheet.write_string(0, place, field)
    for place, field in enumerate(layout.fields):
        look = looks["asked" if field in layout.editable else "head"]
        sheet.write_string(1, place, layout.heads[field], look)


def _choices(sheet: Any, layout: SheetLayout, last: int) -> None:
    """A drop-down in every cell that takes one of a few words; another word is warned of, not refused."""
    for number, (field, words) in enumerate(layout.choices.items()):
        place = layout.fields.index(field)
        letter = chr(ord("A") + 2 * number)
        title = layout.titles["lists"].replace("'", "''")
        source = f"='{title}'!${letter}$2:${letter}${len(words) + 1}"
        sheet.data_validation(
            2, place, last, place, {"validate": "list", "source": source, "error_type": "warning"}
        )


def _finish(sheet: Any, layout: SheetLayout, last: int) -> None:
    sheet.freeze_panes(2, len(layout.hidden) + 1)
    sheet.autofilter(1, 0, last, len(layout.fields) - 1)
    allowed = ("autofilter", "sort", "format_columns", "format_rows")
    sheet.protect("", {"select_locked_cells": True} | dict.fromkeys(allowed, True))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _help(book: Any, layout: SheetLayout, looks: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(layout.titles["help"])
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 110)
    for line, (left, right) in enumerate(layout.help):
        sheet.write_string(line, 0, left, looks["wrap"])
        sheet.write_string(line, 1, right, looks["wrap"])


def _lists(book: Any, layout: SheetLayout, looks: Mapping[str, Any]) -> None:
    """The words of the drop-downs, each beside what it means."""
    sheet = book.add_worksheet(layout.titles["lists"])
    sheet.set_column(0, 2 * len(layout.choices), 26)
    longest = max(map(len, layout.choices.values()))
    for line in range(longest + 1):
        for number, (field, words) in enumerate(layout.choices.items()):
            texts: Iterable[str] = ()
            if line == 0:
                texts = (layout.heads[field],)
            elif line <= len(words):
                names = layout.names.get(field, ())
                texts = (words[line - 1], *names[line - 1 : line])
            for offset, text in enumerate(texts):
                sheet.write_string(line, 2 * number + offset, text, looks["head" if line == 0 else "wrap"])
