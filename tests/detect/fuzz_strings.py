"""Strings made from patterns, then damaged and glued to what stands beside values in real text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from re import _constants as codes
from re import _parser as parser
from typing import Any

Draw = Callable[[random.Random], str]
GLUE = (
    *("", "", "", "，", "：", " ", "a", "Z", "1", "_", "-", ".", "x.", "1.", "号", "\n", '"', ",", "(", "@"),
    *(
        "身份证号",
        "电话",
        "卡號",
        "é",
        "ß",
        "😀",
        "👨‍👩‍👧",
        "１２",
        "Ａ",
        "　",
        "\t",
        "\x00",
        "𠮷",
        "①",
        "\u200b",
    ),
)
_HARM = "0189aZzX-_. ,:=/@汉號1é😀\n０"
_MORE = 6
_UNUSUAL = "abcXYZ0189_-#$ 汉é"
_CLASSES = {
    codes.CATEGORY_DIGIT: "0123456789",
    codes.CATEGORY_SPACE: " \t",
    codes.CATEGORY_WORD: "abzAZ09_",
    codes.CATEGORY_NOT_SPACE: "aZ09-/汉é",
    codes.CATEGORY_NOT_DIGIT: "aZ-汉é",
    codes.CATEGORY_NOT_WORD: "-/ 汉",
}


def drawer(pattern: str) -> Draw:
    """Draws strings that ``pattern`` matches as a whole."""
    return _series(parser.parse(python(pattern), re.ASCII), fold=False)


def python(pattern: str) -> str:
    r"""The pattern as Python writes it: RE2's ``\x{..}`` spelt out."""
    return re.sub(r"\\x\{([0-9A-Fa-f]+)\}", lambda found: re.escape(chr(int(found[1], 16))), pattern)


def values(pool: Sequence[Sequence[str]], count: int, rnd: random.Random) -> list[str]:
    """``count`` values of one to three pieces out of ``pool`` (one list of strings a rule)."""
    return [_value(pool, rnd) for _ in range(count)]


def _value(pool: Sequence[Sequence[str]], rnd: random.Random) -> str:
    luck = rnd.random()
    if luck < 0.3:
        return _harmed(rnd.choice(rnd.choice(pool)), rnd)
    pieces = []
    for _ in range(1 if luck < 0.7 else rnd.randint(2, 3)):
        pieces += [rnd.choice(GLUE), _harmed(rnd.choice(rnd.choice(pool)), rnd), rnd.choice(GLUE)]
    return "".join(pieces)


def _harmed(text: str, rnd: random.Random) -> str:
    luck = rnd.random()
    if luck > 0.4 or not text:
        return text
    at = rnd.randrange(len(text))
    if luck < 0.15:
        return text[:at] + rnd.choice(_HARM) + text[at + 1 :]
    if luck < 0.25:
        return text[:at] + rnd.choice(_HARM) + text[at:]
    return text[:at] if luck < 0.33 else text.swapcase()


def _series(items: Any, *, fold: bool) -> Draw:
    parts = [_one(item, fold=fold) for item in items]
    return lambda rnd: "".join(part(rnd) for part in parts)


def _one(item: Any, *, fold: bool) -> Draw:
    kind, value = item
    if kind is codes.LITERAL:
        mark = chr(value)
        return (
            (lambda rnd: rnd.choice((mark, mark.swapcase()))) if fold and mark.isascii() else lambda _: mark
        )
    if kind in (codes.IN, codes.NOT_LITERAL, codes.ANY):
        return _class(kind, value)
    if kind is codes.SUBPATTERN:
        return _series(
            value[3], fold=(fold or bool(value[1] & re.IGNORECASE)) and not value[2] & re.IGNORECASE
        )
    if kind is codes.BRANCH:
        options = [_series(part, fold=fold) for part in value[1]]
        return lambda rnd: rnd.choice(options)(rnd)
    if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        low, high, inner = value
        return _repeat(low, low + _MORE if high is codes.MAXREPEAT else high, _series(inner, fold=fold))
    raise ValueError(f"no strings for {kind}")


def _repeat(low: int, high: int, inner: Draw) -> Draw:
    usual = min(high, low + _MORE)
    # The bound itself now and then: counters go wrong at their ends.
    return lambda rnd: "".join(
        inner(rnd) for _ in range(high if high <= 80 and rnd.random() < 0.1 else rnd.randint(low, usual))
    )


def _class(kind: Any, value: Any) -> Draw:
    if kind is codes.ANY:
        return lambda rnd: rnd.choice(_UNUSUAL)
    if kind is codes.NOT_LITERAL:
        return lambda rnd: rnd.choice([mark for mark in _UNUSUAL if ord(mark) != value])
    if value[0][0] is codes.NEGATE:
        left = [mark for mark in _UNUSUAL if not any(_holds(one, mark) for one in value[1:])]
        return lambda rnd: rnd.choice(left)
    return lambda rnd: _member(rnd.choice(value), rnd)


def _member(one: Any, rnd: random.Random) -> str:
    kind, value = one
    if kind is codes.LITERAL:
        return chr(value)
    return chr(rnd.randint(*value)) if kind is codes.RANGE else rnd.choice(_CLASSES[value])


def _holds(one: Any, mark: str) -> bool:
    kind, value = one
    if kind is codes.LITERAL:
        return ord(mark) == value
    if kind is codes.RANGE:
        return value[0] <= ord(mark) <= value[1]
    # A class is left out wholly where only one of its characters may be.
    return {codes.CATEGORY_DIGIT: mark.isdigit(), codes.CATEGORY_SPACE: mark.isspace()}.get(value, True)
