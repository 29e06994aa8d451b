"""The rule language: closed, declarative conditions compiled to predicates.

A mapping of several keys asks for all of them. ``any``, ``all`` and ``not`` combine. Words are
inline words or ``@list`` of the pack. Column rules may use every key, table rules those in
``TABLE_KEYS``, rules on the tables of one source those in ``SOURCE_KEYS`` (``guard.policy.source``).

``neighbours`` and ``kinds`` ask for one of a list in the table, ``together`` for all of a list of types.
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
LIST_KEYS = ("kind", "type", "category", "flags", "mixed", "neighbours", "kinds", "together", "linked_by")
BOOL_KEYS = (
    "typed",
    "personal",
    "sensitive",
    "mixed_personal",
    "mixed_sensitive",
    "described",
    "minors",
    "tabled",
    "reference",
)
NUMBER_KEYS = ("rows", "confidence", "subjects", "coverage", "tables")
BOUNDS = frozenset({"at_least", "below"})
COMBINE = ("any", "all", "not")
_SETS = ("flags", "mixed", "neighbours", "kinds")
TYPE_KEYS = ("type", "mixed", "neighbours", "together", "linked_by")
_MEASURED = ("subjects", "coverage")
_OF_SOURCES = ("linked_by", "tables")
_OF_TABLES = frozenset(
    {"table", "context", *GLOB_KEYS, "tabled", "minors", "reference", "rows", "subjects", "coverage"}
) | {"neighbours", "kinds", "together"}
KEYS = frozenset(
    (*WORD_KEYS, *GLOB_KEYS, *CHOICES, *LIST_KEYS, *BOOL_KEYS, *NUMBER_KEYS, "facts", *COMBINE)
) - frozenset(_OF_SOURCES)
TABLE_KEYS = frozenset(
    (
        "table",
        "context",
        *GLOB_KEYS,
        "subject",
        "neighbours",
        "kinds",
        "together",
        "minors",
        "reference",
        "rows",
        "subjects",
        "coverage",
        "flags",
        "facts",
        "mixed",
        *COMBINE,
    )
)
SOURCE_KEYS = frozenset((*GLOB_KEYS, "together", "rows", "subjects", *_OF_SOURCES, *COMBINE))


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


def types_in(when: Mapping[str, Any]) -> Iterable[str]:
    """Every type id that a condition names."""
    for key, value in when.items():
        if key in TYPE_KEYS:
            for part in value if isinstance(value, (list, tuple)) else (value,):
                yield from words_of(part)
        elif key == "not" and isinstance(value, Mapping):
            yield from types_in(value)
        elif key in ("any", "all") and isinstance(value, (list, tuple)):
            for part in value:
                yield from types_in(part)


def numbers_in(when: Mapping[str, Any], facts: Facts) -> dict[str, int | float]:
    """What was measured of the table that a condition asks of, by name: its facts, subjects, coverage.

    ``threshold`` is the first bound that it asks for.
    """
    bound = threshold_in(when)
    found = _measured_in(when, facts)
    return found if bound is None else {**found, "threshold": plain(bound)}


def threshold_in(when: Mapping[str, Any]) -> float | None:
    """The first bound of a number that a condition asks for, its quoted ones filled in; None for none."""
    for key, value in when.items():
        parts = value if key in ("any", "all") else ()
        numbers = [value] if key in NUMBER_KEYS else value.values() if key == "facts" else ()
        bounds = (bound for one in numbers for bound in one.values())
        inner = (bound for part in parts if (bound := threshold_in(part)) is not None)
        for bound in (*bounds, *inner):
            return float(bound)
    return None


def _measured_in(when: Mapping[str, Any], facts: Facts) -> dict[str, int | float]:
    found: dict[str, int | float] = {}
    for key, value in when.items():
        if key in _MEASURED and getattr(facts, key) is not None:
            found[key] = plain(getattr(facts, key))
        elif key == "facts":
            found |= {name: plain(facts.facts[name]) for name in value if name in facts.facts}
        elif key in ("any", "all"):
            for part in value:
                found |= _measured_in(part, facts)
    return found


def plain(number: float) -> int | float:
    """``number`` whole where it is, else of four decimals."""
    return int(number) if float(number).is_integer() else round(number, 4)


def words_of(value: object) -> tuple[str, ...]:
    """One word or a list of them as a tuple; numbers count as words."""
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else (str(value),)


def list_ids(words: tuple[str, ...]) -> frozenset[str]:
    """The vocabulary's list names that stand for ``words``: ``@name`` itself, ``=word`` for a word."""
    return frozenset(word[1:] if word.startswith("@") else f"={word}" for word in words)


def split(when: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What ``when`` asks of the table, alike for all its columns, and what it asks of the column."""
    wide = {
        key: value
        for key, value in when.items()
        if key in _OF_TABLES or (key == "not" and value and all(inner in _OF_TABLES for inner in value))
    }
    return wide, {key: value for key, value in when.items() if key not in wide}


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
    if key == "together":
        return lambda facts: wanted <= facts.neighbours
    if key in _SETS:
        return lambda facts: not wanted.isdisjoint(getattr(facts, key))
    value = attrgetter(key)
    return lambda facts: value(facts) in wanted


def _truth(key: str, wanted: bool) -> Predicate:
    return lambda facts: getattr(facts, key) is wanted


def within(value: float | None, bounds: Mapping[str, float]) -> bool:
    """Whether a number is known and within ``bounds``: not under ``at_least``, under ``below``."""
    if value is None:
        return False
    return value >= bounds.get("at_least", float("-inf")) and value < bounds.get("below", float("inf"))


def _number(key: str, bounds: Mapping[str, float]) -> Predicate:
    return lambda facts: within(getattr(facts, key), bounds)


def _fact(name: str, bounds: Mapping[str, float]) -> Predicate:
    return lambda facts: within(facts.facts.get(name), bounds)


def catches_all(when: Any) -> bool:
    """Whether a rule's condition takes columns of a kind that is not known."""
    if isinstance(when, Mapping):
        kinds = when.get("kind", ())
        own = OTHER in ((kinds,) if isinstance(kinds, str) else kinds)
        return own or any(catches_all(part) for key, part in when.items() if key != "not")
    return isinstance(when, (list, tuple)) and any(map(catches_all, when))
