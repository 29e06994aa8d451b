"""Scripts of dbmate, goose and the like: one file holds the way up and the way down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from guard.gate.inputs.walk import layouts
from guard.gate.script.statement import Text


def up(text: Text) -> tuple[Text, ...]:
    """What of ``text`` is applied on the way up: all of it where it has no sections."""
    if not any(begin.search(text.text) for begin, _ in _marks()):
        return (text,)
    return tuple(part for start, end in _ups(text.text) for part in _blocks(cut(text, start, end)))


def cut(text: Text, start: int, end: int) -> Text:
    """The characters from ``start`` to ``end``, which know their line."""
    return Text(file=text.file, text=text.text[start:end], line=text.place(start, start + 1).line)


def _ups(text: str) -> Iterator[tuple[int, int]]:
    found = sorted(
        (match.end(), match.start(), is_up)
        for marks in _marks()
        for is_up, mark in zip((True, False), marks, strict=True)
        for match in mark.finditer(text)
    )
    for at, (begin, _, is_up) in enumerate(found):
        if is_up:
            yield begin, found[at + 1][1] if at + 1 < len(found) else len(text)


def _blocks(text: Text) -> Iterator[Text]:
    """A block that is said to be one statement stands alone: nothing in it ends what follows."""
    at = 0
    for edge in _edges().finditer(text.text):
        yield cut(text, at, edge.start())
        at = edge.start()
    yield cut(text, at, len(text.text))


@cache
def _marks() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((_line(one["up"]), _line(one["down"])) for one in layouts()["sections"])


@cache
def _edges() -> re.Pattern[str]:
    block = layouts()["block"]
    return _line(f"(?:{block['begin']}|{block['end']})")


def _line(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?mi)^[ \t]*+{expression}[^\n]*+")
