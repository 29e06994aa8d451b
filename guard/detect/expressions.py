"""The rules as RE2 expressions: one set over all of them, then each that occurs on its own.

Slower than the automata of ``automata`` and ready at once: for small data, and where nothing can be
compiled. Few values are put through the set one by one, which costs one call a value; many go
through Arrow's RE2 kernel, which costs one call a rule. Both give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pyarrow.compute as pc
import re2

from guard.checks import Bools
from guard.detect import normalise
from guard.detect.rules import FORMS, Hits, Matches, Rule

FEW = 512
_SENTINEL = "\x01govguard\x01"
_MEMORY = 24 << 20
# A point between digits is a decimal point, not the end of a word.
_LEFT = r"(?:^|[^0-9A-Za-z.]|[^0-9]\.|^\.)"
_RIGHT = r"(?:$|[^0-9A-Za-z.]|\.(?:$|[^0-9]))"
_FAR = 5  # bytes that _LEFT may take


def options(memory: int = _MEMORY, *, longest: bool = False) -> Any:
    """RE2's options: bounded memory, silent, optionally the longest match."""
    found = re2.Options()
    found.max_mem = memory
    found.log_errors = False
    found.longest_match = longest
    return found


class PatternSet:
    """Says in one pass which of many patterns occur in a text of one value a line.

    A set automaton that runs out of memory answers "nothing": a sentinel line proves that
    it did run, and without that answer every pattern is tried on its own.
    """

    def __init__(self, patterns: Sequence[str], *, memory: int = _MEMORY) -> None:
        self._patterns = [f"(?m){pattern}" for pattern in patterns]
        self._set = re2.Set.SearchSet(options(memory))
        for pattern in (*self._patterns, f"(?m)^{_SENTINEL}$"):
            self._set.Add(pattern)
        try:
            self._set.Compile()
            self._usable = True
        except re2.error:
            self._usable = False

    def which(self, text: str | bytes) -> list[int]:
        """Indexes of the patterns that match some line of ``text``."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        if self._usable:
            found = self._set.Match(f"{text}\n{_SENTINEL}") or []
            if len(self._patterns) in found:
                return [index for index in found if index < len(self._patterns)]
        return [index for index, one in enumerate(self._alone) if one.search(text)]

    def each(self, lines: Sequence[str]) -> list[list[int]] | None:
        """The patterns that match each line; None where the automaton cannot tell."""
        if not self._usable:
            return None
        match = self._set.Match
        return [match(line) or [] for line in lines]

    @cached_property
    def _alone(self) -> list[Any]:
        return [re2.compile(pattern, options()) for pattern in self._patterns]


class Expressions:
    """The rules, matched by RE2."""

    def __init__(self, rules: Sequence[Rule], *, few: int = FEW) -> None:
        self.rules = tuple(rules)
        self._few = few
        self._inside = {
            i: f"{_LEFT}(?:{rule.folded}){_RIGHT}" for i, rule in enumerate(self.rules) if rule.inside
        }
        self._located: dict[int, _Locator] = {}

    @cached_property
    def _forms(self) -> dict[str, tuple[list[int], PatternSet]]:
        """The rules of each form and their set; ``alike`` holds all, for values without separators."""
        chosen = {
            form: [i for i, rule in enumerate(self.rules) if rule.form == form and rule.whole]
            for form in FORMS
        }
        both = {"spaced": chosen["plain"] + chosen["upper"], "compact": chosen["compact"]}
        both["alike"] = both["spaced"] + both["compact"]
        return {
            name: (indexes, PatternSet([self.whole_pattern(index) for index in indexes]))
            for name, indexes in both.items()
        }

    @cached_property
    def _inside_set(self) -> PatternSet:
        return PatternSet(list(self._inside.values()))

    def whole_pattern(self, rule: int) -> str:
        """The expression over a whole value."""
        return f"^(?:{self.rules[rule].folded})$"

    def whole(self, values: Any) -> Matches:
        """The values, trimmed and on one line each, that match rules as a whole."""
        compact = normalise.compact(values)
        single: dict[int, Bools] = {}
        if compact is values:
            self._match(values, "alike", single)
        else:
            self._match(values, "spaced", single)
            self._match(compact, "compact", single)
        return Matches(len(self.rules), len(values), (), single)

    def _match(self, values: Any, form: str, single: dict[int, Bools]) -> None:
        indexes, expressions = self._forms[form]
        lines = values.to_pylist()
        occurring = expressions.which("\n".join(lines))
        if not occurring:
            return
        matrix = self._each(expressions, lines, occurring, len(indexes)) if len(lines) <= self._few else None
        for place, index in enumerate(occurring):
            rule = indexes[index]
            single[rule] = matrix[place] if matrix is not None else self.whole_rows(rule, values)

    def whole_rows(self, rule: int, values: Any) -> Bools:
        """Which values, in the rule's form, match it as a whole."""
        return np.asarray(pc.match_substring_regex(values, self.whole_pattern(rule)))

    @staticmethod
    def _each(expressions: PatternSet, lines: list[str], occurring: list[int], size: int) -> Bools | None:
        found = expressions.each(lines)
        if found is None:
            return None
        lengths = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
        indexes = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(lengths.sum()))
        matrix = np.zeros((size + 1, len(lines)), dtype=np.bool_)
        matrix[indexes, np.repeat(np.arange(len(lines)), lengths)] = True
        chosen = matrix[occurring]
        # A line for which the automaton ran out of memory would look like one without a match.
        return chosen if chosen.any(axis=1).all() else None

    def rows(self, values: Any) -> Iterator[tuple[int, Bools]]:
        """Rules that occur inside values, and in which."""
        rules = list(self._inside)
        for index in self._inside_set.which("\n".join(values.to_pylist())):
            yield rules[index], self.inside_rows(rules[index], values)

    def inside_rows(self, rule: int, values: Any) -> Bools:
        """Which values hold ``rule``."""
        return np.asarray(pc.match_substring_regex(values, self._inside[rule]))

    def inside(self, values: Any) -> Hits:
        """Where rules occur inside values."""
        found: list[tuple[int, int, int, int]] = []
        for rule, rows in self.rows(values):
            found += self.located(rule, values, np.flatnonzero(rows))
        return Hits.of(found)

    def located(self, rule: int, values: Any, rows: Any) -> Iterator[tuple[int, int, int, int]]:
        """(row, start, end, rule) of the hits of one rule in the values of ``rows``."""
        locator = self._located.get(rule)
        if locator is None:
            locator = self._located[rule] = _Locator(self.rules[rule].folded, self._inside[rule])
        offsets, data = normalise.buffers(values)
        for row in rows.tolist():
            text = data[offsets[row] : offsets[row + 1]].tobytes()
            for start, end in locator.spans(text):
                yield row, start, end, rule


