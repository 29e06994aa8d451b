"""A rule change decides 100,000 stored columns again without a source: packs, and reading beside grading."""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import pytest
from benchmarks.harness import Job, at_most, ratio

from guard.catalog.facts import CatalogFacts
from guard.catalog.store import Store
from guard.config import load
from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Column,
    Coverage,
    Evidence,
    Finding,
    Run,
    Shape,
    Status,
)
from guard.ops.grading import regrade
from guard.ops.policy_simulate import simulate
from guard.ops.session import Session
from guard.ops.shares import cores
from guard.policy import Policy, grade, load_pack
from guard.policy.catalogue import load_types

Done = TypeVar("Done")
PACKAGE = Path(str(files("guard_policies")))
RUN = Run(
    id="20260101-000000-000000", started="2026-01-01T00:00:00Z", status="complete", pack="gov_cn 2026.1"
)
NAMED = [
    ("id", "主键", None), ("xm", "姓名", "person_name"), ("sfzh", "身份证号", "resident_id_18"),
    ("sjhm", "联系电话", "mobile_phone"), ("hjdz", "户籍地址", "home_address"), ("csrq", "出生日期", "birth_date"),
    ("xb", "性别", "gender"), ("create_time", "创建时间", None), ("zt", "办理状态：0->待受理；1->已办结", None),
    ("bz", "备注", None), ("je", "缴费金额", None), ("bmmc", "受理部门", None), ("tyshxydm", "统一社会信用代码", "uscc"),
    ("hphm", "车牌号", None), ("sort_no", "排序号", None), ("bljg", "办理结果", None), ("lng", "经度", None),
    ("is_deleted", "是否删除", None), ("sxmc", "事项名称", None), ("zdjg", "诊断结果", "diagnosis"),
]  # fmt: skip
TABLES = [
    "办件受理信息",
    "人口基本信息",
    "企业登记信息",
    "门诊就诊记录",
    "不动产登记簿",
    "系统字典",
    "操作日志",
]


@cache
def policy(*names: str) -> Policy:
    return Policy([load_pack(PACKAGE / name) for name in names], load_types(PACKAGE / "types"))


def results(tables: int) -> Iterator[AssetResult]:
    """Tables of 20 columns as a scan stores them; names and comments differ from table to table."""
    chance = random.Random(tables)
    for at in range(tables):
        chosen = [chance.choice(NAMED) for _ in range(20)]
        columns = tuple(
            Column(
                name=f"{name}_{chance.randrange(400)}", position=place, type="varchar(64)", comment=comment
            )
            for place, (name, comment, _) in enumerate(chosen)
        )
        asset = Asset(
            source="s", path=("db", f"t_{at:05d}"), kind=AssetKind.TABLE, columns=columns,
            comment=f"{chance.choice(TABLES)}{at}", rows=chance.randrange(10**6), department="市政务服务局",
        )  # fmt: skip
        found = tuple(
            finding(column.name, type_id, chance)
            for column, (_, _, type_id) in zip(columns, chosen, strict=True)
        )
        graded = grade(asset, found, policy("gov_cn"))
        coverage = Coverage(status=Status.SAMPLED, rows=200)
        yield AssetResult(
            asset=asset, coverage=coverage, findings=found, classifications=graded.columns, table=graded.table,
            unit=f"t_{at:05d}",
        )  # fmt: skip


def finding(column: str, type_id: str | None, chance: random.Random) -> Finding:
    hits = chance.randrange(150, 200)
    evidence = (
        Evidence(kind="comment", type=type_id or "", weight=3.0),
        Evidence(kind="value", type=type_id or "", weight=2.0, hits=hits, total=200),
    )
    return Finding(
        column=column,
        type=type_id,
        confidence=hits / 200 if type_id else 0.0,
        evidence=evidence if type_id else (),
        shape=Shape(rows=200, facts={"distinct": float(hits)}),
    )


def stored(path: Path | str, tables: int) -> Store:
    store = Store.open(str(path))
    store.begin(RUN)
    batch: list[AssetResult] = []
    for result in results(tables):
        batch.append(result)
        if len(batch) == 100:
            store.record(RUN.id, f"u{result.unit}", batch)
            batch = []
    store.record(RUN.id, "rest", batch)
    return store


def facts(store: Store) -> CatalogFacts:
    return CatalogFacts(store, RUN.id, policy("gov_cn").types, policy("gov_cn").levels, "en")


def test_three_packs_cost_little_more_than_three_times_one() -> None:
    work = list(results(30))

    def job(chosen: Policy) -> Job:
        return Job(run=lambda: [grade(item.asset, item.findings, chosen) for item in work], units=600)

    found = ratio(job(policy("gov_cn", "pipl", "gbt35273")), job(policy("gov_cn")))
    at_most("grading by three packs over one", 4, found)


def test_reading_stored_findings_costs_no_more_than_grading_them(tmp_path: Path) -> None:
    with stored(tmp_path / "guard.db", 60) as store:
        work = list(facts(store).results())
        read = Job(run=lambda: list(facts(store).results()), units=1200)
        judge = Job(
            run=lambda: [grade(one.asset, one.findings, policy("gov_cn")) for one in work], units=1200
        )
        found = ratio(read, judge)
    at_most("reading stored findings over grading them", 1.5, found)


@pytest.mark.measure
@pytest.mark.parametrize("packs", [("gov_cn",), ("gov_cn", "pipl", "gbt35273")], ids=len)
def test_a_hundred_thousand_columns(tmp_path: Path, packs: tuple[str, ...]) -> None:
    path = tmp_path / "guard.db"
    stored(path, 5000).close()
    (tmp_path / "guard.yaml").write_text(f"policies: {{use: [{', '.join(packs)}]}}\n", encoding="utf-8")
    session = Session(config=load(None, {}, tmp_path), catalog=str(path), language="en")
    found = measured("simulate", packs, lambda: simulate(session, packs, (), "latest"))
    assert found.columns == 100_000
    flips = measured("grade", packs, lambda: regrade(session, "latest", dry_run=False))
    assert sum(bool(flip.column) for flip in flips) == len(found.flips)


def measured(what: str, packs: tuple[str, ...], work: Callable[[], Done]) -> Done:
    """What ``work`` makes; prints the time and the CPU of all its processes, and the largest one's memory."""
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    done = work()
    wall, cpu = time.perf_counter() - wall, sum(os.times()[:4]) - cpu
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"\n{what} of 100,000 stored columns, {len(packs)} packs, {cores()} processes: {wall:.1f} s, "
        f"{cpu:.1f} s of CPU, peak {peak // 1024} MB (budget 10 s)"
    )
    return done
