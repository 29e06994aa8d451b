"""Places in text files: offsets, lines, bounds, and what is said when a bound is met."""

from collections.abc import Iterator

import pytest
from detect.text_support import reader
from detect.values_support import catalogue
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.model import Problem, Span
from guard.scan.spans import SpanLimits, SpanStore

TYPES = catalogue().by_id
PARTS = [
    "手机13800138000\n",
    "é😀\r\n",
    "\n",
    "王五\n身份证11010119900307002X，卡",
    "x" * 40,
    "一行 a@b.cn\r\n",
]


class Words:
    """Finds every ``#``, and says with which parts the tagger was asked for."""

    trouble = ""

    def __init__(self) -> None:
        self.named: list[bool] = []

    def spans(self, texts: list[str], *, names: bool = True) -> list[list[Span]]:
        self.named.append(names)
        return [
            [
                Span(type="email", start=at, end=at + 1, confidence=0.5)
                for at, mark in enumerate(text)
                if mark == "#"
            ]
            for text in texts
        ]


def codes(notes: tuple[Problem, ...] | None) -> list[str]:
    return [note.code for note in notes or ()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=12))
def test_offsets_lines_and_columns_are_those_of_the_whole_text(parts: list[str]) -> None:
    whole = "".join(parts)
    store = SpanStore(reader(), TYPES)
    given = whole.splitlines(keepends=True) if "x" in whole else parts
    assert codes(store.read("a", given)) == []
    spans = store["a"].spans
    lines = whole.split("\n")
    for span in spans:
        assert whole[: span.start].count("\n") + 1 == span.line
        held = whole[span.start : span.end]
        assert lines[span.line - 1][span.column - 1 :].startswith(held)
    numbers = [one for one in spans if one.type in ("mobile_phone", "email")]
    assert len(numbers) == whole.count("手机138") + whole.count("a@b.cn")
    assert list(spans) == sorted(spans, key=lambda span: span.start)


def test_spans_beyond_the_bound_are_counted_and_told() -> None:
    store = SpanStore(Words(), TYPES, SpanLimits(kept=3))
    (note,) = store.read("a", ["##\n", "#" * 8]) or ()
    assert (note.code, note.params) == ("spans-cut", {"kept": 3, "found": 10})
    assert len(store["a"].spans) == 3
    assert store["a"].more == 7


def test_all_assets_of_a_run_share_a_bound() -> None:
    store = SpanStore(Words(), TYPES, SpanLimits(kept_of_all=3))
    assert codes(store.read("a", ["##"])) == []
    assert codes(store.read("b", ["##"])) == ["spans-cut"]
    assert (len(store["b"].spans), store["b"].more) == (1, 1)


def test_the_tagger_reads_a_bounded_part_of_a_file_and_of_a_run() -> None:
    words = Words()
    store = SpanStore(words, TYPES, SpanLimits(named=10, named_of_all=25))
    assert codes(store.read("a", ["汉" * 9, "汉" * 9, "汉" * 9, "ascii"])) == ["names-cut"]
    assert codes(store.read("b", ["汉" * 9])) == []
    assert codes(store.read("c", ["汉" * 9])) == ["names-cut"]
    assert words.named == [True, True, False, False, True, False]


def test_reading_stops_at_a_bound_of_characters() -> None:
    def parts() -> Iterator[str]:
        while True:
            yield "#\n"

    store = SpanStore(Words(), TYPES, SpanLimits(characters=10))
    assert codes(store.read("a", parts())) == ["spans-partial"]
    assert len(store["a"].spans) == 5


def test_a_state_secret_marking_leaves_nothing() -> None:
    store = SpanStore(reader(), TYPES)
    assert store.read("a", ["手机13800138000\n", "机密★10年\n"]) is None
    assert "a" not in store
    assert store["a"].spans == ()


@pytest.mark.parametrize("parts", [[], [""]])
def test_an_empty_text_is_no_asset(parts: list[str]) -> None:
    store = SpanStore(reader(), TYPES)
    assert store.read("a", parts) == ()
    assert "a" not in store
