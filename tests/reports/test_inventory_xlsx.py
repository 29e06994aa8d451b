"""The workbook, read back with another library."""

import csv
import io
from dataclasses import replace
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


def test_sheets_frozen_filtered_wide_enough(book):
    made = book()
    assert made.sheetnames == ["分类分级清单", "覆盖情况", "策略分歧", "策略包", "说明"]
    for one in made.worksheets[:4]:
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
    text = "\n".join(str(one) for row in book().worksheets[-1].iter_rows(values_only=True) for one in row)
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


def records(sheet):
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_who_decided_stands_beside_what_is_only_proposed(book):
    rows = {row["列名"]: row for row in records(book().worksheets[0])}
    assert rows["sfzh"]["状态"] == "◌ 建议" and not rows["sfzh"]["复核人"]
    done = rows["xm"]
    assert done["状态"] == "✔ 已确认"
    assert (done["复核人"], done["复核时间"]) == ("li.wei / zhang.san", "2026-01-02")
    assert "现行策略的意见为 L3" in done["人工决定"] and "2027-01-02" in done["人工决定"]


def test_each_pack_has_a_column_of_its_level(book):
    [row] = [row for row in records(book().worksheets[0]) if row["列名"] == "sfzh"]
    assert (row["gov_cn 级别"], row["pipl 级别"], row["zhejiang 级别"]) == ("L3 ▲", "敏感 ◆", None)
    assert "PIPL Art 28 [S]" in row["各策略意见"] and "pipl" in row["策略分歧"]
    assert (row["建议共享属性"], row["要求的控制措施"]) == ("依法不予共享", "C-STO-01")


def test_conflicts_are_listed_with_the_rule_that_decides(book):
    [row] = records(book().worksheets[2])
    assert (row["列名"], row["gov_cn 级别"], row["pipl 级别"], row["数据级别"]) == (
        "sfzh",
        "L3 ▲",
        "敏感 ◆",
        "L4 ◆",
    )
    assert (row["起决定作用的策略"], row["命中规则"], row["状态"]) == ("pipl", "synthetic-bundle", "◌ 建议")


def test_packs_carry_standard_mark_state_and_validity(book):
    rows = {row["策略包"]: row for row in records(book().worksheets[3])}
    assert rows["gov_cn"]["来源标记"].startswith("S: ") and rows["gov_cn"]["状况"] == "● 现行"
    assert rows["pipl"]["级别（= 统一级别）"] == "ordinary 一般 = L2; sensitive 敏感 = L4"
    old = rows["zhejiang"]
    assert (old["状况"], old["生效日期"], old["截止日期"], old["说明"]) == (
        "△ 已被替代",
        "2021-08-05",
        "2025-01-01",
        "已被联合标准替代",
    )


def test_two_samples_of_a_type_differ_in_more_than_width_and_case():
    kind = next(iter(SyntheticFacts().types.values()))
    one = replace(
        kind,
        example="粤B5678F",
        masked_example="粤B5**8F",
        samples_true=("粤Ｂ5678Ｆ", "粤b5678f", "京A12345"),
    )
    assert sheet._second(one) == "京A1**45"
    assert sheet._second(replace(one, samples_true=("粤Ｂ5678Ｆ",))) == ""