class _Locator:
    """Finds the leftmost-longest hits of one pattern between word boundaries, in UTF-8."""

    def __init__(self, pattern: str, inside: str) -> None:
        self._between = re2.compile(inside.encode(), options())
        self._alone = re2.compile(pattern.encode(), options(longest=True))

    def spans(self, text: bytes) -> Iterator[tuple[int, int]]:
        at = floor = 0
        while found := self._between.search(text, at):
            first = found.start()
            at = _next(text, first)
            for start in range(max(first, floor), min(first + _FAR, len(text)) + 1):
                end = self._end(text, start) if _opens(text, start) else None
                if end is not None and end > start:
                    yield start, end
                    floor, at = end, max(at, _whole(text, end - _FAR))
                    break
            if at > len(text):
                return

    def _end(self, text: bytes, start: int) -> int | None:
        """The last place where a match from ``start`` may end."""
        limit = len(text)
        while limit > start:
            found = self._alone.match(text, start, limit)
            if found is None:
                return None
            if _closes(text, found.end()):
                return int(found.end())
            limit = _whole(text, found.end() - 1)
        return None


def _opens(text: bytes, at: int) -> bool:
    if at < len(text) and text[at] & 0xC0 == 0x80:
        return False
    before = text[at - 1 : at] if at else b""
    if before == b".":
        return at < 2 or not text[at - 2 : at - 1].isdigit()
    return not before.isalnum()


def _closes(text: bytes, at: int) -> bool:
    after = text[at : at + 1]
    if after == b".":
        return at + 1 >= len(text) or not text[at + 1 : at + 2].isdigit()
    return not after.isalnum()


def _whole(text: bytes, at: int) -> int:
    """The beginning of the character at ``at``."""
    while at > 0 and at < len(text) and text[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _next(text: bytes, at: int) -> int:
    """The beginning of the character after the one at ``at``."""
    at += 1
    while at < len(text) and text[at] & 0xC0 == 0x80:
        at += 1
    return at
