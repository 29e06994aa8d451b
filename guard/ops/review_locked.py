"""Whether the cells of a review that nobody answers in are still as they were exported.

Who confirms confirms what stands in the row. The row is found by its hidden cells, so each other cell is
held to a mark taken at the export, together with the columns that the row stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from guard.catalog.decisions import column_key
from guard.sdk.display import cell

_MARK = 8  # hexadecimal digits a cell
_WHOLE = re.compile(r"-?\d+(\.\d*)?")
_LONGEST = 32_000  # characters of a cell that a workbook keeps


def sealed(row: Mapping[str, str], fields: Sequence[str]) -> str:
    """The marks of the cells ``fields`` of a row as it is exported; its ``keys`` are in every one."""
    return "m" + "".join(_mark(row["keys"], name, cell(row.get(name, ""))[:_LONGEST]) for name in fields)


def altered(texts: Mapping[str, str], seal: str, fields: Sequence[str]) -> Iterator[str]:
    """The ``fields`` of a row read back that are not what ``seal`` says; a column deleted is none of them."""
    for at, name in enumerate(fields):
        start = 1 + at * _MARK
        if name in texts and _mark(texts["keys"], name, texts[name]) != seal[start : start + _MARK]:
            yield name


def _mark(keys: str, name: str, text: str) -> str:
    return column_key(keys, (name,), _plain(text))[:_MARK]


def _plain(text: str) -> str:
    """What a spreadsheet that stores a text anew leaves alone: no spaces around, ``0.90`` as ``0.9``."""
    bare = " ".join(text.removeprefix("'").split())
    return f"{float(bare):g}" if _WHOLE.fullmatch(bare) and len(bare) < 12 else bare
