"""Our lanes find what presidio finds: the same spans, entity types and scores, in the same run."""

from __future__ import annotations

import pytest
import re2
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio.presidio_support import CASES, of, ours, recognizers, theirs
from presidio_analyzer import Pattern, PatternRecognizer

from guard.presidio.draw import drawn
from guard.presidio.lanes import lane
from guard.presidio.patterns import NotPortable, odd, portable

FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL
GLUE = ("", " ", "编号：", "x", "7", "1.", ".5", "\n", "é", "１", "_", "😀", "\u212a", "-")


@pytest.mark.parametrize("case", CASES["texts"], ids=lambda case: case["why"])
def test_each_text_gives_what_it_must_and_what_presidio_gives(case) -> None:
    chosen = of(*case["entities"])
    (found,) = ours(chosen, [case["text"]])
    assert {hit[:3] for hit in found} == {tuple(span) for span in case["spans"]}
    assert [found] == theirs(chosen, [case["text"]])


def test_texts_drawn_from_every_pattern_of_presidio_and_glued_to_others() -> None:
    texts = []
    for one in recognizers():
        for pattern in getattr(one, "patterns", ()):
            try:
                value = portable(pattern.regex, int(one.global_regex_flags)).value
            except NotPortable:
                continue
            for text in drawn(value, 3):
                left, right = GLUE[len(texts) % len(GLUE)], GLUE[len(texts) // len(GLUE) % len(GLUE)]
                texts.append(f"{left}{text}{right}")
    want, got = theirs(recognizers(), texts), ours(recognizers(), texts)
    assert len(texts) > 300
    assert sum(map(len, want)) > 500
    assert [index for index in range(len(texts)) if want[index] != got[index]] == []


def test_nearly_all_of_presidio_takes_the_fast_lane() -> None:
    slow = {one.name: why for one in recognizers() if (why := lane(one).why)}
    assert set(slow.values()) == {"no-pattern"}
    assert len(slow) < 6


def custom(expression: str) -> PatternRecognizer:
    return PatternRecognizer("CUSTOM", patterns=[Pattern("one", expression, 0.5)])


@pytest.mark.parametrize("case", CASES["patterns"], ids=lambda case: case["regex"])
def test_a_pattern_of_somebody_takes_its_lane_and_finds_the_same(case) -> None:
    one = custom(case["regex"])
    assert ("fast" if not lane(one).why else "slow") == case["lane"]
    glued = [f"{left}{text}{right}" for text in case["texts"] for left in GLUE for right in GLUE]
    want = theirs([one], glued)
    assert any(want)
    assert ours([one], glued) == want


@given(
    number=st.integers(0, len(CASES["patterns"]) - 1),
    text=st.text(st.sampled_from("aAbBcCdDkKsS01289-._ \n\x1f\u00a0甲é１ſ\u212aİıABGCX第号"), max_size=24),
)
@settings(max_examples=300, deadline=None)
def test_the_widened_pattern_misses_nothing(number: int, text: str) -> None:
    expression = CASES["patterns"][number]["regex"]
    try:
        wide = portable(expression, FLAGS)
    except NotPortable:
        return
    if re2.search(odd(), text) or not regex.search(expression, text, FLAGS):
        return
    assert re2.search(wide.search, text)
    assert re2.search(wide.value, text)


def test_a_pattern_that_runs_wild_is_stopped_and_named(monkeypatch, caplog) -> None:
    from guard.presidio import lanes

    monkeypatch.setattr(lanes, "SECONDS", 0.05)
    runner = lanes.Lanes([custom(r"(a|aa)+!(?<=z)"), *of("UK_NHS")])
    found = list(runner.spans(["a" * 60 + "! 943 476 5919"] * 5))
    assert [span.entity for span in found] == ["UK_NHS"] * 5
    assert len(caplog.records) == 3  # then it is left out
    assert all("CUSTOM" in one.getMessage() or "Pattern" in one.getMessage() for one in caplog.records)
    assert "aaaa" not in caplog.text
