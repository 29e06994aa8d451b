"""Builds profiles of small synthetic tables for the tests of value evidence."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

import guard_policies
from guard.detect.dictionaries import dictionaries
from guard.detect.matching import Matcher
from guard.detect.types import TypeCatalogue
from guard.detect.values import ColumnProfile, TableProfile
from guard.model import Asset, AssetKind, Column
from guard.policy.catalogue import load_lexicon, load_types
from guard.sdk import Sample
from guard.yamldoc import parse

POLICIES = Path(guard_policies.__file__).parent


@cache
def catalogue() -> TypeCatalogue:
    return TypeCatalogue(load_types(POLICIES / "types"))


@cache
def lexicon() -> dict[str, Any]:
    return {"values": parse((POLICIES / "lexicon/values.yaml").read_text("utf-8"), "values").data}


@cache
def matcher(few: int = 512) -> Matcher:
    return Matcher(catalogue(), dictionaries(lexicon()), few=few)


def sample(*arrays: Any) -> Sample:
    columns = tuple(Column(name=f"c{place}", position=place) for place in range(len(arrays)))
    asset = Asset(source="s", path=("t",), kind=AssetKind.TABLE, columns=columns)
    built = [item if isinstance(item, pa.Array) else pa.array(item) for item in arrays]
    return Sample(asset, pa.RecordBatch.from_arrays(built, names=[column.name for column in columns]))


def profile(*batches: Any, few: int = 512, year: int | None = 2026) -> ColumnProfile:
    """The profile of one column that arrives in ``batches``."""
    table = TableProfile(catalogue(), lexicon(), 1, year=year, matcher=matcher(few))
    for batch in batches:
        table.add(sample(batch))
    return table.columns()[0]


def scores(found: ColumnProfile) -> Counter[str]:
    """Sum of evidence weights by type."""
    total: Counter[str] = Counter()
    for item in found.evidence:
        total[item.type] += item.weight  # type: ignore[assignment]
    return total


@cache
def lexicon_whole() -> dict[str, Any]:
    return dict(load_lexicon(POLICIES / "lexicon"))
