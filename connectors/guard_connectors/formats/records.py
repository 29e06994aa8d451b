"""JSON values as tables: nested objects become dotted columns, lists of objects tables of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from guard.sdk import Asset, AssetKind, Budget, Sample
from guard_connectors.formats import keyed
from guard_connectors.formats.header import unique
from guard_connectors.formats.rows import (
    BATCH_ROWS,
    TABLE_HEAD,
    chance,
    columns,
    emptied,
    headed,
    part,
    text_batch,
)

MOST_DEPTH = 6
MOST_COLUMNS = 4096
MOST_TABLES = 64
MOST_CHILD_ROWS = 200_000

Row = dict[str, str | None]


@dataclass(slots=True)
class Tables:
    """Tables found below the records, by their dotted place."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, place: str, items: list[Any]) -> bool:
        """Put ``items`` into the table ``place``; False where there is no room for them."""
        if place not in self.rows and len(self.rows) >= MOST_TABLES:
            return False
        table = self.rows.setdefault(place, [])
        if len(table) + len(items) > MOST_CHILD_ROWS:
            return False
        table.extend(flat(item, self, place) for item in items)
        return True


def scalar(value: Any) -> str | None:
    """A JSON scalar as text (numbers were kept as written)."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def flat(record: Any, tables: Tables, place: str = "") -> Row:
    """One record as a row; anything that is no object is its ``value``."""
    row: Row = {}
    if isinstance(record, dict) and keyed.is_keyed(record):
        child = f"{place}.entries" if place else "entries"
        if not tables.add(child, keyed.rows(record)):
            row["value"] = _text(record)
    elif isinstance(record, dict):
        _walk(record, "", place, row, tables, 0)
    else:
        row["value"] = _text(record)
    return row


def _walk(node: dict[str, Any], prefix: str, place: str, row: Row, tables: Tables, depth: int) -> None:
    for key, value in node.items():
        name = f"{prefix}{key}" or "column"
        if isinstance(value, dict) and depth < MOST_DEPTH and keyed.is_keyed(value):
            child = f"{place}.{name}" if place else name
            if not tables.add(child, keyed.rows(value)):
                row[name] = _text(value)
        elif isinstance(value, dict) and value and depth < MOST_DEPTH:
            _walk(value, f"{name}.", place, row, tables, depth + 1)
        elif isinstance(value, list) and value and depth < MOST_DEPTH and _objects(value):
            child = f"{place}.{name}" if place else name
            if not tables.add(child, value):
                row[name] = _text(value)
        else:
            row[name] = _text(value)


def _objects(values: list[Any]) -> bool:
    return all(isinstance(value, dict) for value in values)


def _text(value: Any) -> str | None:
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return " ".join(scalar(item) or "" for item in value) if value else None
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False) if value else None
    return scalar(value)


def samples(
    records: Iterable[Any], asset: Asset, budget: Budget, *, complete: bool = True
) -> Iterator[Sample]:
    """The records as a table, then the tables found inside those that were kept."""
    tables = Tables()
    if budget.rows is None:
        yield from _every(records, tables, asset, complete=complete)
        whole = complete
    else:
        kept, count = headed(records, budget, chance(budget, asset), TABLE_HEAD)
        main = [flat(record, tables) for record in kept]
        whole = complete and count == len(kept)
        if any(main) or not tables.rows:
            yield table(main, asset, count, complete=complete)
    for place, rows in tables.rows.items():
        yield table(rows, part(asset, place, AssetKind.FILE), len(rows), complete=whole)


def _every(records: Iterable[Any], tables: Tables, asset: Asset, *, complete: bool) -> Iterator[Sample]:
    """All records in batches; keys that the first batch did not show go into its column ``other``."""
    rows = (flat(record, tables) for record in records)
    chunk = list(islice(rows, BATCH_ROWS))
    following = list(islice(rows, BATCH_ROWS))
    if not following:
        if any(chunk) or not tables.rows:
            yield table(chunk, asset, len(chunk), complete=complete)
        return
    keys = list(dict.fromkeys(key for row in chunk for key in row))[:MOST_COLUMNS]
    names = (*unique(keys, len(keys)), "other")
    found = replace(asset, columns=columns(unique(names, len(names))))
    while chunk:
        yield Sample(found, text_batch(_level(chunk, keys), len(names)), complete=complete and not following)
        chunk, following = following, list(islice(rows, BATCH_ROWS))


def _level(rows: list[Row], keys: list[str]) -> list[list[str | None]]:
    """Cells of ``keys`` for each row, and one cell more with whatever else the row holds."""
    known = frozenset(keys)
    level = []
    for row in rows:
        rest = [f"{key} {value}" for key, value in row.items() if key not in known and value is not None]
        level.append([*(row.get(key) for key in keys), " ".join(rest) or None])
    return level


def table(rows: list[Row], asset: Asset, count: int, *, complete: bool) -> Sample:
    """One Sample of ``rows``; columns in the order in which they first appear."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        return emptied(asset)
    if len(keys) <= MOST_COLUMNS:
        level, names = [[row.get(key) for key in keys] for row in rows], unique(keys, len(keys))
    else:
        keys = keys[:MOST_COLUMNS]
        level, names = _level(rows, keys), unique([*keys, "other"], len(keys) + 1)
    found = replace(asset, columns=columns(names), rows=count)
    return Sample(found, text_batch(level, len(names)), complete=complete and count == len(rows))
