"""What is looked for, and what was found: rules in, row numbers and byte offsets out, never a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from guard.checks import Bools

FORMS = ("plain", "upper", "compact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One pattern in RE2 syntax, without anchors.

    ``form``: plain takes the pattern as it is; in upper ASCII case counts for nothing; in compact
    neither do the separators that people put inside numbers (values as a whole only). ``whole`` and
    ``inside``: where it is looked for. Rules of one ``family`` are compiled together.
    """

    name: str
    pattern: str
    form: str = "plain"
    whole: bool = True
    inside: bool = True
    family: str = ""

    @property
    def folded(self) -> str:
        """The pattern with its case rule."""
        return self.pattern if self.form == "plain" else f"(?i:{self.pattern})"


class RuleSets:
    """The different sets of rules that values can match, by number; number 0 is the empty set."""

    def __init__(self, sets: Sequence[Sequence[int]]) -> None:
        self.sets = tuple(map(tuple, sets))
        self._holds: dict[int, Bools] = {}
        for number, rules in enumerate(self.sets):
            for rule in rules:
                if rule not in self._holds:
                    self._holds[rule] = np.zeros(len(self.sets), dtype=np.bool_)
                self._holds[rule][number] = True

    @property
    def rules(self) -> Iterable[int]:
        """The rules that are in some set."""
        return self._holds

    def holding(self, rule: int) -> Bools | None:
        """Which sets hold ``rule``; None where none does."""
        return self._holds.get(rule)


@dataclass(frozen=True, slots=True)
class Matches:
    """Which values match which rules as a whole.

    ``parts`` are pairs of rule sets and, for every value, the number of its set; ``single`` holds
    rules that were matched on their own. Rules are numbers in the order they were given.
    """

    rules: int
    size: int
    parts: Sequence[tuple[RuleSets, NDArray[np.uint16]]] = ()
    single: Mapping[int, Bools] = field(default_factory=dict)

    def rows(self, rule: int) -> Bools:
        """The values that match ``rule``."""
        found = self.single.get(rule)
        if found is not None:
            return found
        for sets, which in self.parts:
            holding = sets.holding(rule)
            if holding is not None:
                return holding[which]
        return np.zeros(self.size, dtype=np.bool_)

    def counts(self, weights: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """For every rule the sum of ``weights`` (default: 1 each) of the values that match it."""
        total = np.zeros(self.rules, dtype=np.int64)
        for sets, which in self.parts:
            of_set = np.bincount(which, weights=weights, minlength=len(sets.sets))
            for number in np.flatnonzero(of_set).tolist():
                total[list(sets.sets[number])] += int(of_set[number])
        for rule, matched in self.single.items():
            total[rule] = matched.sum() if weights is None else weights[matched].sum()
        return total


@dataclass(frozen=True, slots=True)
class Hits:
    """Where rules occur inside values: value, byte offsets in it (end exclusive), rule; int64 each.

    A hit begins and ends where no other ASCII letter or digit adjoins (a point between digits is a
    decimal point, no end). Of one rule's hits the leftmost counts, of those the longest; hits of
    one rule do not overlap. Sorted by value, then start, then rule.
    """

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    rules: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, found: Sequence[tuple[int, int, int, int]]) -> Hits:
        """From (row, start, end, rule) tuples."""
        table = np.array(found, dtype=np.int64).reshape(-1, 4)
        return cls(table[:, 0], table[:, 1], table[:, 2], table[:, 3]).sorted()

    @classmethod
    def all(cls, parts: Sequence[Hits]) -> Hits:
        """Several together, each in the order promised, in that order."""
        some = [part for part in parts if len(part)]
        if len(some) < 2:
            return some[0] if some else cls.of([])
        columns = zip(*((part.rows, part.starts, part.ends, part.rules) for part in some), strict=True)
        return cls(*map(np.concatenate, columns)).sorted()

    def sorted(self) -> Hits:
        """In the order promised."""
        order = self._order()
        return Hits(self.rows[order], self.starts[order], self.ends[order], self.rules[order])

    def _order(self) -> NDArray[np.int64]:
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        places, rules = int(self.starts.max()) + 1, int(self.rules.max()) + 1
        if int(self.rows.max()) + 1 < (1 << 62) // (places * rules):
            # Hits come nearly in order, and of one key a merge sort makes use of that.
            return np.argsort((self.rows * places + self.starts) * rules + self.rules, kind="stable")
        return np.lexsort((self.rules, self.starts, self.rows))

    def joined(self, other: Hits) -> Hits:
        """Both together."""
        if not len(other):
            return self
        return Hits(
            *(
                np.concatenate(pair)
                for pair in (
                    (self.rows, other.rows),
                    (self.starts, other.starts),
                    (self.ends, other.ends),
                    (self.rules, other.rules),
                )
            )
        ).sorted()

    def of_rule(self, rule: int) -> Hits:
        """The hits of one rule."""
        own = self.rules == rule
        return Hits(self.rows[own], self.starts[own], self.ends[own], self.rules[own])
