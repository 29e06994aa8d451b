"""What a scan at default limits costs a working PostgreSQL. Figures are printed, not asserted."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TABLES, ROWS = 240, 2_000
PAIRS, SECONDS, CLIENTS, SCALE = 4, 8, 2, 10
COLUMNS = "xm text, sfzh text, sjhm text, email text, hjdz text, csrq date, bz text, je numeric"
VALUES = (
    "'张三', '11010119900307' || lpad((n % 10000)::text, 4, '0'), '138' || lpad(n::text, 8, '0'), "
    "'u' || n || '@example.cn', '海淀区中关村大街' || n || '号', date '1950-01-01' + n, '备注' || n, n / 7.0"
)


def pgbench(postgres: Any, *arguments: str) -> str:
    program = shutil.which("pgbench") or shutil.which("pgbench", path=str(postgres.programs))
    if program is None:
        pytest.skip("pgbench is not installed (Debian: postgresql-contrib)")
    where = ["-h", "127.0.0.1", "-p", str(postgres.port), "-U", "postgres"]
    command = [program, *where, *arguments, "work"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def throughput(postgres: Any) -> float:
    """Transactions a second of the ordinary TPC-B-like mix."""
    said = pgbench(postgres, "-n", "-c", str(CLIENTS), "-j", "1", "-T", str(SECONDS))
    return float(re.search(r"tps = ([\d.]+)", said)[1])


@pytest.fixture
def offices(postgres: Any) -> str:
    """A database to scan beside the working one: its URL."""
    url = postgres.database()
    for n in range(TABLES):
        postgres.execute(
            url,
            f"CREATE TABLE t_{n:03d} (id int PRIMARY KEY, {COLUMNS})",
            f"INSERT INTO t_{n:03d} SELECT n, {VALUES} FROM generate_series(1, {ROWS}) AS n",
        )
    postgres.execute(url, "ANALYZE")
    postgres.execute(postgres.url("postgres"), "CREATE DATABASE work")
    pgbench(postgres, "-i", "-q", "-s", str(SCALE))
    return url.replace("postgres@", "")


@contextmanager
def scanning(address: str, folder: Path) -> Iterator[None]:
    """Scans one after the other, at default limits, until the block ends; it begins when rows are read."""
    loop = "import subprocess, sys\nwhile True: subprocess.run(sys.argv[1:], capture_output=True)"
    command = [sys.executable, "-m", "guard", "scan", address, "--no-store", "--progress", "none"]
    process = subprocess.Popen(
        [sys.executable, "-c", loop, *command, "-f", "jsonl=out.jsonl"], cwd=folder, start_new_session=True
    )
    try:
        time.sleep(3)
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait()


@pytest.mark.measure
def test_load_on_a_working_database(postgres: Any, offices: str, tmp_path: Path) -> None:
    throughput(postgres)
    alone, beside = [], []
    for _ in range(PAIRS):
        alone.append(throughput(postgres))
        with scanning(offices, tmp_path):
            beside.append(throughput(postgres))
        print(f"pair: {alone[-1]:.0f} tps alone, {beside[-1]:.0f} beside a scan")
    one, two = statistics.median(alone), statistics.median(beside)
    print(f"pgbench tps without/with scan {one:.0f}/{two:.0f}, loss {100 * (1 - two / one):.1f} % (budget 10 %)")
