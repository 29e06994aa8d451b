"""How names and comments are read: tokens, the head of a comment, and word lists matched in one pass.

Chinese words match as substrings; words of letters match whole tokens, several joined by ``_``;
``*je`` matches the end of a token that reads as pinyin initials, never the end of an English word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CUT = re.compile(r"[\s,，:：;；(（\[【<《\"“/|、。.=]|\d+\s*[-=>、.]|->")
_CODED = re.compile(r"(?<![\w.])[0-9A-Z]{1,6}\s*(?:[-=]*>|[-=:：、.]|表示|是|为|(?=\s?[\u4e00-\u9fff]))")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_VOWELS = frozenset("aeiou")
_LONGEST = 12
_REMEMBERED = 200_000


@lru_cache(maxsize=65536)
def tokens(name: str) -> tuple[str, ...]:
    """Lower-case letter and digit runs of ``name``, parted at case changes and separators."""
    return tuple(part.lower() for part in _TOKEN.findall(name))


@lru_cache(maxsize=65536)
def head(comment: str) -> str:
    """The part of a comment that names the column: before brackets, lists of codes and punctuation."""
    text = comment.strip()
    found = _CUT.search(text)
    if found is None:
        return text
    return text[: found.start()] or text


@lru_cache(maxsize=65536)
def is_coded(comment: str) -> bool:
    """Whether a comment lists codes with their meanings (``0->off; 1->on``): two or more of them."""
    return len(_CODED.findall(comment)) >= 2


def is_chinese(text: str) -> bool:
    """Whether ``text`` holds a Chinese character."""
    return _HAN.search(text) is not None


@lru_cache(maxsize=65536)
def is_initials(token: str) -> bool:
    """Whether a token reads as pinyin initials: few vowels, or none, in 2 to 12 letters."""
    if not 2 <= len(token) <= 12 or not token.isalpha():
        return False
    vowels = sum(letter in _VOWELS for letter in token)
    return vowels * 4 <= len(token)


@dataclass(frozen=True, slots=True)
class Hit:
    """A word list that a text matched, and the word that did it."""

    list: str
    word: str


class Vocabulary:
    """Named word lists, matched together. ``lists`` maps a list's name to its words."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._plain: dict[str, tuple[str, ...]] = {}
        self._ends: dict[str, tuple[str, ...]] = {}
        for name, words in lists.items():
            for word in words:
                index, key = (self._ends, word[1:]) if word.startswith("*") else (self._plain, word)
                index[key.lower()] = (*index.get(key.lower(), ()), name)
        lengths: dict[str, set[int]] = {}
        for word in self._plain:
            if is_chinese(word):
                lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: tuple(sizes) for first, sizes in lengths.items()}
        self._known = frozenset(part for word in self._plain for part in word.split("_") if len(part) > 2)
        self._cache: dict[str, Mapping[str, str]] = {}
        self._segments: dict[str, tuple[str, ...]] = {}

    def hits(self, text: str) -> Mapping[str, str]:
        """List name -> the longest word of it that occurs in ``text``; cached by text."""
        found = self._cache.get(text)
        if found is None:
            if len(self._cache) >= _REMEMBERED:
                self._cache.clear()
            found = self._cache[text] = self._search(text)
        return found

    def endings(self, text: str) -> Mapping[str, str]:
        """List name -> the longest word of it that ``text`` ends with."""
        found: dict[str, str] = {}
        if is_chinese(text):
            for start in range(max(0, len(text) - _LONGEST), len(text)):
                self._note(text[start:].lower(), self._plain, found)
            return found
        parts = self.parts(text)
        for start in range(max(0, len(parts) - 4), len(parts)):
            self._note("_".join(parts[start:]), self._plain, found)
        return found

    def parts(self, name: str) -> tuple[str, ...]:
        """Tokens of ``name``, those that are known words run together parted again."""
        found: list[str] = []
        for token in tokens(name):
            parts = self._segments.get(token)
            if parts is None:
                parts = segment(token, self._known)
                if len(self._segments) < _REMEMBERED:
                    self._segments[token] = parts
            found.extend(parts)
        return tuple(found)

    def _search(self, text: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        if is_chinese(text):
            self._chinese(text.lower(), found)
        parts = self.parts(text)
        for start in range(len(parts)):
            self._note(parts[start], self._plain, found)
            for end in range(start + 2, min(len(parts), start + 4) + 1):
                self._note("_".join(parts[start:end]), self._plain, found)
        if parts and is_initials(parts[-1]):
            for start in range(len(parts[-1]) - 1):
                self._note(parts[-1][start:], self._ends, found)
        return found

    def _chinese(self, text: str, found: dict[str, str]) -> None:
        for start, first in enumerate(text):
            for length in self._lengths.get(first, ()):
                self._note(text[start : start + length], self._plain, found)

    @staticmethod
    def _note(word: str, index: Mapping[str, tuple[str, ...]], found: dict[str, str]) -> None:
        for name in index.get(word, ()):
            if len(word) > len(found.get(name, "")):
                found[name] = word


def segment(token: str, known: frozenset[str]) -> tuple[str, ...]:
    """``token`` as known words without a rest (``personcode`` -> person, code), else as it is."""
    if token in known or not 6 <= len(token) <= 32:
        return (token,)
    for cut in range(len(token) - 2, 2, -1):
        if token[:cut] in known:
            rest = segment(token[cut:], known)
            if all(part in known for part in rest):
                return (token[:cut], *rest)
    return (token,)
