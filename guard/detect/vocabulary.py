"""The vocabulary of names: Chinese and English words, what each can mean, how a text divides into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guard.detect.split import tokens
from guard.model import DataType

_UNKNOWN = 2.5
_LONGEST_ZH = 12
_LONGEST_EN = 5
_ONE = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name. ``senses`` are type ids and classes, likeliest first; empty where unknown."""

    text: str
    senses: tuple[str, ...] = ()


class Vocabulary:
    """All words by language. ``types`` are the ids that hints named."""

    def __init__(self, types: Iterable[DataType], lexicon: Mapping[str, Any]) -> None:
        chinese: dict[str, list[str]] = {}
        english: dict[str, list[str]] = {}
        same = lexicon["names_en"].get("same", {})
        self._same = {str(word): str(to) for to, words in same.items() for word in str(words).split()}
        kinds = tuple(types)
        self.types = frozenset(kind.id for kind in kinds)
        for kind in kinds:
            for word in kind.hints.get("zh", ()):
                _add(chinese, word.lower(), kind.id)
            for word in kind.hints.get("en", ()):
                self._add_english(english, word, kind.id)
        for class_, words in lexicon["names_zh"].items():
            for word in str(words).split():
                _add(chinese, word.lower(), class_)
        for class_, words in lexicon["names_en"].items():
            for word in str(words).split() if class_ != "same" else ():
                self._add_english(english, word.strip('"'), class_)
        self.chinese = {word: tuple(senses) for word, senses in chinese.items()}
        self.english = {word: tuple(senses) for word, senses in english.items()}

    def _add_english(self, words: dict[str, list[str]], word: str, sense: str) -> None:
        parts = [self.canonical(part) for part in tokens(word)]
        _add(words, "_".join(parts), sense)
        joined = word.replace("_", "")
        if len(parts) > 1 and len(joined) >= 6:
            _add(words, joined, sense)

    def canonical(self, token: str) -> str:
        """The form under which a token is kept: abbreviations spelt out."""
        return self._same.get(token, token)

    def read_chinese(self, text: str) -> tuple[Word, ...]:
        """Divide Chinese text into the fewest known words."""
        return divide(text.lower(), self.chinese.get, _LONGEST_ZH)

    def read_english(self, tokens: Sequence[str]) -> tuple[Word, ...]:
        """Divide tokens into the fewest known phrases; an unknown token is a word without senses."""
        known = [self._known(token) for token in tokens]
        return divide(known, self.english.get, _LONGEST_EN, "_")

    def _known(self, token: str) -> str:
        token = self.canonical(token)
        if token in self.english or len(token) < 4 or not token.endswith("s"):
            return token
        single = self.canonical(token[:-3] + "y" if token.endswith("ies") else token[:-1])
        return single if single in self.english else token

    def take_apart(self, token: str) -> tuple[Word, ...]:
        """Words written together (``customername``), or nothing where they do not cover the token."""
        words = divide(
            token, lambda part: self.english.get(self.canonical(part)) if len(part) > 2 else None, 16
        )
        return words if words and all(word.senses for word in words) else ()


def divide(
    text: Sequence[str], find: Callable[[str], tuple[str, ...] | None], longest: int, joint: str = ""
) -> tuple[Word, ...]:
    """The cheapest division of ``text`` into found words; neighbouring unknown units become one word.

    A known word costs one, an unknown unit more; of equal divisions the one with the longer last word wins.
    """
    best: list[tuple[float, int, tuple[str, ...]]] = [(0.0, 0, ())]
    for end in range(1, len(text) + 1):
        options = [(best[end - 1][0] + _UNKNOWN, 1, ())]
        for size in range(1, min(longest, end) + 1):
            senses = find(joint.join(text[end - size : end]))
            if senses:
                options.append((best[end - size][0] + _ONE - size * 0.01, size, senses))  # type: ignore[arg-type]
        best.append(min(options, key=lambda option: (option[0], -option[1])))
    return _walk_back(text, best, joint)


def _walk_back(
    text: Sequence[str], best: Sequence[tuple[float, int, tuple[str, ...]]], joint: str
) -> tuple[Word, ...]:
    words: list[Word] = []
    end = len(text)
    while end:
        _, size, senses = best[end]
        part = joint.join(text[end - size : end])
        if not senses and words and not words[-1].senses and not joint:
            words[-1] = Word(part + words[-1].text)
        else:
            words.append(Word(part, senses))
        end -= size
    return tuple(reversed(words))


def _add(words: dict[str, list[str]], word: str, sense: str) -> None:
    senses = words.setdefault(word, [])
    if sense not in senses:
        senses.append(sense)
