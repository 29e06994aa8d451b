"""What comes to a lower level when people's decisions change: any column of a table, and the table itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from guard.model import Asset, Classification
from guard.policy.grade import Graded
from guard.policy.policy import Policy

TABLE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A column or table, by its reference, whose level or nomination would fall."""

    ref: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.ref}: {self.before} -> {self.after}"


def falls(
    asset: Asset, before: Graded, after: Graded, policy: Policy, leave: Collection[int] = ()
) -> Iterator[Fall]:
    """What is lower in ``after`` than in ``before``, but for the columns at the indexes ``leave``.

    The index of the table itself is ``TABLE``.
    """
    for at, (old, new) in enumerate(zip(before.columns, after.columns, strict=True)):
        if at not in leave and lower(old, new, policy):
            yield Fall(ref=f"{asset.ref}/{asset.columns[at].name}", before=_said(old), after=_said(new))
    if TABLE not in leave and lower(before.table, after.table, policy):
        yield Fall(ref=asset.ref, before=_said(before.table), after=_said(after.table))


def lower(old: Classification, new: Classification, policy: Policy) -> bool:
    """Whether ``new`` has a lower level than ``old``, or neither the nomination that it had nor its level."""
    rank = policy.rank
    was, now = rank.get(old.level, -1), rank.get(new.level, -1)
    return now < was or max(now, rank.get(new.candidate, -1)) < max(was, rank.get(old.candidate, -1))


def _said(answer: Classification) -> str:
    return f"{answer.level} ({answer.candidate})" if answer.candidate else answer.level
