"""Kinds of value that belong to nobody: running numbers, forms, words, money, times."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from guard.demo.crowd import TODAY, add, compact, padded, pick
from guard.demo.forms import Strings, fill
from guard.demo.rows import Rows, Values, kind


@kind
def serial(rows: Rows, start: Any) -> Values:
    """Whole numbers from ``start`` (1) upward."""
    return np.arange(rows.count) + int(start or 1)


@kind
def code(rows: Rows, prefix: Any) -> Values:
    """``prefix`` and a running number of six digits."""
    return add(str(prefix or ""), padded(np.arange(rows.count) + 1, 6))


@kind
def form(rows: Rows, pattern: Any) -> Values:
    """Random strings of ``pattern`` (see ``guard.demo.forms``), or of one of several."""
    if isinstance(pattern, str):
        return fill(rows.rng, pattern, rows.count)
    drawn = [fill(rows.rng, one, rows.count) for one in pattern]
    return np.choose(rows.rng.integers(0, len(drawn), rows.count), drawn)


@kind
def distinct(rows: Rows, pattern: Any) -> Values:
    """Strings of ``pattern`` (see ``guard.demo.forms``), no two alike."""
    found = np.unique(fill(rows.rng, str(pattern), rows.count * 2))
    chosen: Strings = rows.rng.permutation(found)[: rows.count]
    return chosen


@kind
def choice(rows: Rows, options: Any) -> Values:
    """One of a list, or of the word list of that name."""
    options = rows.words[options] if isinstance(options, str) else options
    return pick(rows.rng, options, rows.count)


@kind
def pair(rows: Rows, where: Any) -> Values:
    """``[list, place]``: one side of a paired word list, fitting the other side in the same row."""
    name, side = where
    options = [entry[side] for entry in rows.words[name]]
    words: Strings = np.asarray(options)[rows.draw(name, len(options))]
    return words


@kind
def number(rows: Rows, bounds: Any) -> Values:
    """Whole numbers of ``[low, high]``."""
    return rows.rng.integers(int(bounds[0]), int(bounds[1]) + 1, rows.count)


@kind
def amount(rows: Rows, bounds: Any) -> Values:
    """Money with two decimals in ``[low, high]``, small amounts more often."""
    low, high = bounds
    money: NDArray[np.float64] = np.round(low + (high - low) * rows.rng.beta(1.5, 5, rows.count), 2)
    return money


@kind
def decimal(rows: Rows, bounds: Any) -> Values:
    """``[low, high, decimals]``."""
    low, high, places = bounds
    return np.round(rows.rng.uniform(low, high, rows.count), places)


@kind
def date(rows: Rows, years: Any) -> Values:
    """``YYYY-MM-DD`` within the last ``years`` (5)."""
    return np.datetime_as_string(_days(rows, years))


@kind
def day(rows: Rows, years: Any) -> Values:
    """``YYYYMMDD`` within the last ``years`` (5)."""
    return compact(_days(rows, years))


@kind
def time(rows: Rows, years: Any) -> Values:
    """``YYYY-MM-DD HH:MM:SS`` within the last ``years`` (3)."""
    return np.strings.replace(np.datetime_as_string(_seconds(rows, years)), "T", " ")


@kind
def epoch(rows: Rows, years: Any) -> Values:
    """Milliseconds since 1970."""
    return _seconds(rows, years).astype(np.int64) * 1000 + rows.rng.integers(0, 1000, rows.count)


def _days(rows: Rows, years: Any) -> NDArray[Any]:
    back = rows.rng.integers(0, int(365 * float(years or 5)), rows.count)
    days: NDArray[Any] = TODAY - back.astype("timedelta64[D]")
    return days


def _seconds(rows: Rows, years: Any) -> NDArray[Any]:
    span = int(86400 * 365 * float(years or 3))
    back = rows.rng.integers(0, span, rows.count).astype("timedelta64[s]")
    moments: NDArray[Any] = TODAY.astype("datetime64[s]") - back
    return moments
