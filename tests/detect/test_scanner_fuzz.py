"""Both engines against each other and against Python's ``re``: nothing missed, nothing invented.

``GUARD_FUZZ_VALUES``, ``GUARD_FUZZ_SEED`` and ``GUARD_FUZZ_RULES`` (one rule in how many is judged a
round) make a longer soak of it: ``.ci/fuzz``.
"""

from __future__ import annotations

import os
import random
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from detect import fuzz_reference as reference
from detect import fuzz_strings as strings
from detect.values_support import catalogue

from guard.checks.native import unavailable
from guard.detect.rules import Hits, Matches, Rule
from guard.detect.scanner import Scanner

SEED = int(os.environ.get("GUARD_FUZZ_SEED", "20260101"))
VALUES = int(os.environ.get("GUARD_FUZZ_VALUES", "200000"))
ONE_IN = int(os.environ.get("GUARD_FUZZ_RULES", "3"))
ROUND, SLOW, EXACT, EACH = 20_000, 3_000, 800, 40
OWN = yaml.safe_load((Path(__file__).parents[1] / "benchmarks/patterns.yaml").read_text("utf-8"))

compiled = pytest.mark.skipif(unavailable() is not None, reason=f"no compiled engine: {unavailable()}")


@cache
def rules(*, embedded: bool) -> tuple[Rule, ...]:
    """The catalogue's rules (those that may stand inside text), and portable ones of many kinds."""
    types = catalogue().embedded if embedded else catalogue().shaped
    only = {"whole": not embedded, "inside": embedded}
    shipped = tuple(Rule(name=one.id, pattern=one.pattern, form=one.form, **only) for one in types)
    return shipped + tuple(Rule(name=name, pattern=pattern, **only) for name, pattern in OWN.items())


@cache
def scanner(*, embedded: bool, fast: bool) -> Scanner:
    return Scanner(rules(embedded=embedded), compiled=fast)


@cache
def judge(rule: Rule) -> reference.Judge:
    return reference.Judge(rule)


