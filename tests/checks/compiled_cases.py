"""Run by ``test_compiled.py`` in a process of its own, in which numba checks every index."""

import os

import numpy as np
import pytest
from checks.test_twins import RIGHT, WRONG
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.checks import CHECKS, judge
from guard.checks.compiled import COMPILED, evaluate

GLUE = "，x1-"
MARKS = [" ", "-", "'", '"', "=", "\t", "‐", "―"]
ALPHABET = "0123456789XxAGIZabz-()+/ 年é"


def spans(values: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The values in one buffer, glued to other text on both sides."""
    pieces, starts, ends, place = [], [], [], 0
    for value in values:
        raw, glue = value.encode(), GLUE.encode()
        pieces += [glue, raw]
        starts.append(place + len(glue))
        ends.append(place + len(glue) + len(raw))
        place = ends[-1]
    return np.frombuffer(b"".join(pieces), dtype=np.uint8), np.array(starts), np.array(ends)


def edited(seed: str) -> st.SearchStrategy[str]:
    """The seed with one character put, changed or taken away, in either case."""
    place, mark = st.integers(0, len(seed) - 1), st.sampled_from(ALPHABET)
    edit = st.tuples(place, mark, st.integers(0, 1), st.booleans(), st.booleans()).map(
        lambda e: seed[: e[0]] + (e[1] if e[3] else "") + seed[e[0] + e[2] :] if e[4] else seed
    )
    return st.one_of(edit, edit.map(str.lower), edit.map(str.upper))


def values_of(name: str) -> st.SearchStrategy[list[str]]:
    seeds = st.sampled_from(RIGHT[name] + WRONG[name]).flatmap(edited)
    width = st.sampled_from(sorted(CHECKS[name].widths) or [8, 16, 40, 70])
    digits = width.flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size))
    anything = st.text(ALPHABET, max_size=70)
    return st.lists(st.one_of(seeds, digits, anything), min_size=1, max_size=20)


@pytest.mark.parametrize("name", COMPILED)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_machine_code_agrees_with_numpy(name: str, data: st.DataObject) -> None:
    buffer = spans(data.draw(values_of(name)))
    assert evaluate(name, *buffer).tolist() == judge(CHECKS[name], *buffer).tolist()


@pytest.mark.parametrize("name", COMPILED)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_separators_are_left_out(name: str, data: st.DataObject) -> None:
    marks = data.draw(st.lists(st.sampled_from(MARKS), min_size=1, max_size=4))
    values = [
        "".join(part + marks[(row + place) % len(marks)] for place, part in enumerate(value))
        for row, value in enumerate(data.draw(values_of(name)))
    ]
    buffer = spans(values)
    expected = judge(CHECKS[name], *buffer, skip_separators=True)
    assert evaluate(name, *buffer, skip_separators=True).tolist() == expected.tolist()


@pytest.mark.parametrize("name", COMPILED)
def test_examples(name: str) -> None:
    buffer = spans(RIGHT[name] + WRONG[name])
    assert evaluate(name, *buffer).tolist() == [True] * len(RIGHT[name]) + [False] * len(WRONG[name])


def test_indexes_are_checked_here() -> None:
    from numba import njit

    assert os.environ["NUMBA_BOUNDSCHECK"] == "1"
    with pytest.raises(IndexError):
        njit(lambda v: v[len(v)])(np.zeros(3, dtype=np.uint8))
