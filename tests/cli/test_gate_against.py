"""``guard gate --against``, waivers and baseline: what a change answers for, and what is put up with."""

import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

SOON = str(date.today() + timedelta(days=10))
PAST = str(date.today() - timedelta(days=3))
OLD = "CREATE TABLE renkou (\n  id bigint NOT NULL PRIMARY KEY,\n  sfzh varchar(18)\n);\n"
ADDS = "ALTER TABLE renkou ADD yhkh varchar(19);\n"
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.test",
       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.test"}  # fmt: skip


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.folder, env=GIT | {"PATH": "/usr/local/bin:/usr/bin:/bin"}, check=True, timeout=60)  # fmt: skip

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def commit(self, **files: str) -> None:
        """Commit ``files``, named with ``__`` for the dot."""
        for name, text in files.items():
            self.write(name.replace("__", "."), text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "one")

    def leave(self) -> None:
        """Begin a branch of one's own."""
        self.git("checkout", "--quiet", "-b", "work")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def told(done) -> list[tuple[str, int, str, bool | None]]:
    found = json.loads(done.out)["violations"]
    return [
        (one["file"], one["line"], one["column"], one["new"]) for one in found if one["severity"] == "error"
    ]


def against(inside, *options: str):
    return inside("gate", "-q", "-f", "json", "--against", "main", *options, ".")


def test_a_new_file_is_told_and_what_was_there_is_not(inside, repository):
    repository.commit(a__sql=OLD)
    repository.leave()
    done = against(inside)
    assert (done.code, told(done)) == (0, [])
    repository.commit(b__sql=ADDS)
    done = against(inside)
    assert (done.code, told(done)) == (1, [("b.sql", 1, "yhkh", True)])


def test_what_is_not_committed_counts(inside, repository):
    repository.commit(a__sql=OLD)
    repository.write("b.sql", ADDS)
    assert told(against(inside)) == [("b.sql", 1, "yhkh", True)]


def test_a_changed_line_of_an_old_file_is_told(inside, repository):
    old = OLD.replace("sfzh varchar(18)", "sfzh varchar(18),\n  lxdh varchar(11),\n  bz varchar(99)")
    repository.commit(a__sql=old)
    repository.leave()
    repository.write("a.sql", old.replace("bz varchar(99)", "yhkh varchar(19)"))
    done = against(inside, "--new-only")
    assert done.code == 1 and told(done) == [("a.sql", 5, "yhkh", True)]
    repository.write("a.sql", old.replace("  sfzh varchar(18)", "  sfzh varchar(20)"))
    assert ("a.sql", 3, "sfzh", False) in told(against(inside))
    done = against(inside, "--new-only")
    assert (done.code, told(done)) == (0, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("guard-schema.yaml", "version: 1\ntables:\n  renkou: {{columns: {{sfzh: {{level: L3, category: 个人信息/个人身份信息/居民身份证号, mask: cn-id}}}}}}\n"),
        ("guard-waivers.yaml", "- rule: sensitive-undeclared\n  where: renkou.sfzh\n  reason: old\n  approved_by: a\n  author: b\n  ticket: S-1\n  expires: {soon}\n"),
    ],
)  # fmt: skip
def test_what_a_removed_declaration_or_waiver_excused_counts_again(inside, repository, name, text):
    repository.write(name, text.format(soon=SOON))
    repository.commit(a__sql=OLD)
    repository.leave()
    assert inside("gate", "a.sql").code == 0
    (repository.folder / name).unlink()
    done = against(inside)
    assert (done.code, told(done)) == (1, [("a.sql", 3, "sfzh", True)])


def test_a_removed_comment_counts(inside, repository):
    repository.commit(
        a__sql=OLD.replace("sfzh varchar(18)", "sfzh varchar(18) -- guard: level=L3 mask=cn-id")
    )
    repository.leave()
    repository.write("a.sql", OLD)
    assert against(inside).code == 1


def test_statements_that_were_unread_before_are_not_this_change_s(inside, repository):
    repository.commit(a__sql="CREATE TABLE b (x varchar(\n")
    repository.leave()
    repository.write("b.sql", "CREATE TABLE c (id int);\n")
    assert against(inside).code == 0
    repository.write("c.sql", "CREATE TABLE d (x varchar(\n")
    assert against(inside).code == 3


