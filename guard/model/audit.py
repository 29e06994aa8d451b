"""What the audit log remembers: who did what to what, when; chained so that no line can change unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act. ``actor`` is who acted, ``account`` the operating system's account it was done under.

    ``action`` is an id such as ``review.confirm`` or ``policy.import``; ``subject`` what it
    was done to; ``detail`` counts, levels and digests, never a value. ``at`` is RFC 3339 in UTC.
    """

    at: str
    actor: str
    account: str
    action: str
    subject: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An event in the chain: its number from 1, the hash before it, and its own."""

    number: int
    event: Event
    previous: str
    hash: str
