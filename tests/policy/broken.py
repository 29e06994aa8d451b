"""Breaks YAML files as editors, networks and attackers do. A seed and a number give the same file again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

TOKEN = re.compile(r"[^\s,:\[\]{}#'\"]+")
BOMB = "".join(f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12)).replace(
    "*a0", "lol"
)
SCALARS = [
    ".inf", "-.inf", ".nan", "1e999", "-0.0", "9" * 30, "9" * 5000, "0x" + "f" * 30, "0x" + "f" * 5000,
    "1:" * 500 + "1", "0b1", "010", "1_0", "-1", "7.5", "2026-01-01", "2026-13-45", "0001-01-01", "null", "~",
    "true", "on", "", "''", "' '", "!!python/object/apply:os.system [x]", "!!binary x", "!!float x", "!x y", "! x",
    "!!set {a}", "&a b", "*a", "<<: *a", "[]", "{}", "[[]]", "[1, [2]]", "[null]", "{a: 1}", "{1: a, a: 1}",
    "{? [a] : b}", "{? {a: 1} : b}", "{.nan: 1, .nan: 2}", "{null: 1}", "{true: 1, 1: 2}", "\"\\0\"", "\"\\ud800\"",
    "\"\\U0010ffff\"", "\u202e", "@nothing", "'@'", "'$x'", "$", "'*'", "'[!'", "a" * 10_000, "\"" + "\\n" * 300 + "\"",
    "[" * 40 + "]" * 40, "[" * 3000, "{a: " * 40 + "}" * 40, "|", ">", "| \n  a\n b", "%YAML 9.9", "---", "...",
    "--- a\n--- b", "'L9'", "L1", "gov_cn", "pack", "../gov_cn", "/dev/null", "(", "(?P<a>x)", "a{1000000}", "\\C",
    "keep(99,99)", "true: [1]", "{zh: 1, en: [2]}", "{at_least: .nan}", "{at_least: $x}", "{below: -1, at_least: 9}",
    "{any: []}", "{any: [{}]}", "{all: {}}", "{not: {not: {not: {}}}}", "{not: 1}", "{object: x, degree: y}",
]  # fmt: skip
BYTES = [
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xed\xa0\x80",
    b"\r",
    b"\t",
    b"\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\x1b",
]


def broken(text: str, chance: random.Random) -> bytes:
    """``text`` with one to three things wrong in it."""
    content = text.encode()
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice(WAYS)(content, chance)
    return content


def _flip(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _truncate(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(BYTES) + content[at:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + content[at + chance.randrange(1, 40) :]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    part = content[at : at + chance.randrange(1, 400)]
    return content[:at] + part * chance.choice((2, 2, 3, 20)) + content[at:]


def _line(content: bytes, chance: random.Random) -> bytes:
    """A line doubled (two keys alike), lost, moved, or pushed to the right."""
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    line = lines[at]
    lines[at : at + 1] = chance.choice(([line, line], [], [b"  " + line], [line.lstrip()]))
    if chance.random() < 0.3:
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _scalar(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "surrogateescape")
    tokens = list(TOKEN.finditer(text))
    if not tokens:
        return content
    found = chance.choice(tokens)
    made = text[: found.start()] + chance.choice(SCALARS) + text[found.end() :]
    return made.encode("utf-8", "surrogateescape")


def _swap(content: bytes, chance: random.Random) -> bytes:
    """One word of the file in the place of another: right words where they do not belong."""
    text = content.decode("utf-8", "surrogateescape")
    tokens = list(TOKEN.finditer(text))
    if not tokens:
        return content
    one, other = chance.choice(tokens), chance.choice(tokens)
    made = text[: one.start()] + other[0] + text[one.end() :]
    return made.encode("utf-8", "surrogateescape")


def _bomb(content: bytes, chance: random.Random) -> bytes:
    return BOMB.encode() + content if chance.random() < 0.5 else content + b"\n" + BOMB.encode()


def _deep(content: bytes, chance: random.Random) -> bytes:
    depth = chance.choice((31, 33, 200, 5000))
    opening, closing = chance.choice(((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b"")))
    return content + b"\ndeep: " + opening * depth + b"1" + closing * depth


def _whole(content: bytes, chance: random.Random) -> bytes:
    return chance.choice(SCALARS).encode("utf-8", "surrogatepass")


WAYS: list[Callable[[bytes, random.Random], bytes]] = [
    _flip, _truncate, _insert, _cut, _repeat, _line, _line, _scalar, _scalar, _scalar, _scalar, _scalar, _swap, _swap,
    _swap, _bomb, _deep, _whole,
]  # fmt: skip
