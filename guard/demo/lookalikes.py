"""Kinds of value for the labelled set: Western people and places, and numbers that look like somebody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from guard.demo.crowd import add, padded, pick
from guard.demo.forms import fill
from guard.demo.rows import Rows, Values, kind

_DRAWN = 1_700_000_000
_RIGHT = "10X98765432"


@kind
def western_given(rows: Rows, _: Any) -> Values:
    """Given names of many countries."""
    return pick(rows.rng, rows.words["given"], rows.count)


@kind
def western_family(rows: Rows, _: Any) -> Values:
    """Surnames: half of them common ones, half put together from two parts."""
    made = add(
        pick(rows.rng, rows.words["family_first"], rows.count),
        pick(rows.rng, rows.words["family_last"], rows.count),
    )
    common = pick(rows.rng, rows.words["family_common"], rows.count)
    return np.where(rows.rng.random(rows.count) < 0.5, common, made)


@kind
def western(rows: Rows, _: Any) -> Values:
    """Given name and surname."""
    return add(add(np.asarray(western_given(rows, _)), " "), np.asarray(western_family(rows, _)))


@kind
def street(rows: Rows, _: Any) -> Values:
    """House number and street, sometimes with a flat."""
    number = padded(rows.rng.integers(1, 2400, rows.count))
    name = add(
        add(pick(rows.rng, rows.words["street_first"], rows.count), " "),
        pick(rows.rng, rows.words["street_last"], rows.count),
    )
    more = pick(rows.rng, rows.words["street_more"], rows.count)
    return add(add(add(number, " "), name), more)


@kind
def compose(rows: Rows, name: Any) -> Values:
    """One word of each list of ``words.compose``, joined."""
    parts: Sequence[list[str]] = rows.words["compose"][name]
    joined = pick(rows.rng, parts[0], rows.count)
    for part in parts[1:]:
        joined = add(joined, pick(rows.rng, part, rows.count))
    return joined


@kind
def seconds(rows: Rows, _: Any) -> Values:
    """Seconds since 1970, as text."""
    return padded(_DRAWN - rows.rng.integers(0, 90_000_000, rows.count))


@kind
def snowflake(rows: Rows, _: Any) -> Values:
    """19-digit keys of which the first digits are a time."""
    high = 1_600_000_000_000 + rows.rng.integers(0, 90_000_000_000, rows.count)
    return add(padded(high), fill(rows.rng, "######", rows.count))


@kind
def misfit_card(rows: Rows, _: Any) -> Values:
    """16-digit numbers that begin like a bank card and fail the Luhn check."""
    drawn = fill(rows.rng, "62##############", rows.count).tolist()
    return [text if not _luhn(text) else text[:-1] + str((int(text[-1]) + 3) % 10) for text in drawn]


@kind
def misfit_resident(rows: Rows, _: Any) -> Values:
    """18-character numbers built like a resident number whose check character is wrong."""
    right = rows.people["id18"].tolist()
    return [text[:17] + _RIGHT[(_RIGHT.index(text[17]) + 4) % 11] for text in right]


def _luhn(text: str) -> bool:
    digits = [int(mark) for mark in reversed(text)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
