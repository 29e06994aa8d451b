"""Confidence as a probability: in range, from data, and never lowered by evidence that agrees."""

from __future__ import annotations

import pytest
from detect.names_support import detector, lexicon, table
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.calibrate import found, nothing, probability
from guard.model import Column, Evidence

WEIGHTS = lexicon()["fusion"]["calibration"]
KINDS = st.sampled_from(["name", "comment", "table", "value", "check", "dictionary"])
ITEM = st.builds(
    Evidence,
    kind=KINDS,
    type=st.sampled_from(["a", "b", ""]),
    weight=st.floats(-6, 6),
    hits=st.just(9),
    total=st.just(9),
)


@given(st.lists(ITEM, max_size=6), st.floats(-40, 40), st.none() | st.floats(-40, 40))
def test_it_is_a_probability(evidence: list[Evidence], odds: float, second: float | None) -> None:
    for model, features in (
        ("found", found("a", evidence, odds, second)),
        ("nothing", nothing(evidence, second, read=True)),
    ):
        assert 0 <= probability(WEIGHTS[model], features) <= 1


@given(
    st.lists(ITEM, max_size=5),
    st.floats(-2, 8),
    ITEM.filter(lambda item: item.weight > 0 and item.type == "a"),
)
def test_agreeing_evidence_never_lowers_it(evidence: list[Evidence], odds: float, more: Evidence) -> None:
    before = probability(WEIGHTS["found"], found("a", evidence, odds, None))
    after = probability(WEIGHTS["found"], found("a", [*evidence, more], odds + more.weight, None))
    assert after >= before


@given(st.floats(-2, 6), st.floats(0, 3))
def test_a_close_second_never_raises_it(odds: float, behind: float) -> None:
    alone = probability(WEIGHTS["found"], found("a", [], odds, None))
    assert probability(WEIGHTS["found"], found("a", [], odds, odds - behind)) <= alone


@pytest.mark.parametrize(("doubtful", "sure"), [("x7q", "create_time"), ("", "status")])
def test_a_name_that_says_no_type_is_surer_than_one_that_says_nothing(doubtful: str, sure: str) -> None:
    less, more = detector().findings(table(Column(name=doubtful, position=0), Column(name=sure, position=1)))
    assert less.type is more.type is None
    assert less.confidence < more.confidence
