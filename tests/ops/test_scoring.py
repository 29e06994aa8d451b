"""Rates, confusions and calibration of judged columns, on cases worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.ops.scoring import NONE, Judged, Score, auto, calibration_error


def one(labels: str, found: str, confidence: float = 0.9, place: str = "t/c", group: str = "g") -> Judged:
    return Judged(
        place=place, group=group, labels=tuple(labels.split("|")), found=found, confidence=confidence
    )


def test_a_wrong_type_counts_against_both_types() -> None:
    score = Score([one("a", "a"), one("a", "b"), one("b", "b"), one(NONE, "b"), one("a", NONE)])
    assert (score.types["a"].hits, score.types["a"].false, score.types["a"].missed) == (1, 0, 2)
    assert (score.types["b"].hits, score.types["b"].false, score.types["b"].missed) == (1, 2, 0)
    assert score.types["b"].precision == pytest.approx(1 / 3)
    assert score.total.f1 == pytest.approx(2 * 2 / (2 * 2 + 2 + 2))
    assert score.confusions[0] == ("a", "b", 1)


def test_where_it_is_open_if_there_is_anything_nothing_is_a_hit_or_a_miss() -> None:
    score = Score([one(f"a|{NONE}", "a"), one(f"a|{NONE}", NONE)])
    assert (score.types, score.accepted) == ({}, 1.0)


def test_any_of_several_right_answers_is_right() -> None:
    score = Score([one("a|b", "b")])
    assert score.types["a"].hits == 1
    assert score.accepted == 1.0


def test_what_is_missed_is_named_once() -> None:
    score = Score([one("a", NONE, place="t/x"), one("a", NONE, place="t/x"), one("a", "b", place="t/y")])
    assert score.missed("a") == ["t/x", "t/y"]


def test_calibration_error_by_hand() -> None:
    # Ten columns at 0.9 of which six are right: 0.3 off; ten at 0.5 of which five are: nothing off.
    pairs = [(0.9, at < 6) for at in range(10)] + [(0.5, at < 5) for at in range(10)]
    assert calibration_error(pairs) == pytest.approx(0.15)


def test_the_most_that_can_be_confirmed() -> None:
    pairs = [(0.99, True)] * 100 + [(0.95, True)] * 98 + [(0.95, False)] * 2 + [(0.5, False)] * 10
    most = auto(pairs)
    assert (most.columns, most.threshold) == (200, 0.95)
    assert most.share == pytest.approx(200 / 210)


def test_equal_confidences_are_never_parted() -> None:
    assert auto([(0.9, True)] * 9 + [(0.9, False)]).columns == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60))
def test_measures_stay_in_range(pairs: list[tuple[float, bool]]) -> None:
    assert 0 <= calibration_error(pairs) <= 1
    assert 0 <= auto(pairs).columns <= len(pairs)
