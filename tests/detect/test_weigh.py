"""Check digits are judged against chance: a mod-11 digit passes one number in eleven."""

from __future__ import annotations

import random

import pytest
from detect.names_support import judged
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.weigh import luck
from guard.model import Column

DRAW = random.Random(11)


def random_numbers(first: str, length: int, count: int = 200) -> list[str | None]:
    return [first + "".join(DRAW.choices("0123456789", k=length - len(first))) for _ in range(count)]


@pytest.mark.parametrize(("chance", "matched"), [(1 / 11, 220), (1 / 10, 200), (1 / 31, 310)])
def test_as_many_as_chance_would_pass_speak_against(chance: float, matched: int) -> None:
    assert luck(round(matched * chance), matched, chance) < -10
    assert luck(matched, matched, chance) > 10


def test_one_that_passes_by_luck_proves_little_and_each_more_proves_more() -> None:
    odds = [luck(passed, passed, 1 / 10) for passed in range(1, 6)]
    assert odds[0] < 2.6
    assert odds == sorted(odds)


@given(st.integers(1, 500), st.data())
def test_a_failure_never_helps(matched: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, matched))
    assert luck(passed, matched + 1, 1 / 11) < luck(passed, matched, 1 / 11)


@pytest.mark.parametrize(
    ("values", "never"),
    [
        (random_numbers("62", 16), "bank_card"),
        (random_numbers("11010119900307", 18), "resident_id_18"),
        (random_numbers("86", 15), "imei"),
        (random_numbers("", 18), "resident_id_18"),
    ],
)
def test_random_numbers_of_the_right_shape_are_not_the_type(values: list[str | None], never: str) -> None:
    assert judged(Column(name="c1", position=0), values).type != never
