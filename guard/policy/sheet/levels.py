"""What a level cell says, in the levels of the pack that is built on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from guard.policy.pack import Level
from guard.policy.sheet.words import SheetWords, parts, plain

_NUMBERS = {mark: at for at, mark in enumerate("一二三四五六七八九", 1)} | {
    str(at): at for at in range(1, 10)
}
_ANY = "[1-9一二三四五六七八九]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """``level`` is a level's id, or empty with ``fault`` saying why.

    ``fault`` is ``unknown``, ``ambiguous``, ``several``, ``secret``, ``open`` or ``empty``; ``at_least`` says
    that the cell names the lowest level only.
    """

    level: str = ""
    fault: str = ""
    at_least: bool = False


class LevelReader:
    """Reads the level cells of one sheet. ``given`` are words that a person explained, with their levels."""

    def __init__(self, words: SheetWords, levels: Sequence[Level], given: Mapping[str, str]) -> None:
        self._levels = levels
        self._nothing = words.says_nothing
        self._marks = words.word_marks
        data = words.levels
        self._ambiguous = frozenset(plain(str(word)) for word in data["ambiguous"])
        self._closed = {plain(str(word)): name for name in ("secret", "open") for word in data[name]}
        self._at_least = sorted((plain(str(word)) for word in data["at_least"]), key=len, reverse=True)
        self._scales = data["scales"]
        self._numbered = [
            re.compile(re.escape(str(form)).replace(r"\{n\}", f"({_ANY})")) for form in data["numbered"]
        ]
        self._known = {
            **self._mapped(data["words"]),
            **{plain(name): level.id for level in levels for name in level.name.values()},
            **{plain(level.id): level.id for level in levels},
        }
        self._own = {plain(name) for level in levels for name in (level.id, *level.name.values())}
        self._given = {plain(word): level for word, level in given.items()}

    def _mapped(self, words: Mapping[str, Iterable[object]]) -> dict[str, str]:
        """Words by the pack's own level that stands for the same as one of gov_cn."""
        own: dict[str, str] = {}
        for level in self._levels:
            own.setdefault(level.maps or level.id, level.id)
        return {plain(str(w)): own[name] for name, some in words.items() if name in own for w in some}

    def learn(self, cells: Iterable[str]) -> None:
        """Tell from all level cells of a sheet which scale its words are those of."""
        seen = {plain(cell) for cell in cells}
        for scale in self._scales:
            if seen & {plain(str(word)) for word in scale["told_by"]}:
                found = self._mapped(scale["words"])
                self._known |= found
                self._ambiguous -= found.keys()

    def beyond(self, cells: Iterable[str]) -> int:
        """The highest number among the cells where the pack has fewer levels, else 0."""
        numbers = [self._number(plain(cell)) for cell in cells if plain(cell) not in self._given]
        highest = max(numbers, default=0)
        return highest if highest > len(self._general) else 0

    def is_own(self, text: str) -> bool:
        """Whether a cell calls its level as the pack does."""
        return plain(text) in self._own

    def nominates(self, level: str) -> bool:
        """Whether only a person may give ``level``."""
        return any(item.id == level and item.candidate for item in self._levels)

    @property
    def _general(self) -> list[str]:
        return [level.id for level in self._levels if not level.candidate]

    def read(self, text: str) -> Read:
        """What one cell says."""
        if self._nothing(text):
            return Read(fault="empty")
        whole = self._one(plain(text))
        if whole.level or whole.fault != "unknown":
            return whole
        several = {self._one(plain(part)).level for part in parts(text, self._marks)}
        return Read(fault="several") if len(several - {""}) > 1 else whole

    def _one(self, word: str) -> Read:
        level = self._given.get(word) or self._known.get(word) or self._counted(word)
        if level:
            return Read(level=level)
        if word in self._closed or word in self._ambiguous:
            return Read(fault=self._closed.get(word, "ambiguous"))
        for more in self._at_least:
            rest = word.removeprefix(more) if word.startswith(more) else word.removesuffix(more)
            if rest and rest != word and (level := self._one(rest).level):
                return Read(level=level, at_least=True)
        return Read(fault="unknown")

    def _counted(self, word: str) -> str:
        number = self._number(word)
        return self._general[number - 1] if 0 < number <= len(self._general) else ""

    def _number(self, word: str) -> int:
        found = next((hit for form in self._numbered if (hit := form.fullmatch(word))), None)
        return _NUMBERS[found[1]] if found else 0
