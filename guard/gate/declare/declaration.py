"""Declarations as people write them: ``[L3 mask=cn-id]`` in a comment, ``level=L3 mask=cn-id`` in a note.

A label is a bracket that holds a level or one of the keys; any other bracket of a comment is the
comment's own. Keys may be written in Chinese; a word without a key is a level or a category.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guard.gate.declare.methods import method, methods
from guard.gate.evidence.protected import told_method
from guard.model.gate import Declaration, Place
from guard.yamldoc import nearest

if TYPE_CHECKING:
    from guard.gate.context import JudgedColumn

SAYS = ("level", "category", "mask", "retention", "zone")
NAMES = ("table", "column")
_GRADES = SAYS[:3]
_KEYS: Mapping[str, str] = {
    **{key: key for key in (*SAYS, *NAMES)},
    "级别": "level", "等级": "level", "分级": "level", "安全级别": "level", "grade": "level",
    "类别": "category", "分类": "category", "数据分类": "category",
    "脱敏": "mask", "脱敏方式": "mask", "掩码": "mask", "加密": "mask", "masking": "mask", "cipher": "mask",
    "保留": "retention", "保存期限": "retention", "保留期限": "retention", "ttl": "retention",
    "区域": "zone", "网络区域": "zone",
    "表": "table", "列": "column", "字段": "column",
}  # fmt: skip
_LABEL = re.compile(r"\[([^\[\]]{1,400})\]|【([^【】]{1,400})】")
_TOKEN = re.compile(
    r"(?P<key>[^\W\d][\w-]{0,30}+)\s{0,3}+[=:＝：]\s{0,3}+(?P<value>\"[^\"]{0,200}+\"|[^\s,，;；(]{1,200}+(?>(?:\([^()]{0,60}+\))?))"
    r"|(?P<word>[^\s,，;；(]{1,200}+(?>(?:\([^()]{0,60}+\))?))"
)
_LEVEL = re.compile(r"(?i)L\d{1,2}")
_CHINESE_LEVEL = re.compile(r"(?:一般)?([1-9一二三四五])级")
_DIGITS = dict(zip("一二三四五", "12345", strict=True))
_RETENTION = re.compile(
    r"(?i)P?(?>(?:\d{1,5}\s?(?:y|years?|m|months?|w|weeks?|d|days?|h|hours?|年|个?月|周|天|日|小时))+)|permanent|forever|永久|长期"
)
_AGAIN = re.compile(
    r"(?i)(?:--|#|//|/\*)\s{0,3}+guard\s{0,3}+[:：]"
)  # one note behind another is the same one
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One word of a declaration that is not right. ``detail`` names what is wrong with it: ``level``,
    ``category``, ``mask``, ``retention``, ``key`` or ``word``."""

    detail: str
    word: str
    nearest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A declaration that is not right, and where. ``detail`` is a Fault's, or ``column``, ``table`` (there is
    none of that name), ``nothing`` (it speaks of nothing) or ``disagree`` (``word`` is the key, ``nearest``
    the origin that goes before)."""

    place: Place
    detail: str
    word: str = ""
    nearest: str = ""
    table: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A note or label as read: what it declares, of what, and what is wrong in it."""

    declaration: Declaration
    table: str = ""
    column: str = ""
    faults: tuple[Fault, ...] = ()


