"""The workbook: 分类分级清单, 覆盖情况, 策略分歧, 策略, 说明. Row by row, every cell a text or a count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml
from xlsxwriter.exceptions import FileCreateError

from guard.sdk import Facts
from guard.sdk.display import cell, shape
from guard.sdk.opinions import decision_counts
from guard.sdk.risk import coverage_counts
from guard.sdk.whole import whole
from guard.sdk.wording import level_word, term
from guard_reports.inventory.sheet import Texts, asset_row, column_rows, conflict_rows, pack_row

_MAX_ROWS = 1_000_000  # a sheet ends at 1,048,576
_MAX_TEXT = 32_000  # a cell ends at 32,767 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """An open workbook with its formats and the facts it tells."""

    file: Any
    facts: Facts
    plain: Any
    head: Any
    levels: Mapping[str, Any]

    def text(self, key: str, **params: object) -> str:
        """A text of this report."""
        return self.facts.text(f"reports.inventory.{key}", **params)


def write(facts: Facts, path: Path, language: str) -> None:
    """Write the workbook to ``path`` in ``language``."""
    layout = yaml.safe_load(files("guard_reports.inventory").joinpath("report.yaml").read_text("utf-8"))
    with whole(path) as draft:
        options: dict[str, Any] = {"constant_memory": True, "tmpdir": str(draft.parent), "in_memory": False}
        options |= {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        file = xlsxwriter.Workbook(str(draft), options)
        book = _book(file, facts, layout["levels"])
        packs = _packs(facts)
        _sheets(book, "columns", [*layout["columns"], *packs], _column_texts(facts, language))
        _sheets(book, "coverage", layout["coverage"], (asset_row(facts, one) for one in facts.results()))
        if packs:
            rows = (row for one in facts.results() for row in conflict_rows(facts, one, language))
            _sheets(book, "conflicts", _beside(layout["conflicts"], packs), rows)
        _sheets(book, "packs", layout["packs"], (pack_row(facts, one, language) for one in facts.packs))
        _legend(book)
        file.set_properties({"title": book.text("title"), "comments": facts.run.policy})
        try:
            file.close()
        except FileCreateError as error:
            raise OSError(getattr(error.args[0], "errno", None), "cannot write") from None


def _packs(facts: Facts) -> list[dict[str, Any]]:
    """One column for the level of each pack, where several grade side by side."""
    return [{"id": f"pack:{one.id}", "width": 16} for one in facts.packs] if len(facts.packs) > 1 else []


def _beside(columns: list[dict[str, Any]], packs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``columns`` with those of the packs before the level that counts."""
    at = next(place for place, column in enumerate(columns) if column["id"] == "level")
    return [*columns[:at], *packs, *columns[at:]]


def _book(file: Any, facts: Facts, colours: list[list[str]]) -> Book:
    base: dict[str, Any] = {"valign": "top", "font_size": 10, "font_name": "Microsoft YaHei"}
    head = base | {
        "bold": True,
        "bg_color": "#12395B",
        "font_color": "#FFFFFF",
        "border": 1,
        "text_wrap": True,
    }
    order = enumerate(facts.levels)
    fills: dict[str, dict[str, Any]] = {
        name: dict(zip(("bg_color", "font_color"), colours[min(n, len(colours) - 1)], strict=True))
        for n, name in order
    }
    fills["undetermined"] = {"bg_color": "#E6E6EA", "pattern": 1}
    made = {
        name: file.add_format(base | fill | {"bold": True, "align": "center"}) for name, fill in fills.items()
    }
    return Book(
        file=file,
        facts=facts,
        plain=file.add_format(base),
        head=file.add_format(head | {"valign": "vcenter", "align": "center"}),
        levels=made,
    )


def _column_texts(facts: Facts, language: str) -> Iterator[Texts]:
    number = 0
    for result in facts.results():
        for answer, texts in zip(result.classifications, column_rows(facts, result, language), strict=False):
            number += 1
            yield texts | {"number": number, "": answer.level}


def _sheets(book: Book, name: str, columns: list[dict[str, Any]], rows: Iterable[Texts]) -> None:
    """Write ``rows`` as sheet ``name``, going on in a further sheet where one is full."""
    part, line = 1, 0
    sheet = _open(book, name, part, columns)
    for texts in rows:
        if line == _MAX_ROWS:
            _close(sheet, line, columns)
            part, line = part + 1, 0
            sheet = _open(book, name, part, columns)
        line += 1
        for place, column in enumerate(columns):
            look = book.levels.get(str(texts.get("")), book.plain) if column["id"] == "level" else book.plain
            _put(sheet, line, place, texts.get(column["id"], ""), look)
    _close(sheet, line, columns)


def _open(book: Book, name: str, part: int, columns: list[dict[str, Any]]) -> Any:
    title = book.text(f"sheets.{name}")
    sheet = book.file.add_worksheet(title if part == 1 else f"{title} {part}")
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column["width"])
    sheet.set_row(0, 32)
    ids = [column["id"] for column in columns]
    held = next((name for name in ("column", "table") if name in ids), ids[0])
    sheet.freeze_panes(1, ids.index(held) + 1)
    for place, field in enumerate(ids):
        sheet.write_string(0, place, _heading(book, field), book.head)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    return sheet


def _heading(book: Book, field: str) -> str:
    name, _, pack = field.partition(":")
    return book.text("fields.pack_level", pack=pack) if pack else book.text(f"fields.{name}")


def _close(sheet: Any, lines: int, columns: list[dict[str, Any]]) -> None:
    sheet.autofilter(0, 0, lines, len(columns) - 1)


def _put(sheet: Any, line: int, place: int, value: str | int, look: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(line, place, value, look)
    elif value:
        sheet.write_string(line, place, cell(value)[:_MAX_TEXT], look)


def _legend(book: Book) -> None:
    sheet = book.file.add_worksheet(book.text("sheets.legend"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    wrapped = book.file.add_format({"valign": "top", "text_wrap": True, "font_size": 10})
    for place, name in enumerate(("item", "meaning")):
        sheet.write_string(0, place, book.text(f"legend.{name}"), book.head)
    for line, (level, item, meaning) in enumerate(_explained(book), 1):
        _put(sheet, line, 0, item, book.levels.get(level, book.plain))
        _put(sheet, line, 1, meaning, wrapped)
    sheet.freeze_panes(1, 0)


def _explained(book: Book) -> Iterator[tuple[str, str, str]]:
    facts = book.facts
    run = facts.run
    for level in (*facts.levels, "undetermined"):
        word = f"{level_word(facts, level)} {shape(level, facts.levels)}"
        count = book.text("legend.level", count=facts.totals.levels.get(level, 0))
        meaning = (
            book.text("legend.undetermined") if level == "undetermined" else term(facts, "levels", level)
        )
        yield level, word, f"{meaning} · {count}"
    for name in ("example", "blank", "confidence", "standing"):
        yield "", "", book.text(f"legend.{name}")
    for name in ("values", "candidate", "sample", "marks"):
        yield "", "", book.text(f"note.{name}")
    yield "", book.text("coverage"), _coverage(book)
    yield "", book.text("decisions"), facts.text("emit.decisions", **decision_counts(facts.totals))
    for name in ("id", "status", "started", "finished", "pack", "policy", "version"):
        value = getattr(run, name)
        value = book.text(f"status.{value}") if name == "status" else value
        yield "", book.text(f"facts.{'run' if name == 'id' else name}"), value


def _coverage(book: Book) -> str:
    counts = coverage_counts(book.facts)
    return f"{book.text('coverage_sentence', **counts)} {book.text('not_clean')}"
