"""Whom a table or column is about: a person, an organisation, or neither; and how many of them.

Where both are named the person wins: a column that may hold persons or organisations takes the
personal level. A table named after organisations that holds a person's identity is about persons.
The word lists ``person-tables``, ``organisation-tables``, ``thing-tables``, ``person-columns``,
``organisation-columns``, ``minor-tables``, ``reference-tables``, ``record-tables`` and ``track-tables`` of
the pack decide.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from guard.model import Asset, Column, DataType, Finding

WORD_LISTS = (
    "person-tables",
    "organisation-tables",
    "thing-tables",
    "person-columns",
    "organisation-columns",
    "minor-tables",
    "reference-tables",
    "record-tables",
    "track-tables",
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


def column_subject(table: str, words: Mapping[str, str], *, thing: bool = False) -> str:
    """The subject of one column: its own words before those of its table.

    ``thing`` tells of a column about a place or thing itself, in a table of nobody: its owner's, a body's.
    """
    if "person-columns" in words:
        return "person"
    if "organisation-columns" in words:
        return "organisation"
    return "organisation" if thing and table == "other" else table


def all_minors(words: Mapping[str, str], facts: Mapping[str, float]) -> bool:
    """Whether the table's persons are children under 14: its words say so, or no age measured is higher."""
    oldest = facts.get("max_age")
    return "minor-tables" in words or (oldest is not None and oldest < MINOR_AGE)


def is_reference(words: Mapping[str, str]) -> bool:
    """Whether the table lists goods, codes or settings anybody may know, and no act upon them."""
    return "reference-tables" in words and "record-tables" not in words


def is_thing(words: Mapping[str, str], types: Container[str]) -> bool:
    """Whether the table lists places or things of nobody: no acts or ways recorded, no person named."""
    recorded = "record-tables" in words or "track-tables" in words
    return "thing-tables" in words and not recorded and "person_name" not in types


def subjects(asset: Asset, findings: Sequence[Finding], types: Mapping[str, DataType]) -> float | None:
    """How many different subjects the table is about, by its best identifier; None where nothing tells.

    Counted where all rows were read (the fact ``subjects``, within 1 % beyond some hundred thousand). An
    estimate otherwise: the rows where a column of persons is unique, or the share of different identifiers
    in the sample times the rows. Of several identifiers the one that tells most counts.
    """
    keys = sum(column.key == "pk" for column in asset.columns)
    told = (
        _subjects(asset, column, finding, keys, types.get(finding.type or ""))
        for column, finding in zip(asset.columns, findings, strict=True)
    )
    return max((number for number in told if number is not None), default=None)


def _subjects(
    asset: Asset, column: Column, finding: Finding, keys: int, item: DataType | None
) -> float | None:
    facts = finding.shape.facts if finding.shape else {}
    if "subjects" in facts:
        return facts["subjects"]
    unique = column.key == "unique" or (column.key == "pk" and keys == 1)
    if unique and item is not None and item.personal:
        return asset.rows
    if finding.shape and finding.shape.rows and "subjects_seen" in facts:
        return facts["subjects_seen"] * max(1.0, (asset.rows or 0) / finding.shape.rows)
    return None


def coverage(
    subjects: float | None, facts: Mapping[str, float], thresholds: Mapping[str, float]
) -> float | None:
    """The share of the whole in the table (GB/T 43697-2024, 6.3 覆盖度); None where the whole is not known.

    Of the persons where the pack tells the ``population``, of the division codes where it tells how many
    ``divisions`` there are; the larger of the two.
    """
    shares = [
        part / thresholds[whole]
        for part, whole in ((subjects, "population"), (facts.get("divisions"), "divisions"))
        if part is not None and thresholds.get(whole)
    ]
    return max(shares, default=None)
