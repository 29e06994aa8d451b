"""The labelled set of ``guard eval``: columns with values and what they truly hold, made by rules.

Every table of ``trial_data/*.yaml`` comes once for each style of header:

======================  =====================================================================
``commented``           pinyin initials, and the Chinese name as comment
``zh``                  the Chinese name
``initials``            pinyin initials in capitals (DJRSFZH)
``pinyin``              the whole pinyin
``en``                  English
``code``                the code of a standard (AAC003), or initials where it has none
``absent``              c1, c2 ...
``contradicting``       the English name of the next column, and the right comment
``mojibake``            the Chinese name in the wrong encoding
======================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from guard.demo import lookalikes
from guard.demo.fillings import City
from guard.demo.rows import make
from guard.demo.schema import read_data, words
from guard.model import Asset, AssetKind, Column

ROWS = 120
# Importing it registers its kinds of value.
KIND_MODULES = (lookalikes,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialColumn:
    """One column of the set. ``headers`` are Chinese, initials, pinyin, English; ``types`` the right answers,
    None standing for "nothing to find"; ``blind``: without a header its values could be anything."""

    headers: tuple[str, str, str, str]
    types: tuple[str | None, ...]
    recipe: str | Mapping[str, Any]
    code: str = ""
    blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTable:
    """One table in one style: the asset as it would be listed, its rows, and the right types a column.

    ``titles`` say in English what the columns are, whatever their header says.
    """

    style: str
    asset: Asset
    batch: pa.RecordBatch
    labels: tuple[tuple[str | None, ...], ...]
    titles: tuple[str, ...]


def tables(seed: int = 1) -> Iterator[TrialTable]:
    """Every table in every style of its own. The same seed gives the same values."""
    city = City.of(seed)
    for item in _read("tables.yaml")["tables"] + _read("negatives.yaml")["tables"]:
        columns = [_column(row) for row in item["columns"]]
        for style in item["as"]:
            yield _table(item, columns, style, city)


@cache
def _read(name: str) -> Any:
    return read_data(files("guard.demo") / "trial_data" / name)


def _column(row: Sequence[Any]) -> TrialColumn:
    zh, initials, pinyin, en, label, recipe, *more = row
    kinds = tuple(str(label).split("|")) if label else (None,)
    headers = (str(zh), str(initials), str(pinyin), str(en))
    return TrialColumn(headers=headers, types=kinds, recipe=recipe, **(more[0] if more else {}))


def _table(item: Mapping[str, Any], columns: Sequence[TrialColumn], style: str, city: City) -> TrialTable:
    name = item["name"][3]
    rows = replace(
        city.rows(f"{name}/{style}", ROWS, item.get("people", "adults")),
        words={**words(), **_read("words.yaml")},
    )
    arrays = [pa.array([None if v is None else str(v) for v in make(rows, one.recipe)]) for one in columns]
    headers = [_header(columns, place, style) for place in range(len(columns))]
    asset = Asset(
        source="trial",
        path=(_table_name(item["name"], style),),
        kind=AssetKind.TABLE,
        comment=item["name"][0] if style in ("commented", "contradicting") else "",
        columns=tuple(
            Column(name=header, position=place, comment=comment)
            for place, (header, comment) in enumerate(headers)
        ),
    )
    return TrialTable(
        style=style,
        asset=asset,
        batch=pa.RecordBatch.from_arrays(arrays, names=[str(place) for place in range(len(arrays))]),
        titles=tuple(f"{name}/{one.headers[3]} ({style})" for one in columns),
        labels=tuple((*one.types, None) if style == "absent" and one.blind else one.types for one in columns),
    )


def _table_name(names: Sequence[str], style: str) -> str:
    place = {"zh": 0, "initials": 1, "commented": 1, "pinyin": 2, "en": 3, "contradicting": 3}
    return names[place[style]] if style in place else "t1"


def _header(columns: Sequence[TrialColumn], place: int, style: str) -> tuple[str, str]:
    """Name and comment of a column in a style."""
    zh, initials, pinyin, en = columns[place].headers
    following = columns[(place + 1) % len(columns)].headers[3]
    names = {
        "commented": (initials, zh),
        "zh": (zh, ""),
        "initials": (initials.upper(), ""),
        "pinyin": (pinyin, ""),
        "en": (en, ""),
        "code": (columns[place].code or initials, ""),
        "absent": (f"c{place + 1}", ""),
        "contradicting": (following, zh),
        "mojibake": (zh.encode("gb18030").decode("latin-1"), ""),
    }
    return names[style]
