"""Chinese names in Latin letters: initials (``sqrxm``) and syllables (``xingming``) back into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guard.detect.vocabulary import Vocabulary, Word
from guard.model import DataType

_Unit = tuple[float, Word]
# Costs order the ways to read a name: written in the lexicon, made from long words, made from short ones.
_WRITTEN, _SYLLABLES, _LONG, _SHORT, _ROLE = 1.0, 0.9, 1.2, 1.6, 2.4
_LONGEST = 24


class Pinyin:
    """Reads Latin letters as Chinese words of the vocabulary."""

    def __init__(self, types: Sequence[DataType], vocabulary: Vocabulary, lexicon: Mapping[str, Any]) -> None:
        data = lexicon["pinyin"]
        self._vocabulary = vocabulary
        readings = {c: str(s) for s, characters in data["readings"].items() for c in str(characters)}
        self._whole = self._written(data.get("whole", {}))
        self._front = self._written(data.get("front", {}))
        self._tail = self._written(data.get("tail", {}))
        self._any = self._written(data.get("initials_of_words", {}))
        self.syllables: dict[str, _Unit] = {}
        hinted: dict[str, _Unit] = {}
        for kind in types:
            for word in kind.hints.get("pinyin", ()):
                self._hint(hinted, word, kind.id)
        for letters, unit in hinted.items():
            (self._any if len(letters) > 2 else self._whole).setdefault(letters, unit)
        self._derive(readings)

    def _hint(self, hinted: dict[str, _Unit], letters: str, kind: str) -> None:
        unit = hinted.get(letters)
        senses = (*unit[1].senses, kind) if unit else (kind,)
        hinted[letters] = (_WRITTEN, Word(letters, senses))

    def _written(self, items: Mapping[str, Any]) -> dict[str, _Unit]:
        found = self._vocabulary.chinese
        return {
            str(letters): (_WRITTEN, Word(str(word), found.get(str(word).lower(), ())))
            for letters, word in items.items()
        }

    def _derive(self, readings: Mapping[str, str]) -> None:
        for word, senses in self._vocabulary.chinese.items():
            syllables = [readings.get(character, "") for character in word]
            if not all(syllables):
                continue
            whole, initials = "".join(syllables), "".join(s[0] for s in syllables)
            if len(syllables) > 1:
                self.syllables.setdefault(whole, (_SYLLABLES, Word(word, senses)))
            if len(initials) > 2 and initials not in self._any:
                cost = _LONG if len(initials) > 3 else _SHORT
                # Three letters that a type's word happens to have are too weak as a part of a name.
                part = len(initials) > 3 or senses[0] not in self._vocabulary.types
                (self._any if part else self._whole).setdefault(initials, (cost, Word(word, senses)))

    def read(self, token: str) -> tuple[tuple[Word, ...], bool]:
        """The words of a lower-case token, none where it is not pinyin, and whether it is one unit."""
        unit = self._whole.get(token) or self._any.get(token) or self.syllables.get(token)
        if unit:
            return (unit[1],), True
        if not 3 <= len(token) <= _LONGEST or not token.isascii():
            return (), False
        if _initials_only(token):
            return self._divide(token), False
        return self._divide_syllables(token), False

    def whole(self, syllables: str) -> Word | None:
        """The word that is written as these syllables."""
        unit = self.syllables.get(syllables)
        return unit[1] if unit else None

    def together(self, first: str, last: str) -> Word | None:
        """The word of which an underscore divides the written initials; none where the last are a word."""
        unit = None if last in self._tail else self._any.get(first + last)
        return unit[1] if unit and unit[0] == _WRITTEN else None

    def front(self, token: str) -> Word | None:
        """What a token means with something after it."""
        unit = self._front.get(token) or self._any.get(token) or self.syllables.get(token)
        return unit[1] if unit else None

    def tail(self, token: str) -> Word | None:
        """What a token means as the last of several."""
        unit = (
            self._tail.get(token)
            or self._any.get(token)
            or self._whole.get(token)
            or self.syllables.get(token)
        )
        return unit[1] if unit else None

    def _unit(self, part: str, *, first: bool, last: bool) -> _Unit | None:
        if first and last:
            return None
        unit = self._any.get(part) or self.syllables.get(part)
        unit = unit or (self._tail if last else self._front).get(part)
        if unit is None and not last and 2 <= len(part) <= 4 and part.endswith("r"):
            return _ROLE, Word("r", ("person",))
        return unit

    def _divide(self, token: str) -> tuple[Word, ...]:
        best: list[tuple[float, tuple[Word, ...]] | None] = [(0.0, ())]
        for end in range(1, len(token) + 1):
            options = [
                (before[0] + unit[0], (*before[1], unit[1]))
                for start in range(max(0, end - 10), end)
                if (before := best[start])
                and (unit := self._unit(token[start:end], first=start == 0, last=end == len(token)))
            ]
            best.append(min(options, key=lambda option: option[0]) if options else None)
        return best[-1][1] if best[-1] else self._end_of(token)

    def _end_of(self, token: str) -> tuple[Word, ...]:
        """A written unit of three letters or more at the end of letters that nothing explains."""
        for start in range(1, len(token) - 2):
            unit = self._any.get(token[start:])
            if unit and unit[0] == _WRITTEN:
                return Word(token[:start]), unit[1]
        return ()

    def _divide_syllables(self, token: str) -> tuple[Word, ...]:
        for cut in range(len(token) - 3, 3, -1):
            first, last = self.syllables.get(token[:cut]), self.syllables.get(token[cut:])
            if first and last:
                return first[1], last[1]
        return ()


def _initials_only(token: str) -> bool:
    # No Chinese syllable starts with i, u or v, and hardly any word of names with e or o.
    return (
        token.isalpha() and not set(token) & set("iuv") and sum(c in "aeo" for c in token) * 4 <= len(token)
    )
