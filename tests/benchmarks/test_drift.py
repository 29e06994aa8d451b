"""Drift between two runs of 100,000 columns. Budgets are printed, not asserted."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from guard.catalog.store import Store
from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    Evidence,
    Finding,
    Reason,
    Run,
    Shape,
    Status,
)

TABLES, COLUMNS = 5000, 20


def table(number: int, *, raised: bool) -> AssetResult:
    kind, level = "mobile_phone", "L4" if raised else "L3"
    evidence = tuple(
        Evidence(kind=one, type=kind, weight=2.0, hits=90, total=100) for one in ("name", "value")
    )
    reason = Reason(rule="type-level", effect="level", standard="YD/T", certainty="M-h", level=level)
    names = [f"c{at}" for at in range(COLUMNS)]
    return AssetResult(
        asset=Asset(
            source="hr",
            path=("HR", f"T{number:05d}"),
            kind=AssetKind.TABLE,
            columns=tuple(Column(name=name, position=at, type="text") for at, name in enumerate(names)),
            rows=1000,
        ),
        coverage=Coverage(status=Status.SAMPLED, rows=100, of=1000),
        findings=tuple(
            Finding(column=name, type=kind, confidence=0.9, evidence=evidence, shape=Shape(rows=100))
            for name in names
        ),
        classifications=tuple(
            Classification(domain="", category="个人信息", level=level, reasons=(reason,)) for _ in names
        ),
        table=Classification(domain="", category="个人信息", level=level, reasons=(reason,)),
        unit=f"hr/{number}",
    )


def fill(path: Path) -> None:
    with Store.open(path) as store:
        for day, run in enumerate(("before", "after"), start=1):
            store.begin(Run(id=run, started=f"2026-01-0{day}T00:00:00+00:00", policy="p"))
            for begin in range(0, TABLES, 250):
                batch = [
                    table(at, raised=run == "after" and at % 10 == 0) for at in range(begin, begin + 250)
                ]
                store.record(run, f"batch{begin}", batch)
            store.finish(run, "complete", f"2026-01-0{day}T01:00:00+00:00")


@pytest.mark.measure
def test_a_hundred_thousand_columns(benchmark, tmp_path: Path) -> None:
    fill(tmp_path / "guard.db")
    command = [sys.executable, "-m", "guard", "drift", "-f", "json=drift.json"]
    benchmark.extra_info["budget_s"] = 10
    benchmark.pedantic(
        subprocess.run, args=(command,), kwargs={"cwd": tmp_path, "check": True}, rounds=1, warmup_rounds=0
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"peak memory, drift of 100,000 columns: {peak} MB (budget 200 MB)")
