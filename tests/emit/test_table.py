"""The terminal table: aligned, complete, and honest about what it leaves out."""

import pytest
from rich.cells import cell_len

from guard.sdk.testing_facts import HOSTILE, hostile, ordinary, result, skipped


@pytest.mark.parametrize("width", [60, 80, 100, 120, 140])
def test_no_row_is_wider_than_the_terminal(emitted, width):
    rows = [line for line in emitted("table", hostile(), width=width).splitlines() if line.startswith("  ")]
    rows = [line for line in rows if not line.lstrip().startswith("!")]
    assert rows and max(map(cell_len, rows)) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_levels_stand_in_one_column(emitted, width):
    names = (("身份证号码" * 3, ""), ("xm", ""), ("😀", ""), ("a" * 60, ""), ("ｗｉｄｅ", ""))
    lines = emitted("table", (result(("s", "t"), names),), width=width).splitlines()
    rows = [line for line in lines if line.startswith("  ") and line[2] != " "]
    marks = ("L4 ◆", "L3 ▲", "L2 ●", "L1 ○", "待定 ?")
    places = {cell_len(line[: line.index(mark)]) for line in rows for mark in marks if mark in line}
    assert len(places) == 1


def test_long_names_are_shown_whole(emitted):
    name = "姓" * 40
    text = emitted("table", (result(("s", "t"), ((name, ""),)),), width=100)
    assert text.count("姓") - text.count("姓名") >= 40


def test_every_level_and_skip_is_counted(emitted):
    text = emitted("table", (*ordinary(), skipped(("x",))))
    assert "3 个对象 = 全部读取 0 + 抽样 1 + 跳过 2" in text
    assert "synthetic-denied 2" in text
    assert "L4 ◆ 1 · L3 ▲ 1 · L2 ● 1 · L1 ○ 1 · 待定 ? 1" in text


def test_show_hides_known_lower_levels_and_says_how_many(emitted):
    text = emitted("table", show="L3")
    assert "另有 2 列低于 L3" in text
    assert "bz1" in text and "sfzh" in text
    assert "  xm " not in text


def test_sample_says_what_it_may_have_missed(emitted):
    assert "漏检的概率 <0.01%" in emitted("table")


def test_all_hostile_names_are_there(emitted):
    assert len(HOSTILE) > 20
    assert "nul\\x00\\ufffe\\x85" in emitted("table", hostile(), width=200)
