"""How the cells of a catalogue are read: levels, headings, names."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from policy import policy_support as support

from guard.policy.catalogue import load_lexicon
from guard.policy.sheet.entry import Entry
from guard.policy.sheet.grid import Grid, Merged, Span
from guard.policy.sheet.header import layout
from guard.policy.sheet.levels import LevelReader
from guard.policy.sheet.rows import RowReader, is_value, letter
from guard.policy.sheet.settle import Settler
from guard.policy.sheet.words import SheetWords, parts

CASES = yaml.safe_load((Path(__file__).parent / "sheet_cases.yaml").read_text("utf-8"))
WORDS = SheetWords.read(load_lexicon(support.FOLDER / "lexicon")["catalogue_sheets"])
ORDER = ("L1", "L2", "L3", "L4", "important", "core")


def levels(given: dict[str, str] | None = None) -> LevelReader:
    return LevelReader(WORDS, support.policy().base.levels, given or {})


def grid(rows, spans=()) -> Grid:
    texts = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return Grid(name="s", rows=texts, spans=tuple(spans))


def entries(rows, spans=()) -> list[Entry]:
    page = grid(rows, spans)
    merged = Merged(page)
    found = layout(page, merged, WORDS)
    assert found is not None
    return list(RowReader(page, merged, found, WORDS, levels()).entries())


@pytest.mark.parametrize(
    ("wanted", "cell"), [(want, str(cell)) for want, some in CASES["levels"].items() for cell in some]
)
def test_a_level_cell(wanted: str, cell: str) -> None:
    read = levels().read(cell)
    assert (read.level or read.fault) == wanted


def test_what_a_person_explains_goes_first() -> None:
    read = levels({"内部": "L2", "敏感": "L4", "3级": "L2"})
    assert [read.read(word).level for word in ("内部", "敏感", "3级")] == ["L2", "L4", "L2"]


def test_a_scale_is_told_by_its_own_words_only() -> None:
    alone, told = levels(), levels()
    alone.learn(["敏感", "一般"])
    told.learn(["敏感", "较敏感"])
    assert alone.read("敏感").fault == "ambiguous" and told.read("敏感").level == "L4"


@pytest.mark.parametrize("case", CASES["headings"], ids=str)
def test_headings(case) -> None:
    page = grid(case["rows"])
    found = layout(page, Merged(page), WORDS)
    if case["first"] == "none":
        assert found is None
        return
    assert found is not None and found.first == case["first"]
    assert sorted(found.columns, key=found.columns.__getitem__) == case["fields"]


def test_headings_in_two_rows_need_a_merged_cell_and_never_eat_a_row_of_data() -> None:
    rows = [["数据分类", "", "数据项", "级别"], ["一级", "二级", "", ""], ["水利", "河道", "水位", "2级"]]
    across = Span(top=0, left=0, bottom=0, right=1)
    page = grid(
        rows, [across, Span(top=0, left=2, bottom=1, right=2), Span(top=0, left=3, bottom=1, right=3)]
    )
    found = layout(page, Merged(page), WORDS)
    assert found is not None and found.first == 2 and len(found.categories) == 2
    page = grid([["分类", "数据项", "级别"], ["备注", "说明", "2级"]])
    found = layout(page, Merged(page), WORDS)
    assert found is not None and found.first == 1


@pytest.mark.parametrize("case", CASES["items"], ids=str)
def test_names_in_one_cell(case) -> None:
    (entry,) = entries([["分类", "数据项", "级别"], ["人口", case["cell"], "L2"]])
    assert list(entry.items) == case["names"]


def test_blank_categories_are_filled_from_above_but_never_past_a_broader_one() -> None:
    rows = [
        ["一级分类", "二级分类", "数据项", "级别"],
        ["水利", "河道", "水位", "1"],
        ["", "", "流量", "1"],
        ["气象", "", "风速", "1"],
    ]
    assert [entry.path for entry in entries(rows)] == [("水利", "河道"), ("水利", "河道"), ("气象",)]


def test_a_value_is_no_name() -> None:
    assert (
        is_value("13800138000") and is_value("a@b.cn") and not is_value("第12批次") and not is_value("手机号")
    )


def test_parts_do_not_cut_in_brackets() -> None:
    assert parts("甲（乙、丙）、丁", "、") == ("甲（乙、丙）", "丁")


def test_letters() -> None:
    assert [letter(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_contradiction_takes_the_stricter_whatever_the_order(order) -> None:
    said = [
        Entry(sheet="s", row=2, items=("水位",), level="L1"),
        Entry(sheet="s", row=3, items=("水位",), level="L3"),
    ]
    settler = Settler(ORDER, {}, frozenset(), ())
    last = [settler.settle(said[at]) for at in order][-1]
    (item,) = settler.items()
    assert item.level == "L3" and last.notes[-1].code == "contradiction" and last.status == "doubted"
