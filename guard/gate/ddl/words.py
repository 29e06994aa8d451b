"""The keywords by which DDL is read, of all dialects together: ``words.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from guard.yamldoc import read

ANYTHING = "*"


@cache
def words(kind: str) -> frozenset[str]:
    """The words of one kind, in capitals."""
    return frozenset(_data()[kind].split())


@cache
def second_words() -> Mapping[str, frozenset[str]]:
    """First word of a table constraint -> the second words by which it is one."""
    return {first: frozenset(second.split()) for first, second in _data()["constraints"].items()}


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read(Path(__file__).with_name("words.yaml")).data
    return data
