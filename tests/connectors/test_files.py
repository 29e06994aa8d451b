"""What is read from files of every kind, and how much of it."""

import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample, SourceSpec
from guard_connectors.files import FilesConnector, local_path
from guard_connectors.formats import header
from guard_connectors.formats.encoding import detect
from guard_connectors.formats.rows import reservoir
from guard_connectors.sandbox import Sandbox

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[Any]:
    items = yaml.safe_load((CASES / name).read_text("utf-8"))
    return [pytest.param(item, id=item["name"]) for item in items]


PARSER = Sandbox()


@pytest.fixture(scope="module", autouse=True)
def closed_parser() -> Iterator[None]:
    """One parser process for all files of this module."""
    yield
    PARSER.close()


def read(path: Path, budget: Budget | None = None) -> list[Sample]:
    connector = FilesConnector(SourceSpec(name="s", url=str(path)))
    connector.sandbox = PARSER
    (asset,) = connector.assets()
    assert isinstance(asset, Asset)
    items = list(connector.sample(asset, budget or Budget()))
    assert not [item for item in items if isinstance(item, Problem)]
    return items  # type: ignore[return-value]


def names(sample: Sample) -> list[str]:
    return [column.name for column in sample.asset.columns]


def table(sample: Sample) -> list[list[Any]]:
    return [list(row) for row in zip(*(c.to_pylist() for c in sample.batch.columns), strict=True)]


def stored(case: dict[str, Any], folder: Path, default: str) -> Path:
    path = folder / case.get("file", default)
    raw = (
        bytes.fromhex(case["bytes"])
        if "bytes" in case
        else case["text"].encode(case.get("encoding", "utf-8"))
    )
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("case", cases("delimited.yaml"))
@pytest.mark.parametrize("rows", [2000, None])
def test_delimited(case: dict[str, Any], rows: int | None, tmp_path: Path) -> None:
    (sample,) = read(stored(case, tmp_path, "x.csv"), Budget(rows=rows))
    assert names(sample) == case["names"]
    if "rows" in case:
        assert table(sample) == case["rows"]
    else:
        assert table(sample)[0] == case["first"]
    assert sample.complete
    assert [note.code for note in sample.notes] == case.get("notes", [])
    assert sample.asset.comment == case.get("comment", "")


@pytest.mark.parametrize("case", cases("json.yaml"))
def test_json(case: dict[str, Any], tmp_path: Path) -> None:
    samples = read(stored(case, tmp_path, "x.json"))
    found = {"/".join(s.asset.path[1:]): [names(s), table(s)[0]] for s in samples}
    assert found == case["tables"]
    assert all(sample.complete for sample in samples)
    assert [note.code for note in samples[0].notes] == case.get("notes", [])


