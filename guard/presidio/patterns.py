"""Patterns of presidio in RE2 syntax: they match wherever the original does, and maybe elsewhere.

presidio's patterns are Unicode patterns of the ``regex`` module, with look-around and back-references.
What an automaton cannot hold is widened, never narrowed: a look-around is dropped, a back-reference
repeats the group's own expression, a word boundary stays only where an ASCII word character stands on
the pattern's side of it. The original then confirms each hit, so that the answer is exact.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE
# Python's parser would read these otherwise than the regex module does: POSIX classes, fuzzy matches.
_OTHERWISE = re.compile(r"\[:\^?\w+:\]|\{[^{}]*[eids][^{}]*\}")
_MOST = 1000  # RE2's own limit of a counted repeat
_BEYOND = r"\x{80}-\x{10ffff}"
_SPACES = r"\x09-\x0d\x1c-\x20" + _BEYOND
_CHARACTERS = (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY)
_SINGLE = (*_CHARACTERS, codes.SUBPATTERN)
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_NOTHING: tuple[Any, Any] = (None, None)
_LOOKS = (codes.ASSERT, codes.ASSERT_NOT)
# As a member of a set that is not negated, and as one of a set that is: a complement must not shrink.
_WIDE = {
    codes.CATEGORY_DIGIT: "0-9",
    codes.CATEGORY_WORD: f"0-9A-Za-z_{_BEYOND}",
    codes.CATEGORY_SPACE: _SPACES,
    codes.CATEGORY_NOT_DIGIT: r"\x00-/:-\x{10ffff}",
    codes.CATEGORY_NOT_WORD: r"\x00-/:-@\[-\^`\{-\x{10ffff}",
    codes.CATEGORY_NOT_SPACE: r"\x00-\x08\x0e-\x1f!-\x{10ffff}",
}
_NARROW = {
    codes.CATEGORY_DIGIT: "0-9",
    codes.CATEGORY_WORD: "0-9A-Za-z_",
    codes.CATEGORY_SPACE: r"\x09-\x0d ",
    codes.CATEGORY_NOT_DIGIT: r"\x00-/:-\x7f",
    codes.CATEGORY_NOT_WORD: r"\x00-/:-@\[-\^`\{-\x7f",
    codes.CATEGORY_NOT_SPACE: r"\x00-\x08\x0e-\x1b!-\x7f",
}


class NotPortable(ValueError):  # noqa: N818 - says what the pattern is, not that something failed
    """The pattern has no expression in RE2 that covers it. ``args[0]`` names the construct."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portable:
    """A pattern widened to RE2.

    ``search`` keeps the boundaries that are safe, for finding the values that may hold a match;
    ``value`` has none, for a match that is bounded by what surrounds it.
    """

    search: str
    value: str


def portable(pattern: str, flags: int) -> Portable:
    """``pattern`` with the flags of the ``regex`` module, widened to RE2.

    It holds for text without the characters of ``odd()``. Raises NotPortable.
    """
    if flags & ~_FLAGS:
        raise NotPortable("flags")
    if flags & re.IGNORECASE:
        pattern = pattern.replace("(?i)", "")  # already so; Python wants it at the start
    if _OTHERWISE.search(pattern):
        raise NotPortable("syntax of the regex module")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = parser.parse(pattern, flags)
            items, flags = list(parsed), parsed.state.flags & ~re.UNICODE
    except (re.error, OverflowError, RecursionError):
        raise NotPortable("syntax of the regex module") from None
    writers = [_Writer(flags=flags, bounded=bounded) for bounded in (True, False)]
    texts = [writer.sequence(items) for writer in writers]
    fold = "(?i)" if flags & re.IGNORECASE else ""
    return Portable(search=fold + texts[0], value=f"(?i:{texts[1]})" if fold else texts[1])