class Terms:
    """The words that are right in a declaration: levels, categories, masking methods."""

    def __init__(
        self, levels: Sequence[str], categories: frozenset[str], zones: frozenset[str] = frozenset()
    ) -> None:
        self.levels, self.categories, self.zones = tuple(levels), categories, zones
        self._levels = {level.casefold(): level for level in levels}

    def note(self, text: str, place: Place, origin: str = "note") -> Said:
        """What the text of a note says. Waivers are no declarations and are not given here."""
        said: dict[str, str] = {}
        faults: list[Fault] = []
        for key, value in _pairs(text[:_LONGEST]):
            name = _KEYS.get(key.casefold(), "") if key else self._kind(value)
            if not name:
                faults.append(_odd(key or value, keyed=bool(key)))
            elif name in NAMES:
                said[name] = value
            else:
                said[name], wrong = self._right(name, value)
                faults += wrong
        declared = {key: said[key] for key in SAYS if said.get(key)}
        return Said(
            declaration=Declaration(**declared, origin=origin, place=place),
            table=said.get("table", ""),
            column=said.get("column", ""),
            faults=tuple(faults),
        )

    def label(self, comment: str, place: Place) -> Said | None:
        """What the label of a comment says; None where it has none. Of several the first counts."""
        found = next((text for text in _labels(comment) if self._is_label(text)), None)
        return self.note(found, place, "comment") if found is not None else None

    def bare(self, comment: str) -> str:
        """``comment`` without its label: what it says to people."""
        if "[" not in comment and "【" not in comment:
            return comment
        cut = _LABEL.sub(lambda one: " " if self._is_label(one[1] or one[2]) else one[0], comment)
        return cut.strip()

    def checked(self, declaration: Declaration) -> tuple[Declaration, tuple[Fault, ...]]:
        """A declaration from elsewhere with canonical words, and what is wrong in it."""
        right: dict[str, str] = {}
        faults: list[Fault] = []
        for key in SAYS:
            if word := getattr(declaration, key):
                right[key], wrong = self._right(key, word)
                faults += wrong
        said = Declaration(**right, origin=declaration.origin, place=declaration.place)
        return said, tuple(faults)

    def _is_label(self, text: str) -> bool:
        pairs = list(_pairs(text))
        if pairs and not pairs[0][0] and (self._level(pairs[0][1]) or _LEVEL.fullmatch(pairs[0][1])):
            return True
        said = [(_KEYS.get(key.casefold(), ""), value) for key, value in pairs if key]
        # A colon is how comments list codes: [级别: 1 高]. It makes a label only with a right word behind it.
        return any(
            name in SAYS and ("=" in text or (name in _GRADES and not self._right(name, value)[1]))
            for name, value in said
        )

    def _kind(self, word: str) -> str:
        if self._level(word) or _LEVEL.fullmatch(word):
            return "level"
        return "category" if "/" in word or word in self.categories else ""

    def _level(self, word: str) -> str:
        found = _CHINESE_LEVEL.fullmatch(word)
        said = f"L{_DIGITS.get(found[1], found[1])}" if found else word
        return self._levels.get(said.casefold(), "")

    def _right(self, key: str, word: str) -> tuple[str, list[Fault]]:
        """The canonical word; where it is none, nothing and why."""
        if key == "level":
            level = self._level(word)
            return level, [] if level else [_fault(key, word, self.levels)]
        if key == "mask":
            return (word, []) if method(word) else ("", [_fault(key, word, methods())])
        if key == "category":
            return (word, []) if self._category(word) else ("", [_fault(key, word, self.categories)])
        if key == "zone" and self.zones and word not in self.zones:
            return "", [_fault(key, word, self.zones)]
        if key == "retention" and not _RETENTION.fullmatch(word) and not re.fullmatch(r"\w{1,64}", word):
            return "", [Fault(detail=key, word=word[:60])]
        return word, []

    def _category(self, word: str) -> bool:
        """Whether ``word`` is a category or the short form of one: each part stands in its part, in order."""
        if not self.categories or word in self.categories:
            return True
        first, *rest = word.split("/")
        return any(
            _short(rest, path.split("/")[1:]) for path in self.categories if path.split("/")[0] == first
        )


def parts(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Each part of a note: its key (``level`` …, empty of a word that is none), its value, its place."""
    for found in _TOKEN.finditer(_as_one(text[:_LONGEST])):
        word = found["word"]
        if word is None:
            key = _KEYS.get(found["key"].casefold(), "")
            yield key, found["value"].strip('"'), found.start(), found.end()
        else:
            level = _LEVEL.fullmatch(word) or _CHINESE_LEVEL.fullmatch(word)
            yield "level" if level else "category" if "/" in word else "", word, found.start(), found.end()


def declaration_text(judged: JudgedColumn, *, masked: bool = True) -> str:
    """What a fix proposes for a column, as a note says it: ``level=L3 category=… mask=…``, the mask only
    where ``masked``."""
    said = {"level": judged.effective or judged.level, "category": judged.category.replace(" ", "")}
    said["mask"] = proposed_mask(judged) if masked else ""
    return " ".join(f"{key}={value}" for key, value in said.items() if value)


def proposed_mask(judged: JudgedColumn) -> str:
    """The method to propose: of ciphertext and digests what made them, of passwords a digest; empty where
    nothing is to be masked."""
    told = told_method(judged.column, judged.kind)
    return told or ("" if judged.mask == "none" else judged.mask.replace(" ", ""))


def _as_one(text: str) -> str:
    """``text`` with nothing where another note begins in it."""
    return _AGAIN.sub(lambda found: " " * len(found[0]), text)


def _labels(comment: str) -> Iterator[str]:
    if "[" in comment or "【" in comment:
        for found in _LABEL.finditer(comment[:_LONGEST]):
            yield found[1] or found[2]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Key and value of each part; the key is empty of a word that stands alone."""
    for found in _TOKEN.finditer(_as_one(text)):
        if found["word"] is not None:
            yield "", found["word"]
        else:
            yield found["key"], found["value"].strip('"')


def _short(parts: list[str], path: list[str]) -> bool:
    at = 0
    for part in parts:
        at = next((place + 1 for place in range(at, len(path)) if part and part in path[place]), 0)
        if not at:
            return False
    return bool(parts)


def _fault(detail: str, word: str, known: Iterable[str]) -> Fault:
    return Fault(detail=detail, word=word[:60], nearest=nearest(word, known) or "")


def _odd(word: str, *, keyed: bool) -> Fault:
    near = nearest(word, (*SAYS, *NAMES)) if keyed else None
    return Fault(detail="key" if keyed else "word", word=word[:60], nearest=near or "")
