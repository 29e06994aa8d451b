"""Bytes of a script to text: UTF-8, UTF-16 that says so, or GB18030; nothing is guessed from frequencies."""

from __future__ import annotations

import codecs
import re
from itertools import islice
from pathlib import Path

from guard.gate.script.statement import Text
from guard.model import SourceError

LIMIT = 64 << 20  # bytes; a dump of more is mostly rows, and its definitions alone can be written out
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROLS = bytes(set(range(32)) - {*b"\t\n\r\f\v\x1a\x1b\x08"})
_OTHERS = re.compile(r"[^\x00-\x7f]")
_LOOKED_AT = 10_000  # characters


def read_text(path: Path, root: Path) -> Text:
    """The script at ``path``, named by its path under ``root`` where it lies there; lines end in ``\\n``.

    Raises SourceError: ``script-unreadable`` (the system refuses), ``script-too-large``, ``script-binary``,
    ``script-encoding`` (neither UTF-8, UTF-16 with a mark, nor GB18030).
    """
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except OSError as error:
        raise SourceError("script-unreadable", file=name, detail=error.strerror or "") from None
    if len(data) > LIMIT:
        raise SourceError("script-too-large", file=name, size=path.stat().st_size >> 20, limit=LIMIT >> 20)
    return Text(file=name, text=decoded(data, name))


def decoded(data: bytes, name: str) -> str:
    """``data`` as text with ``\\n`` at the ends of lines. Raises SourceError as ``read_text`` does."""
    encoding = next((of for mark, of in _MARKS.items() if data.startswith(mark)), "")
    if not encoding and (0 in data or len(data.translate(None, _CONTROLS)) < len(data)):
        raise SourceError("script-binary", file=name)
    for one in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            text = data.decode(one)
        except UnicodeDecodeError:
            continue
        if one != "gb18030" or _chinese(data, text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise SourceError("script-encoding", file=name)


def _chinese(data: bytes, text: str) -> bool:
    """Whether ``text`` is what was meant: almost any bytes are GB18030, but Chinese is mostly written with
    the characters of GB 2312, and what is UTF-8 but for some bytes is damaged UTF-8."""
    others = "".join(islice(_OTHERS.findall(text), _LOOKED_AT))
    usual = len(others.encode("gb2312", "ignore")) // 2
    utf8 = data.decode("utf-8", "replace")
    damaged = utf8.count("\ufffd")
    return usual * 2 > len(others) and damaged * 4 > len(_OTHERS.findall(utf8))
