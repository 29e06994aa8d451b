"""Kinds of value with a format of their own: cards, devices, vehicles, permits, places."""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.demo import digits
from guard.demo.crowd import add, pick
from guard.demo.forms import fill
from guard.demo.rows import Rows, Values, kind


@kind
def card(rows: Rows, length: Any) -> Values:
    """Bank cards of 16 to 19 digits with a Luhn digit, or of one ``length``."""
    bins = {16: "625955", 17: "621226", 18: "623058", 19: "622848"}
    sizes = [int(length)] if length else [16, 19, 19, 19, 17, 18]
    made = [digits.luhn(fill(rows.rng, bins[size] + "#" * (size - 7), rows.count)) for size in sizes]
    return np.choose(rows.rng.integers(0, len(made), rows.count), made)


@kind
def imei(rows: Rows, _: Any) -> Values:
    """15 digits with a Luhn digit."""
    return digits.luhn(fill(rows.rng, "86############", rows.count))


@kind
def vin(rows: Rows, _: Any) -> Values:
    """17 characters with the check character in the 9th place."""
    return digits.vin(fill(rows.rng, "LSV@A####R2######", rows.count))


@kind
def registration(rows: Rows, _: Any) -> Values:
    """15-digit business registration numbers."""
    return digits.hybrid(fill(rows.rng, "330102########", rows.count))


@kind
def food_licence(rows: Rows, _: Any) -> Values:
    """JY and 14 digits."""
    return add("JY", digits.hybrid(fill(rows.rng, "1330102######", rows.count)))


@kind
def plate(rows: Rows, style: Any) -> Values:
    """Number plates; ``new`` for new-energy ones, ``mixed`` for one in four of them."""
    common = fill(rows.rng, "浙A#@###", rows.count)
    energy = add(
        fill(rows.rng, "浙A", rows.count),
        add(pick(rows.rng, ["D", "F"], rows.count), fill(rows.rng, "#####", rows.count)),
    )
    if style == "new":
        return energy
    return np.where(rows.rng.random(rows.count) < (0.25 if style == "mixed" else 0.0), energy, common)


@kind
def point(rows: Rows, _: Any) -> Values:
    """``longitude,latitude`` with six decimals."""
    east, north = rows.rng.uniform(119.8, 120.4, rows.count), rows.rng.uniform(30.0, 30.5, rows.count)
    return [f"{x:.6f},{y:.6f}" for x, y in zip(east, north, strict=True)]


@kind
def address_v4(rows: Rows, _: Any) -> Values:
    """IPv4 addresses of private networks."""
    parts = rows.rng.integers(1, 255, (rows.count, 3))
    return [f"10.{a}.{b}.{c}" for a, b, c in parts]


@kind
def ean(rows: Rows, _: Any) -> Values:
    """ISBN and EAN numbers of 13 digits with their check digit."""
    body = rows.rng.integers(0, 10, (rows.count, 12))
    body[:, :4] = [9, 7, 8, 7]
    mark = (10 - (body @ np.array([1, 3] * 6)) % 10) % 10
    return [
        "".join(map(str, (*digits_, last)))
        for digits_, last in zip(body.tolist(), mark.tolist(), strict=True)
    ]


@kind
def vector(rows: Rows, width: Any) -> Values:
    """Feature vectors as text, such as a face template holds."""
    cells = np.round(rows.rng.normal(0, 0.3, (rows.count, int(width or 128))).clip(-0.99, 0.99), 4)
    return ["[" + ", ".join(f"{cell:.4f}" for cell in row) + "]" for row in cells.tolist()]
