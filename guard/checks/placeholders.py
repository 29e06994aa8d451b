"""What stands where a secret will be: templates, words of a form, references, paths, identifiers."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of ``text``."""
    return frozenset(text.split())


_LEAST = 4
_CJK = 0x2E80
# ${X} $X %s %(x)s %X% {{ x }} {x} <x> <% x %> #{x} @x@ [x] !Ref
_TEMPLATE = re.compile(
    r"\$\{|\$\(|\{\{|<%|#\{|\$[A-Za-z_]\w*(?:$|[/.:])|%[sdv](?:\W|$)|%\(\w+\)s?|%\w+%$|"
    r"\{\w*\}$|<[^>]*>$|@\w+@$|\[[^\]]*\]$|!\w+$",
    re.ASCII,
)
_FILLER = re.compile(
    r"fake|dummy|placeholder|change[_-]?me|insert|not[_-](?:a|the|real)|notreal|your|redacted|masked|omitted|"
    r"todo|fixme|(?<![a-z])(?:example|sample|none|null)(?![a-z])"
)
_WORDS = words(
    """none null nil true false undefined required optional string str bytes text varchar nvarchar char
    integer int number boolean bool object any self this env input prompt default empty unknown secret
    token password passwd pwd key yes no disabled enabled void auto value hidden plain plaintext encrypted
    base64 bearer basic"""
)
_NAMED = re.compile(r"passw|secret|token|apikey")
_TOLD = re.compile(
    r"\b(?:please|enter|must|required|invalid|incorrect|wrong|forgot|password|characters|is|are|cannot)\b",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w.-]+(?:[/\\][\w.-]*)*$|[\w.-]+(?:/[\w.-]+)+\.[a-z]{1,5}$", re.ASCII
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)
_SNAKE = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)+$", re.ASCII)
_NUMBERS = re.compile(r"\d+(?:\s*[.~:/-]\s*\d+)+$", re.ASCII)
_SHAPES = (_TEMPLATE, _SNAKE, _PATH, _ADDRESS, _UUID, _NUMBERS)


def placeholder(value: str) -> bool:
    """Whether ``value``, found beside the label of a secret, is none."""
    lower = value.lower()
    return (
        len(value) < _LEAST
        or not any(map(str.isalnum, value))
        or lower in _WORDS
        or any(shape.match(value) for shape in _SHAPES)
        or _FILLER.search(lower) is not None
        or any(ord(character) >= _CJK for character in value)
        or (value.isalpha() and _NAMED.search(lower) is not None)
        or (" " in value and _TOLD.search(value) is not None)
    )
