"""Where RE2 is not installed, Python's parser refuses the same patterns, but for what only RE2 can tell."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from guard.policy.patterns import fault, fault_without_re2

CASES = yaml.safe_load((Path(__file__).parent / "patterns.yaml").read_text("utf-8"))
ONLY_RE2 = {"unknown script", "a list of thousands of words", "a counter of a million"}


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["why"])
def test_what_re2_refuses_is_refused_without_it(case) -> None:
    found = fault_without_re2(case["pattern"] * case.get("times", 1))
    if case["why"] in ONLY_RE2:
        assert found is None
    else:
        assert found is not None
        assert found.code == case["error"]


@pytest.mark.parametrize("case", CASES["harmless"], ids=lambda case: case["why"])
def test_what_re2_takes_is_taken_without_it(case) -> None:
    assert fault_without_re2(case["pattern"]) is None


@pytest.mark.parametrize("pattern", [r"\p{Han}{2}", r"[[:alpha:]]x", r"\x{4e00}", r"(?i-s:a)b", r"a\z"])
def test_what_only_re2_can_read_is_taken_as_right(pattern: str) -> None:
    assert fault(pattern) is None
    assert fault_without_re2(pattern) is None
