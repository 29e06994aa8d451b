"""Which data types the literals of a script hold: by the types' patterns and check digits, in linear time.

Only types that prove themselves count, strong ones and medium ones with a check digit, of personal data
and of what is sensitive otherwise. No literal is
kept. Types whose pattern is not one that a finite automaton holds are left out (``left_out``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from guard.checks import EXPLAIN
from guard.detect.lazy import Automaton
from guard.detect.syntax import Choice, Node, NotPortable, Repeat, Series, tree
from guard.model import DataType

LONGEST = 4096
"""Characters of a literal that are looked at."""
_WINDOW = 256  # characters of one hit inside longer text
_FEWEST = 3
_MAX_PLACES = 20_000  # of one pattern, as RE2's program
_GAPS = re.compile("[ \t\"'=‐‑‒–—―-]")
_SEPARATORS = str.maketrans("", "", " \t\"'-=‐‑‒–—―")
_TELLING = re.compile(r"[\d@:=：$是为★\"]|--|[A-Za-z0-9+/_]{16}")
_WORD = re.compile(r"[A-Za-z0-9]++")
# Where a value may begin: a word, a mark that is not one of a row of them, a character beyond ASCII.
_BEGINS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]|(?<![-+(\[\"'])[-+(\[\"']|[^\x00-\x7f]")
_LATIN = re.compile("[\u00a1-\u024f]-[\u00a1-\u024f]")
_PUBLIC = ("L1", "L2")
_ALNUM = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class _Rule:
    type: str
    check: str
    form: str
    node: Node
    inside: bool


class LiteralValues:
    """The ``literals`` of ``guard.gate.context.Context``. Compiled with the first literal."""

    def __init__(self, types: Iterable[DataType]) -> None:
        self._types = tuple(types)

    def __call__(self, literals: Iterable[str]) -> tuple[frozenset[str], ...]:
        """For every literal the ids of the types that it is, or holds in longer text, as a value."""
        return tuple(map(self.types_of, literals))

    def types_of(self, literal: str) -> frozenset[str]:
        """The ids of the types that one literal holds."""
        if len(literal) < _FEWEST or not _TELLING.search(literal, 0, LONGEST):
            return frozenset()
        text = literal[:LONGEST].strip()
        text = text if text.isascii() else unicodedata.normalize("NFKC", text)
        found = list[str]()
        for form, automaton in self._automata.items():
            bare = form == "compact" and _GAPS.search(text)
            value = text.translate(_SEPARATORS) if bare else text
            if numbers := automaton.whole(value):
                found += self._right(numbers, value)
        if not _WORD.fullmatch(text):
            found += self._inside(text)
        return frozenset(found)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Ids of types that are not looked for."""
        return self._compiled[1]

    @cached_property
    def _compiled(self) -> tuple[tuple[_Rule, ...], tuple[str, ...]]:
        rules, left = [], []
        for item in filter(_proves, self._types):
            assert item.value is not None  # noqa: S101 - _proves asked
            node = _tree(item.value.pattern)
            if node is None or _places(node) > _MAX_PLACES:
                left.append(item.id)
                continue
            steps = item.value.normalise
            form = "compact" if "compact" in steps else "upper" if "upper" in steps else "plain"
            rules.append(_Rule(item.id, item.value.check, form, node, item.value.embedded))
        return tuple(rules), tuple(left)

    @cached_property
    def _automata(self) -> dict[str, Automaton]:
        return {form: _automaton(self._compiled[0], form) for form in ("plain", "upper", "compact")}

    @cached_property
    def _embedded(self) -> dict[bool, Automaton]:
        """Those inside longer text, by whether case counts for nothing."""
        rules = self._compiled[0]
        return {
            fold: Automaton(
                (
                    (at, one.node)
                    for at, one in enumerate(rules)
                    if one.inside and (one.form != "plain") is fold
                ),
                fold=fold,
            )
            for fold in (False, True)
        }

    def _inside(self, text: str) -> Iterator[str]:
        for automaton in self._embedded.values():
            after = 0
            for found in _BEGINS.finditer(text):
                start = found.start()
                if start < after:
                    continue
                ends = automaton.begins(text, start, min(len(text), start + _WINDOW))
                for end, rules in reversed(ends):
                    if end < len(text) and text[end] in _ALNUM and text[end - 1] in _ALNUM:
                        continue
                    if types := tuple(self._right(rules, text[start:end])):
                        yield from types
                        after = end
                        break

    def _right(self, numbers: Iterable[int], value: str) -> Iterator[str]:
        """The types of the rules whose check ``value`` passes."""
        for number in numbers:
            rule = self._compiled[0][number]
            if not rule.check:
                yield rule.type
                continue
            form = value.translate(_SEPARATORS) if rule.form == "compact" else value
            if not EXPLAIN[rule.check](form if rule.form == "plain" else form.upper()):
                yield rule.type


def _tree(pattern: str) -> Node | None:
    """The tree of ``pattern``. Where case counts for nothing beyond ASCII, classes of such letters are left
    out: values of ASCII are found nevertheless."""
    for written in (pattern, _LATIN.sub("", pattern)):
        try:
            return tree(written)
        except (NotPortable, re.error):
            continue
    return None


def _proves(item: DataType) -> bool:
    value = item.value
    if not item.personal and item.level in _PUBLIC:
        return False
    if value is None or not value.pattern or (value.check and value.check not in EXPLAIN):
        return False
    return value.strength == "strong" or (value.strength == "medium" and bool(value.check))


def _automaton(rules: Sequence[_Rule], form: str) -> Automaton:
    chosen = ((at, one.node) for at, one in enumerate(rules) if one.form == form)
    return Automaton(chosen, fold=form != "plain")


def _places(node: Node) -> int:
    """How many places of the automaton a pattern takes, at most a little above ``_MAX_PLACES``."""
    if isinstance(node, Repeat):
        return min(_places(node.node) * max(node.low, node.high or 0, 1), _MAX_PLACES + 1)
    if isinstance(node, (Series, Choice)):
        total = 0
        for one in node.nodes:
            total += _places(one)
            if total > _MAX_PLACES:
                break
        return total
    return 1 + len(node.ranges) // 4
