"""The compiled data-type catalogue: one automaton over all patterns, and each pattern on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from guard.checks import CHECKS, Check
from guard.model import DataType

_SENTINEL = "\x01govguard\x01"
_MEMORY = 24 << 20
# A point between digits is a decimal point, not the end of a word.
_LEFT = r"(?:^|[^0-9A-Za-z.]|[^0-9]\.|^\.)"
_RIGHT = r"(?:$|[^0-9A-Za-z.]|\.(?:$|[^0-9]))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """A type that has a value shape, compiled. ``form`` is plain, upper or compact."""

    type: DataType
    pattern: str
    form: str
    check: Check | None
    dictionary: str
    strength: str
    embedded: bool
    expression: Any

    @property
    def id(self) -> str:
        """The type's id."""
        return self.type.id

    @property
    def whole(self) -> str:
        """The pattern over a whole value."""
        return f"^(?:{self.pattern})$"

    @property
    def inside(self) -> str:
        """The pattern inside a longer text, not glued to other ASCII letters or digits."""
        return f"{_LEFT}(?P<hit>{self.pattern}){_RIGHT}"


class PatternSet:
    """Says in one pass which of many patterns occur in a text of one value a line.

    A set automaton that runs out of memory answers "nothing": a sentinel line proves that
    it did run, and without that answer every pattern is tried on its own.
    """

    def __init__(self, patterns: Sequence[str], *, memory: int = _MEMORY) -> None:
        self._patterns = [f"(?m){pattern}" for pattern in patterns]
        options = _options(memory)
        self._set = re2.Set.SearchSet(options)
        for pattern in (*self._patterns, f"(?m)^{_SENTINEL}$"):
            self._set.Add(pattern)
        try:
            self._set.Compile()
            self._usable = True
        except re2.error:
            self._usable = False

    def which(self, text: str | bytes) -> list[int]:
        """Indexes of the patterns that match some line of ``text``."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        if self._usable:
            found = self._set.Match(f"{text}\n{_SENTINEL}") or []
            if len(self._patterns) in found:
                return [index for index in found if index < len(self._patterns)]
        return [index for index, one in enumerate(self._alone) if one.search(text)]

    def each(self, lines: Sequence[str]) -> list[list[int]] | None:
        """The patterns that match each line; None where the automaton cannot tell."""
        if not self._usable:
            return None
        match = self._set.Match
        return [match(line) or [] for line in lines]

    @cached_property
    def _alone(self) -> list[Any]:
        return [re2.compile(pattern, _options(_MEMORY)) for pattern in self._patterns]


def _options(memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    return options


class TypeCatalogue:
    """All data types, and the automata over those that have a value shape."""

    def __init__(self, types: Iterable[DataType]) -> None:
        self.types: tuple[DataType, ...] = tuple(types)
        self.by_id: Mapping[str, DataType] = {item.id: item for item in self.types}

    @cached_property
    def shaped(self) -> tuple[Shaped, ...]:
        """The types that have a value pattern."""
        return tuple(shape(item) for item in self.types if item.value is not None and item.value.pattern)

    @cached_property
    def shaped_by_id(self) -> Mapping[str, Shaped]:
        """``shaped`` by type id."""
        return {item.id: item for item in self.shaped}

    @cached_property
    def embedded(self) -> tuple[Shaped, ...]:
        """The types that may be found inside longer text."""
        return tuple(item for item in self.shaped if item.embedded)

    @cached_property
    def inside_set(self) -> PatternSet:
        """One automaton over the patterns of ``embedded``."""
        return PatternSet([item.inside for item in self.embedded])


def shape(item: DataType) -> Shaped:
    """Compile the value shape of ``item``, which must have one."""
    value = item.value
    if value is None:
        raise ValueError(f"{item.id} has no value shape")
    form = "compact" if "compact" in value.normalise else "upper" if "upper" in value.normalise else "plain"
    return Shaped(
        type=item,
        pattern=value.pattern,
        form=form,
        check=CHECKS[value.check] if value.check else None,
        dictionary=value.dictionary,
        strength=value.strength,
        embedded=value.embedded,
        expression=re2.compile(value.pattern, _options(_MEMORY)),
    )
