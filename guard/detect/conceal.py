"""Names and comments that hold a value are shown masked, with a keyed digest that still tells them apart."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2

from guard.detect.expressions import PatternSet
from guard.detect.normalise import form_text, plain_text
from guard.detect.types import Shaped, TypeCatalogue

_HEAD, _TAIL = 3, 2
_SECURITY = "系统运维数据"


def conceal(text: str, key: bytes, catalogue: TypeCatalogue) -> str:
    """``text`` itself, or where a strong detector fires: masked, ``~``, 8 hex digits of HMAC-SHA256.

    Hits glued to words are found too, as they are in file names. A name that only says what a
    column holds (身份证号) is unchanged.
    """
    return _concealer(catalogue).conceal(text, key)


def named(text: str, catalogue: TypeCatalogue) -> tuple[str, ...]:
    """The ids of the types whose values ``text`` holds: what ``conceal`` hides in it."""
    return _concealer(catalogue).named(text)


def marked(text: str, catalogue: TypeCatalogue) -> bool:
    """Whether ``text`` carries a state-secret marking."""
    plain = plain_text(_encodable(text))
    return any(expression.search(plain) for expression in _markings(catalogue))


@lru_cache(maxsize=4)
def _markings(catalogue: TypeCatalogue) -> tuple[Any, ...]:
    secrets = (item for item in catalogue.shaped if item.type.candidate == "scope-secret")
    return tuple(re2.compile(item.pattern) for item in secrets)


def _encodable(text: str) -> str:
    # A file name in another encoding arrives with lone surrogates, which no automaton takes.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@lru_cache(maxsize=4)
def _concealer(catalogue: TypeCatalogue) -> _Concealer:
    return _Concealer(catalogue)


class _Concealer:
    def __init__(self, catalogue: TypeCatalogue) -> None:
        self._types = [item for item in catalogue.shaped if _identifies(item)]
        patterns = [f"(?:^|[^0-9])(?P<hit>{item.pattern})(?:$|[^0-9])" for item in self._types]
        self._set = PatternSet(patterns)
        self._each: list[Any] = [re2.compile(pattern) for pattern in patterns]

    def conceal(self, text: str, key: bytes) -> str:
        plain = plain_text(_encodable(text))
        stars = set()
        for index in self._set.which(plain):
            for start, end in self._hits(index, plain):
                stars |= _starred(self._types[index], start, end)
        if not stars:
            return text
        masked = "".join("*" if place in stars else mark for place, mark in enumerate(plain))
        digest = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:8]
        return f"{masked}~{digest}"

    def named(self, text: str) -> tuple[str, ...]:
        plain = plain_text(_encodable(text))
        return tuple(
            self._types[index].id for index in self._set.which(plain) if any(self._hits(index, plain))
        )

    def _hits(self, index: int, plain: str) -> Iterator[tuple[int, int]]:
        expression, item, at = self._each[index], self._types[index], 0
        while found := expression.search(plain, at):
            start, end = found.span(1)
            if not _glued(plain, start, end) and _right(item, plain[start:end]):
                yield start, end
            at = max(end, at + 1)


def _identifies(item: Shaped) -> bool:
    """Whether a hit of the type inside a name gives a person or a secret away."""
    if item.embedded:
        return item.type.personal or item.type.category.startswith(_SECURITY)
    return item.strength != "weak" and item.type.personal and item.type.mask.startswith("keep")


def _glued(text: str, start: int, end: int) -> bool:
    """Whether the hit begins or ends with a letter in the middle of an ASCII word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    left = text[start].isascii() and text[start].isalpha() and before.isascii() and before.isalnum()
    last = text[end - 1]
    return left or (last.isascii() and last.isalpha() and after.isascii() and after.isalnum())


def _right(item: Shaped, hit: str) -> bool:
    """An identity number is hidden even with a wrong check digit; other numbers must pass theirs."""
    if item.check is None or item.check.id.startswith("gb11643"):
        return True
    return item.check.accepts(form_text(hit, item.type.value.normalise if item.type.value else ()))


def _starred(item: Shaped, start: int, end: int) -> set[int]:
    if item.type.mask == "null" or end - start < _HEAD + _TAIL + 2:
        return set(range(start, end))
    return set(range(start + _HEAD, end - _TAIL))
