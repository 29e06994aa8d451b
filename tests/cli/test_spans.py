"""``--show-spans`` and the span records of jsonl: places in text files, never what stands there."""

from pathlib import Path

import pytest

TEXT = "说明\r\n王小明，手机：13800138000\n身份证号是11010119900307002X，订单号13900139000\n邮箱a@example.com"
VALUES = ("13800138000", "11010119900307002X", "a@example.com", "王小明")
WANTED = [
    ("person_name", "王小明", 2, 1),
    ("mobile_phone", "13800138000", 2, 8),
    ("resident_id_18", "11010119900307002X", 3, 6),
    ("email", "a@example.com", 4, 3),
]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_bytes(TEXT.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_records_carry_offsets_in_the_decoded_text(guard, notes, encoding) -> None:
    notes.write_bytes(TEXT.encode(encoding))
    done = guard("scan", "notes.txt", "-f", "jsonl")
    spans = [record for record in done.records if record["record"] == "span"]
    assert [
        (one["type"], TEXT[one["start"] : one["end"]], one["line"], one["line_column"]) for one in spans
    ] == WANTED
    assert not [value for value in VALUES if value in done.out + done.err]


def test_the_table_shows_places_on_request(guard, notes) -> None:
    done = guard("scan", "notes.txt", "--show-spans")
    for name, _, line, column in WANTED:
        (shown,) = [text for text in done.out.splitlines() if f"notes.txt:{line}:{column} " in text]
        assert name in shown
        assert "0." in shown
    assert not [value for value in VALUES if value in done.out + done.err]


def test_the_table_shows_no_places_unasked(guard, notes) -> None:
    assert "notes.txt:2:8" not in guard("scan", "notes.txt").out


def test_places_are_in_no_catalogue(guard, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(TEXT, "utf-8")
    guard("scan", "notes.txt", "-f", "jsonl")
    listed = guard("finding", "list", "-f", "jsonl")
    assert not [record for record in listed.records if "start" in record]


def test_a_format_without_places_refuses_to_show_them(guard, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(TEXT, "utf-8")
    done = guard("scan", "notes.txt", "--show-spans", "-f", "csv")
    assert done.code == 2
    assert "spans-unseen" in done.err


def test_tables_keep_their_counts(guard, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "n,bz\n" + "".join(f"{n},手机1380013{n:04d}\n" for n in range(50)), "utf-8"
    )
    done = guard("scan", "a.csv", "-f", "jsonl", "--show-spans")
    spans = [record for record in done.records if record["record"] == "span"]
    assert spans
    assert all("hits" in one and "start" not in one for one in spans)


def test_a_marking_deep_in_a_text_stops_it(guard, tmp_path: Path) -> None:
    lines = [f"第{number}行普通文字" for number in range(3000)]
    lines[2500] = "机密★10年"
    (tmp_path / "long.txt").write_text("\n".join(lines), "utf-8")
    done = guard("scan", "long.txt", "-f", "jsonl", "--sample", "50")
    (asset,) = [record for record in done.records if record["record"] == "asset"]
    assert [problem["code"] for problem in asset["coverage"]["problems"]] == ["scope-secret"]


def test_a_sure_place_outside_the_sample_counts_for_the_level(guard, tmp_path: Path) -> None:
    lines = ["今日无事，正常值班。"] * 5000
    lines[4000] = "办事人身份证号：11010119900307002X"
    (tmp_path / "long.txt").write_text("\n".join(lines), "utf-8")
    done = guard("scan", "long.txt", "-f", "jsonl")
    (column,) = [record for record in done.records if record["record"] == "column"]
    assert {item["type"] for item in column["mixed"]} == {"resident_id_18"}
    assert column["level"] == "L3"
    assert done.code == 1
