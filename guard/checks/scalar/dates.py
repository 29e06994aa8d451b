"""Calendar dates inside identifiers and as text, one value at a time."""

from __future__ import annotations

import re
from datetime import date as _date

FIRST, LAST = 1900, 2099
_GROUPS = re.compile(r"[0-9]+")
_YEAR_FIRST = re.compile(r"(?:[0-9]{4}|[0-9]{8})(?:[^0-9]|$)")


def is_real(year: int, month: int, day: int) -> bool:
    """Scalar twin of ``guard.checks.dates.real``."""
    try:
        _date(year, month, day)
    except ValueError:
        return False
    return FIRST <= year <= LAST


def explain_ymd(text: str) -> str:
    """Why eight digits, year first, are no day of the calendar."""
    if len(text) != 8:
        return "length"
    if not (text.isascii() and text.isdigit()):
        return "characters"
    return "" if is_real(int(text[:4]), int(text[4:6]), int(text[6:])) else "date"


def explain_text_date(text: str) -> str:
    """Scalar twin of ``guard.checks.dates.text_date``."""
    if not _YEAR_FIRST.match(text):
        return "characters" if not text[:1].isascii() or not text[:1].isdigit() else "length"
    groups = _GROUPS.findall(text)
    if len(groups[0]) == 8:
        return explain_ymd(groups[0])
    if len(groups) < 3 or max(map(len, groups[1:3])) > 2:
        return "length"
    return "" if is_real(*map(int, groups[:3])) else "date"
