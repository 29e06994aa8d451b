"""What a table's columns say together is measured while it is read, and only claimed as far as it was read."""

from __future__ import annotations

import random
from functools import cache

import pyarrow as pa
import pytest

from guard.model import Asset, AssetKind, Column, Coverage, Status
from guard.ops.engine import rules
from guard.policy.grade import grade
from guard.scan.judge import Judge
from guard.sdk import Sample

CHANCE = random.Random(7)


@cache
def judge() -> Judge:
    known = rules()
    return Judge(detector=known.detector(), grade=lambda a, f: grade(a, f, known.policy), key=b"k" * 32)


def read(
    columns: dict[str, list], *, parts: int = 1, whole: bool = True, rows: int | None = None, **comments
):
    """The result of one table that arrives in ``parts``: (name of the column -> facts, table)."""
    asset = Asset(
        source="s",
        path=("db", "t"),
        kind=AssetKind.TABLE,
        rows=rows,
        columns=tuple(
            Column(name=name, position=at, comment=comments.get(name, "")) for at, name in enumerate(columns)
        ),
    )
    batch = pa.record_batch([pa.array(values) for values in columns.values()], names=list(columns))
    profile = judge().profile(asset)
    size = -(-batch.num_rows // parts)
    for first in range(0, batch.num_rows, size):
        profile.add(Sample(asset, batch.slice(first, size)))
    status = Status.SCANNED if whole else Status.SAMPLED
    coverage = Coverage(status=status, rows=batch.num_rows, of=rows)
    result = judge().result(asset, profile, coverage, unit="u", location="l")
    facts = {
        finding.column: dict(finding.shape.facts) for finding in result.findings if finding.shape is not None
    }
    return facts, result


def people(number: int, *, again: int = 1) -> dict[str, list]:
    births = [
        f"19{CHANCE.randint(60, 99)}-0{CHANCE.randint(1, 9)}-1{CHANCE.randint(0, 9)}" for _ in range(number)
    ]
    return {
        "csrq": births * again,
        "xb": [CHANCE.choice("男女") for _ in range(number)] * again,
        "xzqhdm": [CHANCE.choice(["110101", "310104", "440305"]) for _ in range(number)] * again,
    }


SAID = {"csrq": "出生日期", "xb": "性别", "xzqhdm": "行政区划代码"}


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_k_is_the_fewest_rows_that_share_birth_date_gender_and_place(parts) -> None:
    facts, result = read(people(40, again=6), parts=parts, **SAID)
    assert facts["csrq"]["quasi"] == 3
    assert facts["csrq"]["min_class"] >= 6
    assert facts["csrq"]["below_5"] == 0
    assert "agg-small-class" not in {reason.rule for reason in result.table.reasons}


def test_one_person_who_stands_alone_makes_k_one() -> None:
    columns = people(40, again=6)
    for name, value in (("csrq", "1931-01-01"), ("xb", "男"), ("xzqhdm", "110101")):
        columns[name].append(value)
    facts, result = read(columns, parts=3, **SAID)
    assert facts["csrq"]["min_class"] == 1
    assert 0 < facts["csrq"]["below_5"] < 0.05
    assert "agg-small-class" in {reason.rule for reason in result.table.reasons}


def test_k_of_a_sample_is_never_k_of_the_table() -> None:
    facts, result = read(people(200), whole=False, rows=1_000_000, **SAID)
    assert "min_class" not in facts["csrq"]
    assert facts["csrq"]["min_class_seen"] >= 1
    said = {reason.rule for reason in result.table.reasons}
    assert "agg-small-class" not in said and "agg-quasi-unmeasured" in said


def phones(number: int) -> list[str]:
    return [f"138{CHANCE.randint(0, 10**8 - 1):08}" for _ in range(number)]


def test_subjects_are_counted_where_all_rows_were_read() -> None:
    numbers = phones(90)
    facts, _ = read({"sjh": numbers * 5}, parts=4, sjh="手机号码")
    assert facts["sjh"]["subjects"] == len(set(numbers))


def test_subjects_of_a_sample_are_an_estimate_and_named_so() -> None:
    facts, result = read({"sjh": phones(300)}, whole=False, rows=3_000_000, sjh="手机号码")
    assert "subjects" not in facts["sjh"]
    assert facts["sjh"]["subjects_seen"] == 300
    assert "agg-subjects-1m" in {reason.rule for reason in result.table.reasons}


def test_three_places_in_time_of_one_subject_are_a_trace() -> None:
    numbers = phones(20)
    rows = [(who, moment) for moment in range(3) for who in numbers]
    columns = {
        "sjh": [who for who, _ in rows],
        "dwsj": [f"2026-03-0{moment + 1} 08:1{moment}:00" for _, moment in rows],
        "jd": [f"116.{CHANCE.randint(100000, 999999)}" for _ in rows],
        "wd": [f"39.{CHANCE.randint(100000, 999999)}" for _ in rows],
    }
    said = {"sjh": "手机号码", "dwsj": "定位时间", "jd": "经度", "wd": "纬度"}
    facts, result = read(columns, parts=2, **said)
    assert facts["sjh"]["points"] == 3
    assert facts["sjh"]["traced"] == len(set(numbers))
    assert "agg-trace-measured" in {reason.rule for reason in result.table.reasons}
    once, _ = read({name: values[:20] for name, values in columns.items()}, **said)
    assert once["sjh"]["points"] == 1


def test_ages_in_years_tell_children() -> None:
    facts, result = read(
        {"nl": [8, 35, 60, 41] * 30, "xm": ["张伟", "王芳", "李娜", "刘洋"] * 30}, nl="年龄", xm="姓名"
    )
    assert (facts["nl"]["min_age"], facts["nl"]["max_age"], facts["nl"]["minors"]) == (8, 60, 0.25)
    assert "agg-minor-sensitive" in {reason.rule for reason in result.table.reasons}
    assert result.table.sensitive


def test_coordinate_pairs_tell_their_precision() -> None:
    facts, _ = read(
        {"zb": [f"116.{CHANCE.randint(100000, 999999)},39.909230" for _ in range(40)]}, zb="经纬度"
    )
    assert facts["zb"]["decimals"] == 6


def test_a_table_without_such_columns_has_no_such_fact() -> None:
    facts, _ = read({"je": ["12.50", "13.25"] * 30, "zt": ["1", "0"] * 30}, parts=2, je="金额", zt="状态")
    assert facts == {"je": {"decimals": 2.0}, "zt": {}}


def test_no_value_is_in_what_is_kept() -> None:
    numbers = phones(30)
    _, result = read({"sjh": numbers, **people(30)}, sjh="手机号码", **SAID)
    told = repr(result)
    assert not any(number in told for number in numbers)


def test_a_grade_from_what_is_stored_is_the_same_grade() -> None:
    _, result = read(people(40), **SAID)
    again = judge().grade(result.asset, result.findings)
    assert again.table == result.table