def test_the_ratchet_counts_debt_again_where_the_change_touches_the_table(inside, repository):
    repository.commit(a__sql=OLD + "CREATE TABLE other (sfzh varchar(18));\n")
    assert inside("baseline", "write", "a.sql").code == 0
    repository.commit(b__sql="SELECT 1;\n")
    repository.leave()
    repository.write("c.sql", "ALTER TABLE renkou ADD bz2 int;\n")
    assert inside("gate", ".").code == 0
    assert against(inside).code == 0
    done = against(inside, "--ratchet", "table")
    assert [column for *_, column, _ in told(done)] == ["sfzh"]
    assert done.code == 1


def test_a_reference_that_is_not_there_is_told(inside, repository):
    repository.commit(a__sql=OLD)
    done = inside("gate", "--against", "mian", ".")
    assert done.code == 2 and "gate-ref" in done.err and "did you mean main" in done.err
    done = inside("gate", "--against", "--upload-pack=x", ".")
    assert done.code == 2


def test_outside_of_a_repository_and_without_git(inside, tmp_path):
    (tmp_path / "a.sql").write_text(OLD)
    done = inside("gate", "--against", "main", "a.sql", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.code == 2 and "gate-not-a-repository" in done.err
    done = inside("gate", "--against", "main", "a.sql", PATH=str(tmp_path))
    assert done.code == 2 and "gate-no-git" in done.err
    assert inside("gate", "a.sql", PATH=str(tmp_path)).code == 1


def waiver(
    expires: str, where: str = "renkou.sfzh", rule: str = "sensitive-undeclared", approver: str = "li.si"
) -> str:
    return (
        f"- rule: {rule}\n  where: {where}\n  reason: retired in autumn\n  approved_by: {approver}\n"
        f"  author: zhang.san\n  ticket: SEC-1\n  expires: {expires}\n"
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "db").mkdir()
    (tmp_path / "db/a.sql").write_text(OLD, "utf-8")
    return tmp_path


def test_a_waiver_excuses_until_its_end(inside, place):
    path = place / "guard-waivers.yaml"
    path.write_text(waiver(SOON), "utf-8")
    done = inside("gate", "db")
    assert done.code == 0 and "waived: 1" in done.err
    assert "retired in autumn" not in done.out
    assert "retired in autumn" in inside("gate", "--show-waived", "db").out
    path.write_text(waiver(PAST), "utf-8")
    done = inside("gate", "db")
    assert done.code == 1 and "expired" in done.out


def test_an_unused_waiver_is_told_where_everything_was_judged(inside, place):
    (place / "guard-waivers.yaml").write_text(waiver(SOON) + waiver(SOON, "gone.column"), "utf-8")
    assert "gone.column" in inside("gate", "db").out
    assert "gone.column" not in inside("gate", "db/a.sql").out


@pytest.mark.parametrize(
    "text",
    [
        waiver(SOON, approver="zhang.san"),
        waiver("2099-01-01"),
        waiver(SOON, rule="sensitive-undeclard"),
        "- rule: x\n",
    ],
)
def test_a_wrong_waiver_is_told_with_its_line(inside, place, text):
    (place / "guard-waivers.yaml").write_text(text, "utf-8")
    done = inside("gate", "db")
    assert done.code == 2 and "guard-waivers.yaml:" in done.err and done.out == ""


@pytest.mark.parametrize(
    ("until", "reason", "code"), [(SOON, ": old system", 0), (PAST, ": old system", 1), (SOON, "", 1)]
)
def test_a_waiver_in_the_script(inside, place, until, reason, code):
    said = f"sfzh varchar(18) -- guard: waive sensitive-undeclared until {until}{reason}"
    (place / "db/a.sql").write_text(OLD.replace("sfzh varchar(18)", said), "utf-8")
    assert inside("gate", "db").code == code


def test_the_baseline_lets_known_debt_pass_and_nothing_new(inside, place):
    assert inside("baseline", "write", "db").code == 0
    assert inside("gate", "db").code == 0
    (place / "db/b.sql").write_text(ADDS, "utf-8")
    done = inside("gate", "-q", "-f", "json", "db")
    assert done.code == 1
    (found,) = (
        one
        for one in json.loads(done.out)["violations"]
        if one["state"] == "open" and one["severity"] == "error"
    )
    assert found["column"] == "yhkh"


def test_an_entry_that_nothing_needs_any_longer_is_told(inside, place):
    inside("baseline", "write", "db")
    (place / "db/a.sql").write_text("CREATE TABLE renkou (id int);\n", "utf-8")
    done = inside("gate", "db")
    assert done.code == 0 and "baseline" in (done.out + done.err)
    assert "!" not in inside("gate", "db/a.sql").out
