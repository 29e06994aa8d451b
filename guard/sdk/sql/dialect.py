"""A dialect: how one database quotes, lists, reads and complains, read from a YAML file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from guard.model import Column
from guard.yamldoc import parse

CELL_CHARACTERS = 65_536
CELL_FLOOR = 64
BLOB_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How columns of the types that ``match`` are read: an SQL expression and an Arrow kind."""

    match: re.Pattern[str]
    read: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One database's SQL as data.

    ``cells`` is tried in order, the last matches everything. ``codes`` maps SQLSTATE or
    error numbers (whole or as a prefix) to problem codes; ``words`` maps a pattern over the
    text of a refused login to a problem code, for drivers that give no number there.
    """

    quote: str
    cells: tuple[Cell, ...]
    codes: Mapping[str, str]
    words: tuple[tuple[re.Pattern[str], str], ...]
    sql: Mapping[str, str]

    def name(self, *parts: str) -> str:
        """Quote an identifier, part by part. Raises ValueError for one that holds NUL."""
        if any("\0" in part for part in parts):
            raise ValueError("NUL in an identifier")
        mark = self.quote
        return ".".join(mark + part.replace(mark, mark * 2) + mark for part in parts)

    def cell(self, column: Column) -> Cell:
        """How ``column`` is read."""
        declared = column.type.lower()
        return next(cell for cell in self.cells if cell.match.search(declared))

    def expressions(self, columns: Sequence[Column], characters: int) -> str:
        """The select list that reads ``columns`` of ``t``, each cell cut to ``characters``."""
        return ", ".join(
            self.fill(
                self.cell(column).read, c="t." + self.name(column.name), cell=characters, blob=BLOB_BYTES
            )
            for column in columns
        )

    def statement(self, key: str, /, **parts: object) -> str:
        """The dialect's statement ``key`` with its ``{parts}`` filled; parts are SQL or numbers."""
        return self.fill(self.sql[key], **parts)

    @staticmethod
    def fill(template: str, /, **parts: object) -> str:
        """Fill ``{parts}`` in one pass: what is filled in is never read as a template."""
        return re.sub(r"\{(\w+)\}", lambda hit: str(parts[hit.group(1)]), template)

    def code(self, number: str) -> str:
        """The problem code of an SQLSTATE or error number: the longest prefix known."""
        for size in range(len(number), 0, -1):
            if number[:size] in self.codes:
                return self.codes[number[:size]]
        return "driver-error"

    def code_of_text(self, text: str) -> str | None:
        """The problem code that the words of a refused login stand for."""
        return next((code for pattern, code in self.words if pattern.search(text)), None)


def cell_characters(columns: int, budget: int) -> int:
    """How many characters of a cell may be read, so that one row always fits ``budget`` bytes."""
    return max(CELL_FLOOR, min(CELL_CHARACTERS, budget // (4 * max(1, columns))))


def load_dialect(package: str, file: str) -> Dialect:
    """Read the dialect ``file`` shipped inside ``package``."""
    data: dict[str, Any] = parse(files(package).joinpath(file).read_text("utf-8"), file).data
    return Dialect(
        quote=data["quote"],
        cells=tuple(
            Cell(match=re.compile(item["match"]), read=item["read"], kind=item["kind"])
            for item in data["cells"]
        ),
        codes={str(number): code for code, numbers in data["codes"].items() for number in numbers},
        words=tuple((re.compile(words, re.I), code) for code, words in data.get("words", {}).items()),
        sql=data["sql"],
    )
