"""Calendar dates inside identifiers and as text."""

from __future__ import annotations

from datetime import date as _date

import numpy as np
from numpy.typing import NDArray

from guard.checks.registry import Bools, Matrix, digits, every

_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_FIRST, _LAST = 1900, 2099


def real(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> Bools:
    """Which (year, month, day) are days of the calendar from 1900 to 2099."""
    month_ok = (month >= 1) & (month <= 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS[np.where(month_ok, month, 0)] + (leap & (month == 2))
    answer: Bools = month_ok & (year >= _FIRST) & (year <= _LAST) & (day >= 1) & (day <= last)
    return answer


def is_real(year: int, month: int, day: int) -> bool:
    """Scalar twin of ``real``."""
    try:
        _date(year, month, day)
    except ValueError:
        return False
    return _FIRST <= year <= _LAST


def number(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Digits of one row read as one number."""
    powers = 10 ** np.arange(columns.shape[1] - 1, -1, -1)
    value: NDArray[np.int64] = columns @ powers
    return value


def ymd(matrix: Matrix) -> Bools:
    """Eight digits, year first, that are a day of the calendar."""
    values = digits(matrix)
    return every(
        (values < 10).all(axis=1), real(number(values[:, :4]), number(values[:, 4:6]), number(values[:, 6:8]))
    )


def explain_ymd(text: str) -> str:
    """Scalar twin of ``ymd``."""
    if len(text) != 8:
        return "length"
    if not (text.isascii() and text.isdigit()):
        return "characters"
    return "" if is_real(int(text[:4]), int(text[4:6]), int(text[6:])) else "date"


def dated(matrix: Matrix) -> Bools:
    """Ten characters, year first with two one-character separators, that are a day of the calendar."""
    return ymd(matrix[:, [0, 1, 2, 3, 5, 6, 8, 9]])


def text_date(matrix: Matrix) -> Bools:
    """``19900307`` or ``1990-03-07`` with any separators."""
    return ymd(matrix) if matrix.shape[1] == 8 else dated(matrix)


def explain_text_date(text: str) -> str:
    """Scalar twin of ``text_date``."""
    if len(text) == 10:
        text = text[:4] + text[5:7] + text[8:]
    return explain_ymd(text)
