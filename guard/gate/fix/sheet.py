"""A script's bytes as lines to which SQL comments may be added, and as bytes again."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token, tokenize
from guard.gate.script.split import walk
from guard.gate.script.statement import Statement, Text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ROWS = re.compile(r"(?i)(?:insert|replace|copy|merge|update|values)\b")
_NOTE = re.compile(r"(?i)guard:")
_END = re.compile(r"(\r\n|\r|\n)")


@dataclass(slots=True, kw_only=True)
class Sheet:
    """The lines of a script, the ends of lines apart, and how its bytes are written."""

    mark: bytes
    codec: str
    bodies: list[str] = field(repr=False)
    ends: list[str]

    @property
    def text(self) -> str:
        """The script as it is read: every line ends in ``\\n``."""
        return "\n".join(self.bodies)

    @property
    def newline(self) -> str:
        """How its first line ends."""
        return self.ends[0] or "\n"

    def data(self) -> bytes:
        """The bytes. Raises UnicodeEncodeError where its encoding lacks a character."""
        return self.mark + "".join(map("".join, zip(self.bodies, self.ends, strict=True))).encode(self.codec)


def sheet(data: bytes) -> Sheet | None:
    """``data`` as lines, None where it would not be written again as the same bytes."""
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), (b"", ""))
    for one in (codec,) if codec else ("utf-8", "gb18030"):
        try:
            text = data[len(mark) :].decode(one)
        except UnicodeDecodeError:
            continue
        lines = _END.split(text)
        made = Sheet(mark=mark, codec=one, bodies=lines[::2], ends=[*lines[1::2], ""])
        return made if made.data() == data else None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where comments may go: never within a literal, a name, another comment or what is never closed.

    Lines count from 0. ``begun`` and ``ended`` are the lines whose begin or end lies within such a token,
    ``trailing`` those that end with a comment. ``comments`` are by the line and column of their begin.
    """

    begun: frozenset[int]
    ended: frozenset[int]
    trailing: frozenset[int]
    comments: Mapping[tuple[int, int], str]


def ground(text: str, dialect: Dialect) -> Ground:
    """The ground of a script as it is read."""
    source, begun, ended = Text(file="", text=text), set[int](), set[int]()
    trailing, comments = set[int](), {}
    for token in tokens(source, dialect, rows=False):
        place = source.place(token.start, token.end)
        begun.update(range(place.line, place.last))
        ended.update(range(place.line - 1, place.last - 1))
        trailing.discard(place.line - 1)
        if token.kind == "comment":
            trailing.add(place.last - 1)
            comments[place.line - 1, place.at - 1] = token.text
    return Ground(
        begun=frozenset(begun), ended=frozenset(ended), trailing=frozenset(trailing), comments=comments
    )


def brings_rows(piece: Statement) -> bool:
    """Whether a statement only brings rows, of which a dump has millions, and holds no note."""
    text, start, end = piece.source.text, piece.start, piece.end
    return bool(_ROWS.match(text, start, end)) and not _NOTE.search(text, start, end)


def tokens(source: Text, dialect: Dialect, *, rows: bool = True) -> Iterator[Token]:
    """The tokens of all statements and the comments between them, in order; a broken statement is one, and
    without ``rows`` one that ``brings_rows``."""
    for piece in walk(source, dialect):
        if isinstance(piece, Token):
            yield piece
        elif piece.broken >= 0:
            yield Token("open", source.text[piece.start : piece.end], piece.start, piece.end)
        elif not rows and brings_rows(piece):
            yield Token("rows", source.text[piece.start : piece.end], piece.start, piece.end)
        else:
            yield from tokenize(source.text, dialect, piece.start, piece.end)
