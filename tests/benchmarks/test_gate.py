"""``guard gate`` whole: reading, judging, rules and output, against its budgets and plain parsers."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.harness import Job, at_least, ratio, told
from benchmarks.test_gate_read import rows, sqlglot_parse, sqlparse_parse, tables

from guard.config import load
from guard.gate.declare.schema_file import SchemaFile
from guard.gate.script.dialect import dialect
from guard.gate.script.read import read_script
from guard.gate.script.statement import Text
from guard.ops.gate_engine import GateEngine
from guard.ops.session import Session

ROOT = Path(__file__).parents[2]
SMALL, TABLES, DUMP, FILES = 20, 1_000, 10 << 20, 10
SECONDS = {"tables": 5, "dump": 30, "cold": 1, "views": 30}

# The most memory of this program alone: what getrusage tells begins with that of whoever started it.
MEASURED = """
import re, sys, time
from pathlib import Path
started = time.monotonic()
from guard.cli.__main__ import run
code = run(sys.argv[1:])
most = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())
print(code, time.monotonic() - started, time.process_time(), int(most[1]) >> 10, file=sys.stderr)
"""
FILE = """CREATE TABLE t{0} (
  id bigint NOT NULL PRIMARY KEY,
  xm varchar(50) COMMENT '姓名',
  sfzh varchar(18),
  bz varchar(200) DEFAULT 'x'
);
ALTER TABLE t{0} ADD lxdh varchar(11);
INSERT INTO t{0} (id, bz) VALUES (1, 'abc');
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> GateEngine:
    """The engine as the command makes it."""
    folder = tmp_path_factory.mktemp("engine")
    return GateEngine(Session(config=load(None, {}, folder), catalog="guard.db", language="en"))


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """Ten small files that add a column that has to be declared."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for at in range(FILES):
        (folder / f"V{at}__t.sql").write_text(FILE.format(at), "utf-8")
    return folder


def judged(engine: GateEngine, sql: str) -> Callable[[], object]:
    return lambda: engine.judge([read_script(Text(file="v1.sql", text=sql), dialect("mysql"))], SchemaFile())


@pytest.mark.parametrize(
    ("name", "peer", "floor"), [("sqlparse", sqlparse_parse, 0.8), ("sqlglot", sqlglot_parse, 0.2)]
)
def test_definitions_judged(engine: GateEngine, name: str, peer, floor: float) -> None:
    sql = tables(SMALL)
    found = ratio(
        Job(run=judged(engine, sql), units=len(sql)), Job(run=peer(sql), units=len(sql)), near=floor
    )
    at_least(f"CREATE TABLE read and judged, to {name}.parse", floor, found)


def run(folder: Path, *arguments: object, python: Path | str = sys.executable) -> Iterator[float]:
    """Seconds, CPU seconds and megabytes of one ``guard gate``."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GUARD_")}
    done = subprocess.run(
        [python, "-c", MEASURED, "gate", "-q", *map(str, arguments)], cwd=folder, env=environment | {"GUARD_LANGUAGE": "en"},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    code, *figures = done.stderr.splitlines()[-1].split()
    assert code in ("0", "1"), done.stderr
    return map(float, figures)


def test_ten_small_files_cold_in_a_second(benchmark, migrations: Path) -> None:
    benchmark.extra_info["budget_ms"] = SECONDS["cold"] * 1000
    command = [sys.executable, "-m", "guard", "gate", "migrations"]
    done = benchmark(subprocess.run, command, cwd=migrations.parent, capture_output=True)
    assert done.returncode == 1 and b"sfzh" in done.stdout


@pytest.mark.measure
def test_ten_small_files_in_the_light_environment(tmp_path: Path, migrations: Path) -> None:
    home = tmp_path / "light"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    before = size(home)
    for what in (("--require-hashes", "-r", "requirements-gate.lock"), ("--no-deps", ".")):
        subprocess.run([python, "-m", "pip", "install", "-q", *what], cwd=ROOT, check=True, timeout=300)
    run_once = [list(run(migrations.parent, "migrations", python=python)) for _ in range(4)][1:]
    seconds, cpu, megabytes = min(run_once)
    print(f"\nrequirements-gate.lock with guard: {(size(home) - before) >> 20} MB installed; {FILES} small files cold: "
          f"{seconds:.2f} s ({cpu:.2f} s CPU), {megabytes:.0f} MB of memory; {SECONDS['cold']} s allowed")  # fmt: skip


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.measure
def test_a_thousand_tables_judged(tmp_path: Path, engine: GateEngine) -> None:
    sql = tables(TABLES)
    (tmp_path / "a.sql").write_text(sql, "utf-8")
    seconds, cpu, megabytes = run(tmp_path, "--dialect", "mysql", "a.sql")
    print(f"\n{TABLES:,} CREATE TABLE of 20 columns: {seconds:.1f} s ({cpu:.1f} s CPU), {megabytes:.0f} MB; "
          f"{SECONDS['tables']} s allowed")  # fmt: skip
    for name, peer in (("sqlparse", sqlparse_parse), ("sqlglot", sqlglot_parse)):
        told(f"{TABLES:,} CREATE TABLE judged, to {name}.parse",
             ratio(Job(run=judged(engine, sql)), Job(run=peer(sql)), rounds=1))  # fmt: skip


@pytest.mark.measure
@pytest.mark.parametrize(("views", "columns"), [(100, 101), (300, 301)])
def test_views_upon_views_judged(tmp_path: Path, views: int, columns: int) -> None:
    others = ", ".join(f"c{at} varchar(20)" for at in range(columns - 1))
    chain = "".join(f"CREATE VIEW v{at + 1} AS SELECT * FROM v{at};\n" for at in range(views))
    (tmp_path / "a.sql").write_text(f"CREATE TABLE v0 (sfzh varchar(18), {others});\n{chain}", "utf-8")
    seconds, cpu, megabytes = run(tmp_path, "--dialect", "postgres", "a.sql")
    print(f"\n{views} views upon each other of {columns} columns: {seconds:.1f} s ({cpu:.1f} s CPU), "
          f"{megabytes:.0f} MB of memory; {SECONDS['views']} s allowed")  # fmt: skip


@pytest.mark.measure
@pytest.mark.parametrize("each", [1, 1_000])
def test_a_dump_judged(tmp_path: Path, each: int) -> None:
    table = "CREATE TABLE `t` (a int, b varchar(9), c varchar(99), d varchar(9), e datetime, f int, g decimal(3,1));\n"
    path = tmp_path / "dump.sql"
    path.write_text(table + rows(DUMP, each), "utf-8")
    seconds, cpu, megabytes = run(tmp_path, "--dialect", "mysql", "dump.sql")
    print(f"\n{path.stat().st_size >> 20} MB, mostly INSERT of {each:,} rows: {seconds:.1f} s ({cpu:.1f} s CPU), "
          f"{megabytes:.0f} MB of memory; {SECONDS['dump']} s allowed")  # fmt: skip
