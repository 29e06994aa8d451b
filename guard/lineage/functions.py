"""``functions.yaml``: what a function lets through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Any

from guard.yamldoc import read

_KINDS = ("nothing", "masks", "opens", "generalises", "parts", "replaces", "patterns")


def treatment(name: str, own: frozenset[str] = frozenset()) -> str:
    """``nothing``, ``masks``, ``opens``, ``generalises``, ``parts``, ``replaces``, ``patterns``, ``units``,
    or empty for a function that lets everything through. ``own`` are patterns of functions that mask."""
    folded = name.casefold()
    names = {folded, folded.rpartition(".")[2]}
    if own and any(_pattern(own).fullmatch(one) for one in names):
        return "masks"
    found = next((_exact()[one] for one in names if one in _exact()), "")
    return found or next(
        (kind for kind, says in _patterns() if any(says.fullmatch(one) for one in names)), ""
    )


def said(key: str) -> Any:
    """The entry ``key`` of ``functions.yaml``."""
    return _data()[key]


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read(Path(__file__).with_name("functions.yaml")).data
    return data


@cache
def _exact() -> Mapping[str, str]:
    found = {name: kind for kind in _KINDS for name in _data()[kind] if "*" not in name}
    return found | dict.fromkeys(_data()["units"]["nodes"], "units")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    # What gives content back comes first: an unmask must never pass for a mask.
    kinds = ("opens", *(kind for kind in _KINDS if kind != "opens"))
    listed = ((kind, [name for name in _data()[kind] if "*" in name]) for kind in kinds)
    return tuple((kind, _pattern(frozenset(names))) for kind, names in listed if names)


@cache
def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(name.casefold()) for name in sorted(names)))