def test_many_records_are_read_in_batches_of_the_same_columns(tmp_path: Path) -> None:
    lines = [f'{{"id": {n}, "name": "x"}}' for n in range(20_000)] + ['{"id": 20000, "late": "13800138000"}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    first, last = read(tmp_path / "a.jsonl", Budget(rows=None))
    assert names(first) == names(last) == ["id", "name", "other"]
    assert first.rows + last.rows == 20_001
    assert (first.complete, last.complete) == (False, True)
    assert table(last)[-1] == ["20000", None, "late 13800138000"]


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "人员"
    first.append(["某市人员名单"])
    first.append(["姓名", "身份证号", "出生日期", "编号", "金额", "混合"])
    for number in range(30):
        born = datetime(1990, 3, 7) if number else date(1990, 3, 7)
        first.append(
            [f"张{number}", 110101199003070021, born, number, number + 0.5, number if number % 2 else "无"]
        )
    book.create_sheet("空")
    book.save(path)


def test_workbook(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    people, empty = read(tmp_path / "a.xlsx")
    assert people.asset.path == ("a.xlsx", "人员")
    assert people.asset.kind is AssetKind.SHEET
    assert people.asset.comment == "某市人员名单"
    assert names(people) == ["姓名", "身份证号", "出生日期", "编号", "金额", "混合"]
    assert [column.type for column in people.asset.columns] == [
        "text",
        "number",
        "date",
        "integer",
        "number",
        "text",
    ]
    first = table(people)[1]
    assert first[0] == "张1"
    assert first[2] == "1990-03-07"
    assert first[3:] == [1, 1.5, "1"]
    assert [(note.code, dict(note.params)) for note in people.notes] == [("precision-lost", {"position": 2})]
    assert (empty.rows, empty.complete, names(empty)) == (0, True, [])


def test_workbook_rows_are_random(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    few = read(tmp_path / "a.xlsx", Budget(rows=5, seed=1))[0]
    other = read(tmp_path / "a.xlsx", Budget(rows=5, seed=2))[0]
    assert few.rows == other.rows == 5
    assert not few.complete
    assert few.asset.rows == 30
    assert table(few) != table(other)


def test_parquet(tmp_path: Path) -> None:
    data = pa.table(
        {
            "id": pa.array(range(50_000), pa.int64()),
            "name": pa.array(["张三"] * 50_000).dictionary_encode(),
            "born": pa.array([date(1990, 3, 7)] * 50_000),
            "home": pa.array([{"city": "北京", "zip": 100000}] * 50_000),
            "tags": pa.array([["a", "b"]] * 50_000),
        }
    )
    pq.write_table(data, tmp_path / "a.parquet", row_group_size=2_000)
    samples = read(tmp_path / "a.parquet", Budget(rows=500))
    assert names(samples[0]) == ["id", "name", "born", "home.city", "home.zip", "tags"]
    assert table(samples[0])[0][1:] == ["张三", date(1990, 3, 7), "北京", 100000, "a b"]
    places = [place for sample in samples for place in sample.batch.column(0).to_pylist()]
    assert 400 <= len(places) <= 500
    assert len({place * 5 // 50_000 for place in places}) == 5
    assert not samples[-1].complete
    whole = read(tmp_path / "a.parquet", Budget(rows=None))
    assert sum(sample.rows for sample in whole) == 50_000
    assert [sample.complete for sample in whole] == [False] * (len(whole) - 1) + [True]


def test_zip_members_one_level(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("../../etc/人员.csv", "姓名,电话\n张三,13800138000\n")
        package.write(tmp_path / "a.xlsx", "book.xlsx")
        package.writestr("folder/", "")
        package.writestr("note.txt", "联系电话 13800138000\n")
    samples = read(path)
    assert [sample.asset.path for sample in samples] == [
        ("pack.zip", "../../etc/人员.csv"),
        ("pack.zip", "book.xlsx", "人员"),
        ("pack.zip", "book.xlsx", "空"),
        ("pack.zip", "note.txt"),
    ]
    assert table(samples[0]) == [["张三", "13800138000"]]
    assert table(samples[3]) == [["联系电话 13800138000"]]
    assert not (tmp_path.parent / "etc").exists()


def test_zip_member_names_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("XXXX.txt", "a")
    path.write_bytes(path.read_bytes().replace(b"XXXX", "人员".encode("gb18030")))
    assert read(path)[0].asset.path == ("a.zip", "人员.txt")


def test_text_lines_and_long_lines(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("first\n\n" + "word " * 2000 + "\nlast 13800138000\n", "utf-8")
    (sample,) = read(tmp_path / "a.log")
    lines = [row[0] for row in table(sample)]
    assert sample.asset.kind is AssetKind.DOCUMENT
    assert names(sample) == ["text"]
    assert lines[0] == "first"
    assert lines[-1] == "last 13800138000"
    assert max(map(len, lines)) <= 2000
    assert "".join(lines[1:-1]).count("word") == 2000


def test_text_that_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("姓名\t电话\n张三\t13800138000\n李四\t13900139000\n", "utf-8")
    (sample,) = read(tmp_path / "a.txt")
    assert names(sample) == ["姓名", "电话"]


def test_a_big_file_is_sampled_everywhere_in_little_memory(tmp_path: Path) -> None:
    with (tmp_path / "big.csv").open("w", encoding="gb18030") as file:
        file.write("编号,姓名,备注\n")
        for start in range(0, 600_000, 10_000):
            file.writelines(f'{n},张三丰,"某某, 备注"\n' for n in range(start, start + 10_000))
    tracemalloc.start()
    (sample,) = read(tmp_path / "big.csv", Budget(rows=2000, bytes=4 << 20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rows = table(sample)
    assert sample.rows == 2000
    assert not sample.complete
    assert all(row[1:] == ["张三丰", "某某, 备注"] for row in rows)
    assert {int(row[0]) * 5 // 600_000 for row in rows} == set(range(5))
    assert abs((sample.asset.rows or 0) - 600_000) < 60_000
    assert peak < 64 << 20


@given(st.integers(0, 400), st.integers(1, 50), st.integers())
def test_reservoir_keeps_what_was_asked_and_counts_all(many: int, wanted: int, seed: int) -> None:
    kept, count = reservoir(range(many), wanted, random.Random(seed))
    assert count == many
    assert len(kept) == min(many, wanted)
    assert kept == sorted(set(kept))


def test_reservoir_is_even() -> None:
    hits = [0] * 100
    for seed in range(2000):
        for place in reservoir(range(100), 10, random.Random(seed))[0]:
            hits[place] += 1
    assert min(hits) > 130
    assert max(hits) < 270


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=6), max_size=12))
def test_names_are_always_distinct(rows: list[list[str]]) -> None:
    found = header.layout(rows)
    assert len(set(found.names)) == len(found.names)
    assert 0 <= found.first <= len(rows)


@given(
    st.text(alphabet="中华人民共和国身份证号码姓名住址电话abc123\n,", min_size=40),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_encoding_reads_back(text: str, name: str) -> None:
    raw = text.encode(name)
    found = detect(raw)
    if found.sure:
        assert raw.decode(found.name) == text


def test_no_binary_parser_in_the_scan_process(tmp_path: Path) -> None:
    import subprocess
    import sys

    workbook(tmp_path / "a.xlsx")
    program = (
        "import sys; from guard.sdk import *; from guard_connectors.files import FilesConnector as F\n"
        f"c = F(SourceSpec(name='s', url={str(tmp_path)!r}))\n"
        "n = [s.rows for a in c.assets() for s in c.sample(a, Budget())]; c.close()\n"
        "print(n, [m for m in ('kreuzberg', 'python_calamine', 'pypdfium2') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout == "[30, 0] []\n"


@pytest.mark.parametrize(
    ("url", "path"), [("file:///a/b%20c", "/a/b c"), ("/a/b%20c", "/a/b%20c"), ("file://localhost/x", "/x")]
)
def test_local_path(url: str, path: str) -> None:
    assert local_path(url) == path


@pytest.mark.parametrize("seed", range(6))
def test_the_head_of_a_text_is_always_read_and_first(seed: int, tmp_path: Path) -> None:
    lines = "".join(f"第{n}行普通内容\n" for n in range(30_000))
    for name in ("a.txt", "a.md"):
        (tmp_path / name).write_text("机密★10年\n" + lines, "utf-8")
        head, rest = read(tmp_path / name, Budget(seed=seed))
        assert table(head)[0] == ["机密★10年"]
        assert head.rows == 100
        assert head.rows + rest.rows == 2000
        assert abs((head.asset.rows or 0) - 30_001) < 6_000
        assert rest.asset.rows == 30_001


def test_the_first_rows_of_a_table_are_always_read(tmp_path: Path) -> None:
    rows = [[f"r{n}", str(n)] for n in range(3000)]
    (tmp_path / "a.csv").write_text("name,id\n" + "".join(",".join(row) + "\n" for row in rows), "utf-8")
    (tmp_path / "a.jsonl").write_text("".join(f'{{"name": "{a}", "id": "{b}"}}\n' for a, b in rows), "utf-8")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("S")
    for row in (["name", "id"], *rows):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    names_, ids = zip(*rows, strict=True)
    pq.write_table(pa.table({"name": names_, "id": ids}), tmp_path / "a.parquet", row_group_size=100)
    for name in ("a.csv", "a.jsonl", "a.xlsx", "a.parquet"):
        found = read(tmp_path / name, Budget(rows=200))
        texts = [row[0] for sample in found for row in table(sample)]
        assert [row[0] for row in table(found[0])][:5] == ["r0", "r1", "r2", "r3", "r4"], name
        assert 150 <= len(texts) <= 200, name
        assert len(set(texts)) == len(texts), name
    (tmp_path / "a.csv").write_text("".join(f"r{n},{n},x\n" for n in range(30_000)), "utf-8")
    found = read(tmp_path / "a.csv", Budget(rows=200, bytes=100_000))
    texts = [row[0] for sample in found for row in table(sample)]
    assert texts[:5] == ["r0", "r1", "r2", "r3", "r4"]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("rows", [2000, None])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_long_cell_is_cut_and_its_row_kept(rows: int | None, quote: str, tmp_path: Path) -> None:
    long = f"{quote}{'x' * 5_000_000}{quote and ',' + quote * 2}{quote}"
    (tmp_path / "a.csv").write_text(f"memo,name,id\n{long},甲,1\n短,乙,2\n{'y' * 100_000},丙,3\n", "utf-8")
    (sample,) = read(tmp_path / "a.csv", Budget(rows=rows))
    assert [row[1:] for row in table(sample)] == [["甲", "1"], ["乙", "2"], ["丙", "3"]]
    assert max(len(row[0]) for row in table(sample)) == 1 << 16
    assert [(note.code, note.params["cells"]) for note in sample.notes] == [("cell-cut", 2)]
    assert sample.complete


def test_an_enormous_cell_takes_little_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8") as file:
        file.write("memo,name,id\n")
        for _ in range(60):
            file.write("z" * (1 << 20))
        file.write(",甲,1\n短,乙,2\n")
    tracemalloc.start()
    (sample,) = read(tmp_path / "a.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [row[1:] for row in table(sample)] == [["甲", "1"], ["乙", "2"]]
    assert peak < 64 << 20


def test_several_tables_of_a_page_are_sheets(tmp_path: Path) -> None:
    page = "<table><tr><td>姓名</td><td>电话</td></tr><tr><td>甲</td><td>13800138000</td></tr></table>"
    (tmp_path / "a.xls").write_text(page * 2, "gb18030")
    assert [sample.asset.path for sample in read(tmp_path / "a.xls")] == [
        ("a.xls", "table 1"),
        ("a.xls", "table 2"),
    ]


def test_every_line_that_is_no_record_is_counted(tmp_path: Path) -> None:
    good = [f'{{"id": {n}}}' for n in range(20_000)]
    (tmp_path / "a.jsonl").write_text("\n".join([*good[:10], "3", *good[10:], "[1]", '"x"']), "utf-8")
    for rows in (50, None):
        notes = [note for sample in read(tmp_path / "a.jsonl", Budget(rows=rows)) for note in sample.notes]
        assert [(note.code, note.params["lines"]) for note in notes] == [("broken-lines", 3)]
