"""The rows of one table, and the kinds of value they can be filled with.

A kind is written in ``data/*.yaml`` as its name, or as ``{name: argument}``; values of one row
fit together because people, organisations and paired words are drawn once a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guard.demo.crowd import Crowd

Values = NDArray[Any] | list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one table: how many, whose, and its own random numbers."""

    rng: np.random.Generator
    count: int
    people: Crowd
    firms: Crowd
    words: Mapping[str, Any]
    drawn: dict[str, NDArray[Any]] = field(default_factory=dict)

    def draw(self, name: str, size: int) -> NDArray[Any]:
        """Positions in a list of ``size``, the same for every column that asks by ``name``."""
        if name not in self.drawn:
            self.drawn[name] = self.rng.integers(0, size, self.count)
        return self.drawn[name]


KINDS: dict[str, Callable[[Rows, Any], Values]] = {}


def kind(function: Callable[[Rows, Any], Values]) -> Callable[[Rows, Any], Values]:
    """Register ``function`` as the kind of its own name."""
    KINDS[function.__name__] = function
    return function


def make(rows: Rows, recipe: str | Mapping[str, Any]) -> list[Any]:
    """Values of one column as Python objects, by its recipe; ``nulls`` is a share, ``style`` a spelling."""
    if isinstance(recipe, str):
        recipe = {recipe: None}
    name = next(iter(recipe))
    values = KINDS[name](rows, recipe[name])
    plain: list[Any] = values if isinstance(values, list) else values.tolist()
    if "style" in recipe:
        plain = _spelled(plain, recipe["style"])
    if "nulls" in recipe:
        gone = rows.rng.random(rows.count) < float(recipe["nulls"])
        plain = [None if lost else value for value, lost in zip(plain, gone.tolist(), strict=True)]
    return plain


_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def _spelled(values: Sequence[str], style: str) -> list[str]:
    """The dirty ways people type numbers: every third value is changed."""
    spell: Mapping[str, Callable[[str], str]] = {
        "wide": lambda value: value.translate(_WIDE),
        "spaced": lambda value: f"{value[:6]} {value[6:14]} {value[14:]}",
        "dashed": lambda value: f"{value[:3]}-{value[3:7]}-{value[7:]}",
        "lower": str.lower,
    }
    change = spell[style]
    return [change(value) if row % 3 == 0 else value for row, value in enumerate(values)]
