"""The report says why a table stands above its columns, and what was judged by names alone."""

from dataclasses import replace

import openpyxl
import pytest

from guard.model import Coverage, Reason, Status
from guard.sdk.testing_facts import SyntheticFacts, ordinary, result
from guard_reports.inventory import InventoryReport

WHY = "姓名、证件号与联系方式同在一表"


@pytest.fixture
def assets():
    one = result(("s", "t"), (("a", ""), ("b", "")))
    reason = Reason(rule="agg-id-bundle", effect="raise", standard="GB/T 43697-2024", level="L4")
    lifted = replace(
        one,
        asset=replace(one.asset, columns=one.asset.columns[1:]),
        findings=one.findings[1:],
        classifications=one.classifications[1:],
        table=replace(one.table, reasons=(reason,)),
    )
    named = replace(one, coverage=Coverage(status=Status.SAMPLED, basis="metadata"))
    return (lifted, replace(named, asset=replace(named.asset, path=("s", "n"))), *ordinary())


def test_page(tmp_path, assets):
    path = tmp_path / "a.html"
    InventoryReport().build(SyntheticFacts(assets=assets), "html", path, language="zh")
    text = path.read_text("utf-8")
    assert text.count(f"<summary>整体级别高于各列的依据： {WHY}") == 1
    assert "<code>agg-id-bundle</code>" in text
    assert "抽样 2 + 仅凭名称 1 + 跳过 1。" in text
    assert "只读取了一部分的对象 (2)" in text and "<small>2 / 4</small>" in text


def test_book(tmp_path, assets):
    path = tmp_path / "a.xlsx"
    InventoryReport().build(SyntheticFacts(assets=assets), "xlsx", path, language="zh")
    book = openpyxl.load_workbook(path)
    heads, *rows = book.worksheets[0].iter_rows(values_only=True)
    first = dict(zip(heads, rows[0], strict=True))
    assert first["表级别"] == "L4 ◆" and WHY in first["表级依据"]
    assert sum(bool(dict(zip(heads, row, strict=True))["表级依据"]) for row in rows) == 1
    heads, *rows = book.worksheets[1].iter_rows(values_only=True)
    read = [dict(zip(heads, row, strict=True))["读取情况"] for row in rows]
    assert read == ["抽样", "仅凭名称", "抽样", "未扫描"]
