"""The dates on which exceptions end. Which day it is, is given: nothing here reads a clock."""

from __future__ import annotations

import re
from datetime import date, timedelta

from guard.model.gate import Waiver

MAX_DAYS = 180
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day(text: str) -> date | None:
    """The date that ``text`` says (``2026-09-30``), or None where it says none."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def last_day(today: date, days: int) -> date:
    """The last day until which an exception may be granted today, or the last of the calendar."""
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return date.max


def days_left(waiver: Waiver, today: date) -> int:
    """How many days ``waiver`` still holds after today; 0 on its last day, negative once it has expired."""
    return (date.fromisoformat(waiver.expires) - today).days
