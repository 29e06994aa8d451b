"""Broken YAML of every kind ends in errors with file and line, or is taken; never in a traceback, never late.

``.ci/fuzz-yaml [SEED] [FILES]`` goes on for as long as wanted.
"""

from __future__ import annotations

import os
import random
import shutil
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from policy.broken import BOMB, broken
from policy.policy_support import FOLDER, asset, finding, types

from guard import config
from guard.model import UsageError
from guard.policy import Policy, check, golden, grade, load, load_pack
from guard.policy.catalogue import load_types
from guard.yamldoc import parse

SEED = int(os.environ.get("GUARD_FUZZ_SEED", "1"))
FILES = int(os.environ.get("GUARD_FUZZ_FILES", "600"))
LIMIT = 1.0  # seconds of this process a file
GUARD = """
version: 1
language: zh
catalog: guard.db
fail_on: L3
policies: {use: [gov_cn], paths: [./own]}
limits: {concurrency: 2, pause: 1s}
sources:
  population:
    url: postgresql://scan@db.example/people
    password: env:SCAN_PASSWORD
    department: 市公安局
    system: 人口库
    include: [public.*]
    exclude: ["*.tmp"]
    budget: {rows: 500, seconds: 30s}
    options: {schema: public}
  share: {path: ./share}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every shipped pack, and the types in a folder of their own."""
    made = tmp_path_factory.mktemp("broken")
    for path in sorted(FOLDER.iterdir()):
        if (path / "pack.yaml").is_file():
            shutil.copytree(path, made / "packs" / path.name)
    (made / "types").mkdir()
    (made / "guard.yaml").write_text(GUARD, "utf-8")
    (made / "own").mkdir()
    return made


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Path]]:
    """Files that are not broken are parsed once; those in the set are read each time."""
    fresh: set[Path] = set()
    read, kept = load._document, cache(load._document)
    monkeypatch.setattr(load, "_document", lambda path: read(path) if path in fresh else kept(path))
    yield fresh


def a_pack(path: Path) -> None:
    """``guard policy check`` on the pack of the file, then grading where nothing is wrong."""
    folder = path.parent if (path.parent / "pack.yaml").is_file() else path.parent.parent
    issues = check(folder, types())
    for issue in issues:
        assert issue.file and issue.line >= 1
    if not issues:
        policy = Policy([load_pack(folder)], types())
        grade(
            asset([("id", "主键"), ("x", "姓名")]), [finding("id", None), finding("x", "person_name")], policy
        )


def golden_cases(path: Path) -> None:
    for failure in golden.run(path, whole(path.parent)):
        assert failure.line >= 1


@cache
def whole(folder: Path) -> Policy:
    return Policy([load_pack(folder)], types())


def local_types(path: Path) -> None:
    for kind in load_types(path.parent):
        assert kind.origin


def settings(path: Path) -> None:
    config.load(str(path))


def test_broken_files(folder: Path, once: set[Path], capsys: pytest.CaptureFixture[str]) -> None:
    targets: list[tuple[Path, Path, Callable[[Path], None]]] = [
        (path, path, golden_cases if path.name.endswith(".test.yaml") else a_pack)
        for path in sorted((folder / "packs").rglob("*.yaml"))
    ]
    targets += [
        (path, folder / "types" / "t.yaml", local_types) for path in sorted((FOLDER / "types").glob("*.yaml"))
    ]
    targets += [(folder / "guard.yaml", folder / "guard.yaml", settings)] * 6
    texts = {origin: origin.read_text("utf-8") for origin, _, _ in targets}
    ends: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    slowest = (0.0, "")
    for number in range(FILES):
        chance = random.Random(f"{SEED}:{number}")
        origin, path, judge = chance.choice(targets)
        content = broken(texts[origin], chance)
        path.write_bytes(content)
        once.clear()
        once.add(path)
        name = f"{SEED}:{number} {origin.name}"
        started = time.process_time()
        end = judged(judge, path)
        slowest = max(slowest, (time.process_time() - started, name))
        path.write_text(texts[origin], "utf-8")
        ends[end] += 1
        if end not in ("fine", "refused"):
            wrong.setdefault(end, name)
    with capsys.disabled():
        if FILES > 600:
            report(ends, slowest)
    assert not wrong, "\n".join(f"{ends[end]} x {end} ({name})" for end, name in wrong.items())
    assert slowest[0] < LIMIT, slowest
    assert ends["fine"] and ends["refused"] > FILES // 3


def judged(judge: Callable[[Path], None], path: Path) -> str:
    """``fine``, ``refused``, or what went wrong and where."""
    try:
        judge(path)
    except UsageError as error:
        placed = error.params.get("file") and int(str(error.params.get("line", 0))) >= 1
        return "refused" if placed else f"no place: {error.id}"
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {Path(frame.filename).name}:{frame.lineno} {error}"[:120]
    return "fine"


def report(ends: Counter[str], slowest: tuple[float, str]) -> None:
    print(
        f"\n{sum(ends.values()):,} files: {ends['refused']:,} refused, {ends['fine']:,} taken or told in issues"
    )
    print(f"slowest: {slowest[0] * 1000:.0f} ms ({slowest[1]})")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (BOMB, "alias"),
        ("a: &x [1]\nb: 2", "alias"),
        ("a: 1\n<<: *x", "alias"),
        ("a: !!python/object/apply:os.system [x]", "tag"),
        ("[" * 100_000, "depth"),
        ("- " * 100_000, "depth"),
        ("? [a]\n: b", "key"),
        ("a: 1\nb: 2\na: 3", "duplicate-key"),
        ("a: 1\n\n\nb: \0", "character"),
        ("a\n--- \nb", "documents"),
        ("[" + "1," * 300_000 + "]", "too-large"),
        ("#" * 5_000_000, "too-large"),
    ],
)
def test_what_is_refused_at_once(text: str, detail: str) -> None:
    started = time.process_time()
    with pytest.raises(UsageError) as caught:
        parse(text, "x.yaml")
    assert caught.value.params["detail"] == detail
    assert caught.value.params["line"] >= 1
    assert time.process_time() - started < LIMIT


def test_what_looks_like_a_number_and_is_none_stays_text() -> None:
    text = "[010, 12:30, .inf, .nan, 1e999, on, yes, 2026-01-31, 0x1F, 1_000, 2.5, 1e3, -7, true, null, '5']"
    assert parse(text, "x").data == [
        "010", "12:30", ".inf", ".nan", "1e999", "on", "yes", "2026-01-31", 31, 1000, 2.5, 1000.0, -7, True, None, "5",
    ]  # fmt: skip
    assert parse("9" * 41, "x").data == "9" * 41
