"""Grading is monotone, deterministic and independent of the order of rules."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from policy.policy_support import PACK, asset, finding, policy, types

from guard.model import UNDETERMINED, Finding, Mixed, Shape
from guard.policy import Policy, grade, load_pack, rollup
from guard.policy.grade import Graded
from guard.policy.pack import COMMON

KNOWN = [item.id for item in types()]
WORDS = [
    "姓名",
    "状态",
    "金额",
    "备注",
    "创建时间",
    "用户编号",
    "诊断",
    "",
    "联系电话",
    "面积",
    "公司地址",
    "密码",
]
NAMES = ["id", "xm", "amount", "user_id", "zt", "c1", "bz", "create_time", "sfzh", "address", "口令", "jg"]
TABLES = ["", "人员信息", "企业信息", "患者", "订单", "字典", "幼儿园儿童", "日志", "车辆"]
columns = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(WORDS)), min_size=1, max_size=5)
EXACT = ("gov_cn", "health_cn", "gbt35273", "zhejiang")
found = st.one_of(st.none(), st.sampled_from(KNOWN))


def rank(level: str) -> int:
    return policy().rank.get(level, -1)


@st.composite
def cases(draw):
    parts = draw(columns)
    table = asset(
        parts, comment=draw(st.sampled_from(TABLES)), rows=draw(st.sampled_from([None, 10, 2_000_000]))
    )
    findings = [finding(part[0], draw(found), draw(st.sampled_from([0.3, 0.7, 0.97]))) for part in parts]
    return table, findings


def not_lower(before: Graded, after: Graded, *, columns_of: int) -> None:
    for old, new in zip(before.columns[:columns_of], after.columns[:columns_of], strict=True):
        assert rank(new.level) >= rank(old.level)
        assert policy().rank.get(new.candidate, -1) >= policy().rank.get(old.candidate, -1)
    assert rank(after.table.level) >= rank(before.table.level)
    assert policy().rank.get(after.table.candidate, -1) >= policy().rank.get(before.table.candidate, -1)


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from([name for name in KNOWN if name != "secret_marking"]), st.integers(1, 50))
def test_a_minority_type_never_lowers(case, extra: str, hits: int) -> None:
    table, findings = case
    more = [replace(findings[0], mixed=(Mixed(type=extra, hits=hits, total=100),)), *findings[1:]]
    not_lower(grade(table, findings, policy()), grade(table, more, policy()), columns_of=len(findings))


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(KNOWN))
def test_one_more_typed_column_never_lowers(case, extra: str) -> None:
    table, findings = case
    wider = asset(
        [(c.name, c.comment) for c in table.columns] + [("z9", "")], comment=table.comment, rows=table.rows
    )
    more = [*findings, finding("z9", extra)]
    if extra == "secret_marking":
        return
    not_lower(grade(table, findings, policy()), grade(wider, more, policy()), columns_of=len(findings))


@settings(max_examples=100, deadline=None)
@given(cases(), st.floats(0, 13), st.floats(0, 100))
def test_measured_ages_never_lower(case, low: float, high: float) -> None:
    table, findings = case
    facts = {"min_age": low, "max_age": max(low, high)}
    more = [replace(findings[0], shape=Shape(rows=10, facts=facts)), *findings[1:]]
    not_lower(grade(table, findings, policy()), grade(table, more, policy()), columns_of=len(findings))


DERIVED = st.fixed_dictionaries(
    {},
    optional={
        "subjects": st.sampled_from([10.0, 2e5, 2e6, 2e7]),
        "subjects_seen": st.sampled_from([1.0, 10.0]),
        "points": st.floats(1, 9),
        "quasi": st.floats(2, 6),
        "min_class": st.floats(1, 50),
        "decimals": st.floats(0, 9),
        "min_age": st.floats(0, 90),
    },
)


@settings(max_examples=150, deadline=None)
@given(cases(), DERIVED)
def test_what_is_measured_of_a_table_never_lowers(case, facts) -> None:
    table, findings = case
    more = [replace(findings[0], shape=Shape(rows=10, facts=facts)), *findings[1:]]
    not_lower(grade(table, findings, policy()), grade(table, more, policy()), columns_of=len(findings))


@settings(max_examples=100, deadline=None)
@given(cases(), DERIVED, st.sampled_from(["subjects", "points", "quasi"]), st.floats(1, 1e8))
def test_more_of_a_measure_never_lowers(case, facts, name: str, more: float) -> None:
    table, findings = case
    few = [replace(findings[0], shape=Shape(rows=10, facts=facts)), *findings[1:]]
    grown = {**facts, name: facts.get(name, 0.0) + more}
    many = [replace(findings[0], shape=Shape(rows=10, facts=grown)), *findings[1:]]
    not_lower(grade(table, few, policy()), grade(table, many, policy()), columns_of=len(findings))


@settings(max_examples=100, deadline=None)
@given(cases(), st.sampled_from([name for name in KNOWN if name != "secret_marking"]))
def test_a_key_and_its_uniqueness_never_lower_a_candidate(case, kind: str) -> None:
    table, findings = case
    found = [finding(findings[0].column, kind), *findings[1:]]
    columns = (replace(table.columns[0], key="unique"), *table.columns[1:])
    before, after = grade(table, found, policy()), grade(replace(table, columns=columns), found, policy())
    assert policy().rank.get(after.table.candidate, -1) >= policy().rank.get(before.table.candidate, -1)


@settings(max_examples=20, deadline=None)
@given(cases(), st.permutations(EXACT))
def test_the_order_of_exact_packs_does_not_matter(case, order) -> None:
    """Each says the same, and the strictest counts."""
    _same(case, _together(EXACT), _together(tuple(order)))


@settings(max_examples=20, deadline=None)
@given(cases(), st.permutations(("pipl", "gdpr", "gbt35273")))
def test_the_order_of_packs_beside_does_not_matter(case, order) -> None:
    first = _together(("gov_cn", "pipl", "gdpr", "gbt35273"))
    _same(case, first, _together(("gov_cn", *order)))


def _same(case, made: Policy, other: Policy) -> None:
    table, findings = case
    first, second = grade(table, findings, made), grade(table, findings, other)
    for own, theirs in zip((*first.columns, first.table), (*second.columns, second.table), strict=True):
        assert {item.pack: item.level for item in theirs.opinions} == {
            item.pack: item.level for item in own.opinions
        }
        for side, answer in ((made, own), (other, theirs)):
            if UNDETERMINED not in (own.level, theirs.level):
                assert _common(side.maps[answer.level]) == _common(*(item.mapped for item in own.opinions))
        assert (own.level == UNDETERMINED) == (theirs.level == UNDETERMINED)
        assert _common(made.maps.get(own.candidate, "")) == _common(other.maps.get(theirs.candidate, ""))


def _common(*levels: str) -> int:
    return max((COMMON.index(level) for level in levels if level), default=-1)


@cache
def _together(order: tuple[str, ...]) -> Policy:
    return Policy([load_pack(PACK.parent / name) for name in order], types())


@settings(max_examples=100, deadline=None)
@given(cases())
def test_more_rows_never_lower(case) -> None:
    table, findings = case
    more = replace(table, rows=20_000_000)
    not_lower(grade(table, findings, policy()), grade(more, findings, policy()), columns_of=len(findings))


@settings(max_examples=100, deadline=None)
@given(cases())
def test_grading_twice_equals_once(case) -> None:
    table, findings = case
    assert grade(table, findings, policy()) == grade(table, findings, policy())


def test_the_order_of_rules_does_not_matter() -> None:
    pack = load_pack(PACK)
    rules = list(pack.rules)
    random.Random(3).shuffle(rules)
    other = Policy([replace(pack, rules=tuple(rules))], types())
    chance = random.Random(5)
    for _ in range(200):
        parts = [(chance.choice(NAMES), chance.choice(WORDS)) for _ in range(4)]
        table = asset(parts, comment=chance.choice(TABLES), rows=chance.choice([None, 3_000_000]))
        findings = [finding(part[0], chance.choice([None, *KNOWN])) for part in parts]
        assert grade(table, findings, policy()) == grade(table, findings, other)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_every_column_has_an_answer_and_a_reason(case) -> None:
    table, findings = case
    graded = grade(table, findings, policy())
    domains = {domain.id for domain in policy().base.domains}
    for answer in (*graded.columns, graded.table):
        assert answer.level in (*policy().general, UNDETERMINED)
        assert answer.domain in domains
        assert answer.category
        assert answer.reasons
        assert answer.confirmable == (not answer.review)
    for answer in graded.columns:
        assert any(reason.effect in ("level", "floor", "raise", "scope") for reason in answer.reasons)


def test_no_finding_at_all_still_grades_every_column() -> None:
    table = asset([("id", "主键"), ("amount", "缴费金额")])
    assert [item.level for item in grade(table, (), policy()).columns] == ["L1", "L3"]


def test_findings_that_do_not_fit_are_refused() -> None:
    table = asset([("id", "主键"), ("xm", "姓名")])
    try:
        grade(table, [Finding(column="id", type=None, confidence=0.0)], policy())
    except ValueError as error:
        assert "1 findings for 2 columns" in str(error)
    else:
        raise AssertionError("one finding for two columns was taken")


def test_a_source_takes_its_highest_table_and_says_what_is_open() -> None:
    person = grade(asset([("xm", "姓名")], comment="人员"), [finding("xm", "person_name")], policy()).table
    health = grade(asset([("zd", "诊断")], comment="患者"), [finding("zd", "diagnosis")], policy()).table
    opaque = grade(asset([("c9", "")], name="t9"), [finding("c9", None)], policy()).table
    source = rollup([person, health, opaque], policy())
    assert source.level == health.level == "L4"
    assert source.reasons[0].params == {"of": 3, "undetermined": 1}
    assert rollup([], policy()).level == UNDETERMINED
