"""``guard demo`` from the outside: complete, quick, and it names everything that the city holds."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from guard.demo import labels
from guard.demo.fillings import City
from guard.demo.schema import holdings
from guard.demo.share import WRITERS


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "guard", "demo", "--to", "city", "--format", "jsonl=found.jsonl"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return folder, done.stdout.decode().splitlines()


def test_it_ends_with_the_two_reports(shown: tuple[Path, list[str]]) -> None:
    _, lines = shown
    for word, line in zip(("HTML", "Excel"), lines[-2:], strict=True):
        name, path = line.split(" ", 1)
        assert name == word
        assert Path(path).is_absolute()
        assert Path(path).stat().st_size > 10_000


def test_every_column_of_the_city_is_listed_and_graded(shown: tuple[Path, list[str]]) -> None:
    folder, _ = shown
    records = [json.loads(line) for line in (folder / "found.jsonl").read_text("utf-8").splitlines()]
    columns = {
        (item["source"], "/".join(item["path"]), item["column"]): item
        for item in records
        if item["record"] == "column"
    }
    assert {label[:3] for label in labels()} <= set(columns)
    assert all(item["domain"] and item["category"] and item["level"] for item in columns.values())
    assert all(item["reasons"] for item in columns.values())
    said = sum(columns[label[:3]]["type"] is not None for label in labels())
    there = sum(label[3] is not None for label in labels())
    right = sum(label[3] is not None and columns[label[:3]]["type"] == label[3] for label in labels())
    assert 2 * right / (said + there) >= 0.85


def test_the_marked_document_is_reported_as_out_of_scope(shown: tuple[Path, list[str]]) -> None:
    folder, _ = shown
    text = (folder / "found.jsonl").read_text("utf-8")
    marked = [json.loads(line) for line in text.splitlines() if "专报.docx" in line]
    assert marked
    assert all("scope-secret" in json.dumps(item) for item in marked)


@pytest.mark.parametrize("most", [20_000, 300_000])
def test_a_full_disk_is_an_answer(tmp_path: Path, most: int) -> None:
    limits = (most, resource.RLIM_INFINITY)
    done = subprocess.run(
        [sys.executable, "-m", "guard", "demo", "--to", "city"],
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
        timeout=60,
        check=False,
    )
    assert (done.returncode, b"cannot-write" in done.stderr) == (2, True), done.stderr.decode()[-2000:]
    assert b"Traceback" not in done.stderr


def test_a_workbook_on_a_full_disk_is_an_oserror(tmp_path: Path) -> None:
    item = next(file for holding in holdings() for file in holding.files if file.format == "xlsx")
    with pytest.raises(OSError, match="No such file"):
        WRITERS["xlsx"](tmp_path / "gone" / "x.xlsx", item, City.of(1))
