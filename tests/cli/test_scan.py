"""``guard scan`` from the command line: what is found, what is kept, and how it ends."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

IDS = [f"11010119900307{n:03d}" for n in range(1, 60)]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
KEYS = {
    "source", "asset", "column", "id", "type", "domain", "category", "level", "confidence", "evidence",
    "alternatives", "coverage",
}  # fmt: skip


def checked(body: str) -> str:
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    lines = [f"{n},{checked(body)},1380013{n:04d},备注" for n, body in enumerate(IDS)]
    path = tmp_path / "people.csv"
    path.write_text("序号,证件,phone,bz\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_file_without_any_configuration(guard, people) -> None:
    done = guard("scan", "people.csv", "-f", "jsonl")
    assert done.code == 1
    columns = {record["column"]: record for record in done.records if record["record"] == "column"}
    assert columns["证件"]["type"] == "resident_id_18"
    assert columns["证件"]["level"] == "L3"
    assert columns["phone"]["type"] == "mobile_phone"
    for record in columns.values():
        assert record.keys() >= KEYS
        assert record["level"] and record["domain"] and record["category"]
        assert record["reasons"]
    kinds = [record["record"] for record in done.records]
    assert kinds.count("asset") == 1 and kinds.count("run") == 1


def test_the_envelope(guard, people) -> None:
    done = guard("scan", "people.csv", "-f", "json")
    body = json.loads(done.out)
    assert body["schema"] == "guard.findings/1"
    assert body.keys() >= {"run", "coverage", "findings"}


@pytest.mark.parametrize("kind", ["table", "json", "jsonl", "csv", "md", "sarif", "junit"])
def test_every_format_goes_to_stdout_or_a_file(guard, people, tmp_path: Path, kind) -> None:
    first = guard("scan", "people.csv", "-f", kind)
    second = guard("--format", f"{kind}=out", "scan", "people.csv")
    assert first.code == second.code == 1
    assert first.out and not second.out
    assert (tmp_path / "out").read_text("utf-8")


def test_failing_and_showing_are_apart(guard, people) -> None:
    assert guard("scan", "people.csv", "--fail-on", "L4").code == 0
    assert guard("scan", "people.csv", "--fail-on", "never").code == 0
    shown = guard("scan", "people.csv", "--show", "L3", "-f", "jsonl")
    assert {column for _, column in shown.columns()} == {"证件"}


def test_nothing_is_kept_with_no_store(guard, people, tmp_path: Path) -> None:
    guard("scan", "people.csv", "--no-store")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.csv"]


def test_the_catalogue_is_private_and_never_scanned(guard, people, tmp_path: Path) -> None:
    guard("scan", ".")
    done = guard("scan", ".", "-f", "jsonl")
    assert (tmp_path / "guard.db").stat().st_mode & 0o777 == 0o600
    assets = [record["asset"] for record in done.records if record["record"] == "asset"]
    assert [asset.rpartition("/")[2] for asset in assets] == ["people.csv"]


def test_stored_results_are_listed_graded_and_reported(guard, people, tmp_path: Path) -> None:
    guard("scan", "people.csv")
    assert "people.csv" in guard("asset", "list").out
    assert "people.csv" in guard("asset", "tree").out
    assert guard("asset", "list", "--unscanned").out == ""
    found = guard("finding", "list", "--level", "L3", "-f", "jsonl")
    assert {column for _, column in found.columns()} == {"证件"}
    reference = next(r["source"] for r in found.records if r["record"] == "column")
    shown = guard("finding", "show", f"{reference}/people.csv/证件", "-f", "json")
    assert shown.code == 0, shown.err
    assert json.loads(shown.out)["findings"][0]["type"] == "resident_id_18"
    assert guard("grade").code == 0
    built = guard("report", "build", "inventory", "-f", "html=a.html", "-f", "xlsx=a.xlsx")
    assert built.code == 0
    assert (tmp_path / "a.html").stat().st_size > 1000 and (tmp_path / "a.xlsx").stat().st_size > 1000


def test_sampling_less_prints_the_chance_of_missing_something(guard, people) -> None:
    done = guard("scan", "people.csv", "--sample", "20", "-f", "jsonl")
    column = next(iter(done.columns().values()))
    assert column["coverage"]["rows"] <= 20
    assert column["missed"] == pytest.approx(0.99 ** column["coverage"]["rows"], rel=1e-3)


def test_metadata_only_reads_no_row(guard, people, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute("create table renkou (xm text, sfzh text)")
        db.execute("insert into renkou values ('x', 'y')")
    done = guard("scan", "a.db", "--metadata-only", "-f", "jsonl")
    assert {r["coverage"]["basis"] for r in done.records if r["record"] == "asset"} == {"metadata"}
    types = {column: record["type"] for (_, column), record in done.columns().items()}
    assert types["sfzh"] == "resident_id_18"


def test_a_dictionary_carries_its_ids(guard, tmp_path: Path) -> None:
    rows = [
        {"id": "a1", "table": "renkou", "table_comment": "人口信息", "column": "xm", "comment": "姓名"},
        {
            "id": "a2",
            "table": "renkou",
            "table_comment": "人口信息",
            "column": "zjhm",
            "comment": "公民身份号码",
        },
    ]
    (tmp_path / "dict.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    done = guard("scan", "dict.jsonl", "--as", "dictionary", "-f", "jsonl")
    assert done.code == 1
    answers = {record["id"]: record["type"] for record in done.columns().values()}
    assert answers == {"a1": "person_name", "a2": "resident_id_18"}


def test_a_dry_run_reads_nothing(guard, people, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute("create table renkou (xm text)")
    done = guard("scan", "a.db", "--dry-run", "--show-sql")
    assert done.code == 0
    assert "SELECT" in done.out.upper() and '"renkou"' in done.out
    assert not (tmp_path / "guard.db").exists()


def test_a_killed_scan_resumes_and_counts_nothing_twice(guard, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "many.db") as db:
        for number in range(300):
            db.execute(f"create table t{number:03d} (sfzh text, xm text, dz text)")
    command = [sys.executable, "-m", "guard", "scan", "many.db", "-q", "-f", "jsonl"]
    environment = os.environ | {"GUARD_LANGUAGE": "en"}
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, env=environment)
    _wait_for_rows(tmp_path / "guard.db", process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = guard("scan", "--resume", "latest", "-f", "jsonl")
    assert done.code == 1, done.err
    assets = [record["asset"] for record in done.records if record["record"] == "asset"]
    assert len(assets) == len(set(assets)) == 300


def test_ctrl_c_saves_and_says_how_to_go_on(guard, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "many.db") as db:
        for number in range(2000):
            db.execute(f"create table t{number:04d} (sfzh text, xm text, dz text)")
    command = [sys.executable, "-m", "guard", "scan", "many.db", "-f", "jsonl", "--catalog", "kept.db"]
    environment = os.environ | {"GUARD_LANGUAGE": "en"}
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    )
    _wait_for_rows(tmp_path / "kept.db", process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    (printed,) = [line for line in said.splitlines() if "guard scan --resume" in line]
    done = guard(*printed.partition("guard ")[2].split(), "-f", "jsonl")
    assert done.code == 1, done.err
    assert len([record for record in done.records if record["record"] == "asset"]) == 2000


def _wait_for_rows(path: Path, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
                if db.execute("select count(*) from assets").fetchone()[0] > 5:
                    return
        except sqlite3.Error:
            pass
        time.sleep(0.02)
    pytest.fail("the scan ended, or recorded nothing, before it could be interrupted")


def test_two_scans_share_one_catalogue(people, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "guard", "scan", "people.csv", "-q", "-f", "json=/dev/null"]
    running = [subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(60) for process in running] == [1, 1]
    with sqlite3.connect(tmp_path / "guard.db") as db:
        assert db.execute("select count(*) from runs where status = 'complete'").fetchone() == (2,)


def test_a_state_secret_marking_stops_the_reading(guard, tmp_path: Path) -> None:
    (tmp_path / "doc.txt").write_text("机密★10年\n" + "会议内容\n" * 50, encoding="utf-8")
    done = guard("scan", "doc.txt", "-f", "jsonl")
    assert done.code == 1
    assert "scope-secret" in done.out
    assert "会议内容" not in done.out


def test_names_that_are_values_are_concealed(guard, tmp_path: Path) -> None:
    number = checked(IDS[0])
    (tmp_path / f"{number}.csv").write_text("a,b\n1,2\n")
    (tmp_path / "keys.json").write_text(json.dumps([{"13800138000": 1, "name": "x"}]))
    done = guard("scan", ".", "-f", "jsonl")
    everything = done.out + done.err + guard("asset", "list").out
    assert number not in everything and "13800138000" not in everything
    assert (tmp_path / "guard.db").read_bytes().find(number.encode()) < 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("机密★10年报告.csv", "a,b\n1,2\n"),
        ("head.csv", "绝密★长期,b\n1,2\n"),
        ("body.csv", "a,b\n机密★5年,2\n"),
    ],
)
def test_a_marking_leaves_the_place_and_nothing_else(guard, tmp_path: Path, name, text) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = guard("scan", name, "-f", "jsonl")
    assert done.code == 1
    assert not done.columns()
    (asset,) = [record for record in done.records if record["record"] == "asset"]
    assert asset["coverage"]["problems"][0]["code"] == "scope-secret"
    assert asset["coverage"]["rows"] == 0 and asset["level"] == "undetermined"


def test_a_scope_that_selects_nothing_is_not_clean(guard, people, tmp_path: Path) -> None:
    assert guard("scan", ".", "--include", "nothing*").code == 3
    (tmp_path / "empty").mkdir()
    done = guard("scan", "empty")
    assert done.code == 3 and "nothing was in scope" in done.err


def test_without_a_terminal_nobody_is_asked_for_a_password(guard) -> None:
    done = guard("scan", "postgresql://scanner@127.0.0.1:1/hr", "--no-store", stdin="")
    assert done.code == 3
    assert "Warning" not in done.err
    assert guard("scan", "postgresql://me@localhost/hr", "--password", "hunter2").code == 2
    done = guard("scan", "postgresql://me@127.0.0.1:1/hr", "--password", "env:PW", "--no-store", PW="hunter2")
    assert done.code == 3 and "hunter2" not in done.out + done.err


def test_sarif_points_to_the_file_from_here(guard, people, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    people.rename(tmp_path / "share" / "people.csv")
    body = json.loads(guard("scan", "share", "-f", "sarif").out)
    places = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for run in body["runs"]
        for result in run["results"]
    }
    assert places == {"share/people.csv"}


def test_the_log_stays_on_its_line(guard, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute('create table "we\nird\x1b[31m\u202e" (a text)')
    done = guard("scan", "a.db", "-vv")
    assert "\x1b" not in done.err and "\u202e" not in done.err
    assert all(line[:2] == "20" for line in done.err.splitlines() if "DEBUG" in line or "INFO" in line)
