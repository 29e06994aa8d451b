"""A fingerprint stays when a script is moved or reformatted, and differs where the violation does."""

from dataclasses import replace

import pytest
from gate.found import violation

from guard.gate.suppress.fingerprint import DIGITS, fingerprint, fingerprints
from guard.model.gate import Place


def test_it_is_a_number_of_hexadecimal_digits() -> None:
    mark = fingerprint(violation())
    assert len(mark) == DIGITS >= 16
    assert int(mark, 16)


@pytest.mark.parametrize(
    "other",
    [
        violation(line=99),
        violation(file="moved/b.sql"),
        violation("HR.Employee.SFZH"),
        violation("hr.employee.ｓｆｚｈ"),
        violation(level="L4", params={"level": "L4", "mask": "sm4", "count": 7}),
        replace(violation(), severity="note", state="waived"),
    ],
    ids=["line", "file", "case", "width", "graded anew", "severity"],
)
def test_it_does_not_change_with(other) -> None:
    assert fingerprint(other) == fingerprint(violation())


@pytest.mark.parametrize(
    "other",
    [
        violation(rule="mask-missing"),
        violation("hr.person.sfzh"),
        violation("hr.employee.sjh"),
        violation(type="cn-mobile"),
        violation(params={"to": "public"}),
    ],
    ids=["rule", "table", "column", "type", "another name"],
)
def test_it_changes_with(other) -> None:
    assert fingerprint(other) != fingerprint(violation())


def test_two_names_that_run_into_each_other_are_told_apart() -> None:
    one, other = violation("a.bc"), violation("ab.c")
    assert fingerprint(one) != fingerprint(other)


def test_files_on_their_own_have_their_own() -> None:
    here, there = violation(), replace(violation(), place=Place(file="b.sql", line=3))
    assert fingerprint(here, isolated=True) != fingerprint(there, isolated=True)
    assert fingerprint(here, isolated=True) != fingerprint(here)


def test_equal_ones_of_one_run_are_numbered() -> None:
    first, second, other = fingerprints([violation(), violation(line=9), violation("hr.person.sfzh")])
    assert first == fingerprint(violation())
    assert second == fingerprint(violation(), ordinal=1) != first
    assert other == fingerprint(violation("hr.person.sfzh"))
