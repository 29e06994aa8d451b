"""The rule language: closed, declarative conditions compiled to predicates.

A mapping of several keys asks for all of them. ``any``, ``all`` and ``not`` combine. Words are
inline words or ``@list`` of the pack. Column rules may use every key, table rules those in
``TABLE_KEYS``.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from guard.policy.facts import Facts
from guard.policy.kinds import OTHER

Predicate = Callable[[Facts], bool]

WORD_KEYS = ("name", "comment", "says", "stem", "table", "context")
GLOB_KEYS = ("source", "system", "department", "path")
CHOICES: Mapping[str, frozenset[str]] = {
    "subject": frozenset({"person", "organisation", "other"}),
    "declared": frozenset({"boolean", "integer", "decimal", "text", "time", "binary", ""}),
    "key": frozenset({"pk", "fk", "unique"}),
}
LIST_KEYS = ("kind", "type", "category", "flags", "mixed", "neighbours", "kinds")
BOOL_KEYS = ("typed", "personal", "sensitive", "described", "minors", "tabled", "reference")
NUMBER_KEYS = ("rows", "confidence")
BOUNDS = frozenset({"at_least", "below"})
COMBINE = ("any", "all", "not")
_SETS = ("flags", "mixed", "neighbours", "kinds")
KEYS = frozenset((*WORD_KEYS, *GLOB_KEYS, *CHOICES, *LIST_KEYS, *BOOL_KEYS, *NUMBER_KEYS, "facts", *COMBINE))
TABLE_KEYS = frozenset(
    (
        "table",
        "context",
        *GLOB_KEYS,
        "subject",
        "neighbours",
        "kinds",
        "minors",
        "reference",
        "rows",
        "flags",
        "facts",
        "mixed",
        *COMBINE,
    )
)


def words_in(when: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    """Every word list quoted in a condition, for the vocabulary."""
    for key, value in when.items():
        if key in WORD_KEYS:
            yield words_of(value)
        elif key in ("any", "all"):
            for part in value:
                yield from words_in(part)
        elif key == "not":
            yield from words_in(value)


def words_of(value: object) -> tuple[str, ...]:
    """One word or a list of them as a tuple; numbers count as words."""
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else (str(value),)


def list_ids(words: tuple[str, ...]) -> frozenset[str]:
    """The vocabulary's list names that stand for ``words``: ``@name`` itself, ``=word`` for a word."""
    return frozenset(word[1:] if word.startswith("@") else f"={word}" for word in words)


def compile_when(when: Mapping[str, Any]) -> Predicate:
    """One predicate for a checked condition; an empty one is always true."""
    parts = [_leaf(key, value) for key, value in sorted(when.items(), key=lambda item: _COST.get(item[0], 5))]
    return _every(parts)


def _every(parts: list[Predicate]) -> Predicate:
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        first, second = parts
        return lambda facts: first(facts) and second(facts)
    if len(parts) == 3:
        first, second, third = parts
        return lambda facts: first(facts) and second(facts) and third(facts)
    return lambda facts: all(part(facts) for part in parts)


_COST = {
    "typed": 0,
    "kind": 0,
    "type": 0,
    "personal": 0,
    "sensitive": 0,
    "subject": 1,
    "all": 8,
    "any": 8,
    "not": 9,
}


def _leaf(key: str, value: Any) -> Predicate:
    if key in WORD_KEYS:
        return _words(key, list_ids(words_of(value)))
    if key in GLOB_KEYS:
        return _globs(key, words_of(value))
    if key in CHOICES or key in LIST_KEYS:
        return _members(key, words_of(value))
    if key in BOOL_KEYS:
        return _truth(key, bool(value))
    if key in NUMBER_KEYS:
        return _number(key, value)
    return _combined(key, value)


def _combined(key: str, value: Any) -> Predicate:
    if key == "facts":
        return _every([_fact(name, bounds) for name, bounds in value.items()])
    if key == "not":
        inner = compile_when(value)
        return lambda facts: not inner(facts)
    parts = [compile_when(part) for part in value]
    if key == "any":
        return lambda facts: any(part(facts) for part in parts)
    return _every(parts)


def _words(key: str, lists: frozenset[str]) -> Predicate:
    texts = attrgetter(f"{key}_words")
    if len(lists) == 1:
        (only,) = lists
        return lambda facts: only in texts(facts)
    return lambda facts: not lists.isdisjoint(texts(facts))


def _globs(key: str, globs: tuple[str, ...]) -> Predicate:
    return lambda facts: any(fnmatch.fnmatchcase(facts.place(key), glob) for glob in globs)


def _members(key: str, values: tuple[str, ...]) -> Predicate:
    wanted = frozenset(values)
    if key == "category":
        prefixes = tuple(f"{value}/" for value in values)
        return lambda facts: facts.category in wanted or facts.category.startswith(prefixes)
    if key in _SETS:
        return lambda facts: not wanted.isdisjoint(getattr(facts, key))
    value = attrgetter(key)
    return lambda facts: value(facts) in wanted


def _truth(key: str, wanted: bool) -> Predicate:
    return lambda facts: getattr(facts, key) is wanted


def _within(value: float | None, bounds: Mapping[str, float]) -> bool:
    if value is None:
        return False
    return value >= bounds.get("at_least", float("-inf")) and value < bounds.get("below", float("inf"))


def _number(key: str, bounds: Mapping[str, float]) -> Predicate:
    return lambda facts: _within(getattr(facts, key), bounds)


def _fact(name: str, bounds: Mapping[str, float]) -> Predicate:
    return lambda facts: _within(facts.facts.get(name), bounds)


def catches_all(when: Any) -> bool:
    """Whether a rule's condition takes columns of a kind that is not known."""
    if isinstance(when, Mapping):
        kinds = when.get("kind", ())
        own = OTHER in ((kinds,) if isinstance(kinds, str) else kinds)
        return own or any(catches_all(part) for key, part in when.items() if key != "not")
    return isinstance(when, (list, tuple)) and any(map(catches_all, when))
