"""What a scan at default limits costs a working PostgreSQL. Figures are printed, not asserted."""

from __future__ import annotations

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from services.postgres import binaries

TABLES, ROWS = 240, 2_000
PAIRS, SECONDS, CLIENTS, SCALE = 5, 8, 2, 10
START_SECONDS = 2  # until a scan reads rows
COLUMNS = "xm text, sfzh text, sjhm text, email text, hjdz text, csrq date, bz text, je numeric"
VALUES = (
    "'张三', '11010119900307' || lpad((n % 10000)::text, 4, '0'), '138' || lpad(n::text, 8, '0'), "
    "'u' || n || '@example.cn', '海淀区中关村大街' || n || '号', date '1950-01-01' + n, '备注' || n, n / 7.0"
)


def pgbench(postgres: Any, *arguments: str) -> str:
    programs = binaries()
    program = shutil.which("pgbench") or (programs and shutil.which("pgbench", path=programs))
    if not program:
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
    postgres.execute(postgres.url("postgres"), "DROP DATABASE IF EXISTS work", "CREATE DATABASE work")
    pgbench(postgres, "-i", "-q", "-s", str(SCALE))
    return url.replace("postgres@", "")


@contextmanager
def on(cores: set[int], *processes: int) -> Iterator[None]:
    """These processes, and what they start, on these cores only."""
    before = [os.sched_getaffinity(process) for process in processes]
    for process in processes:
        os.sched_setaffinity(process, cores)
    try:
        yield
    finally:
        for process, old in zip(processes, before, strict=True):
            os.sched_setaffinity(process, old)


@contextmanager
def scanning(address: str, folder: Path, cores: set[int]) -> Iterator[None]:
    """Scans one after the other, at default limits, until the block ends."""
    loop = "import subprocess, sys\nwhile True: subprocess.run(sys.argv[1:], capture_output=True)"
    command = [sys.executable, "-m", "guard", "scan", "--no-store", "--progress", "none"]
    (folder / "guard.yaml").write_text(f"version: 1\nsources:\n  o: {{url: '{address}', limits: {{per_second: 10}}}}\n")
    with on(cores, 0):
        process = subprocess.Popen(
            [sys.executable, "-c", loop, *command, "-f", "jsonl=out.jsonl"],
            cwd=folder,
            start_new_session=True,
        )
    try:
        time.sleep(START_SECONDS)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


@pytest.mark.measure
@pytest.mark.parametrize("place", ["its own cores", "the server's cores"])
def test_load_on_a_working_database(postgres: Any, offices: str, tmp_path: Path, place: str) -> None:
    cores = sorted(os.sched_getaffinity(0))
    if place == "its own cores" and len(cores) < 2:
        pytest.skip("one core only")
    # The server and its clients on some cores, the scan on others: as on two machines.
    middle = len(cores) // 2 if place == "its own cores" else len(cores)
    server, scanner = set(cores[:middle]), set(cores[middle:] or cores)
    pairs = []
    with on(server, postgres._server.process.pid, 0):
        throughput(postgres)
        for turn in range(PAIRS):
            pairs.append(pair(postgres, offices, tmp_path, scanner, turn % 2 == 0))
            print(f"{pairs[-1][0]:.0f} tps alone, {pairs[-1][1]:.0f} beside a scan")
    alone, beside = (sum(side) / PAIRS for side in zip(*pairs, strict=True))
    loss = 100 * (1 - statistics.median(two / one for one, two in pairs))
    print(
        f"pgbench tps without/with scan on {place}: {alone:.0f}/{beside:.0f}, loss {loss:.1f} % (budget 10 %)"
    )


def pair(postgres: Any, address: str, folder: Path, cores: set[int], first: bool) -> tuple[float, float]:
    """Throughput alone and beside a scan; which is measured first alternates, for machines drift."""
    alone = throughput(postgres) if first else 0.0
    with scanning(address, folder, cores):
        beside = throughput(postgres)
    return alone or throughput(postgres), beside
