"""Flips of a simulation as lines: a heading says of its group only what holds for all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guard.cli import language
from guard.cli.policy_flips import table
from guard.ops.policy_simulate import Flip, Simulated

FLIP = Flip(
    asset="s/a", column="xm", type="person_name", what="level", before="undetermined", after="L2",
    rule="type-level", standard="GB 1", was="no-description",
)  # fmt: skip
TYPES = {"person_name": {"zh": "姓名", "en": "name"}}


@pytest.fixture
def chinese():
    before = language.current()
    language.use("zh")
    yield
    language.use(before)


def lines(*flips: Flip) -> str:
    made = Simulated(run="r", policy="p", draft="d", levels=("L1", "L2"), types=TYPES, flips=list(flips))
    made.matrix["undetermined", "L2"] = len(flips)
    return "\n".join(table(made))


def test_a_clause_that_all_share_stands_in_the_heading(chinese: None) -> None:
    assert "GB 1" in lines(FLIP, replace(FLIP, asset="s/b"))


def test_a_clause_of_one_is_not_cited_for_all(chinese: None) -> None:
    told = lines(FLIP, replace(FLIP, asset="s/b", standard="GB 2", was="kind-code"))
    assert "GB 1" not in told and "GB 2" not in told and "no-description" not in told
    assert told.count("[type-level]") == 1


def test_levels_types_and_rules_are_said_in_words(chinese: None) -> None:
    told = lines(FLIP)
    assert "undetermined" not in told and "person_name" not in told
    assert "待定 → L2" in told and "xm [姓名]" in told and "按数据类型的级别定级 [type-level]" in told
