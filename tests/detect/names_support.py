"""The shipped types and lexicon, and tables made from a few words."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

from guard.detect import Detector
from guard.model import Asset, AssetKind, Column, Finding
from guard.policy.catalogue import load_lexicon, load_types
from guard.sdk import Sample

PACKAGE = Path(str(files("guard_policies")))


@cache
def lexicon():
    return load_lexicon(PACKAGE / "lexicon")


@cache
def types():
    return load_types(PACKAGE / "types")


@cache
def detector() -> Detector:
    return Detector(types(), lexicon())


def table(*columns: Column, name: str = "t", comment: str = "") -> Asset:
    return Asset(source="s", path=(name,), kind=AssetKind.TABLE, columns=columns, comment=comment)


def judged(column: Column, values: list[str | None]) -> Finding:
    """The finding for one column that holds ``values``."""
    asset = table(column)
    profile = detector().profile(1)
    batch = pa.RecordBatch.from_arrays([pa.array(values, pa.string())], names=["0"])
    profile.add(Sample(asset, batch, complete=True))
    return detector().findings(asset, profile)[0]
