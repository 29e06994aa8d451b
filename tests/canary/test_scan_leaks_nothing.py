"""A scan of a garden of canaries, with every failure forced, leaves none of them anywhere."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from services import mariadb, postgres

from .canaries import Canary, canaries
from .planting import Garden, plant
from .search import Searcher
from .servers import plant_mariadb, plant_postgres

FORMATS = ("json", "jsonl", "csv", "md", "sarif", "junit")
BUDGET = 240
# a scan that read nothing would leak nothing: these must have been read, and these must have failed
READ = ("people", "people_utf-8.csv", "people_gb18030.csv", "people_utf-16.csv", "people.jsonl", "people.txt")
UNREADABLE = ("bad_column", "bad_table", "cut_people.xlsx", "cut_people.parquet", "wrong.docx", "wrong.db")


@pytest.fixture(scope="module")
def planted() -> tuple[Canary, ...]:
    return canaries()


@pytest.fixture(scope="module")
def searcher(planted: tuple[Canary, ...]) -> Searcher:
    return Searcher(planted)


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory, planted: tuple[Canary, ...]) -> Garden:
    return plant(tmp_path_factory.mktemp("garden"), planted)


class Guard:
    """Runs ``guard`` in a folder where everything that it leaves behind can be searched."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        (folder / "tmp").mkdir()
        self._environment = {**os.environ, "TMPDIR": str(folder / "tmp"), "LC_ALL": "C.UTF-8", **environment}
        self.always = ["--catalog", str(folder / "guard.db")]
        self.runs = 0

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        self.runs += 1
        streams = [(self.folder / f"{self.runs}.{name}").open("wb") for name in ("stdout", "stderr")]
        command = [sys.executable, "-m", "guard", *arguments, *self.always]
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=streams[0],
                stderr=streams[1],
                cwd=self.folder,
                env=self._environment,
            )
        finally:
            for stream in streams:
                stream.close()

    def run(self, *arguments: str) -> int:
        return self.start(*arguments).wait(BUDGET)

    def said(self) -> str:
        """All that it printed so far."""
        paths = sorted(self.folder.glob("*.std*"))
        return "\n".join(path.read_text("utf-8", "backslashreplace") for path in paths)

    def formats(self) -> list[str]:
        return [part for kind in FORMATS for part in ("--format", f"{kind}={self.folder / f'out.{kind}'}")]

    def reports(self) -> None:
        html, xlsx = self.folder / "inventory.html", self.folder / "inventory.xlsx"
        formats = ("--format", f"html={html}", "--format", f"xlsx={xlsx}")
        assert "Traceback" not in self.said(), self.said()[-3000:]
        assert self.run("report", "build", "inventory", *formats) == 0
        assert self.run("asset", "list") == 0
        assert self.run("finding", "list", "--format", "json") == 0
        self.carried_away()
        assert html.stat().st_size > 10_000
        assert xlsx.stat().st_size > 4_000

    def carried_away(self) -> None:
        """What leaves for other networks and for auditors."""
        bundle, log = self.folder / "bundle.zip", self.folder / "audit.jsonl"
        assert self.run("bundle", "export", "-o", str(bundle)) == 0
        assert self.run("bundle", "show", str(bundle)) == 0
        assert self.run("audit", "list") == 0
        assert self.run("audit", "export", "-o", str(log)) == 0
        assert bundle.stat().st_size > 1_000
        assert b"bundle.export" in log.read_bytes()

    def assets(self) -> dict[str, str]:
        """The status of each asset, by the last part of its path."""
        assert (self.folder / "out.jsonl").exists(), self.said()[-3000:]
        lines = (self.folder / "out.jsonl").read_text("utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        return {
            item["path"][-1]: item["coverage"]["status"]
            for item in records
            if item["record"] == "asset" and item["path"]
        }


def leaks(searcher: Searcher, folder: Path) -> Counter[str]:
    """What leaked, without the values: file, encoding, kind and place, counted."""
    hits = searcher.paths([folder])
    return Counter(f"{hit.where}: {hit.encoding} {hit.canary.kind} of {hit.canary.place}" for hit in hits)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_files_and_sqlite(tmp_path: Path, garden: Garden, searcher: Searcher, language: str) -> None:
    guard = Guard(tmp_path, GUARD_LANGUAGE=language)
    code = guard.run(
        "scan", "-vv", "--lang", language, str(garden.database), str(garden.share), *guard.formats()
    )
    ended = guard.assets()
    assert {name for name in READ if ended.get(name, "skipped") == "skipped"} == set()
    assert {name for name in UNREADABLE if ended.get(name) != "skipped"} == set()
    guard.reports()
    assert leaks(searcher, tmp_path) == Counter()
    assert code == 3, guard.said()[-3000:]


def test_json_log_and_table(tmp_path: Path, garden: Garden, searcher: Searcher) -> None:
    guard = Guard(tmp_path)
    code = guard.run("scan", "-vv", "--log-format", "json", str(garden.share), str(garden.database))
    assert (tmp_path / "1.stdout").stat().st_size > 1000
    assert leaks(searcher, tmp_path) == Counter()
    assert code == 3, guard.said()[-3000:]


def test_a_killed_scan(tmp_path: Path, garden: Garden, searcher: Searcher) -> None:
    guard = Guard(tmp_path)
    for enough in (1, 20):
        scan = guard.start("scan", "-vv", str(garden.share), str(garden.database))
        log = tmp_path / f"{guard.runs}.stderr"
        deadline = time.monotonic() + 60
        while (
            log.read_bytes().count(b"unit ") < enough and scan.poll() is None and time.monotonic() < deadline
        ):
            time.sleep(0.02)
        scan.send_signal(signal.SIGKILL)
        scan.wait(20)
        assert log.read_bytes().count(b"unit ") >= enough
        assert leaks(searcher, tmp_path) == Counter()


@pytest.mark.service("postgres")
def test_postgres(tmp_path: Path, request: pytest.FixtureRequest, planted: tuple[Canary, ...]) -> None:
    url = plant_postgres(request.getfixturevalue("postgres"), planted)
    _scan_server(tmp_path, url, postgres.PASSWORD, Searcher(planted))


@pytest.mark.service("mariadb")
def test_mariadb(tmp_path: Path, request: pytest.FixtureRequest, planted: tuple[Canary, ...]) -> None:
    url = plant_mariadb(request.getfixturevalue("mariadb"), planted)
    _scan_server(tmp_path, url, mariadb.PASSWORD, Searcher(planted))


def _scan_server(folder: Path, url: str, password: str, searcher: Searcher) -> None:
    guard = Guard(folder, GARDEN_PASSWORD=password)
    config = f"version: 1\nsources:\n  garden:\n    url: {url}\n    password: env:GARDEN_PASSWORD\n"
    (folder / "guard.yaml").write_text(config, "utf-8")
    code = guard.run("scan", "-vv", "garden", *guard.formats())
    ended = guard.assets()
    assert ended["people"] != "skipped"
    assert sum(status == "skipped" for status in ended.values()) >= 2
    guard.reports()
    assert leaks(searcher, folder) == Counter()
    assert code == 3, guard.said()[-3000:]
