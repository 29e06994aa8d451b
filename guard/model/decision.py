"""A person's answer about one column: what was proposed, what was decided, by whom, and how long it holds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What a person did. ``REJECT`` says that the type found is not there."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    REJECT = "reject"


class Standing(StrEnum):
    """Where a decision stands. Only ``ACTIVE`` ones count; ``PENDING`` ones wait for a second person."""

    PENDING = "pending"
    ACTIVE = "active"
    REPLACED = "replaced"
    UNDONE = "undone"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about one column, or a table itself. It holds names, levels and reasons, never a value.

    ``source``, ``path``, ``column`` say where; ``position`` (from 0) and ``declared`` (SQL type) find
    the column again after a rename; about a table, ``column`` is empty and
    ``position`` -1. ``found`` is the type that the machine had found, ``proposed`` the level it had
    proposed and ``candidate`` the one it had nominated. ``type``, ``category`` and ``level`` are what counts
    from now on: ``type`` is empty where none holds. ``batch`` joins what was
    decided in one command. ``author`` and ``approver`` are names as they were claimed; the audit
    log holds the accounts they were claimed under. Times are RFC 3339 in UTC; ``expires`` is a date or
    empty. ``policy`` is the digest of the policy that had proposed.
    """

    id: str
    batch: str
    act: Act
    standing: Standing
    source: str
    path: tuple[str, ...]
    column: str
    position: int
    declared: str
    found: str
    proposed: str
    candidate: str
    type: str
    category: str
    level: str
    reason: str
    author: str
    at: str
    approver: str = ""
    approved: str = ""
    expires: str = ""
    policy: str = ""

    @property
    def of_table(self) -> bool:
        """Whether it is about the table itself, not about one of its columns."""
        return self.position < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The decision that a classification carries. ``proposed`` is what the machine says now.

    ``note`` is empty, ``policy-differs`` (the machine now proposes another level than the one that was
    decided upon), ``below-minimum`` (it goes below a minimum that a rule
    sets), ``renamed`` (found again by position and type).
    """

    id: str
    act: str
    by: str
    at: str
    reason: str
    approver: str = ""
    expires: str = ""
    proposed: str = ""
    note: str = ""


def same_person(one: str, other: str) -> bool:
    """Whether two actors cannot count as two persons: the same name, however it is written, or none."""
    names = (_folded(one), _folded(other))
    return names[0] == names[1] or not all(names)


def _folded(name: str) -> str:
    """A name without case, width, kinds of spaces, and signs that nobody sees."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = (char for char in plain if char.isspace() or char.isprintable())
    return " ".join("".join(seen).split())
