"""Every rule finds what its cases say, in each dialect, and nothing else; its examples break and keep it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from gate.judged import violations

from guard.gate.checks import CHECKS
from guard.gate.rule import SEVERITIES, rules
from guard.text import LANGUAGES, lookup, t

CASES = Path(__file__).parent / "cases"
FAMILIES = ({"postgres"}, {"mysql"}, {"oracle", "dm"}, {"tsql"})
FEWER = {"cross-zone-foreign": 2, "foreign-copy": 2}  # not every dialect has foreign tables
CERTAINTIES = ("S", "M-h", "M-m", "M-l", "design")


def cases():
    for rule in rules():
        for at, case in enumerate(yaml.safe_load((CASES / f"{rule}.yaml").read_text("utf-8"))):
            yield pytest.param(rule, case, id=f"{rule}-{at}-{case['dialect']}")


@pytest.mark.parametrize(("rule", "case"), list(cases()))
def test_a_rule_finds_what_its_case_says_and_nothing_else(rule: str, case) -> None:
    files = case.get("files") or {"a.sql": case["sql"]}
    found = violations(files, case["dialect"], case.get("schema", ""), only=rule)
    wanted = case["violations"]
    assert len(found) == len(wanted), [
        (one.place.file, one.place.line, one.table, one.column, one.params) for one in found
    ]
    for one, said in zip(found, wanted, strict=True):
        known = {
            "line": one.place.line, "file": one.place.file, "table": one.table, "column": one.column,
            "type": one.type, "level": one.level, "severity": one.severity,
            "fix": one.fix.text if one.fix else "", "how": one.fix.how if one.fix else "",
        }  # fmt: skip
        params = {**one.params, **known}
        assert {key: params.get(key) for key in said} == dict(said)


@pytest.mark.parametrize("rule", rules().values(), ids=rules())
def test_the_bad_example_breaks_the_rule_and_the_good_one_does_not(rule) -> None:
    bad, good = rule.bad, rule.good
    assert violations(bad.sql, bad.dialect, bad.schema, only=rule.id)
    assert not violations(good.sql, good.dialect, good.schema, only=rule.id)


@pytest.mark.parametrize("rule", rules().values(), ids=rules())
def test_a_rule_says_what_why_and_how_in_both_languages_and_where_it_comes_from(rule) -> None:
    for lang in LANGUAGES:
        for part in ("name", "what", "why", "next"):
            assert lookup(f"gate.{rule.id}.{part}", lang), (lang, part)
    assert rule.check in CHECKS
    assert rule.severity in SEVERITIES
    assert rule.certainty in CERTAINTIES
    assert rule.standard or rule.certainty == "design"


@pytest.mark.parametrize("rule", rules().values(), ids=rules())
def test_the_sentence_of_a_violation_has_all_that_it_names(rule) -> None:
    for one in violations(rule.bad.sql, rule.bad.dialect, rule.bad.schema, only=rule.id):
        for lang in LANGUAGES:
            said = t(f"gate.{rule.id}.what", lang, **{"type_name": "…", **one.params})
            assert "{" not in said
            assert "[[" not in said


def test_there_are_at_least_fifteen_rules_each_with_passing_and_failing_cases_in_the_dialects() -> None:
    assert len(rules()) >= 15
    for rule in rules():
        found = yaml.safe_load((CASES / f"{rule}.yaml").read_text("utf-8"))
        spoken = {case["dialect"] for case in found}
        assert sum(bool(family & spoken) for family in FAMILIES) >= FEWER.get(rule, 4), rule
        assert any(case["violations"] for case in found), rule
        assert any(not case["violations"] for case in found), rule
