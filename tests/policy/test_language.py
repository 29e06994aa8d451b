"""The rule language: what a rule may ask and do, and what is refused with its file and line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from policy.policy_support import PACK, asset, finding, policy, types

from guard.model import Shape, UsageError
from guard.policy import Policy, load_pack
from guard.policy.condition import compile_when, types_in
from guard.policy.subject import coverage, subjects
from guard.policy.view import column_facts, view
from guard.text import LANGUAGES, lookup

COLUMNS = [("sfzh", "身份证号"), ("jd", "经度")]
FOUND = [
    replace(finding("sfzh", "resident_id_18"), shape=Shape(rows=100, facts={"subjects_seen": 50})),
    replace(finding("jd", "longitude"), shape=Shape(rows=100, facts={"decimals": 6})),
]
ASKED = [
    ({"source": "s"}, True),
    ({"source": ["x", "t*"]}, False),
    ({"system": "社保*"}, True),
    ({"department": "*医保局"}, True),
    ({"path": "db/t_*"}, True),
    ({"path": "t_*"}, False),
    ({"rows": {"at_least": 1000, "below": 1001}}, True),
    ({"rows": {"at_least": 1001}}, False),
    ({"subjects": {"at_least": 500, "below": 501}}, True),
    ({"subjects": {"at_least": 501}}, False),
    ({"coverage": {"at_least": 0.5}}, True),
    ({"coverage": {"at_least": 0.51}}, False),
    ({"together": ["resident_id_18", "longitude"]}, True),
    ({"together": ["resident_id_18", "latitude"]}, False),
    ({"neighbours": ["resident_id_18", "latitude"]}, True),
    ({"facts": {"precision": {"at_least": 6}}}, True),
    ({"facts": {"precision": {"at_least": 7}}}, False),
    ({"facts": {"min_class": {"below": 5}}}, False),
    ({"any": [{"source": "x"}, {"rows": {"at_least": 1000}}]}, True),
    ({"all": [{"source": "x"}, {"rows": {"at_least": 1000}}]}, False),
    ({"not": {"source": "x"}}, True),
]


def seen():
    pack = load_pack(PACK)
    made = Policy([replace(pack, thresholds={**pack.thresholds, "population": 1000})], types())
    table = asset(COLUMNS, name="t_ins", rows=1000, system="社保系统", department="市医保局")
    return view(table, FOUND, made), made


@pytest.mark.parametrize(("when", "holds"), ASKED, ids=str)
def test_what_a_table_rule_may_ask(when, holds) -> None:
    facts, _ = seen()
    assert compile_when(when)(facts.table) is holds


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"type": "resident_id_18"}, True),
        ({"category": "个人信息"}, True),
        ({"category": "公共数据"}, False),
        ({"comment": "@identity-number-words"}, True),
        ({"together": ["resident_id_18", "longitude"]}, True),
        ({"subjects": {"at_least": 500}}, True),
    ],
    ids=str,
)
def test_what_a_column_rule_may_ask(when, holds) -> None:
    facts, made = seen()
    assert compile_when(when)(column_facts(facts, 0, made)) is holds


def counted(*, rows=None, key="", facts=None, kind="resident_id_18", others=()):
    columns = [("c", "")]
    table = asset(columns, rows=rows)
    table = replace(table, columns=(replace(table.columns[0], key=key), *others))
    shape = Shape(rows=100, facts=facts) if facts is not None else None
    found = [replace(finding("c", kind), shape=shape), *(finding(other.name, None) for other in others)]
    return subjects(table, found, policy().types)


def test_subjects_are_counted_or_estimated_from_an_identifier() -> None:
    assert counted(facts={"subjects": 70, "subjects_seen": 70}, rows=5000) == 70
    assert counted(facts={"subjects_seen": 40}, rows=5000) == 2000
    assert counted(facts={"subjects_seen": 40}) == 40
    assert counted(key="unique", rows=5000) == 5000
    assert counted(key="pk", rows=5000) == 5000
    assert counted(rows=5000) is None
    assert counted(key="unique", rows=5000, kind="uscc") is None, "no body counts as a person"
    more = replace(asset([("d", "")]).columns[0], key="pk", position=1)
    assert counted(key="pk", rows=5000, others=(more,)) is None, "a part of a key is not unique"


def test_coverage_needs_to_know_the_whole() -> None:
    assert coverage(950.0, {}, {"population": 1000}) == 0.95
    assert coverage(None, {"divisions": 12}, {"population": 1000, "divisions": 16}) == 0.75
    assert coverage(10.0, {"divisions": 16}, {"population": 1000, "divisions": 16}) == 1.0
    assert coverage(950.0, {"divisions": 3}, {"population": 0, "divisions": 0}) is None


def test_codes_of_divisions_are_counted_and_names_are_not() -> None:
    codes = Shape(rows=40, distinct=13, min_length=6, max_length=6)
    for shape, number in ((codes, 13.0), (replace(codes, min_length=2), None)):
        found = [replace(finding("qh", "admin_division_6"), shape=shape)]
        facts = view(asset([("qh", "行政区划")]), found, policy()).table.facts
        assert facts.get("divisions") == number


def test_every_type_that_a_condition_names_is_told() -> None:
    when = {
        "together": [["a", "b"], ["c"]],
        "linked_by": ["d"],
        "not": {"type": "e"},
        "any": [{"neighbours": ["f"]}, {"all": [{"mixed": ["g"]}]}],
    }
    assert sorted(types_in(when)) == list("abcdefg")


HEAD = "rules:\n  - {id: own, standard: %s, clause: '%s', certainty: S, on: %s, when: %s, then: %s}\n"
BROKEN = [
    ("a source rule on columns", "x", "1", "source", "{name: [a]}", "{review: combination}", "policy-field"),
    ("no types", "x", "1", "source", "{rows: {at_least: 1}}", "{review: combination}", "policy-missing"),
    ("a flat group", "x", "1", "source", "{together: [income]}", "{review: combination}", "policy-shape"),
    ("an empty group", "x", "1", "source", "{together: [[]]}", "{review: combination}", "policy-shape"),
    ("no link", "x", "1", "source", "{together: [[income]], linked_by: []}", "{raise_to: L4}", "policy-shape"),
    ("a floor for tables", "x", "1", "source", "{together: [[income]]}", "{floor: L4}", "policy-field"),
    ("tables in a table", "x", "1", "table", "{tables: {at_least: 2}}", "{raise_to: L4}", "policy-field"),
    ("on something else", "x", "1", "database", "{rows: {at_least: 2}}", "{raise_to: L4}", "policy-choice"),
    ("no such number", "x", "1", "table", "{rows: {at_least: $subjects-mny}}", "{raise_to: L4}", "policy-threshold"),
    ("no such sharing", "x", "1", "column", "{personal: true}", "{sharing: refused}", "policy-choice"),
    ("no clause", "统计法", " ", "column", "{personal: true}", "{sharing: refused-by-law}", "policy-law"),
    ("a standard", "GB/T 43697-2024", "5", "column", "{personal: true}", "{sharing: refused-by-law}", "policy-law"),
]  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


@pytest.mark.parametrize("case", BROKEN, ids=[case[0] for case in BROKEN])
def test_what_a_rule_may_not_say_is_told_with_file_and_line(pack: Path, case) -> None:
    *parts, code = case[1:]
    (pack / "rules" / "99-own.yaml").write_text(HEAD % tuple(parts), "utf-8")
    with pytest.raises(UsageError) as caught:
        load_pack(pack)
    assert caught.value.id == code
    assert str(caught.value.params["file"]).endswith("99-own.yaml") and caught.value.params["line"] == 2
    for lang in LANGUAGES:
        assert all(lookup(f"errors.{code}.{part}", lang) for part in ("what", "why", "next"))


def test_a_refusal_that_cites_its_law_is_taken(pack: Path) -> None:
    text = HEAD % ("统计法", "Art 25", "column", "{personal: true}", "{sharing: refused-by-law}")
    (pack / "rules" / "99-own.yaml").write_text(text, "utf-8")
    made = Policy([load_pack(pack)], types())
    assert made.rule("own").then.sharing == "refused-by-law"


def test_a_number_by_name_is_the_packs_own() -> None:
    pack = load_pack(PACK)
    for many, holds in ((40, True), (60, False)):
        made = Policy([replace(pack, thresholds={**pack.thresholds, "subjects-many": many})], types())
        facts = view(asset(COLUMNS, rows=100), FOUND, made).table
        rule = next(item for item in made.table_rules if item.rule.id == "agg-subjects-1m")
        assert rule.holds(facts) is holds
