"""Whether a noun that was read from a file holds what its fields say; a file may hold anything."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

_MOST = 1 << 63  # what a database's integer holds


def conforms(noun: object) -> bool:
    """Whether every field of a noun, and of the nouns in it, is of its declared type."""
    return _of(type(noun))(noun)


def _of(kind: Any) -> Callable[[object], bool]:
    found: Callable[[object], bool] = _checks(kind)
    return found


@cache
def _checks(kind: Any) -> Callable[[object], bool]:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        options = tuple(map(_of, parts))
        return lambda value: any(option(value) for option in options)
    if origin is tuple:
        return _tuple(parts)
    if origin is Mapping:
        inner = _of(parts[1])
        return lambda value: (
            isinstance(value, Mapping) and all(isinstance(key, str) and inner(value[key]) for key in value)
        )
    if is_dataclass(kind):
        return _noun(kind)
    return _plain(kind)


def _tuple(parts: tuple[Any, ...]) -> Callable[[object], bool]:
    if len(parts) == 2 and parts[1] is Ellipsis:
        each = _of(parts[0])
        return lambda value: isinstance(value, tuple) and all(map(each, value))
    inside = tuple(map(_of, parts))
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(inside)
        and all(check(item) for check, item in zip(inside, value, strict=True))
    )


def _noun(kind: Any) -> Callable[[object], bool]:
    hints = get_type_hints(kind)
    checks = tuple((item.name, _of(hints[item.name])) for item in fields(kind))
    return lambda value: (
        isinstance(value, kind) and all(check(getattr(value, name)) for name, check in checks)
    )


def _plain(kind: Any) -> Callable[[object], bool]:
    if kind is object:
        return lambda value: isinstance(value, (str, int, float, list, dict, type(None)))
    if kind is int:
        return lambda value: type(value) is int and -_MOST <= value < _MOST
    if kind is float:
        return lambda value: type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    if isinstance(kind, type) and not issubclass(kind, Enum):
        return lambda value: type(value) is kind
    return lambda value: isinstance(value, kind)
