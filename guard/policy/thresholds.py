"""The numbers that rules quote by name: ``$subjects-many`` in the bounds of a condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guard.policy.pack import Pack, Rule

_SCALES = ("rows", "subjects")
_LAW = "S"


def filled_in(when: Any, thresholds: Mapping[str, float]) -> Any:
    """``when`` with every quoted threshold replaced by its number; the names were checked on reading."""
    if isinstance(when, Mapping):
        return {key: filled_in(part, thresholds) for key, part in when.items()}
    if isinstance(when, (list, tuple)):
        return [filled_in(part, thresholds) for part in when]
    if isinstance(when, str) and when.startswith("$"):
        return thresholds.get(when[1:], when)
    return when


def set_by_law(pack: Pack) -> Mapping[str, Rule]:
    """The scales (of rows or subjects) that a rule quotes whose source itself says so, with that rule."""
    rules = (rule for rule in pack.rules if rule.certainty == _LAW)
    return {name: rule for rule in rules for name in _scales(rule.when)}


def _scales(when: Mapping[str, Any]) -> Iterator[str]:
    for key, value in when.items():
        if key in _SCALES and str(value.get("at_least", "")).startswith("$"):
            yield value["at_least"][1:]
        for part in value if key in ("any", "all") else ():
            yield from _scales(part)