def drawn(turn: int, chosen: list[Rule]) -> list[str]:
    """Values of one round: two in three are made for ``chosen``, the others for any rule."""
    rnd = random.Random(SEED + turn)
    other = rnd.sample(rules(embedded=False), len(chosen) // 2)
    pool = [
        [draw(rnd) for _ in range(EACH)]
        for draw in (strings.drawer(one.pattern) for one in [*chosen, *other])
    ]
    return strings.values(pool, ROUND, rnd)


def wrong(rule: Rule, expected: np.ndarray, found: np.ndarray, lines: list[str]) -> str:
    """What to say of a disagreement. The values are made up, so they may be shown."""
    missed, extra = np.flatnonzero(expected & ~found), np.flatnonzero(found & ~expected)
    some = [lines[place] for place in (*missed[:2], *extra[:2])]
    return f"seed {SEED}, {rule.name}: {len(missed)} missed, {len(extra)} extra, such as {some!r}"


def tuples(hits: Hits) -> list[reference.Span]:
    columns = (hits.rows, hits.starts, hits.ends, hits.rules)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def held(hits: Hits, rule: int, size: int) -> np.ndarray:
    rows = np.zeros(size, np.bool_)
    rows[hits.rows[hits.rules == rule]] = True
    return rows


def matched(matches: Matches, number: int) -> np.ndarray:
    return np.asarray(matches.rows(number))


def check_whole(turn: int, fast: bool) -> int:
    numbered = [(n, rule) for n, rule in enumerate(rules(embedded=False)) if n % ONE_IN == turn % ONE_IN]
    lines = drawn(turn, [rule for _, rule in numbered])
    compact = reference.compacted(lines)
    found = scanner(embedded=False, fast=fast).whole(pa.array(lines))
    total = 0
    for number, rule in numbered:
        expected, got = judge(rule).whole(lines, compact), matched(found, number)
        assert (expected == got).all(), wrong(rule, expected, got, lines)
        total += int(expected.sum())
    return total


def check_inside(turn: int, fast: bool) -> int:
    all_rules = rules(embedded=True)
    numbered = [(n, rule) for n, rule in enumerate(all_rules) if n % ONE_IN == turn % ONE_IN]
    lines = drawn(turn, [rule for _, rule in numbered])
    lines = lines if fast else lines[:SLOW]
    found = scanner(embedded=True, fast=fast).inside(pa.array(lines))
    total = 0
    for number, rule in numbered:
        expected, got = judge(rule).rows(lines), held(found, number, len(lines))
        assert (expected == got).all(), wrong(rule, expected, got, lines)
        total += int(expected.sum())
    numbers = [number for number, _ in numbered]
    exact = reference.hits([judge(rule) for _, rule in numbered], numbers, lines[:EXACT])
    chosen = set(numbers)
    assert [one for one in tuples(found) if one[0] < EXACT and one[3] in chosen] == exact
    return total


@compiled
def test_whole_values_as_re_matches_them() -> None:
    turns = range(-(-VALUES // ROUND))
    assert sum(check_whole(turn, fast=True) for turn in turns) > VALUES // 10, (
        "too few matches to say anything"
    )


@compiled
def test_inside_values_as_re_finds_them() -> None:
    turns = range(-(-VALUES // ROUND))
    assert sum(check_inside(turn, fast=True) for turn in turns) > VALUES // 20, "too few hits to say anything"


def test_without_a_compiler_as_re_matches() -> None:
    assert check_whole(1000, fast=False) > ROUND // 10
    assert check_inside(1000, fast=False) > SLOW // 20


@compiled
@pytest.mark.parametrize("turn", range(ONE_IN))
def test_both_engines_agree_on_everything(turn: int) -> None:
    values = pa.array(drawn(2000 + turn, list(rules(embedded=False)))[:SLOW])
    fast, slow = (scanner(embedded=False, fast=one).whole(values) for one in (True, False))
    for number, rule in enumerate(rules(embedded=False)):
        assert (matched(fast, number) == matched(slow, number)).all(), f"seed {SEED}, {rule.name}"
    assert (fast.counts() == slow.counts()).all()
    hits = [tuples(scanner(embedded=True, fast=one).inside(values)) for one in (True, False)]
    assert hits[0] == hits[1], f"seed {SEED}"
    by_row = [dict(scanner(embedded=True, fast=one).rows(values)) for one in (True, False)]
    for number, rule in enumerate(rules(embedded=True)):
        nothing = np.zeros(len(values), np.bool_)
        mine, other = (np.asarray(found.get(number, nothing)) for found in by_row)
        assert (mine == other).all(), f"seed {SEED}, {rule.name}"


@pytest.mark.parametrize("fast", [pytest.param(True, marks=compiled), False], ids=["compiled", "re2"])
@pytest.mark.parametrize("name", ["resident_id_18", "mobile_phone", "bank_card", "uscc"])
def test_numbers_glued_to_chinese_labels_are_found(name: str, fast: bool) -> None:
    """A 汉字 on either side is no part of a number: every one is found, and found whole."""
    rnd = random.Random(SEED)
    shaped = catalogue().shaped_by_id[name]
    draw = strings.drawer(shaped.pattern)
    numbers = [draw(rnd) for _ in range(2_000)]
    labels = ["身份证号", "联系电话：", "卡号", "统一社会信用代码为", "（證號）", "号码1、", "编号"]
    before = [rnd.choice(labels) for _ in numbers]
    after = [rnd.choice(["", "，", "的持有人", "。", "（本人）", "及", "😀"]) for _ in numbers]
    lines = ["".join(parts) for parts in zip(before, numbers, after, strict=True)]
    one = Scanner([Rule(name=name, pattern=shaped.pattern, form=shaped.form)], compiled=fast)
    expected = [
        (row, len(left.encode()), len((left + number).encode()), 0)
        for row, (left, number) in enumerate(zip(before, numbers, strict=True))
    ]
    assert tuples(one.inside(pa.array(lines))) == expected
