"""Whom a table or column is about: a person, an organisation, or neither.

Where both are named the person wins: a column that may hold persons or organisations takes the
personal level. A table named after organisations that holds a person's identity is about persons.
The word lists ``person-tables``, ``organisation-tables``, ``person-columns``,
``organisation-columns``, ``minor-tables``, ``reference-tables`` and ``record-tables`` of the pack decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guard.model import DataType

WORD_LISTS = (
    "person-tables",
    "organisation-tables",
    "person-columns",
    "organisation-columns",
    "minor-tables",
    "reference-tables",
    "record-tables",
)
_IDENTITY = ("个人信息/个人身份信息", "个人信息/个人健康生理信息", "个人信息/个人生物识别信息")
_ATTRIBUTES = frozenset(
    {"gender", "birth_date", "age", "ethnicity", "marital_status", "native_place", "political_status"}
)
MINOR_AGE = 14


def table_subject(words: Mapping[str, str], types: Iterable[DataType]) -> str:
    """``person``, ``organisation`` or ``other``, from the table's words and the types found in it."""
    items = tuple(types)
    shown = any(item.id in _ATTRIBUTES or item.category.startswith(_IDENTITY) for item in items)
    if "person-tables" in words or shown:
        return "person"
    return "organisation" if "organisation-tables" in words else "other"


def column_subject(table: str, words: Mapping[str, str]) -> str:
    """The subject of one column: its own words before those of its table."""
    if "person-columns" in words:
        return "person"
    if "organisation-columns" in words:
        return "organisation"
    return table


def all_minors(words: Mapping[str, str], facts: Mapping[str, float]) -> bool:
    """Whether the table's persons are children under 14: its words say so, or no age measured is higher."""
    oldest = facts.get("max_age")
    return "minor-tables" in words or (oldest is not None and oldest < MINOR_AGE)


def is_reference(words: Mapping[str, str]) -> bool:
    """Whether the table lists goods, codes or settings anybody may know, and no act upon them."""
    return "reference-tables" in words and "record-tables" not in words
