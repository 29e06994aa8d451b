"""Hashes tell equal values by the value alone; a sketch counts them in bounded room."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.detect.sketch import LONGEST, Sketch, hashes, together
from guard.detect.trace import Traces

text = st.text(max_size=30)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.none(), text), max_size=40))
def test_equal_texts_have_equal_hashes_and_others_others(values) -> None:
    found = hashes(pa.array(values, pa.string()))
    assert found is not None
    known: dict[str | None, int] = {}
    for value, key in zip(values, found.tolist(), strict=True):
        assert known.setdefault(value, key) == key
    assert len(set(known.values())) == len(known)
    assert known.get(None, 0) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(text, min_size=1, max_size=40), st.integers(1, 39))
def test_a_hash_does_not_depend_on_the_values_around(values, cut) -> None:
    whole = hashes(pa.array(values))
    first, rest = hashes(pa.array(values[:cut])), hashes(pa.array(values).slice(min(cut, len(values))))
    assert np.array_equal(whole, np.concatenate([first, rest]))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, None, 1], pa.int16()),
        ([1.5, 2.5, None, 1.5], pa.float32()),
        ([True, False, None, True], pa.bool_()),
        ([date(1990, 1, 1), date(1990, 1, 2), None, date(1990, 1, 1)], pa.date32()),
        ([datetime(2026, 1, 1), datetime(2026, 1, 2), None, datetime(2026, 1, 1)], pa.timestamp("us")),
        ([Decimal("1.50"), Decimal("2.50"), None, Decimal("1.50")], pa.decimal128(9, 2)),
        ([b"a", b"b", None, b"a"], pa.binary()),
        (["a", "b", None, "a"], pa.large_string()),
        (["a", "b", None, "a"], pa.dictionary(pa.int32(), pa.string())),
    ],
)
def test_every_kind_of_value_has_one(values, kind) -> None:
    a, b, none, again = hashes(pa.array(values, kind)).tolist()
    assert a == again != b and a != 0 != b and none == 0


def test_nested_values_have_none() -> None:
    assert hashes(pa.array([[1], [2]])) is None


def test_texts_that_are_no_utf8_are_told_apart_too() -> None:
    raw = pa.array([b"\xff\xfe", b"\xff\xfd", b"\xff\xfe"])
    broken = pa.Array.from_buffers(pa.string(), 3, raw.buffers())
    first, second, third = hashes(broken).tolist()
    assert first == third != second


def test_only_so_many_bytes_of_a_value_are_told_apart() -> None:
    first, second = hashes(pa.array(["x" * LONGEST + "a", "x" * LONGEST + "b"])).tolist()
    assert first == second


def test_several_columns_have_one_hash_that_knows_their_order() -> None:
    a, b = hashes(pa.array(["x", "y", None])), hashes(pa.array(["y", "x", None]))
    found = together([a, b]).tolist()
    assert found[0] != found[1] and found[2] == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(1, 30), max_size=60), max_size=5))
def test_a_sketch_that_has_room_counts_exactly(samples) -> None:
    sketch = Sketch(most=16)
    every = [value for part in samples for value in part]
    for part in samples:
        sketch.add(hashes(pa.array(part, pa.int64())))
    if len(set(every)) <= 16:
        assert sketch.share == 1.0
        assert sketch.distinct == len(set(every))
        assert sorted(sketch.counts()) == sorted(every.count(value) for value in set(every))


def test_a_sketch_without_room_keeps_whole_classes_and_tells_how_many_there_are() -> None:
    sketch = Sketch(most=1000)
    for part in np.array_split(np.repeat(np.arange(60_000), 3), 20):
        sketch.add(hashes(pa.array(part)))
    assert sketch.share < 1
    assert len(sketch.counts()) <= 1000
    assert abs(sketch.distinct / 60_000 - 1) < 0.15
    assert set(sketch.counts().tolist()) == {3}


def test_points_are_counted_once_a_subject() -> None:
    traces = Traces()
    traces.add(hashes(pa.array(["a", "a", "a", "b", None])), hashes(pa.array([1, 2, 2, 1, 9])))
    traces.add(hashes(pa.array(["a", "b"])), hashes(pa.array([3, None], pa.int64())))
    assert sorted(traces.points().tolist()) == [1, 3]


def test_points_of_some_subjects_are_kept_whole_where_there_are_too_many() -> None:
    traces = Traces(most=500)
    for moment in range(4):
        traces.add(hashes(pa.array(np.arange(2000))), hashes(pa.array(np.full(2000, moment, dtype=np.int64))))
    points = traces.points()
    assert 0 < len(points) <= 500 and set(points.tolist()) == {4}
