"""Data dictionaries: tables and columns from metadata alone."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from guard.sdk import Asset, AssetKind, Budget, Problem, SourceSpec, Unreadable
from guard_connectors.dictionary import DictionaryConnector
from guard_connectors.dictionary_headers import aliases, plain

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "dictionary.yaml").read_text("utf-8"))


def described(path: Path, **settings: Any) -> list[Asset | Problem]:
    connector = DictionaryConnector(SourceSpec(name="d", url=str(path), **settings))
    try:
        return list(connector.assets())
    finally:
        connector.close()


def summary(asset: Asset) -> dict[str, Any]:
    return {
        "comment": asset.comment,
        "department": asset.department,
        "columns": {column.name: column.comment for column in asset.columns},
        "ids": [column.id for column in asset.columns],
        "types": [column.type for column in asset.columns],
        "keys": [column.key for column in asset.columns],
        "nullable": [column.nullable for column in asset.columns],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_dictionary(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / case.get("file", "d.csv")
    path.write_bytes(case["text"].encode(case.get("encoding", "utf-8")))
    if "refused" in case:
        with pytest.raises(Unreadable) as refusal:
            described(path)
        problem = refusal.value.problem
        assert problem.code == "dictionary-headers"
        assert {key: problem.params[key] for key in case["refused"]} == case["refused"]
        return
    assets = described(path)
    assert ["/".join(asset.path) for asset in assets] == list(case["tables"])
    for asset, wanted in zip(assets, case["tables"].values(), strict=True):
        assert isinstance(asset, Asset)
        found = summary(asset)
        assert {key: found[key] for key in wanted} == wanted
        assert asset.kind is AssetKind.DICTIONARY
        assert [column.position for column in asset.columns] == list(range(1, len(asset.columns) + 1))


def test_workbook_with_a_sheet_for_each_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "目录"
    for row in (("表名", "表注释"), ("t_ry", "人员信息"), ("t_dw", "单位信息")):
        cover.append(row)
    for name in ("t_ry", "t_dw"):
        sheet = book.create_sheet(name)
        for row in (
            ("序号", "字段名", "类型", "主键", "说明"),
            (1, "id", "int", "是", "编号"),
            (2, "mc", "text", "", "名称"),
        ):
            sheet.append(row)
    book.save(tmp_path / "d.xlsx")
    assets = described(tmp_path / "d.xlsx", department="人社局")
    found = [
        (a.path, a.comment, a.department, [(c.name, c.comment, c.key) for c in a.columns]) for a in assets
    ]
    columns = [("id", "编号", "pk"), ("mc", "名称", "")]
    assert found == [(("t_ry",), "人员信息", "人社局", columns), (("t_dw",), "单位信息", "人社局", columns)]


def test_an_unknown_sheet_is_reported_beside_the_good_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    good = book.active
    good.title = "字典"
    good.append(("表名", "字段名", "说明"))
    good.append(("t", "xm", "姓名"))
    other = book.create_sheet("修订记录")
    other.append(("版本", "日期", "修订人员"))
    other.append(("V1", "2024-01-01", "甲"))
    book.save(tmp_path / "d.xlsx")
    problem, asset = described(tmp_path / "d.xlsx")
    assert isinstance(problem, Problem)
    assert (problem.code, problem.path) == ("dictionary-headers", ("d.xlsx", "修订记录"))
    assert isinstance(asset, Asset)
    assert asset.path == ("t",)


def test_no_row_is_ever_sampled(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("表名,字段名\nt,c\n", "utf-8")
    connector = DictionaryConnector(SourceSpec(name="d", url=str(tmp_path / "d.csv")))
    (asset,) = connector.assets()
    assert isinstance(asset, Asset)
    assert list(connector.sample(asset, Budget())) == []
    assert not connector.capabilities.samples


def test_scope_is_over_tables(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("表名,字段名\nkeep,c\ndrop,c\n", "utf-8")
    assert [a.path for a in described(tmp_path / "d.csv", include=("k*",))] == [("keep",)]  # type: ignore[union-attr]


def test_a_missing_or_damaged_dictionary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.xlsx").write_bytes(b"PK\x03\x04broken")
    for name, code in (("d.xlsx", "damaged-file"), ("none.csv", "file-missing")):
        with pytest.raises(Unreadable) as refusal:
            described(tmp_path / name)
        assert refusal.value.problem.code == code


@pytest.mark.parametrize("name", ["d.csv", "h.csv", "d.jsonl", "d.xlsx", "h.xlsx"])
def test_a_dictionary_without_tables_is_refused(name: str, tmp_path: Path) -> None:
    header = ("表名", "字段名", "说明")
    if name.endswith("xlsx"):
        book = openpyxl.Workbook()
        if name == "h.xlsx":
            book.active.append(header)
        book.save(tmp_path / name)
    else:
        (tmp_path / name).write_text(",".join(header) + "\n" if name == "h.csv" else "", "utf-8")
    with pytest.raises(Unreadable) as refusal:
        described(tmp_path / name)
    assert refusal.value.problem.code == "dictionary-empty"


def test_an_empty_file_beside_a_good_one_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("", "utf-8")
    (tmp_path / "b.csv").write_text("表名,字段名\nt,c\n", "utf-8")
    problem, asset = described(tmp_path)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.path) == ("dictionary-empty", ("a.csv",))
    assert isinstance(asset, Asset)


def test_a_workbook_as_departments_write_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某市政务信息系统数据字典（2024年）"])
    sheet.merge_cells("A1:G1")
    sheet.append([])
    sheet.append(
        [
            "序号",
            "所属信息\n系统",
            "数据提供 单位",
            "表英文名称",
            "表中文名",
            "信息项名称*",
            "字段名（英文）",
            "数据类型及长度",
        ]
    )
    rows = [
        (1, "社保核心", "人社局", "AC01", "参保人员", "姓名", "AAC003", "VARCHAR2(50)"),
        (2, None, None, None, None, "身份证号码", "AAC002", "VARCHAR2(18)"),
        (3, None, None, "AB01", "参保单位", "单位名称", "AAB004", "VARCHAR2(100)"),
        (None,) * 8,
        (4, "房产", "住建局", "FC01", "房屋", "坐落", "ZL", "VARCHAR2(200)"),
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("B4:B6")
    second = book.create_sheet("附表")
    second.append(["表名", "字段名（英文）", "字段名（汉字说明）"])
    second.append(["t_x", "xm", "姓名"])
    book.save(tmp_path / "d.xlsx")
    found = {
        a.path: (a.department, a.comment, {c.name: c.comment for c in a.columns}, a.columns[0].type)
        for a in described(tmp_path / "d.xlsx")
        if isinstance(a, Asset)
    }
    assert found == {
        ("社保核心", "AC01"): (
            "人社局",
            "参保人员",
            {"AAC003": "姓名", "AAC002": "身份证号码"},
            "VARCHAR2(50)",
        ),
        ("社保核心", "AB01"): ("人社局", "参保单位", {"AAB004": "单位名称"}, "VARCHAR2(100)"),
        ("房产", "FC01"): ("住建局", "房屋", {"ZL": "坐落"}, "VARCHAR2(200)"),
        ("t_x",): ("", "", {"xm": ""}, ""),
    }


def test_header_names_are_plain_and_not_doubled_within_a_role() -> None:
    for names in aliases().values():
        assert all(name == plain(name) and name for name in names)
        assert len(set(names)) == len(names)
