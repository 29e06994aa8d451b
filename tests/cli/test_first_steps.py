"""What a newcomer types first: init, report list, policy show, listings that are no gate, near names."""

import json
import unicodedata
from pathlib import Path

import pytest

LANGUAGES = ("en", "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("addresses", [(), ("export.csv", "postgresql://scanner@host/hr")])
def test_init_writes_what_config_check_accepts(guard, tmp_path: Path, lang, addresses):
    (tmp_path / "export.csv").write_text("a,b\n1,2\n")
    done = guard("--lang", lang, "init", *addresses)
    assert done.code == 0, done.err
    assert "{connector:" in (tmp_path / "guard.yaml").read_text("utf-8") or addresses
    checked = guard("--lang", lang, "config", "check", GUARD_HR_PASSWORD="x")
    assert checked.code == 0, checked.err


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reports_are_listed_in_words(guard, lang):
    done = guard("--lang", lang, "report", "list")
    assert done.code == 0 and done.out.startswith("inventory  html, xlsx  ")
    assert "reports." not in done.out


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pack_is_shown_in_columns(guard, lang):
    parts = guard("--lang", lang, "policy", "show").out.split("\n\n")
    heading, *rows = next(part for part in parts if "\n  resident_id_18" in part).splitlines()
    assert f"{len(rows)}" in heading and len(rows) > 100
    at = {cells(row[: row.index("L", row.index("  ", 3))]) for row in rows if "  L" in row}
    assert len(at) == 1, "the levels do not stand below each other"


def test_a_listing_is_no_gate(guard, tmp_path: Path):
    lines = [f"{number},138{number:08d}" for number in range(10000000, 10000200)]
    (tmp_path / "people.csv").write_text("id,mobile_phone\n" + "\n".join(lines) + "\n")
    assert guard("scan", "people.csv", "--fail-on", "L2").code == 1
    listed = guard("finding", "list", "-f", "jsonl")
    found = next(r for r in listed.records if r["record"] == "column" and r["column"] == "mobile_phone")
    shown = guard("finding", "show", f"{found['asset']}/mobile_phone", "-f", "json")
    assert listed.code == 0 and shown.code == 0 and json.loads(shown.out)["findings"]
    for verb in (
        ("asset", "list"),
        ("asset", "tree"),
        ("asset", "show", found["asset"]),
        ("finding", "list"),
    ):
        assert guard(*verb).code == 0, verb


def test_a_near_name_is_said_only_where_there_is_one(guard, tmp_path: Path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    near = guard("scan", "a.csv", "--only", "mobil")
    assert near.code == 2 and "did you mean mobile_phone?" in near.err
    far = guard("scan", "a.csv", "--only", "qqqqqqqq")
    assert far.code == 2 and "mean" not in far.err and "-;" not in far.err and ": -" not in far.err
    assert "guard policy show lists them all" in far.err