@dataclass(slots=True, kw_only=True)
class _Writer:
    """Writes a parsed pattern as RE2, widening as it goes."""

    flags: int
    bounded: bool
    groups: dict[int, str] = field(default_factory=dict)

    def sequence(self, items: Sequence[tuple[Any, Any]]) -> str:
        parts = []
        for place, (kind, value) in enumerate(items):
            if kind is codes.AT:
                parts.append(self._at(value, items, place))
            else:
                parts.append(self._item(kind, value))
        return "".join(parts)

    def _item(self, kind: Any, value: Any) -> str:
        text = None
        if kind in _CHARACTERS:
            text = self._characters(kind, value)
        elif kind is codes.BRANCH:
            text = "(?:" + "|".join(self.sequence(part) for part in value[1]) + ")"
        elif kind is codes.SUBPATTERN:
            text = self._group(*value)
        elif kind in _REPEATS:
            text = self._repeat(*value)
        elif kind is codes.ATOMIC_GROUP:
            text = f"(?:{self.sequence(value)})"
        elif kind in _LOOKS:
            text = ""
        elif kind is codes.GROUPREF:
            text = self.groups.get(value)
        if text is None:
            raise NotPortable(str(kind).lower())
        return text

    def _group(self, number: int | None, added: int, removed: int, items: Any) -> str:
        if (added | removed) & ~re.IGNORECASE:
            raise NotPortable("flags")
        fold = "i" if added else "-i" if removed else ""
        text = f"(?{fold}:{self.sequence(items)})"
        if number is not None:
            self.groups[number] = text
        return text

    def _repeat(self, low: int, high: Any, items: Any) -> str:
        inner = self.sequence(items)
        if low > _MOST:
            raise NotPortable("a repeat of more than 1,000")
        # An upper bound that RE2 does not have is no bound: wider, and still linear.
        most = "" if high is codes.MAXREPEAT or high > _MOST else str(high)
        if not inner:
            return ""
        single = len(items) == 1 and items[0][0] in _SINGLE
        count = {(0, "1"): "?", (0, ""): "*", (1, ""): "+", (low, str(low)): f"{{{low}}}"}
        return (inner if single else f"(?:{inner})") + count.get((low, most), f"{{{low},{most}}}")

    def _characters(self, kind: Any, value: Any) -> str:
        if kind is codes.ANY:
            return r"[\x{0}-\x{10ffff}]" if self.flags & re.DOTALL else r"[^\n]"
        if kind is codes.LITERAL:
            return _escaped(value)
        if kind is codes.NOT_LITERAL:
            return f"[^{_escaped(value)}]"
        negated = value[0][0] is codes.NEGATE
        members = "".join(self._member(*item, negated=negated) for item in value[negated:])
        return f"[{'^' if negated else ''}{members}]"

    def _member(self, kind: Any, value: Any, *, negated: bool) -> str:
        if kind is codes.LITERAL:
            return _escaped(value)
        if kind is codes.RANGE:
            return f"{_escaped(value[0])}-{_escaped(value[1])}"
        if kind is codes.CATEGORY and value in _WIDE:
            # In ASCII text the two say the same, so that only other text is confirmed in vain.
            return (_NARROW if negated else _WIDE)[value]
        raise NotPortable(str(value).lower())

    def _at(self, where: Any, items: Sequence[tuple[Any, Any]], place: int) -> str:
        if not self.bounded:
            return ""
        if where is codes.AT_BEGINNING:
            return "(?m:^)" if self.flags & re.MULTILINE else r"\A"
        if where is codes.AT_BEGINNING_STRING:
            return r"\A"
        if where in (codes.AT_END, codes.AT_END_STRING):
            return "(?m:$)"
        before, after = (
            [one for one in part if one[0] not in _LOOKS] for part in (items[:place], items[place + 1 :])
        )
        plain = where is codes.AT_BOUNDARY and (_wordy(after, first=True) or _wordy(before, first=False))
        return r"\b" if plain else ""


def _escaped(code: int) -> str:
    if 32 <= code < 127:
        mark = chr(code)
        return mark if mark.isalnum() or mark in " _" else "\\" + mark
    return rf"\x{{{code:x}}}"


def _word(code: int) -> bool:
    return code < 128 and (chr(code).isalnum() or code == 95)


def _wordy(items: Sequence[tuple[Any, Any]], *, first: bool) -> bool:
    """Whether what ``items`` match always begins (or ends) with an ASCII letter, digit or underscore."""
    kind, value = items[0 if first else -1] if items else _NOTHING
    always = False
    if kind is codes.LITERAL:
        always = _word(value)
    elif kind is codes.IN:
        always = all(_wordy_member(*item) for item in value)
    elif kind is codes.SUBPATTERN:
        always = _wordy(list(value[3]), first=first)
    elif kind is codes.BRANCH:
        always = all(_wordy(list(part), first=first) for part in value[1])
    elif kind in _REPEATS:
        always = value[0] > 0 and _wordy(list(value[2]), first=first)
    return always


def _wordy_member(kind: Any, value: Any) -> bool:
    if kind is codes.LITERAL:
        return _word(value)
    if kind is codes.RANGE:
        return value[1] < 128 and all(map(_word, range(value[0], value[1] + 1)))
    return kind is codes.CATEGORY and value is codes.CATEGORY_DIGIT


def _odd(codes_: Iterable[int]) -> str:
    ranges: list[list[int]] = []
    for code in codes_:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"{_escaped(low)}-{_escaped(high)}" for low, high in ranges) + "]"


def odd() -> str:
    """A set of the characters outside ASCII that ``\\d`` or an ASCII letter in either case matches.

    Text that holds one of them goes to the original pattern at once.
    """
    letters = (0x130, 0x131, 0x17F, 0x212A)
    digits = (code for code in range(0x80, 0x20000) if chr(code).isdecimal())
    return _odd(sorted({*letters, *digits}))
