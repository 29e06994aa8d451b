"""The shipped policy, loaded once, and small assets to grade."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from guard.model import Asset, AssetKind, Column, Evidence, Finding
from guard.policy import Policy, load_pack
from guard.policy.catalogue import load_types

FOLDER = Path(import_module("guard_policies").__file__ or "").parent
PACK = FOLDER / "gov_cn"


@cache
def types():
    return load_types(FOLDER / "types")


@cache
def policy() -> Policy:
    return Policy([load_pack(PACK)], types())


def asset(columns, *, name="t", comment="", rows=None, **more) -> Asset:
    """``columns`` are (name, comment) or (name, comment, type)."""
    made = tuple(
        Column(name=part[0], position=at, comment=part[1], type=part[2] if len(part) > 2 else "varchar(64)")
        for at, part in enumerate(columns)
    )
    return Asset(
        source="s", path=("db", name), kind=AssetKind.TABLE, columns=made, comment=comment, rows=rows, **more
    )


def finding(column: str, type_id: str | None, confidence: float = 0.95, **more) -> Finding:
    evidence = (Evidence(kind="comment", type=type_id, weight=3.0),) if type_id else ()
    return Finding(
        column=column, type=type_id, confidence=confidence if type_id else 0.0, evidence=evidence, **more
    )
