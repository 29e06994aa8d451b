"""Scripts that include others: followed at their place, within the root, once; anything else is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from guard.gate.inputs import find, script
from guard.gate.inputs.includes import MAX_DEPTH
from guard.gate.inputs.piece import Inputs
from guard.gate.state.replay import replay
from guard.model.gate import Create, Script, Unread


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)


def found(folder: Path, *paths: str, dialect: str | None = None) -> Inputs:
    return find([folder / path for path in paths or ["."]], dialect=dialect, root=folder)


def scripts(folder: Path, *paths: str, dialect: str | None = None) -> list[Script]:
    return [script(piece) for piece in found(folder, *paths, dialect=dialect).pieces]


def said(folder: Path, *paths: str, dialect: str | None = None) -> list[tuple[str, int, str]]:
    """File, line, and table or reason of each change in order."""
    return [
        (one.place.file, one.place.line, one.name[-1] if isinstance(one, Create) else one.reason)
        for read in scripts(folder, *paths, dialect=dialect)
        for one in read.changes
        if isinstance(one, Create | Unread)
    ]


@pytest.mark.parametrize(
    ("line", "dialect"),
    [
        ("\\i sub/b.sql", "postgres"),
        ("\\ir 'sub/b.sql'", "postgres"),
        ("\\include sub/b.sql", "kingbase"),
        ("@sub/b", "oracle"),
        ("@@sub/b.sql one two", "oracle"),
        ('@"sub/b.sql"', "dm"),
        ("start sub/b.sql", "dm"),
        ("source sub/b.sql;", "mysql"),
        ("\\. sub/b.sql", "mysql"),
        (":r .\\sub\\b.sql", "tsql"),
        (':r "sub/b.sql"', "tsql"),
        (".read sub/b.sql", "sqlite"),
    ],
)
def test_an_included_script_is_applied_at_its_place(tmp_path: Path, line: str, dialect: str) -> None:
    write(tmp_path, {"a.sql": f"create table a (x int);\n{line}\ncreate table c (x int);\n"})
    write(tmp_path, {"sub/b.sql": "\ncreate table b (x int);\n"})
    together = [("a.sql", 1, "a"), ("sub/b.sql", 2, "b"), ("a.sql", 3, "c")]
    assert said(tmp_path, "a.sql", dialect=dialect) == together
    assert said(tmp_path, dialect=dialect) == together  # once, although the folder holds it too


def test_what_includes_others_comes_first_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path, {"a.sql": "create table a (x int);", "b.sql": "create table b (x int);"})
    write(tmp_path, {"z_all.sql": "\\i b.sql\n\\i a.sql\n"})
    assert [name for _, _, name in said(tmp_path)] == ["b", "a"]


def test_the_client_may_run_in_any_folder_above_unless_the_line_says_beside(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"db/x/a.sql": "\\i db/b.sql\n\\i c.sql\n\\ir c.sql\n", "db/b.sql": "create table b (x int);"},
    )
    write(tmp_path, {"db/c.sql": "create table c (x int);"})
    assert said(tmp_path, "db/x/a.sql") == [
        ("db/b.sql", 1, "b"), ("db/c.sql", 1, "c"), ("db/x/a.sql", 3, "include-missing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("\\i none.sql", "include-missing"),
        ("\\i ../out.sql", "include-outside"),
        ("\\i /etc/hostname", "include-outside"),
        ("\\i link.sql", "include-outside"),
        ("\\i :folder/b.sql", "include"),
        ("@&folder/b.sql", "include"),
        (":r $(folder)/b.sql", "include"),
        ("\\i " + "a" * 3000, "include-missing"),
        ("\\i data.sql", "script-binary"),
    ],
)
def test_what_cannot_be_followed_is_said_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    root = tmp_path / "in"
    write(tmp_path, {"out.sql": "create table gone (x int);", "in/data.sql": b"\0\1"})
    write(root, {"a.sql": f"create table a (x int);\n{line}\ncreate table c (x int);\n"})
    (root / "link.sql").symlink_to(tmp_path / "out.sql")
    first, left, last = said(root, "a.sql", dialect="postgres")
    assert (first[2], left[2], last[2]) == ("a", reason, "c")
    assert left[:2] == (("data.sql", 1) if reason == "script-binary" else ("a.sql", 2))


def test_circles_end_and_depth_is_bounded(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.sql": "\\i b.sql\ncreate table a (x int);", "b.sql": "\\i a.sql\ncreate table b (x int);"},
    )
    assert [name for _, _, name in said(tmp_path)] == ["b", "a"]
    deep = {f"d/{at}.sql": f"\\ir {at + 1}.sql\ncreate table t{at} (x int);" for at in range(MAX_DEPTH + 5)}
    write(tmp_path, deep)
    names = [name for _, _, name in said(tmp_path, "d/0.sql")]
    assert names == ["include-depth", *(f"t{at}" for at in range(MAX_DEPTH, -1, -1))]


def test_lines_in_literals_comments_and_rows_include_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"b.sql": "create table b (x int);"})
    write(
        tmp_path,
        {"a.sql": "select '\n\\i b.sql\n';\n/*\n\\i b.sql\n*/\nCOPY t FROM stdin;\n\\i b.sql\n\\.\n"},
    )
    assert said(tmp_path, "a.sql", dialect="postgres") == []


def test_one_session_keeps_its_schema_and_its_dialect(tmp_path: Path) -> None:
    write(tmp_path, {"a.sql": "SET search_path = hr;\n\\i b.sql\nCREATE TABLE c (x int);\n"})
    write(
        tmp_path,
        {"b.sql": "CREATE TABLE b (x int);\nSET search_path = pay;\n", "d.sql": "CREATE TABLE d (x int);"},
    )
    read = scripts(tmp_path, dialect="postgres")
    steps, schema = replay(read, declare=lambda *given: given[-1], lineage=lambda *_: ())
    assert [one.ref for one in schema.relations] == ["hr.b", "pay.c", "d"]
    assert {one.dialect for one in read} == {"postgres"}
    assert [one.session for one in read] == ["a.sql", "a.sql", "a.sql", ""]
    assert steps


def test_a_change_log_says_what_its_scripts_include(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.sql": "--liquibase formatted sql\n--changeset a:1\n\\i b.sql\ncreate table a (x int);\n"},
    )
    assert said(tmp_path) == [("a.sql", 3, "include"), ("a.sql", 4, "a")]
