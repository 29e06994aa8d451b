"""A thousand tables, and five million rows in bounded memory. Budgets are printed, not asserted."""

import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

COLUMNS = (
    "id integer primary key, xm text, sfzh text, sjhm text, email text, hjdz text, csrq text, xb text, "
    "create_time text, status integer, bz text, je real, bm text, uscc text, cph text, yhkh text, ip text, "
    "code text, lng real, sort integer"
)
VALUES = (
    "(id, '张' || char(0x4e00 + abs(random()) % 2000), '11010119900307' || printf('%04d', abs(random()) % 10000), "
    "'138' || printf('%08d', abs(random()) % 100000000), 'u' || id || '@example.cn', '海淀区中关村大街' || id || '号', "
    "date('1950-01-01', '+' || (abs(random()) % 20000) || ' days'), case abs(random()) % 2 when 0 then '男' else '女' end, "
    "datetime('now'), abs(random()) % 3, '备注' || id, abs(random()) % 10000 / 100.0, 'BM' || id, "
    "'91110000' || printf('%010d', abs(random()) % 1000000000), '京A' || printf('%05d', abs(random()) % 100000), "
    "'6222' || printf('%015d', abs(random()) % 1000000000000), '10.0.' || (id % 255) || '.' || (abs(random()) % 255), "
    "hex(randomblob(8)), 116.0 + abs(random()) % 1000000 / 1000000.0, id)"
)


def fill(path: Path, tables: int, rows: int) -> None:
    with sqlite3.connect(path) as db:
        for number in range(tables):
            db.execute(f"create table t_{number:04d} ({COLUMNS})")
            db.execute(
                f"insert into t_{number:04d} with recursive n(id) as (select 1 union all select id + 1 from n "
                f"where id < {rows}) select {VALUES.strip('()')} from n"
            )


def scan(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "guard", "scan", *arguments, "--fail-on", "never", "--progress", "none"]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)


@pytest.mark.measure
def test_a_thousand_tables(benchmark, tmp_path: Path) -> None:
    fill(tmp_path / "big.db", tables=1000, rows=300)
    benchmark.extra_info["budget_s"] = 60
    benchmark.pedantic(
        scan, args=("big.db", "--sample", "200", "-f", "json=out.json"), kwargs={"cwd": tmp_path}, rounds=1
    )


@pytest.mark.measure
def test_memory_on_five_million_rows(tmp_path: Path) -> None:
    fill(tmp_path / "long.db", tables=1, rows=5_000_000)
    for sample in ("2000", "full"):
        scan("long.db", "--sample", sample, "-f", "json=out.json", cwd=tmp_path)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"peak memory, 5M rows, --sample {sample}: {peak} MB (budget 400 MB a process)")
