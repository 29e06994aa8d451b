"""Changed lines and files of then, from real repositories."""

import os
import subprocess
from pathlib import Path

import pytest

from guard.gate.against.git import at, changed
from guard.gate.inputs import find
from guard.model import GuardError, UsageError
from guard.text import LANGUAGES, lookup

V1 = "CREATE TABLE t (\n  a int,\n  b int\n);\n"


def git(folder, *words):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always")
    return subprocess.run(
        ["git", *who, *words], cwd=folder, env=env, check=True, capture_output=True, text=True
    ).stdout


def write(folder: Path, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def commit(folder, **files):
    write(folder, files.pop("files", {}))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


@pytest.fixture
def repo(tmp_path):
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, files={"db/V1__a.sql": V1, "db/V2__b.sql": "SELECT 1;\n", "db/gone.sql": "x\n"})
    git(folder, "checkout", "-q", "-b", "work")
    return folder


def test_new_lines_new_files_and_what_is_not_committed_count(repo):
    write(repo, {"db/V1__a.sql": V1.replace("b int", "b int,\n  c int"), "db/V3__c.sql": "SELECT 3;\n"})
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "x")
    write(repo, {"db/V2__b.sql": "SELECT 1;\nSELECT 2;\n", "db/V4 新.sql": "x\n"})
    (repo / "db/gone.sql").unlink()
    assert changed(repo, "main") == {
        "db/V1__a.sql": frozenset({3, 4}),
        "db/V2__b.sql": frozenset({2}),
        "db/V3__c.sql": None,
        "db/V4 新.sql": None,
    }


def test_what_the_branch_does_not_have_yet_is_no_change_of_it(repo):
    git(repo, "checkout", "-q", "main")
    commit(repo, files={"db/later.sql": "x\n"})
    git(repo, "checkout", "-q", "work")
    assert changed(repo, "main") == {}


def test_a_renamed_file_has_the_lines_that_changed_in_it(repo):
    git(repo, "mv", "db/V1__a.sql", "db/V9 name\twith.sql")
    write(repo, {"db/V9 name\twith.sql": V1.replace("a int", "a text")})
    git(repo, "mv", "db/V2__b.sql", "db/moved.sql")
    assert changed(repo, "main") == {"db/V9 name\twith.sql": frozenset({2}), "db/moved.sql": frozenset()}


def test_a_line_that_only_goes_touches_its_neighbours(repo):
    write(repo, {"db/V1__a.sql": V1.replace("  b int\n", "")})
    assert changed(repo, "main") == {"db/V1__a.sql": frozenset({2, 3})}


def test_a_line_that_looks_like_a_diff_is_a_line(repo):
    text = "++ b/db/V2__b.sql\n@@ -1 +1,9 @@\ndiff --git a/x b/x\n"
    write(repo, {"db/V1__a.sql": V1 + text})
    assert changed(repo, "main") == {"db/V1__a.sql": frozenset({5, 6, 7})}


def test_a_file_that_git_holds_to_be_binary_is_whole(repo):
    write(repo, {".gitattributes": "*.sql -diff\n", "db/V2__b.sql": "SELECT 3;\n"})
    assert changed(repo, "main")["db/V2__b.sql"] is None


def test_names_are_relative_to_the_root(repo):
    write(repo, {"db/V2__b.sql": "SELECT 3;\n", "other/new.sql": "x\n", "db/new.sql": "x\n"})
    assert changed(repo / "db", "main") == {"V2__b.sql": frozenset({1}), "new.sql": None}


def test_settings_of_a_repository_run_nothing_and_change_nothing(repo, tmp_path):
    ran = tmp_path / "ran"
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "core.pager", "diff.x.textconv", "diff.x.command"):
        git(repo, "config", name, str(script))
    for name, value in (
        ("noprefix", "true"),
        ("context", "9"),
        ("interHunkContext", "9"),
        ("orderFile", "no"),
    ):
        git(repo, "config", f"diff.{name}", value)
    git(repo, "config", "color.diff", "always")
    write(repo, {".gitattributes": "*.sql diff=x\n", "db/V1__a.sql": "-- 1\n" + V1 + "-- 2\n"})
    assert changed(repo, "main")["db/V1__a.sql"] == frozenset({1, 6})
    assert not ran.exists()


def pieces(found):
    return {piece.file: piece.parts[0].text for piece in found.pieces}


def test_the_scripts_of_then_are_read_like_those_of_today(repo):
    write(repo, {"db/V1__a.sql": "changed", "db/V5__new.sql": "x"})
    with at(repo, "main", [repo / "db", repo / "none", repo / "db" / "V*.sql"]) as (old, paths):
        assert pieces(find(paths[:1], dialect=None, root=old)) == {
            "db/V1__a.sql": V1,
            "db/V2__b.sql": "SELECT 1;\n",
            "db/gone.sql": "x\n",
        }
        assert [path.name for path in paths] == ["db", "V*.sql"]
    assert not old.exists()


def test_of_a_root_inside_the_repository_too(repo):
    with at(repo / "db", "main", [repo / "db"]) as (old, paths):
        assert set(pieces(find(paths, dialect=None, root=old))) == {"V1__a.sql", "V2__b.sql", "gone.sql"}


def test_what_a_change_log_includes_is_there_too(repo):
    log = (
        "<databaseChangeLog><include file='../sql/x.sql' relativeToChangelogFile='true'/></databaseChangeLog>"
    )
    git(repo, "checkout", "-q", "main")
    commit(repo, files={"log/main.xml": log, "sql/x.sql": "SELECT 5;", "docs/big.txt": "x"})
    (repo / "link.sql").symlink_to("sql/x.sql")
    commit(repo)
    with at(repo, "HEAD", [repo / "log"]) as (old, paths):
        assert pieces(find(paths, dialect=None, root=old)) == {"sql/x.sql": "SELECT 5;"}
        assert not (old / "docs").exists() and not (old / "link.sql").exists()


def error(call):
    with pytest.raises(GuardError) as caught:
        call()
    for lang in LANGUAGES:
        assert all(lookup(f"errors.{caught.value.id}.{part}", lang) for part in ("what", "why", "next"))
    return caught.value


@pytest.mark.parametrize("ref", ["mian", "--output=x", "-p", "", "a\0b", "main..work", "HEAD:db/V1__a.sql"])
def test_a_ref_that_is_none_is_said_with_the_nearest(repo, ref):
    found = error(lambda: changed(repo, ref))
    assert isinstance(found, UsageError) and found.id == "gate-ref"
    if ref == "mian":
        assert found.params["nearest"] == "main" and not found.params["shallow"]
    assert not list(repo.glob("x*"))


def test_a_shallow_clone_is_told_how_to_fetch_more(repo, tmp_path):
    commit(repo, files={"n.sql": "x"})
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "work", repo.as_uri(), "clone")
    assert error(lambda: changed(tmp_path / "clone", "origin/main")).params["shallow"] == "fetch-depth: 0"


def test_a_branch_without_a_common_commit_is_said(repo):
    git(repo, "checkout", "-q", "--orphan", "alone")
    git(repo, "commit", "-q", "-m", "another beginning")
    assert error(lambda: changed(repo, "main")).params["unrelated"] == "main"


def test_outside_a_repository(tmp_path):
    assert error(lambda: changed(tmp_path, "main")).id == "gate-not-a-repository"


def test_without_git(repo, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert error(lambda: changed(repo, "main")).id == "gate-no-git"
