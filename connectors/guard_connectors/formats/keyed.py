"""JSON objects whose keys are data (identity numbers, names) rather than the names of fields."""

from __future__ import annotations

import re
from typing import Any

_ENOUGH = 8
_DIGITS = re.compile(r"\d{6,}")
_MONTH = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])([0-3]\d)?")
_MASKS = str.maketrans("0123456789", "9" * 10)
_LETTERS = re.compile(r"[^\W\d_]")


def is_keyed(node: dict[str, Any]) -> bool:
    """Whether half of the keys hold a number of six digits or more (no month or day), or eight or more
    keys lead to values of one shape."""
    if not node:
        return False
    if sum(1 for key in node if _numbered(key)) * 2 >= len(node):
        return True
    return len(node) >= _ENOUGH and _alike(list(node.values()))


def rows(node: dict[str, Any]) -> list[dict[str, Any]]:
    """One row for each key: the key itself as ``key``, and the fields of its value."""
    taken = {field for value in node.values() if isinstance(value, dict) for field in value}
    name = "key"
    while name in taken:
        name += "_"
    return [
        {name: key, **(value if isinstance(value, dict) else {"value": value})} for key, value in node.items()
    ]


def alike(objects: list[dict[str, Any]]) -> bool:
    """Whether the objects have at least half of all their fields each, taken together."""
    every = set().union(*objects)
    return bool(every) and sum(len(each) for each in objects) * 2 >= len(every) * len(objects)


def _numbered(key: str) -> bool:
    return any(not _MONTH.fullmatch(digits) for digits in _DIGITS.findall(key))


def _alike(values: list[Any]) -> bool:
    if all(isinstance(value, dict) for value in values):
        return alike(values)
    if all(isinstance(value, str) and len(value) >= 6 for value in values):
        return len({_LETTERS.sub("a", value.translate(_MASKS)) for value in values}) == 1
    return all(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in values
    ) and alike([value[0] for value in values])
