"""The gate judges scripts full of canaries, in every format, and says what is wrong without any of them."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from .canaries import Canary, at, canaries
from .planting import COLUMNS, rows
from .search import Searcher
from .test_scan_leaks_nothing import Guard, leaks

FORMATS = ("table", "json", "sarif", "junit", "gitlab", "github", "md", "schema")


@pytest.fixture(scope="module")
def planted() -> tuple[Canary, ...]:
    return canaries()


@pytest.fixture(scope="module")
def searcher(planted: tuple[Canary, ...]) -> Searcher:
    return Searcher(planted)


@pytest.fixture
def guard(tmp_path: Path, request: pytest.FixtureRequest) -> Guard:
    (tmp_path / "work").mkdir()
    made = Guard(tmp_path / "work", GUARD_LANGUAGE="zh")
    made.always = []
    return made


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def seeds(planted: tuple[Canary, ...]) -> Iterable[str]:
    """Every cell as a seed row, a default or a condition; numbers in comments of all kinds."""
    comments, lines = at("comment", planted), rows(planted)
    columns = zip(COLUMNS.values(), lines[0], strict=True)
    yield f"-- 人员 {next(comments)}\n"
    yield "CREATE TABLE people (\n  id int"
    yield from (
        f",\n  {name} varchar(40) DEFAULT {quoted(value)} COMMENT '例如 {next(comments)}'"
        for name, value in columns
    )
    yield f"\n) COMMENT '人员 {next(comments)}';\n"
    yield f"INSERT INTO people ({', '.join(COLUMNS.values())}) VALUES\n"
    yield ",\n".join(f"  ({', '.join(map(quoted, line))}) /* {line[1]} */" for line in lines) + ";\n"
    yield from (
        f"UPDATE people SET mm = {quoted(line[4])} WHERE sfzh = '{line[1]}';\n" for line in lines[:40]
    )
    yield from (
        f"ALTER TABLE people ADD c{n} varchar(9) COMMENT '{text}';\n" for n, text in enumerate(comments)
    )


def names(planted: tuple[Canary, ...]) -> Iterable[str]:
    """Numbers in names of tables and columns, and in the conditions of views."""
    for text in at("file_name", planted):
        yield f"CREATE TABLE `名单_{text}` (id int, `sfzh_{text}` varchar(18), `c{text}` varchar(18));\n"
        yield f"GRANT SELECT ON `名单_{text}` TO PUBLIC;\n"
    for number, text in enumerate(at("view_text", planted)):
        yield f"CREATE VIEW v{number} AS SELECT sfzh, yhkh FROM people WHERE yhkh <> '{text}';\n"


def broken(planted: tuple[Canary, ...]) -> Iterable[str]:
    """Statements that cannot be read, and whose readers like to quote where they stopped."""
    for number, text in enumerate(at("broken", planted)):
        yield f"CREATE TABLE b{number} (a varchar(9) DEFAULT {quoted(text)} {quoted(text)} );;\n"
        yield f"ALTER TABLE people FROBNICATE {quoted(text)};\nCREATE VIEW w{number} AS SELECT FROM WHERE {quoted(text)};\n"
    yield "INSERT INTO people VALUES ('" + "".join(at("error", planted))


def write(folder: Path, **parts: Iterable[str]) -> None:
    folder.mkdir()
    for number, (name, texts) in enumerate(parts.items()):
        (folder / f"V{number}__{name}.sql").write_text("".join(texts), "utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format(
    tmp_path: Path, guard: Guard, planted: tuple[Canary, ...], searcher: Searcher, language: str
) -> None:
    scripts = tmp_path / "migrations"
    write(scripts, seeds=seeds(planted), names=names(planted), broken=broken(planted))
    files = [part for kind in FORMATS for part in ("-f", f"{kind}={guard.folder / kind}")]
    assert guard.run("gate", "--lang", language, "--dialect", "mysql", *files, str(scripts)) == 3, (
        guard.said()[-2000:]
    )
    for options in ((), ("-f", "schema"), ("--fix", "--dry-run"), ("-vv", "--isolated")):
        guard.run("gate", "--lang", language, "--dialect", "mysql", *options, str(scripts))
    told = json.loads((guard.folder / "json").read_text("utf-8"))
    found = {one["rule"] for one in told["violations"]}
    # what read nothing would leak nothing
    assert {"personal-in-literal", "grant-public", "sensitive-undeclared", "copy-unmasked"} <= found
    assert len(told["unread"]) >= 50 and "Traceback" not in guard.said()
    assert leaks(searcher, guard.folder) == Counter()


def test_what_stays_in_the_repository(
    tmp_path: Path, guard: Guard, planted: tuple[Canary, ...], searcher: Searcher
) -> None:
    scripts = tmp_path / "migrations"
    write(scripts, seeds=seeds(planted), names=names(planted))
    assert guard.run("baseline", "write", str(scripts)) == 0, guard.said()[-2000:]
    assert guard.run("baseline", "show") == 0
    assert guard.run("gate", "--fix", str(scripts)) in (0, 1), guard.said()[-2000:]
    assert (guard.folder / "guard-baseline.txt").stat().st_size > 1_000
    assert leaks(searcher, guard.folder) == Counter()
