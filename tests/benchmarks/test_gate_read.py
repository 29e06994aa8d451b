"""Reading scripts, as ratios to sqlparse.parse and sqlglot.parse on the same text in the same run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.harness import Job, at_least, ratio, told

from guard.gate.script.dialect import dialect
from guard.gate.script.read import read_script
from guard.gate.script.statement import Text

TABLES, SMALL, COLUMNS = 1_000, 20, 20
DUMP = 10 << 20  # bytes
SECONDS = {"tables": 5, "dump": 30}

# The peak of a process is told by the kernel: getrusage would tell the parent's where that was higher.
DUMPED = """
import re, sys, time
from pathlib import Path
from guard.gate.script.dialect import dialect
from guard.gate.script.encoding import read_text
from guard.gate.script.read import read_script
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
path = Path(sys.argv[1])
read_script(read_text(path.with_name("small.sql"), path.parent), dialect("mysql"))
before, started = peak(), time.process_time()
script = read_script(read_text(path, path.parent), dialect("mysql"))
print(time.process_time() - started, peak() - before, len(script.changes))
"""


def tables(count: int) -> str:
    """CREATE TABLE of twenty columns with defaults and comments, in the words of MySQL."""
    columns = ",\n".join(
        f"  `c{at}` varchar({at + 20}) NOT NULL DEFAULT 'x' COMMENT '列{at}'" for at in range(COLUMNS)
    )
    return "".join(f"CREATE TABLE `t{at}` (\n{columns}\n) COMMENT='表{at}';\n" for at in range(count))


def rows(size: int, each: int) -> str:
    """INSERT statements of ``each`` rows."""
    row = "({0},'李雷{0}','海淀区中关村大街{0}号','it''s','2024-01-01 00:00:00',NULL,1.5)"
    statement = "INSERT INTO `t` VALUES " + ",".join(row.format(at) for at in range(each)) + ";\n"
    return statement * (size // len(statement.encode()))


def ours(sql: str) -> Callable[[], object]:
    return lambda: read_script(Text(file="v1.sql", text=sql), dialect("mysql"))


def sqlparse_parse(sql: str) -> Callable[[], object]:
    import sqlparse

    return lambda: sqlparse.parse(sql)


def sqlglot_parse(sql: str) -> Callable[[], object]:
    import sqlglot

    return lambda: sqlglot.parse(sql, read="mysql")


@pytest.mark.parametrize(
    ("name", "peer", "floor"), [("sqlparse", sqlparse_parse, 2), ("sqlglot", sqlglot_parse, 0.5)]
)
def test_definitions(name: str, peer: Callable[[str], Callable[[], object]], floor: float) -> None:
    sql = tables(SMALL)
    found = ratio(Job(run=ours(sql), units=len(sql)), Job(run=peer(sql), units=len(sql)), near=floor)
    at_least(f"CREATE TABLE read, to {name}.parse", floor, found)


@pytest.mark.parametrize(
    ("name", "peer", "floor"), [("sqlparse", sqlparse_parse, 5), ("sqlglot", sqlglot_parse, 2)]
)
def test_rows_of_a_dump(name: str, peer: Callable[[str], Callable[[], object]], floor: float) -> None:
    sql = rows(300_000, 1_000)
    few = rows(60_000, 250)  # sqlparse gives up above 10,000 tokens a statement
    found = ratio(Job(run=ours(sql), units=len(sql)), Job(run=peer(few), units=len(few)), near=floor)
    at_least(f"rows of INSERT read, to {name}.parse", floor, found)


@pytest.mark.measure
def test_a_thousand_tables(benchmark) -> None:
    sql = tables(TABLES)
    benchmark.pedantic(ours(sql), rounds=3)
    print(
        f"\n{TABLES:,} CREATE TABLE of {COLUMNS} columns: {benchmark.stats['median']:.2f} s, {SECONDS['tables']} allowed"
    )
    for name, peer in (("sqlparse", sqlparse_parse), ("sqlglot", sqlglot_parse)):
        told(
            f"{TABLES:,} CREATE TABLE, to {name}.parse",
            ratio(Job(run=ours(sql)), Job(run=peer(sql)), rounds=1),
        )


@pytest.mark.measure
@pytest.mark.parametrize("each", [1, 1_000, 100_000])
def test_a_dump(each: int, tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    path.write_text(rows(DUMP, each) or rows(1 << 30, each), "utf-8")
    (tmp_path / "small.sql").write_text(rows(10_000, 1), "utf-8")
    said = subprocess.run(
        [sys.executable, "-c", DUMPED, path], capture_output=True, text=True, check=True, timeout=600
    )
    seconds, kilobytes, changes = said.stdout.split()
    print(f"\n{path.stat().st_size >> 20} MB of INSERT, {each:,} rows each: {float(seconds):.1f} CPU s, "
          f"{int(kilobytes) >> 10} MB more memory, {changes} changes; {SECONDS['dump']} s allowed")  # fmt: skip
