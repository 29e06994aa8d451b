"""The shipped pack's golden cases hold, and a wrong expectation is caught."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy.policy_support import PACK, policy

from guard.model import UsageError
from guard.policy import check
from guard.policy.golden import count, failures, run
from guard.policy.golden import test as golden


def test_every_golden_case_holds() -> None:
    assert failures(policy()) == ()
    outcome = golden(PACK, policy().types.values())
    assert (outcome.cases, outcome.failures) == (count(policy()), ())


def test_there_are_enough_cases_and_each_cites_a_clause() -> None:
    assert count(policy()) >= 40


def test_the_shipped_pack_has_no_issue() -> None:
    assert check(PACK, policy().types.values()) == ()


def _case(folder: Path, text: str) -> Path:
    path = folder / "x.test.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_wrong_expectation_is_a_failure_with_its_line(tmp_path: Path) -> None:
    path = _case(
        tmp_path,
        """cases:
  - name: wrong
    clause: none
    columns:
      - name: xm
        comment: 姓名
        type: person_name
        expect:
          level: L4
          rules: [no-such-rule]
          without: [type-level]
""",
    )
    found = list(run(path, policy()))
    assert [(item.field, item.line, item.column) for item in found] == [
        ("level", 9, "xm"),
        ("rules", 10, "xm"),
        ("without", 11, "xm"),
    ]
    assert str(found[0]).startswith(f"{path}:9: wrong: xm.level: 'L4', got 'L2'")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cases:\n  - {name: a, clause: b, columns: [{name: x, expect: {levle: L1}}]}\n", "policy-field"),
        (
            "cases:\n  - {name: a, clause: b, columns: [{name: x, type: persn_name, expect: {}}]}\n",
            "policy-type",
        ),
        ("cases:\n  - {name: a, columns: [{name: x, expect: {}}]}\n", "policy-missing"),
        ("cases:\n  - {name: a, clause: [\n", "yaml-broken"),
    ],
)
def test_a_broken_case_is_a_usage_error(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        list(run(_case(tmp_path, text), policy()))
    assert caught.value.id == code
    assert caught.value.params["line"] >= 2
