"""The time, as the catalogue keeps it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The time, RFC 3339 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
