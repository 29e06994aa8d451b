"""Automata and RE2 give the same answers, on values as a whole and inside them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.checks import native
from guard.detect import normalise
from guard.detect.rules import Hits, Rule
from guard.detect.scanner import Scanner

pytestmark = pytest.mark.skipif(
    native.unavailable() is not None, reason=f"compiled code: {native.unavailable()}"
)

RULES = [
    Rule(name="number", pattern=r"\d{3,5}"),
    Rule(name="phone", pattern=r"(?:\+?86[- ]?)?1[3-9]\d{2}", form="compact"),
    Rule(name="code", pattern=r"[A-Z]\d[A-Z]", form="upper"),
    Rule(name="mail", pattern=r"[a-z.]{1,8}@[a-z]{1,8}\.[a-z]{2,3}"),
    Rule(name="plate", pattern=r"[京沪][A-Z][ -]?\d{3}", form="upper"),
    Rule(name="room", pattern=r"[一-龥]{1,3}号"),
    Rule(name="secret", pattern=r"(?:key|密码)[:=].{2,6}"),
    Rule(name="long", pattern=r"[a-z]{1,20}:[a-z0-9.]{2,18}"),
    Rule(name="any", pattern=r".{2,}x", inside=False),
    Rule(name="bomb", pattern=r"(?:a|b)*a(?:a|b){18}", inside=False),
    Rule(name="word", pattern=r"(?:ab\b|1)2"),
]
LETTERS = "0123456789abkeyABKEY@.-+=: 京沪号密码一é😀_x"
VALUES = st.lists(st.text(st.sampled_from(LETTERS), max_size=24), max_size=20)


@pytest.fixture(scope="module")
def scanners() -> tuple[Scanner, Scanner]:
    return Scanner(RULES, compiled=True), Scanner(RULES, compiled=False)


def table(hits: Hits) -> list[tuple[int, ...]]:
    return list(
        zip(*(array.tolist() for array in (hits.rows, hits.starts, hits.ends, hits.rules)), strict=True)
    )


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_both_engines_agree(scanners: tuple[Scanner, Scanner], values: list[str]) -> None:
    array = normalise.plain(pa.array(values, pa.string()))
    one, other = (scanner.whole(array) for scanner in scanners)
    for rule in range(len(RULES)):
        assert one.rows(rule).tolist() == other.rows(rule).tolist(), RULES[rule].name
    assert one.counts().tolist() == other.counts().tolist()
    weights = np.arange(len(values), dtype=np.int64)
    assert one.counts(weights).tolist() == other.counts(weights).tolist()
    assert table(scanners[0].inside(array)) == table(scanners[1].inside(array))
    rows = [
        {rule: found.tolist() for rule, found in scanner.rows(array) if found.any()} for scanner in scanners
    ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话12345号", [("number", "12345")]),
        ("x12345", []),
        ("1.234", []),
        ("ok.123.", [("number", "123")]),
        ("_123_", [("number", "123")]),
        ("a.b@c.dd,e@f.gg", [("mail", "a.b@c.dd"), ("mail", "e@f.gg")]),
        ("三号 五号", [("room", "三号"), ("room", "五号")]),
        ("车京a-123", [("number", "123"), ("plate", "京a-123")]),
        (f"x:{'a' * 18}", [("long", f"x:{'a' * 18}")]),
        (f"x:{'a' * 19}", []),
        (f"x:aa.{'b' * 15} y:aa.{'b' * 17}", [("long", f"x:aa.{'b' * 15}"), ("long", "y:aa")]),
        ("key=abcdefgh", []),
        ("key=abc de", [("secret", "key=abc de")]),
    ],
)
def test_a_hit_stands_between_boundaries_and_is_the_longest(
    scanners: tuple[Scanner, Scanner], text: str, found: list[tuple[str, str]]
) -> None:
    for scanner in scanners:
        hits = scanner.inside(pa.array([text], pa.string()))
        data = text.encode()
        assert sorted((RULES[rule].name, data[a:b].decode()) for _, a, b, rule in table(hits)) == sorted(
            found
        )


def test_a_slice_is_scanned_as_if_it_were_whole(scanners: tuple[Scanner, Scanner]) -> None:
    array = pa.array(["12345"] * 10 + ["x", "", "12 3456"] * 50, pa.string())
    assert table(scanners[0].inside(array.slice(7, 90))) == table(scanners[1].inside(array.slice(7, 90)))
    assert (
        scanners[0].whole(array.slice(7, 90)).counts().tolist()
        == scanners[1].whole(array.slice(7, 90)).counts().tolist()
    )


def test_more_hits_than_there_is_room_for_are_all_found(scanners: tuple[Scanner, Scanner]) -> None:
    array = pa.array(["123 " * 300] * 400 + ["京A123密码:12"], pa.string())
    hits = scanners[0].inside(array)
    assert len(hits) == 300 * 400 + 2
    assert np.bincount(hits.rows).tolist() == [300] * 400 + [2]


def test_a_value_that_restarts_too_often_is_left_to_re2() -> None:
    rule = [Rule(name="chain", pattern=r"[a-z-]+\d")]
    values = pa.array(["a-" * 20_000, "a-" * 20_000 + "7", "ab7"], pa.string())
    one, other = (Scanner(rule, compiled=choice).inside(values) for choice in (True, False))
    assert table(one) == table(other)
    assert len(one) == 2


def test_small_data_waits_for_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner(RULES)
    small, large = pa.array(["123"] * 10), pa.array(["12345678"] * 1_200_000)
    monkeypatch.setattr(
        Scanner, "_automata", lambda self, required: pytest.fail("compiled") if True else None
    )
    assert not scanner.fast(small)
    assert scanner.whole(small).counts()[0] == 10
    with pytest.raises(pytest.fail.Exception):
        scanner.fast(large)


def test_without_a_safe_folder_or_numba_re2_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "unavailable", lambda: "cache-unsafe")
    large = pa.array(["12345"] * 2_000_000)
    assert not Scanner(RULES).fast(large)
    with pytest.raises(native.NativeUnavailable, match="cache-unsafe"):
        Scanner(RULES, compiled=True)


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    assert native.safe(own)
    own.chmod(0o770)
    assert not native.safe(own)
    own.chmod(0o700)
    link = tmp_path / "link"
    link.symlink_to(own)
    assert not native.safe(link)
    assert not native.safe(tmp_path / "absent")


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        (r"(?i)emp\d{3}", "plain"),
        (r"(?s)a.b", "plain"),
        (r"[[:digit:]]{3}", "plain"),
        (r"a{,3}b", "plain"),
        (r"\\x{3}", "plain"),
        (r"(?-i:a)b", "upper"),
        (r"[а-я]{3}", "upper"),
        (r"\d{2}-\d{3}", "compact"),
        (r"[^\d\D]x", "plain"),
        (r"(?i:straße)", "plain"),
    ],
)
def test_what_the_two_parsers_read_otherwise_is_matched_alike(pattern: str, form: str) -> None:
    rule = [Rule(name="odd", pattern=pattern, form=form)]
    values = pa.array(
        [
            "EMP123",
            "emp123",
            "a\nb",
            "123",
            "d]]]",
            "a{,3}b",
            "ab",
            "aab",
            "\\xxx",
            "\\x{3}",
            "AB",
            "aB",
            "АБВ",
            "абв",
            "12-345",
            "12345",
            "x",
            "STRASSE",
            "straße",
            "STRAßE",
        ]
    )
    one, other = (Scanner(rule, compiled=choice) for choice in (True, False))
    assert one.whole(values).rows(0).tolist() == other.whole(values).rows(0).tolist()
    assert table(one.inside(values)) == table(other.inside(values))


def test_a_long_value_is_searched_in_linear_time_by_re2() -> None:
    value = "电话13800138000，" * 20_000
    started = time.process_time()
    hits = Scanner([Rule(name="phone", pattern=r"1[3-9]\d{9}")], compiled=False).inside(pa.array([value]))
    assert len(hits) == 20_000
    assert time.process_time() - started < 20


def test_a_value_of_nothing_but_pieces_takes_no_more_room_than_it_has() -> None:
    rules = [
        Rule(name="label", pattern=r"[\x{80}-\x{10ffff}]*密码[=]+"),
        Rule(name="steps", pattern=r"\d+(?:-\d+)*"),
    ]
    values = pa.array(["密码" + "=" * 200_000] * 4 + ["1-" * 50_000 + "1"])
    one, other = (Scanner(rules, compiled=choice).inside(values) for choice in (True, False))
    assert table(one) == table(other)
