"""What the gate's formats show: the same violations in each, excused ones as such, nothing unread left out."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from emit.gate_support import FIRST, TODAY, emitted, place, verdict, violation

from guard.emit.gate import KINDS, GateOptions, fails, summary
from guard.model import UsageError
from guard.model.gate import Unread, Verdict

LEVELS = ("L1", "L2", "L3", "L4")


def shown(kind, **options):
    """Which rules a format names."""
    text = emitted(kind, language="en", **options)
    return {one.rule for one in verdict().violations if one.rule in text}


@pytest.mark.parametrize("kind", KINDS)
def test_below_the_level_asked_for_nothing_is_shown(kind):
    everything = {one.rule for one in verdict().violations}
    low = {"retention-missing", "grant-public"}
    assert shown(kind, show_waived=True) == everything
    assert shown(kind, show_waived=True, show="L3") == everything - low


@pytest.mark.parametrize("kind", ["table", "gitlab", "github", "md"])
def test_excused_violations_are_told_only_when_asked_for(kind):
    assert "comment-missing" not in emitted(kind)
    assert "comment-missing" in emitted(kind, show_waived=True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_read_is_always_said(kind):
    text = emitted(kind, replace(verdict(), violations=()), language="en", show="L4").replace("\\", "")
    assert "31" in text and FIRST in text


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_found_is_a_whole_document(kind):
    text = emitted(kind, Verdict(scripts=(), violations=()))
    if kind in ("json", "sarif", "gitlab"):
        json.loads(text)
    elif kind == "junit":
        assert list(ET.fromstring(text)) == []
    elif kind in ("table", "github"):
        assert text == ""


def test_unknown_format_is_answered_with_the_right_ones():
    with pytest.raises(UsageError) as raised:
        emitted("sariff")
    assert raised.value.params["nearest"] == "sarif"


@pytest.mark.parametrize(
    ("severity", "level", "fail_on", "expected"),
    [
        ("error", "L2", "error", True),
        ("warning", "L4", "error", False),
        ("warning", "L4", "warning", True),
        ("note", "", "note", True),
        ("note", "L3", "L3", True),
        ("error", "L2", "L3", False),
        ("error", "", "L3", True),
        ("warning", "", "L3", False),
        ("error", "L4", "never", False),
        ("error", "", "never", False),
    ],
)
def test_what_fails(severity, level, fail_on, expected):
    one = violation("x", place(FIRST, 1), severity=severity, level=level)
    whole = Verdict(scripts=(), violations=(one,), levels=LEVELS)
    assert fails(one, whole, fail_on) is expected
    assert not fails(replace(one, state="waived"), whole, fail_on)
    assert not fails(replace(one, state="baseline"), whole, fail_on)


def test_summary_counts_what_is_shown_and_names_what_was_not_read():
    lines = summary(verdict(), "en", GateOptions(today=TODAY))
    assert lines[0].startswith(
        "Violations: 3 (errors 1, warnings 1, notes 1) · waived: 2 (days until the first ends: 12)"
    )
    assert "judged by name only: 14" in lines[0]
    assert "have expired: 1" in lines[1] and "excuse nothing: 1" in lines[1] and "to remove: 1" in lines[1]
    assert f"{FIRST}:31" in lines[2]


def test_summary_of_a_clean_verdict_is_one_line():
    assert summary(Verdict(scripts=(), violations=(), judged=3), "en") == [
        "Violations: 0 · judged by name only: 3"
    ]


def test_summary_says_where_not_all_seed_rows_were_judged():
    sampled = Verdict(scripts=(), violations=(), judged=3, sampled=2)
    assert summary(sampled, "en")[0].endswith("of whose seed rows only the first were judged: 2")
    assert summary(sampled, "zh")[0].endswith("有 2 张表的种子数据只判断了前面的行")


def test_summary_names_a_few_places_and_counts_the_rest():
    unread = tuple(Unread(place=place(FIRST, line), reason="query") for line in range(1, 9))
    (line,) = summary(replace(verdict(), unread=unread), "en")[2:]
    assert f"{FIRST}:5" in line and f"{FIRST}:6" not in line and "3 more" in line
