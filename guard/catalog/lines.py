"""The lines of a bundle, read as if anybody had written them: each must be what guard could have written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Table

from guard.catalog.bundle import DECISION_FIELDS, OWN_ASSET, OWN_COLUMN, line_of, result_rows
from guard.catalog.codec import result_from
from guard.catalog.conforms import conforms
from guard.catalog.tables import assets, columns, decisions
from guard.model import Act, AssetResult, Decision, Standing

# What reading something that is no such thing raises.
BAD = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, ArithmeticError)
_ASSET_KEYS = frozenset(assets.c.keys()) - {"id", "run", "unit", *OWN_ASSET}
_COLUMN_KEYS = frozenset(columns.c.keys()) - {"asset", *OWN_COLUMN}
_OTHERS = dict.fromkeys((*_ASSET_KEYS, *_COLUMN_KEYS))
_LONGEST_ID = 55  # the ids of decisions get the start of their catalogue's digest here


def result_of(line: bytes) -> AssetResult | None:
    """The asset of a line, None where the line is not what this version would write of it."""
    try:
        given = json.loads(line)
        asset, cells = given["asset"], given["columns"]
        if set(given) != {"asset", "columns"} or not isinstance(cells, list):
            return None
        result = result_from(_OTHERS | asset, [_OTHERS | cell for cell in cells])
        if not conforms(result):
            return None
        again = result_rows(result)
        if not _fits(again["asset"], assets) or not all(_fits(row, columns) for row in again["columns"]):
            return None
        if line_of(again).encode("ascii") + b"\n" != line and not _alike(asset, cells, again):
            return None
    except BAD:
        return None
    return result


def result_again(line: bytes) -> AssetResult | None:
    """The asset of a line that was found to be right before, if it still is the same."""
    try:
        given = json.loads(line)
        return result_from(_OTHERS | given["asset"], [_OTHERS | cell for cell in given["columns"]])
    except BAD:
        return None


def _alike(asset: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], again: dict[str, Any]) -> bool:
    """Whether another version wrote the same: fields in another order, or empty ones told."""
    plain = json.loads(json.dumps(again))
    pairs = [(asset, plain["asset"]), *zip(cells, plain["columns"], strict=True)]
    return all(
        set(given) <= set(made) and all(made[key] == given.get(key) for key in made) for given, made in pairs
    )


@cache
def _limits(table: Table) -> tuple[tuple[str, int, int], ...]:
    """Of each column that has one, the longest text and the bits of its integers."""
    found = []
    for column in table.c:
        kind = column.type
        length = kind.length or 0 if isinstance(kind, String) else 0
        bits = 0 if not isinstance(kind, Integer) else 63 if isinstance(kind, BigInteger) else 31
        if length or bits:
            found.append((column.name, length, bits))
    return tuple(found)


def _fits(row: Mapping[str, Any], table: Table) -> bool:
    """Whether a database takes the row: lengths of short texts, sizes of integers."""
    for key, length, bits in _limits(table):
        value = row.get(key)
        if isinstance(value, str):
            if length and (len(value) > length or not value.isprintable()):
                return False
        elif bits and value is not None and abs(value) >= 1 << bits:
            return False
    return True


def decision_of(line: bytes) -> Decision | None:
    """The decision of a line, None where the line is not what this version would write of it."""
    try:
        given = json.loads(line)
        if set(given) != set(DECISION_FIELDS) or not isinstance(given["path"], list):
            return None
        made = Decision(
            **{**given, "path": tuple(given["path"]), "act": Act(given["act"]), "standing": Standing.ACTIVE}
        )
        row = {**given, "path": None}
        if given["standing"] != Standing.ACTIVE.value or not conforms(made) or not _fits(row, decisions):
            return None
    except BAD:
        return None
    return made if len(made.id) <= _LONGEST_ID and len(made.batch) <= _LONGEST_ID else None
