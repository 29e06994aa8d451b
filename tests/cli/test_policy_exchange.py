"""``guard policy import`` and ``export --format xlsx`` as an officer uses them."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from ops import catalogues as sample


def test_import_then_use_check_test_and_export(guard, tmp_path: Path) -> None:
    sample.province(tmp_path / "province.xlsx")
    done = guard("policy", "import", "province.xlsx", "--id", "local", "--standard", "DBXX/T 1-2025")
    assert done.code == 0
    assert "13800138000" not in done.out + done.err
    lines = [line.strip() for line in done.out.splitlines()]
    assert any(line.startswith("6 ✓ 个人信息/个人基本资料/联系信息 › 手机号码 → L3") for line in lines)
    assert "use: [local]" in done.err and "paths: [./policies]" in done.err  # in the place of gov_cn
    (tmp_path / "guard.yaml").write_text("version: 1\npolicies: {use: [local], paths: [./policies]}\n")
    assert guard("policy", "check").code == 0
    assert guard("policy", "test", "policies").code == 0
    assert "DBXX/T 1-2025" in guard("policy", "show", "local").out
    assert guard("policy", "export", "local", "-f", "xlsx=out.xlsx", "--lang", "zh").code == 0
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["分类分级目录", "规则", "级别说明"]
    rows = {row[4]: row[8] for row in book["分类分级目录"].iter_rows(min_row=3, values_only=True)}
    assert rows["手机号码"] == "一般3级" and rows["大江大河水文资料"] == "重要数据"
    again = guard("policy", "import", "out.xlsx", "--id", "again", "--extends", "local")
    assert again.code == 0, again.out


def test_the_packs_in_use_stay_beside_an_imported_one(guard, tmp_path: Path) -> None:
    sample.province(tmp_path / "province.xlsx")
    (tmp_path / "guard.yaml").write_text(
        "version: 1\npolicies: {use: [gov_cn, pipl, gbt35273], paths: [./more]}\n"
    )
    (tmp_path / "more" / "lexicon").mkdir(parents=True)
    done = guard("policy", "import", "province.xlsx", "--id", "local")
    assert "use: [local, pipl, gbt35273]" in done.err and "paths: [./more, ./policies]" in done.err


def test_the_packs_levels_reach_a_scan(guard, tmp_path: Path) -> None:
    sample.province(tmp_path / "province.xlsx")
    assert guard("policy", "import", "province.xlsx", "--id", "local").code == 0
    (tmp_path / "guard.yaml").write_text("version: 1\npolicies: {use: [local], paths: [./policies]}\n")
    (tmp_path / "data.csv").write_text(
        "水库大坝安全鉴定结论,手机号码\n二类坝,13800138000\n三类坝,13912345678\n", "utf-8"
    )
    done = guard("scan", "data.csv", "-f", "jsonl", "--no-store", "--fail-on", "never")
    found = {record["column"]: record for record in done.records if record["record"] == "column"}
    assert {name: record["level"] for name, record in found.items()} == {
        "水库大坝安全鉴定结论": "L3",
        "手机号码": "L3",
    }


def test_rows_not_understood_stop_the_import_and_are_listed(guard, tmp_path: Path) -> None:
    sample.trouble(tmp_path / "trouble.xlsx")
    done = guard("policy", "import", "trouble.xlsx")
    assert done.code == 1 and not (tmp_path / "policies").exists()
    assert "--level 内部=LEVEL" in done.out and "D15" in done.out
    assert "nothing was written" in done.err
    part = guard("policy", "import", "trouble.xlsx", "--partial")
    assert part.code == 1 and (tmp_path / "policies" / "trouble" / "pack.yaml").is_file()
    assert guard("policy", "import", "trouble.xlsx", "--partial").code == 4
    assert guard("policy", "import", "trouble.xlsx", "--partial", "--replace").code == 1


def test_a_dry_run_writes_nothing_and_reports_in_any_format(guard, tmp_path: Path) -> None:
    sample.sector(tmp_path / "sector.xlsx")
    formats = ("-f", "json", "-f", "csv=r.csv", "-f", "xlsx=r.xlsx")
    done = guard("policy", "import", "sector.xlsx", "--dry-run", *formats)
    assert done.code == 0 and not (tmp_path / "policies").exists() and not (tmp_path / "guard.db").exists()
    report = json.loads(done.out)
    assert report["written"] is False and report["counts"]["understood"] == 4
    assert [row["row"] for row in report["rows"]] == [3, 4, 5, 6]
    assert len((tmp_path / "r.csv").read_text("utf-8-sig").splitlines()) == 5
    assert openpyxl.load_workbook(tmp_path / "r.xlsx").active.max_row == 5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("bad.xlsx",), 2, "catalogue-unreadable"),
        (("scale.csv", "--max-rows", "2"), 2, "catalogue-too-large"),
        (("scale.csv", "-f", "xlsx"), 2, "report-no-path"),
        (("scale.csv", "--id", "gov_cn"), 4, "catalogue-taken"),
    ],
)
def test_wrong_use_is_answered_in_one_error(guard, tmp_path: Path, arguments, code, said) -> None:
    sample.scale(tmp_path / "scale.csv")
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no book")
    done = guard("policy", "import", *arguments)
    assert done.code == code and said in done.err, done.err
    assert not (tmp_path / "policies").exists()


def test_both_languages(guard, tmp_path: Path) -> None:
    sample.trouble(tmp_path / "trouble.xlsx")
    for language, word in (("zh", "未读懂"), ("en", "not understood")):
        done = guard("policy", "import", "trouble.xlsx", "--dry-run", "--lang", language)
        assert word in done.err
        assert "commands.policy" not in done.out + done.err
        assert "{" not in done.out
        assert "commands.policy" not in guard("policy", "import", "--help", "--lang", language).out
