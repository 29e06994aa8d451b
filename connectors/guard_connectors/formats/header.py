"""Whether a table starts with a header row, and what its columns are called.

A wrong "yes" turns a person's data into column names, so a first row must earn the
name: words that headers use, or shapes that the rows below do not have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_COLUMNS = 16384
_LOOK = 50
_TITLE_ROWS = 10

_DATA = re.compile(
    r"""[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?%? | \d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?([T\s].*)?
      | \d{1,2}[-/]\d{1,2}[-/]\d{2,4}.* | \d{1,2}:\d{2}(:\d{2})? | [^@\s]+@[^@\s]+\.\w+
      | https?://\S+ | [0-9a-f]{8}-[0-9a-f]{4}-.* | (\d{1,3}\.){3}\d{1,3} | \+?[\d\s()-]{7,}
      | \d{15,17}[\dxX] | (true|false)""",
    re.X | re.I,
)
_STRONG = re.compile(
    r"""(\+?86)?[-\s]?1[3-9]\d{9} | \d{15} | \d{17}[\dxX] | \d{16,19} | [^@\s]+@[^@\s]+\.\w+
      | \d{4}[-/年]\d{1,2}[-/月]\d{1,2}.* | \d+\.\d+ | (\d{1,3}\.){3}\d{1,3} | https?://\S+
      | [0-9a-f]{8}-[0-9a-f]{4}-.* | [0-9A-Z]{8}-?[0-9X] | [0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-Z]{10}""",
    re.X | re.I,
)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*([_ .\-/#][A-Za-z0-9]+)*(\s?\(.*\))?")
_WORDS = re.compile(
    r"姓名|名称|[名号码址]$|^[名号序]|日期|时间|年龄|性别|类型|类别|编[号码]|单位|部门|备注|说明|描述|状态|金额|数量|"
    r"电话|手机|邮箱|地址|身份证|证件|职务|学历|民族|籍贯|账[户号]|户籍|代码|标[题识志]|等级|级别|合计|内容|联系|"
    r"人$|数$|率$|额$|地$|区$|日$|\(.*\)$|（.*）$"
)
_ENGLISH_WORDS = re.compile(
    r"(?i)\b(id|name|date|time|type|code|no|number|phone|mobile|tel|email|mail|address|addr|city|state|status|"
    r"amount|price|total|count|key|val|value|title|description|comment|gender|sex|age|user|country|url|ip|zip)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the header is: ``first`` data row, the column ``names``, the ``title`` above them."""

    names: tuple[str, ...]
    first: int
    title: str = ""


def layout(rows: Sequence[Sequence[str]]) -> Layout:
    """The layout of a table whose first rows are ``rows`` (all cells as text)."""
    width = _width(rows)
    start = _after_titles(rows, width)
    title = " ".join(cell.strip() for row in rows[:start] for cell in row if cell.strip())[:400]
    if start >= len(rows):
        return Layout(names=unique((), width), first=start, title=title)
    if is_header(rows[start], rows[start + 1 : start + 1 + _LOOK]):
        header = [cell.strip() for cell in rows[start]]
        return Layout(names=unique(header, max(width, len(header))), first=start + 1, title=title)
    return Layout(names=unique((), width), first=start, title=title)


def _width(rows: Sequence[Sequence[str]]) -> int:
    """The commonest number of cells, the widest of equals."""
    widths = [len(row) for row in rows if row]
    return max(set(widths), key=lambda width: (widths.count(width), width), default=0)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _after_titles(rows: Sequence[Sequence[str]], width: int) -> int:
    """Index of the first row that is not a title: titles fill one or two cells of a wide table."""
    if width < 3:
        start = next((place for place, row in enumerate(rows) if _filled(row)), 0)
        below = next((place for place, row in enumerate(rows[:_TITLE_ROWS]) if _filled(row) > 1), start)
        # Beside a title, a first record may fill one of two cells: only a header below it tells.
        return (
            below if below > start and is_header(rows[below], rows[below + 1 : below + 1 + _LOOK]) else start
        )
    for place, row in enumerate(rows[:_TITLE_ROWS]):
        if _filled(row) * 2 > width:
            return place
    return 0


def is_header(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether ``row`` names the columns of the rows ``body`` below it."""
    cells = [cell.strip() for cell in row]
    filled = [cell for cell in cells if cell]
    if not filled or any(_STRONG.fullmatch(cell) for cell in filled):
        return False
    if sum(1 for cell in filled if _DATA.fullmatch(cell)) * 2 > len(filled):
        return False
    points = sum(_points(cell, _column(body, place)) for place, cell in enumerate(cells) if cell)
    return points > 0 or (not body and points >= 0 and any(map(_named, filled)))


def _column(body: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in body if len(row) > place and row[place].strip()]


def _named(cell: str) -> bool:
    return bool(_WORDS.search(cell) or _ENGLISH_WORDS.search(cell.replace("_", " ")))


def _points(cell: str, below: list[str]) -> float:
    """How much one cell speaks for (> 0) or against a header, given the cells below it."""
    points = 0.0
    if _named(cell):
        points += 2
    if _IDENTIFIER.fullmatch(cell):
        points += 1 if not below or not all(map(_IDENTIFIER.fullmatch, below)) else 0.25
    if _DATA.fullmatch(cell):
        points -= 1
    elif below and sum(1 for other in below if _DATA.fullmatch(other)) * 2 > len(below):
        points += 3
    if len(cell) > 40 or cell in below:
        points -= 2
    if below and not points:
        points += -0.5 if min(map(len, below)) <= len(cell) <= max(map(len, below)) else 0.25
    return points


def unique(names: Sequence[str], width: int) -> tuple[str, ...]:
    """``width`` distinct names: empty ones become ``column_1``…, repeated ones get ``_2``…."""
    taken: set[str] = set()
    made = []
    for place in range(min(width, MOST_COLUMNS)):
        name = (names[place] if place < len(names) else "") or f"column_{place + 1}"
        candidate, turn = name, 2
        while candidate in taken:
            candidate, turn = f"{name}_{turn}", turn + 1
        taken.add(candidate)
        made.append(candidate)
    return tuple(made)
