"""Exit codes: what a run's results mean to a script (``guard explain exit-codes``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from guard.model import AssetResult, Problem
from guard.sdk.report import Facts

DONE, FOUND, USAGE, INCOMPLETE, REFUSED, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A reason why something could not be read, how often, and the first of its kind."""

    count: int
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``found``: columns at or above the failing level; ``incomplete``: assets that could not be read.

    ``troubles`` say why, the most frequent first.
    """

    found: int
    incomplete: int
    internal: bool
    troubles: tuple[Trouble, ...]

    def code(self, allow_partial: bool, cut: bool = False) -> int:
        """The exit code; of several that apply, the graver: 5, then 3, then 1."""
        if self.internal:
            return INTERNAL
        if (self.incomplete or cut) and not allow_partial:
            return INCOMPLETE
        return FOUND if self.found else DONE


def outcome(facts: Facts, fail_on: str) -> Outcome:
    """Count what decides the exit code. ``fail_on`` is a level name, or ``never``.

    A candidate for important or core data, and a state-secret marking, stand above every
    general level; 待定 is not a level and does not fail.
    """
    ranks = {level: rank for rank, level in enumerate(facts.levels)}
    limit = ranks.get(fail_on)
    found = incomplete = 0
    counts: Counter[str] = Counter()
    first: dict[str, Problem] = {}
    for result in facts.results():
        coverage = result.coverage
        if coverage.incomplete:
            incomplete += 1
            counts.update({problem.code for problem in coverage.problems})
            first |= {problem.code: problem for problem in coverage.problems if problem.code not in first}
        if limit is not None:
            found += _found(result, ranks, limit)
    troubles = tuple(Trouble(count=count, problem=first[code]) for code, count in counts.most_common())
    return Outcome(found=found, incomplete=incomplete, internal="internal" in counts, troubles=troubles)


def _found(result: AssetResult, ranks: Mapping[str, int], limit: int) -> int:
    secret = any(problem.code == "scope-secret" for problem in result.coverage.problems)
    answers = result.classifications
    return secret + sum(ranks.get(answer.level, -1) >= limit or bool(answer.candidate) for answer in answers)
