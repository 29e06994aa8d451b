"""Making hostile names harmless to read: a name, comment or path is data in every output."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from guard.model import UNDETERMINED

# C0, C1, soft hyphen, fillers, zero width, line separators, bidi, surrogates, specials, tags.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
)
UNSEEN = re.compile(f"[{_UNSEEN}]")
"""One character that cannot be seen, reorders text, or cannot be encoded."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FORMULA = tuple("=+-@＝＋－＠|%\t\r\n")
_WORD = re.compile(r"[\u2e80-\uffef]\s*|[^\s\u2e80-\uffef]+\s*|\s+")
_SHAPES = "○●▲◆★✦"


def escaped(character: str) -> str:
    """How one unseen character is written: ``\\n``, ``\\x1b``, ``\\u202e`` or ``\\U000e0001``."""
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def visible(text: object) -> str:
    """``text`` on one line, with every control, bidi, zero-width and unencodable character written out.

    The result encodes as UTF-8 and is legal XML 1.0 character data (still to be escaped there).
    """
    return UNSEEN.sub(lambda found: escaped(found[0]), str(text))


def cells(text: str) -> int:
    """How many cells of a terminal ``text`` takes: two for a Chinese character, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def padded(text: str, width: int) -> str:
    """``text`` filled with spaces up to ``width`` cells."""
    return text + " " * (width - cells(text))


def folded(text: str, width: int) -> list[str]:
    """``text`` as lines of ``width`` cells, broken at spaces and beside wide characters; at least one."""
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and cells(lines[-1] + word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines]


def aligned(rows: Sequence[Sequence[str]], *, indent: str = "") -> list[str]:
    """Rows as lines whose columns stand below each other, two spaces apart."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return [
        (indent + "  ".join(padded(text, width) for text, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def cell(text: str) -> str:
    """``text`` for a spreadsheet: visible, and led by ``'`` where a spreadsheet would see a formula.

    Source: OWASP ASVS 5.0 item 1.2.10, with the full-width twins of its characters and leading spaces.
    """
    first = text.lstrip(" \u00a0\u3000")[:1]
    return ("'" if first.startswith(_FORMULA) else "") + visible(text)


def shape(level: str, levels: Sequence[str]) -> str:
    """The mark that stands beside a level's word, so that colour is never alone: ``○ ● ▲ ◆ ★ ✦`` or ``?``."""
    if level == UNDETERMINED or level not in levels:
        return "?"
    return _SHAPES[min(levels.index(level), len(_SHAPES) - 1)]
