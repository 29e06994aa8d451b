"""The workbook, read back with another library."""

import csv
import io
from unicodedata import normalize

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.sdk.testing_facts import HOSTILE, SyntheticFacts, hostile, result
from guard_reports.inventory import InventoryReport, sheet, xlsx

HEADERS = [
    "序号",
    "所属单位",
    "所属应用/系统",
    "数据源",
    "库/模式",
    "表名",
    "表注释",
    "列名",
    "列注释",
    "数据类型",
    "是否主数据",
    "数据特征",
    "脱敏样例1",
    "脱敏样例2",
    "一级分类",
    "二级分类",
    "三级分类",
    "四级分类",
    "是否个人信息",
    "是否敏感个人信息",
    "数据加工程度",
    "影响对象",
    "影响程度",
    "数据级别",
    "共享属性",
    "共享条件/依据",
    "开放属性",
    "分类分级依据",
    "命中规则",
    "置信度",
    "是否需复核",
    "复核人",
    "复核时间",
    "版本",
]


@pytest.fixture
def book(tmp_path):
    def make(language="zh", **more):
        path = tmp_path / "list.xlsx"
        InventoryReport().build(SyntheticFacts(language=language, **more), "xlsx", path, language=language)
        return openpyxl.load_workbook(path)

    return make


def dangerous(value):
    first = normalize("NFKC", value.lstrip(" \u00a0\u3000"))[:1] if isinstance(value, str) else ""
    return first in set("=+-@|%\t\r\n") and bool(first)


def test_columns_of_the_field_level_list_in_order(book):
    names = [one.value for one in book().worksheets[0][1]]
    assert names[: len(HEADERS)] == HEADERS


def test_three_sheets_frozen_filtered_wide_enough(book):
    made = book()
    assert made.sheetnames == ["分类分级清单", "覆盖情况", "说明"]
    for one in made.worksheets[:2]:
        assert one.freeze_panes and one.auto_filter.ref == one.dimensions
        for head in one[1]:
            cells = sum(2 if ord(sign) > 0x2E80 else 1 for sign in head.value)
            assert one.column_dimensions[head.column_letter].width >= min(cells, 12), head.value


def test_one_row_a_column_with_level_example_and_reason(book):
    rows = list(book().worksheets[0].iter_rows(values_only=True))
    record = dict(zip(rows[0], rows[1], strict=True))
    assert record["列名"] == "sfzh" and record["数据级别"] == "L4 ◆"
    assert record["脱敏样例1"] == "110101********002X"
    assert record["是否敏感个人信息"] == "是" and record["是否需复核"] == "是"
    assert (
        "GB/T 45574-2025 附录 A [M-h]" in record["分类分级依据"] and record["命中规则"] == "synthetic-bundle"
    )
    undecided = dict(zip(rows[0], rows[4], strict=True))
    assert (undecided["数据级别"], undecided["置信度"]) == ("待定 ?", "低")
    assert undecided["定级理由"]
    assert len(rows) == 6


def test_level_cells_are_coloured_apart(book):
    made = book().worksheets[0]
    place = HEADERS.index("数据级别") + 1
    assert len({made.cell(row, place).fill.fgColor.rgb for row in range(2, 7)}) == 5


def test_coverage_lists_what_was_skipped_and_what_to_do(book):
    rows = list(book().worksheets[1].iter_rows(values_only=True))
    skip = dict(zip(rows[0], rows[2], strict=True))
    assert skip["读取情况"] == "未扫描" and skip["原因编号"] == "synthetic-denied" and skip["处理办法"]


def test_legend_explains_levels_marks_and_run(book):
    text = "\n".join(str(one) for row in book().worksheets[2].iter_rows(values_only=True) for one in row)
    for word in (
        "L1 ○",
        "L4 ◆",
        "待定 ?",
        "M-h",
        "gov_cn 2026.1",
        "sha256:0123456789abcdef",
        "2026-01-02T03:04:05Z",
    ):
        assert word in text


def test_hostile_names_are_text(book):
    made = book(assets=hostile())
    cells = [one for part in made for row in part.iter_rows() for one in row]
    assert not [one.value for one in cells if one.data_type == "f" or one.hyperlink or dangerous(one.value)]
    assert made.worksheets[0].max_row == 1 + 2 * len(HOSTILE)


@settings(max_examples=25, deadline=None)
@given(names=st.lists(st.text(st.characters(), max_size=20).filter(bool), min_size=1, max_size=12))
def test_any_name_survives_as_text_here_and_as_csv(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("x") / "list.xlsx"
    facts = SyntheticFacts(assets=(result(("s", names[0]), tuple((one, one) for one in names)),))
    InventoryReport().build(facts, "xlsx", path, language="zh")
    made = openpyxl.load_workbook(path).worksheets[0]
    again = io.StringIO()
    csv.writer(again).writerows(made.iter_rows(values_only=True))
    again.seek(0)
    assert made.max_row == 1 + len(names)
    assert not [value for row in csv.reader(again) for value in row if dangerous(value)]


def test_a_full_sheet_goes_on_in_the_next(book, monkeypatch):
    monkeypatch.setattr(xlsx, "_MAX_ROWS", 2)
    made = book()
    assert made.sheetnames[:3] == ["分类分级清单", "分类分级清单 2", "分类分级清单 3"]
    assert [one.max_row for one in made.worksheets[:3]] == [3, 3, 2]


def test_second_example_hides_the_same_places():
    kind = type(
        "Kind",
        (),
        {"example": "13800138000", "masked_example": "138****8000", "samples_true": ("13912345678",)},
    )
    assert sheet._second(kind) == "139****5678"
    kind.samples_true = ("13800138000", "138ABCD8000")
    assert sheet._second(kind) == ""
