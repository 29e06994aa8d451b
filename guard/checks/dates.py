"""Calendar dates inside identifiers and as text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from guard.checks.registry import Bools, Matrix, digits, every
from guard.checks.scalar.dates import FIRST, LAST

_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_MANY = 10**9  # digits of longer numbers are let go: no date has so many


def real(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> Bools:
    """Which (year, month, day) are days of the calendar from 1900 to 2099."""
    month_ok = (month >= 1) & (month <= 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS[np.where(month_ok, month, 0)] + (leap & (month == 2))
    answer: Bools = month_ok & (year >= FIRST) & (year <= LAST) & (day >= 1) & (day <= last)
    return answer


def number(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Digits of one row read as one number."""
    powers = 10 ** np.arange(columns.shape[1] - 1, -1, -1)
    value: NDArray[np.int64] = columns @ powers
    return value


def text_date(matrix: Matrix) -> Bools:
    """``19900307``, or year, month and day in that order with anything between them and after them."""
    values = np.zeros((len(matrix), 4), dtype=np.int64)
    widths = np.zeros((len(matrix), 4), dtype=np.int64)
    group = np.full(len(matrix), -1, dtype=np.int64)
    before = np.zeros(len(matrix), dtype=np.bool_)
    for column in digits(matrix).T:
        digit = column < 10
        group += digit & ~before
        rows, places = np.flatnonzero(digit), np.minimum(group[digit], 3)
        values[rows, places] = values[rows, places] % _MANY * 10 + column[digit]
        widths[rows, places] += 1
        before = digit
    year, month, day = values[:, 0], values[:, 1], values[:, 2]
    apart = (widths[:, 0] == 4) & (widths[:, 1:3] <= 2).all(axis=1) & real(year, month, day)
    run = (widths[:, 0] == 8) & real(year // 10000, year // 100 % 100, year % 100)
    return every(digits(matrix[:, :1])[:, 0] < 10, apart | run)
