"""Catalogues as provinces and sectors publish them: built with xlsxwriter, or as csv and ods by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

PROVINCE_HEADS = (
    "一级分类",
    "二级分类",
    "三级分类",
    "数据项名称",
    "数据示例",
    "数据级别",
    "共享属性",
    "备注",
)
PROVINCE = (
    (
        "个人信息",
        "个人基本资料",
        "个人基本概况信息",
        "姓名、性别、民族",
        "张三；男；汉族",
        "2级",
        "有条件共享",
        "",
    ),
    ("", "", "", "出生日期", "1990-03-07", "2级", "有条件共享", ""),
    (
        "",
        "",
        "联系信息",
        "手机号码",
        "13800138000、13912345678、15011112222",
        "3级",
        "有条件共享",
        "比国标严",
    ),
    ("", "", "", "个人常用联系方式", "", "二级", "有条件共享", ""),
    ("", "个人身份信息", "", "身份证号码", "11010119900307002X", "L3", "不予共享", ""),
    ("公共数据", "水利", "水利工程", "水库大坝安全鉴定结论", "", "3级", "有条件共享", ""),
    ("", "", "", "大江大河水文资料", "", "重要数据", "不予共享", "附录 G"),
    ("", "", "河湖管理", "河长姓名", "李四", "1级", "无条件共享", ""),
    ("", "", "", "编号", "", "1级", "无条件共享", ""),
)
"""Rows 4 to 12 of the province's sheet; the category cells are merged downwards."""


def province(path: Path) -> Path:
    """Title, note, one heading row, merged categories, several names in a cell, notes at the foot."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("公共数据分类分级目录")
    bold = book.add_format({"bold": True})
    sheet.merge_range(0, 0, 0, 7, "某某省公共数据分类分级目录（2025年版）", bold)
    sheet.write(1, 0, "填报单位：某某省数据局")
    sheet.write_row(2, 0, PROVINCE_HEADS, bold)
    for at, row in enumerate(PROVINCE):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(3 + at, column, text)
    for top, bottom, column in (
        (3, 7, 0),
        (8, 11, 0),
        (3, 6, 1),
        (8, 11, 1),
        (3, 4, 2),
        (5, 6, 2),
        (8, 9, 2),
        (10, 11, 2),
    ):
        sheet.merge_range(top, column, bottom, column, PROVINCE[top - 3][column])
    sheet.merge_range(13, 0, 13, 7, "注：本目录自发布之日起施行。")
    hidden = book.add_worksheet("草稿")
    hidden.hide()
    book.close()
    return path


def sector(path: Path) -> Path:
    """Two heading rows with merged cells across, levels as numbers, a code column, a basis."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("教育数据")
    look = book.add_format()
    sheet.merge_range(0, 0, 1, 0, "序号", look)
    sheet.merge_range(0, 1, 0, 3, "数据分类", look)
    sheet.write_row(1, 1, ["一级", "二级", "三级"])
    sheet.merge_range(0, 4, 0, 5, "数据项", look)
    sheet.write_row(1, 4, ["中文名称", "英文名称"])
    sheet.merge_range(0, 6, 0, 7, "数据定级", look)
    sheet.write_row(1, 6, ["级别", "定级依据"])
    rows = (
        (1, "教育", "学生管理", "学籍", "学籍号", "student_no", 3, "JY/T 1001"),
        (2, "", "", "", "宿舍床位号", "dorm_bed_no", 2, ""),
        (3, "", "", "奖惩", "处分事由", "punish_reason", 3, "JY/T 1001"),
        (4, "", "教师管理", "人事", "职称评审结果", "title_review_result", 2, ""),
    )
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text != "":
                sheet.write(2 + at, column, text)
    sheet.merge_range(2, 1, 5, 1, "教育", look)
    sheet.merge_range(2, 2, 4, 2, "学生管理", look)
    sheet.merge_range(2, 3, 3, 3, "学籍", look)
    book.close()
    return path


SCALE = """数据分类,数据项,敏感程度,说明
法人信息/信用评价,企业信用评价等级,不敏感,
法人信息/年报,企业年报从业人数,低敏感,
法人信息/年报,停车泊位数,较敏感,
法人信息/账户,企业结算账户余额,敏感,
"""


def scale(path: Path) -> Path:
    """Words of the older Zhejiang scale, in GB18030, with a path column."""
    path.write_bytes(SCALE.encode("gb18030"))
    return path


TROUBLE = (
    # category, item, example, level, and what must be said of the row
    ("基础信息", "楼栋外立面颜色", "", "L1", "understood", ""),
    ("基础信息", "网格员走访记录", "", "内部", "failed", "level-ambiguous"),
    ("基础信息", "低保户走访情况", "", "9级", "failed", "level-unknown"),
    ("基础信息", "", "", "L2", "failed", "item-empty"),
    ("基础信息", "13800138000", "", "L2", "failed", "item-value"),
    ("基础信息", "军事设施分布", "", "机密", "failed", "level-secret"),
    ("基础信息", "楼栋外立面颜色", "", "L2", "doubted", "contradiction"),
    ("基础信息", "井盖编号等", "", "L2", "doubted", "open-list"),
    ("基础信息", "路灯功率", "", "L1、L2", "failed", "level-several"),
    ("基础信息", "路灯亮度", "", "", "failed", "level-empty"),
    ("基础信息", "公厕开放时段", "", "不低于2级", "understood", "level-at-least"),
    ("基础信息", "候选点位", "", "待定", "skipped", "level-open"),
    ("基础信息", "手机号码", "11010119900307002X", "L3", "doubted", "examples-differ"),
)
"""Rows 2 to 14 of the troubled sheet; rows 15 to 17 hold a formula, a merged level and a merged item."""


def trouble(path: Path) -> Path:
    """Everything that an import must speak of."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("问题")
    sheet.write_row(0, 0, ["分类", "数据项", "示例", "级别"])
    for at, row in enumerate(TROUBLE, 1):
        for column, text in enumerate(row[:4]):
            if text:
                sheet.write_string(at, column, text)
    sheet.write_row(14, 0, ["设施", "井盖厚度", ""])
    sheet.write_formula(14, 3, '="L"&1', None, "L1")
    sheet.write_row(15, 0, ["设施", "护栏高度", ""])
    sheet.write_row(16, 0, ["设施", "护栏长度", ""])
    sheet.merge_range(15, 3, 16, 3, "L2")
    book.close()
    return path


def plain(path: Path, rows: Sequence[Sequence[str]], name: str = "目录") -> Path:
    """A sheet of texts as they are."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(name)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(at, column, text)
    book.close()
    return path


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="目录">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""


def ods(path: Path, rows: str) -> Path:
    """An OpenDocument sheet of ``rows`` as they are in its XML."""
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", _ODS.format(rows=rows))
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


def ods_row(*texts: str, attributes: str = "") -> str:
    """One row of text cells; a text may be a whole cell in XML."""
    cells = (
        text
        if text.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        if text
        else "<table:table-cell/>"
        for text in texts
    )
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"
