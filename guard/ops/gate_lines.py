"""How long the lines of scripts are, for formats that put a fix at the end of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from guard.gate.script.encoding import read_text
from guard.model import SourceError


def lengths(root: Path) -> Callable[[str, int], int | None]:
    """A function of a file, named from ``root``, and a line: how many characters the line has.

    None where the file cannot be read or has no such line. A file is read once, when it is first asked for.
    """

    @cache
    def of(file: str) -> tuple[int, ...]:
        try:
            return tuple(map(len, read_text(root / file, root).text.split("\n")))
        except SourceError:
            return ()

    def length(file: str, line: int) -> int | None:
        return of(file)[line - 1] if 0 < line <= len(of(file)) else None

    return length
