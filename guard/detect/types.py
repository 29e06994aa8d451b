"""The compiled data-type catalogue: the types that have a value shape, and the rule of each."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from guard.checks import CHECKS, Check
from guard.detect.expressions import options
from guard.detect.rules import Rule
from guard.detect.syntax import NotPortable, characters, tree
from guard.model import DataType

# What separates people's numbers from one another, and so may stand between two of them.
_BETWEEN = (
    frozenset(range(128))
    - {ord(mark) for mark in "- .\t"}
    - {code for code in range(128) if chr(code).isalnum()}
)


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """A type that has a value shape, compiled. ``form`` is plain, upper or compact; ``family`` Rule's."""

    type: DataType
    pattern: str
    form: str
    check: Check | None
    dictionary: str
    strength: str
    embedded: bool
    expression: Any
    family: str = ""

    @property
    def id(self) -> str:
        """The type's id."""
        return self.type.id

    @property
    def rule(self) -> Rule:
        """What is looked for: in whole values, and inside longer text where the type is embedded."""
        return Rule(
            name=self.id,
            pattern=self.pattern,
            form=self.form,
            inside=self.embedded,
            family=self.family,
        )

    @cached_property
    def solid(self) -> bool:
        """Whether a value of the type is one number or word, in which no other type can stand."""
        try:
            found = characters(tree(self.pattern))
        except (NotPortable, re.error):
            return False
        return not any(low <= mark <= high for low, high in found for mark in _BETWEEN)


class TypeCatalogue:
    """All data types, and the rules of those that have a value shape."""

    def __init__(
        self,
        types: Iterable[DataType],
        checks: Mapping[str, Check] = CHECKS,
        installed: Container[str] | None = None,
    ) -> None:
        self._checks = checks
        self._installed = installed
        self.types: tuple[DataType, ...] = tuple(types)
        self.by_id: Mapping[str, DataType] = {item.id: item for item in self.types}

    @cached_property
    def shaped(self) -> tuple[Shaped, ...]:
        """The types that have a value pattern."""
        return tuple(
            shape(item, self._checks, family=self._family(item))
            for item in self.types
            if item.value is not None and item.value.pattern
        )

    def _family(self, item: DataType) -> str:
        return "" if self._installed is None or item.id in self._installed else "own"

    @cached_property
    def shaped_by_id(self) -> Mapping[str, Shaped]:
        """``shaped`` by type id."""
        return {item.id: item for item in self.shaped}

    @cached_property
    def embedded(self) -> tuple[Shaped, ...]:
        """The types that may be found inside longer text."""
        return tuple(item for item in self.shaped if item.embedded)


def shape(item: DataType, checks: Mapping[str, Check] = CHECKS, *, family: str = "") -> Shaped:
    """Compile the value shape of ``item``, which must have one; its check is one of ``checks``."""
    value = item.value
    if value is None:
        raise ValueError(f"{item.id} has no value shape")
    form = "compact" if "compact" in value.normalise else "upper" if "upper" in value.normalise else "plain"
    return Shaped(
        type=item,
        pattern=value.pattern,
        form=form,
        check=checks[value.check] if value.check else None,
        dictionary=value.dictionary,
        strength=value.strength,
        embedded=value.embedded,
        family=family,
        expression=re2.compile(value.pattern, options()),
    )
