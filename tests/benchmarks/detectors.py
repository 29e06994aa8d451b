"""The detectors that are measured, and how each peer writes an ASCII boundary."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from re import _constants as codes
from re import _parser as parser
from typing import Any

import yaml

from guard.detect.types import TypeCatalogue
from guard.policy.catalogue import load_types

FEW, MANY = 20, 120
PYTHON = RE2 = r"\b"  # re.ASCII is given apart; RE2's is ASCII by itself
RUST = r"(?-u:\b)"
_WORD = frozenset(range(48, 58)) | frozenset(range(65, 91)) | {95} | frozenset(range(97, 123))


@cache
def catalogue() -> TypeCatalogue:
    """The shipped types."""
    return TypeCatalogue(load_types(Path(str(files("guard_policies"))) / "types"))


@cache
def detectors(count: int = MANY) -> dict[str, str]:
    """``count`` patterns by name, without boundaries: ours of this folder, then the catalogue's."""
    own = yaml.safe_load((Path(__file__).parent / "patterns.yaml").read_text("utf-8"))
    shipped = {item.id: item.pattern for item in catalogue().embedded if readable(item.pattern)}
    both = own | {f"type:{name}": pattern for name, pattern in shipped.items()}
    assert len(both) >= MANY, "too few patterns that every engine reads"
    return dict(list(both.items())[:count])


def readable(pattern: str) -> bool:
    """Whether Python reads it as RE2 does."""
    try:
        re.compile(pattern, re.ASCII)
    except re.error:
        return False
    return "\\x{" not in pattern and "\\p" not in pattern


def bounded(pattern: str, boundary: str) -> str:
    """With the boundary at each end that is always a letter or digit, which is what an author would write."""
    items = list(parser.parse(pattern, re.ASCII))
    left = boundary if _always_word(items)[0] else ""
    right = boundary if _always_word(items, last=True)[0] else ""
    return f"{left}(?:{_digits(pattern) if boundary == RUST else pattern}){right}"


def alternation(patterns: list[str]) -> str:
    """All of them as one expression for ripgrep."""
    return "|".join(bounded(pattern, RUST) for pattern in patterns)


def _digits(pattern: str) -> str:
    r"""``\d`` written out, because Rust's takes every script's digits; no escape that Rust refuses."""
    found, inside = [], False
    for token in re.findall(r"\\.|[\s\S]", pattern):
        inside = (inside or token == "[") and token != "]"
        spelt = {r"\d": "0-9" if inside else "[0-9]", r"\"": '"', r"\'": "'"}.get(token, token)
        found.append(r"\[" if inside and token == "[" and found and not _opens(found) else spelt)
    return "".join(found)


def _opens(found: list[str]) -> bool:
    """Whether a bracket after ``found`` opens a class, rather than stands in one."""
    depth = 0
    for token in found:
        depth = 1 if token == "[" and not depth else 0 if token == "]" else depth
    return not depth


def _always_word(items: list[Any], last: bool = False) -> tuple[bool, bool]:
    """Whether every match begins (or ends) with an ASCII letter, digit or ``_``; whether it may be empty."""
    for item in reversed(items) if last else items:
        word, empty = _edge(item, last)
        if not word or not empty:
            return word, empty
    return True, True


def _edge(item: Any, last: bool) -> tuple[bool, bool]:
    kind, value = item
    if kind is codes.LITERAL:
        return value in _WORD, False
    if kind is codes.IN:
        return all(_member(*one) for one in value), False
    if kind is codes.SUBPATTERN:
        return _always_word(list(value[3]), last)
    if kind is codes.BRANCH:
        parts = [_always_word(list(part), last) for part in value[1]]
        return all(word for word, _ in parts), any(empty for _, empty in parts)
    if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        word, empty = _always_word(list(value[2]), last)
        return word, empty or value[0] == 0
    return False, False


def _member(kind: Any, value: Any) -> bool:
    if kind is codes.LITERAL:
        return value in _WORD
    if kind is codes.RANGE:
        return value[0] in _WORD and value[1] in _WORD
    return kind is codes.CATEGORY and value in (codes.CATEGORY_DIGIT, codes.CATEGORY_WORD)
