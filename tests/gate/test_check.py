"""All rules over one context: each violation once, in order, as severe as guard.yaml wants it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gate.judged import context, violations

from guard.gate.check import check
from guard.gate.checks import CHECKS
from guard.gate.rule import rules

SQL = """CREATE TABLE a (
  sfzh varchar(18),
  yhkh varchar(19)
);
"""


def test_violations_come_in_the_order_of_files_and_lines() -> None:
    found = violations({"b.sql": "CREATE TABLE c (sfzh varchar(18));", "a.sql": SQL})
    places = [(one.place.file, one.place.line) for one in found]
    assert places == sorted(places)
    assert {file for file, _ in places} == {"a.sql", "b.sql"}


def test_the_same_violation_is_said_once() -> None:
    rule = rules()["sensitive-undeclared"]
    seen = context({"a.sql": SQL})
    assert len(check(seen, [rule, rule])) == 2


@pytest.mark.parametrize(
    "copy", ["TABLE b (LIKE a)", "TABLE b PARTITION OF a DEFAULT", "TABLE b () INHERITS (a)"]
)
def test_what_several_tables_have_from_one_definition_is_said_once(copy: str) -> None:
    found = violations(f"{SQL}CREATE {copy};", only="sensitive-undeclared")
    assert [(one.table, one.place.line) for one in found] == [("a", 2), ("a", 3)]
    (own,) = violations(
        f"{SQL}CREATE {copy};\nALTER TABLE b ADD hzhm varchar(9);", only="sensitive-undeclared"
    )[2:]
    assert (own.table, own.column) == ("b", "hzhm")
    moved = violations(f"{SQL}CREATE {copy};\nDROP TABLE a;", only="sensitive-undeclared")
    assert {one.table for one in moved} == {"b"}


def test_a_rule_can_be_made_milder_or_switched_off() -> None:
    seen, rule = context({"a.sql": SQL}), rules()["sensitive-undeclared"]
    assert {one.severity for one in check(seen, [rule])} == {"error"}
    assert {one.severity for one in check(seen, [rule], {rule.id: "note"})} == {"note"}
    assert check(seen, [rule], {rule.id: "off"}) == ()


def test_what_a_check_made_milder_does_not_become_more_severe() -> None:
    sql = "CREATE TABLE a (\n sjhm varchar(11) -- guard: level=L1\n);"
    seen, rule = context({"a.sql": sql}), rules()["level-below-judged"]
    (found,) = check(seen, [rule])
    assert found.severity == "warning"
    (found,) = check(seen, [rule], {rule.id: "note"})
    assert found.severity == "note"


def test_the_levels_from_which_rules_ask_can_be_set() -> None:
    sql = "CREATE TABLE a (id bigint, sjhm varchar(11));"
    rule = rules()["sensitive-undeclared"]
    assert check(context({"a.sql": sql}), [rule]) == ()
    assert len(check(context({"a.sql": sql}, declare_from="L2"), [rule])) == 1


def test_a_rule_whose_check_is_not_known_is_an_error() -> None:
    with pytest.raises(KeyError):
        check(context({"a.sql": SQL}), [replace(rules()["mask-missing"], check="none")])


def test_every_check_serves_a_rule() -> None:
    assert {rule.check for rule in rules().values()} == set(CHECKS)
