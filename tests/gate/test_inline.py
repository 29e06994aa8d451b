"""``-- guard: waive RULE until DATE: reason``: of which line it speaks, and what is wrong with it."""

import pytest
from gate.found import RULES, TODAY, note, violation

from guard.gate.suppress.inline import inlines, is_waiver, wrong

WAIVE = "waive sensitive-undeclared until 2026-06-30: 三季度下线"


def read(*notes):
    return inlines(notes, rules=RULES, today=TODAY)


def fault(text: str, **more):
    return wrong(note(text, 7), **{"rules": RULES, "today": TODAY} | more)


def test_at_the_end_of_a_line_it_speaks_of_that_line() -> None:
    (found,) = read(note(WAIVE, 3))
    assert (found.waiver.reason, found.waiver.expires, found.waiver.inline) == (
        "三季度下线",
        "2026-06-30",
        True,
    )
    assert found.excuses(violation(line=3))
    assert found.excuses(violation(line=1, end=4))
    assert not found.excuses(violation(line=4))
    assert not found.excuses(violation(line=3, file="b.sql"))
    assert not found.excuses(violation(line=3, rule="mask-missing"))


def test_alone_it_speaks_of_the_next_line_past_other_notes_that_stand_alone() -> None:
    found = read(note(WAIVE, 3, alone=True, end=4), note("level=L3", 5, alone=True), note("level=L3", 6))
    assert [one.line for one in found] == [6]


def test_several_waivers_may_stand_before_one_line() -> None:
    second = "waive mask-missing until 2026-05-01: x"
    found = read(note(WAIVE, 3, alone=True), note(second, 4, alone=True))
    assert [(one.waiver.rule, one.line) for one in found] == [
        ("sensitive-undeclared", 5),
        ("mask-missing", 5),
    ]


def test_other_notes_are_no_waivers() -> None:
    assert read(note("level=L3 category=个人信息/身份", 3), note("waiver", 4)) == ()
    assert is_waiver(note("Waive it", 1)) and not is_waiver(note("waive-it", 1))


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("waive sensitive-undeclared", {"form": "waive RULE until 2026-09-30: reason"}),
        ("waive sensitive-undeclared 2026-06-30: x", {"form": "waive RULE until 2026-09-30: reason"}),
        ("waive sensitve-undeclared until 2026-06-30: x", {"nearest": "sensitive-undeclared"}),
        ("waive mask-missing until 2026-13-01: x", {"date": "2026-13-01"}),
        (
            "waive mask-missing until 2027-01-01: x",
            {"far": "2027-01-01", "days": 180, "latest": "2026-08-28"},
        ),
        ("waive mask-missing until 2026-06-30", {"reasonless": "mask-missing"}),
        ("waive mask-missing until 2026-06-30:  ", {"reasonless": "mask-missing"}),
    ],
)
def test_what_is_wrong_is_told_and_excuses_nothing(text: str, params: dict) -> None:
    assert params.items() <= fault(text).items()
    assert read(note(text, 7)) == ()


def test_an_end_is_too_far_only_as_seen_from_a_day() -> None:
    assert fault("waive mask-missing until 2099-01-01: x", today=None) == {}


def test_a_chinese_colon_will_do() -> None:
    (found,) = read(note("waive mask-missing until 2026-06-30：只读", 7))
    assert found.waiver.reason == "只读"
