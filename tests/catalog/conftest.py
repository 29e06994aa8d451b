"""The same suite on SQLite, on PostgreSQL and, where the face is the same, on memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from guard.catalog.facts import CatalogFacts, MemoryFacts
from guard.catalog.store import MemoryStore, Store
from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    Evidence,
    Finding,
    Mixed,
    Problem,
    Reason,
    Run,
    Shape,
    Status,
)

LEVELS = ("L1", "L2", "L3", "L4")


def answer(level: str = "L3", **fields) -> Classification:
    reason = Reason(rule="cn-mobile", effect="level", clause="6.3", level=level, params={"rows": 3})
    return Classification(domain="civil", category="personal", level=level, reasons=(reason,), **fields)


def result(
    table: str, *, source: str = "hr", level: str = "L3", unit: str = "", columns: int = 2
) -> AssetResult:
    named = tuple(
        Column(name=f"c{at}", position=at + 1, type="text", comment="电话") for at in range(columns)
    )
    finding = Finding(
        column="c0",
        type="cn.mobile",
        confidence=0.93,
        evidence=(Evidence(kind="value", type="cn.mobile", weight=1.5, hits=3, total=4),),
        alternatives=(("cn.landline", 0.1),),
        mixed=(Mixed(type="cn.ric", hits=1, total=4),),
        shape=Shape(rows=4, flags=("mojibake",), facts={"min_age": 3.0}),
        missed=0.96,
    )
    return AssetResult(
        asset=Asset(source=source, path=("db", table), kind=AssetKind.TABLE, columns=named, rows=10),
        coverage=Coverage(status=Status.SAMPLED, rows=4, of=10),
        findings=tuple(replace(finding, column=column.name) for column in named),
        classifications=tuple(answer(level) for _ in named),
        table=answer(level),
        unit=unit or f"{source}/db/{table}",
        location="guard.yaml:3",
    )


def skipped(table: str, code: str = "denied") -> AssetResult:
    asset = Asset(source="hr", path=("db", table), kind=AssetKind.TABLE)
    problem = Problem(code=code, path=asset.path, params={"role": "scanner"})
    coverage = Coverage(status=Status.SKIPPED, problems=(problem,))
    return AssetResult(asset=asset, coverage=coverage, unit=f"hr/db/{table}")


def run(id: str = "20260101-000000-abc") -> Run:
    return Run(id=id, started="2026-01-01T00:00:00+00:00", scope={"addresses": ["./人事"]}, pack="gov_cn")


def facts(store, run_id: str):
    kind = MemoryFacts if isinstance(store, MemoryStore) else CatalogFacts
    return kind(store, run_id, {}, LEVELS, "zh")


@pytest.fixture(params=["sqlite", "postgres"])
def address(request, tmp_path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "guard.db")
    return request.getfixturevalue("postgres").database()


@pytest.fixture(params=["sqlite", "postgres", "memory"])
def store(request, tmp_path) -> Iterator[Store | MemoryStore]:
    if request.param == "memory":
        made: Store | MemoryStore = MemoryStore()
    elif request.param == "sqlite":
        made = Store.open(tmp_path / "guard.db")
    else:
        made = Store.open(request.getfixturevalue("postgres").database())
    with made:
        yield made


@pytest.fixture
def kit():
    """What the tests of this folder make results with."""
    from types import SimpleNamespace

    return SimpleNamespace(result=result, skipped=skipped, run=run, facts=facts, answer=answer, levels=LEVELS)
