"""The words by which a catalogue's columns, levels and notes are known: ``lexicon/catalogue_sheets.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from guard.model import UsageError

_IGNORED = re.compile(r"[\s*＊:：'‘’“”\"]+")
_BRACKETS = re.compile(r"[（(\[【〔<《][^）)\]】〕>》]*[）)\]】〕>》]")
CATEGORIES = ("category_1", "category_2", "category_3", "category_4", "category_5")
NEEDED = ("fields", "separators", "levels", "sharing", "notes", "nothing", "open_ends", "category_ends")


def plain(text: str) -> str:
    """``text`` as words are compared: without brackets, blanks and case; as it is where nothing is left."""
    bare = _IGNORED.sub("", _BRACKETS.sub("", text)) or _IGNORED.sub("", text)
    return bare.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWords:
    """Words by what they mean, all of them ``plain``."""

    fields: Mapping[str, str]
    item_marks: str
    path_marks: str
    word_marks: str
    open_ends: tuple[str, ...]
    nothing: frozenset[str]
    notes: tuple[str, ...]
    category_ends: tuple[str, ...]
    sharing: Mapping[str, str]
    levels: Mapping[str, Any]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> SheetWords:
        """The words of a lexicon file. Raises UsageError where a part is missing or of another shape."""
        for part in NEEDED:
            if not isinstance(data.get(part), (dict, list)):
                raise UsageError("catalogue-words", word=part)
        marks = data["separators"]
        return cls(
            fields=_by_word(data["fields"]),
            item_marks=str(marks["items"]),
            path_marks=str(marks["path"]),
            word_marks=str(marks["words"]),
            open_ends=_longest(data["open_ends"]),
            nothing=frozenset(map(_text, data["nothing"])),
            notes=_longest(data["notes"]),
            category_ends=_longest(data["category_ends"]),
            sharing=_by_word(data["sharing"]),
            levels=data["levels"],
        )

    def field(self, label: str) -> str:
        """The field that a column's heading names, or empty."""
        return self.fields.get(plain(label), "")

    def says_nothing(self, text: str) -> bool:
        """Whether a cell is empty, or says that there is nothing."""
        return not text or text.strip().casefold() in self.nothing

    def is_note(self, text: str) -> bool:
        """Whether a row that begins so explains the sheet."""
        return plain(text).startswith(self.notes) and (
            plain(text) in self.notes or any(mark in text[:8] for mark in ":：.、 \u3000\n") or len(text) > 12
        )


def _text(word: object) -> str:
    return str(word).strip().casefold()


def _by_word(groups: Mapping[str, Iterable[object]]) -> dict[str, str]:
    return {plain(str(word)): name for name, words in groups.items() for word in words}


def _longest(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted((_text(word) for word in words), key=len, reverse=True))


def parts(text: str, marks: str) -> tuple[str, ...]:
    """``text`` cut at any of ``marks`` that stands outside brackets; without empty parts."""
    found, depth, start = [], 0, 0
    for at, one in enumerate(text):
        if one in "（([【〔":
            depth += 1
        elif one in "）)]】〕":
            depth = max(0, depth - 1)
        elif one in marks and not depth:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return tuple(part.strip() for part in found if part.strip())
