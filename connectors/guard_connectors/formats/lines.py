"""Lines of text from a file of any size in bounded memory: all of them, or random blocks of them."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from guard.sdk import Budget
from guard_connectors.formats import encoding
from guard_connectors.formats.rows import Clock

LONGEST = 1 << 20
_BLOCK = 1 << 18
_MOST_BLOCKS = 64
_HEAD_LINE, _HEAD_MOST = 1 << 14, 16 << 20
Trim = Callable[[Iterator[str], bool], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """An open text file: its size in bytes and its encoding."""

    stream: BinaryIO
    size: int
    encoding: encoding.Encoding

    @property
    def unit(self) -> int:
        """Bytes of one code unit: 2 for UTF-16, else 1."""
        return 2 if self.encoding.name.startswith("utf-16") else 1


def opened(stream: BinaryIO) -> Text:
    """Find size and encoding of ``stream`` and rewind it."""
    size = stream.seek(0, io.SEEK_END)
    found = encoding.detect(encoding.probe(stream))
    return Text(stream=stream, size=size, encoding=found)


class Lines:
    """Iterates the lines of a whole Text with their ends.

    Lines beyond LONGEST come in pieces, or with ``cut`` lose what is beyond, or with a ``trim`` (which
    takes the pieces of one line and whether it starts inside quotes) come back as that makes them.
    Stops early when the clock is up or ``characters`` have passed without ``mark`` being called;
    ``stopped`` and ``runaway`` say so; ``nuls`` says whether a line held NUL bytes.
    """

    def __init__(
        self, text: Text, clock: Clock, characters: int = 0, *, cut: bool = False, trim: Trim | None = None
    ) -> None:
        text.stream.seek(0)
        self._file = io.TextIOWrapper(
            _Kept(text.stream), encoding=text.encoding.name, errors="replace", newline=""
        )
        self._cut, self._trim = cut, trim
        self._clock, self._most, self._since, self._turn = clock, characters, 0, 0
        self.stopped = self.runaway = self.odd_quotes = self.nuls = False

    @property
    def since(self) -> int:
        """Characters since the last mark."""
        return self._since

    def mark(self) -> None:
        """A whole row was made of the lines so far."""
        self._since = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST)
        self._turn += 1
        if len(line) == LONGEST and not line.endswith(("\n", "\r")):
            if self._trim:
                line = self._trim(self._pieces(line), self.odd_quotes)
            elif self._cut:
                line = self._end(line)
        self._since += len(line)
        self.nuls = self.nuls or "\0" in line
        self.odd_quotes ^= bool(line.count('"') % 2)
        if self._most and self._since > self._most:
            self.runaway = True
            raise StopIteration
        if self._turn % 1024 == 0 and self._clock.over:
            self.stopped = True
            raise StopIteration
        if not line:
            raise StopIteration
        return line

    def _pieces(self, line: str) -> Iterator[str]:
        """The line that starts with ``line``, piece by piece."""
        while line:
            yield line
            ended = len(line) < LONGEST or line.endswith(("\n", "\r")) or self._clock.over
            line = "" if ended else self._file.readline(LONGEST)

    def _end(self, line: str) -> str:
        """``line`` closed where it was cut, with its last quote where the dropped rest had it."""
        odd = False
        while True:
            rest = self._file.readline(LONGEST)
            odd ^= bool(rest.count('"') % 2)
            if len(rest) < LONGEST or rest.endswith(("\n", "\r")):
                return line[: LONGEST - 2] + ('"' if odd else "") + "\n"


def estimate(text: Text, rows: list[str]) -> int:
    """How many rows like ``rows``, which are lines of it, ``text`` may have."""
    if not rows:
        return 0
    codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(text.encoding.name, text.encoding.name)
    size = len("\n".join(rows).encode(codec, "replace")) + text.unit
    return text.size * len(rows) // size


def quotes(text: Text) -> bool:
    """Whether the file holds a double quote at all."""
    text.stream.seek(0)
    return any(b'"' in block for block in iter(lambda: text.stream.read(_BLOCK), b""))


def head(text: Text, budget: Budget) -> list[str]:
    """The first lines, each shortened, at most 400 of them and about a quarter of a million characters."""
    first: list[str] = []
    budgeted, passed = 1 << 18, 0
    for line in Lines(text, Clock(budget)):
        first.append(line[:_HEAD_LINE])
        budgeted -= len(first[-1])
        passed += len(line)
        if budgeted < 0 or passed > _HEAD_MOST or len(first) >= 400:
            break
    return first


class _Kept(io.BufferedReader):
    """A view of a stream that does not close it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(_Raw(stream), 1 << 18)


class _Raw(io.RawIOBase):
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)


def blocks(text: Text, budget: Budget, luck: random.Random) -> Iterator[str]:
    """Random stretches of whole lines, decoded, together at most ``budget.bytes``; the first is the start."""
    size = min(_BLOCK if budget.rows is not None else 4 * _BLOCK, max(4096, budget.bytes // 8))
    many = max(2, budget.bytes // size)
    if budget.rows is not None:
        many = min(many, _MOST_BLOCKS)
    last = max(0, text.size - size)
    places = sorted({luck.randrange(last + 1) for _ in range(many - 1)} - {0})
    end = 0
    for place in [0, *places]:
        if place < end:
            continue
        end = place + size
        yield _block(text, place, size)


def _block(text: Text, place: int, size: int) -> str:
    place -= place % text.unit
    text.stream.seek(place)
    data = text.stream.read(size)
    name = text.encoding.name
    if place and name in ("utf-8-sig", "utf-16"):
        name = "utf-8" if name == "utf-8-sig" else _order(text)
    if place:
        data = data[_line_start(data, name, text.unit) :]
    whole = data.decode(name, "replace")
    if place + size < text.size:
        cut = max(whole.rfind("\n"), whole.rfind("\r"))
        whole = whole[: cut + 1]
    return whole


def _order(text: Text) -> str:
    text.stream.seek(0)
    return "utf-16-le" if text.stream.read(2) == b"\xff\xfe" else "utf-16-be"


def _line_start(data: bytes, name: str, unit: int) -> int:
    """The first place after a line end; the end of ``data`` where there is none."""
    ends = [letter.encode(name) for letter in ("\n", "\r")]
    for letter in ends:
        place = data.find(letter)
        while place >= 0 and place % unit:
            place = data.find(letter, place + 1)
        if place >= 0:
            return place + unit
    return len(data)
