"""``guard audit``: what is shown, the exit codes, and who acted."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys

import pytest

HEAD = re.compile(r"\d+:[0-9a-f]{64}")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A catalogue with one scan, and nothing in its log but the policy."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "a.csv").write_text("mobile_phone\n" + "".join(f"138{n:08d}\n" for n in range(60)))
    command = [sys.executable, "-m", "guard", "scan", "a.csv", "-q"]
    assert subprocess.run(command, cwd=folder, capture_output=True, timeout=60).returncode in (0, 1)
    return folder


@pytest.fixture
def scanned(template, tmp_path):
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return tmp_path / "guard.db"


def tamper(path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(statement)
    connection.close()


def test_a_scan_logs_the_policy_that_it_graded_by_once(inside, scanned):
    inside("scan", "a.csv", "-q")
    shown = inside("audit", "list", "--action", "policy.*")
    assert shown.code == 0 and len(shown.out.splitlines()) == 1
    assert "policy.changed" in shown.out and "gov_cn" in shown.out


def test_who_claims_to_act_stands_beside_the_account(inside, scanned):
    inside("--as", "王五", "audit", "list")
    inside("audit", "list", GUARD_ACTOR="li")
    inside("audit", "list", "--as", "zhao", GUARD_ACTOR="li")
    out = inside("audit", "list", "--action", "audit.read", LOGNAME="forged", USER="forged").out
    names = [line.split("audit.read")[0].split("+00:00")[1].split() for line in out.splitlines()]
    account = names[-1]
    assert [name[0] for name in names] == ["王五", "li", "zhao", account[0]]
    assert all(name[1] == f"({account[0]})" for name in names[:3]) and account[0] != "forged"


@pytest.mark.parametrize("name", [" ", "a\nb", "x" * 101])
def test_a_name_that_is_none_is_refused(inside, scanned, name):
    done = inside("--as", name, "audit", "list")
    assert done.code == 2 and "bad-actor" in done.err


def test_a_value_given_as_a_name_or_reason_is_not_kept(inside, scanned):
    done = inside("--as", "13800138000", "audit", "list")
    assert done.code == 2 and "actor-value" in done.err and "13800138000" not in done.err + done.out
    assert inside("audit", "head", "--accept", "13800138000 asked for it").code == 0
    out = inside("audit", "list").out
    assert "asked for it" in out and "13800138000" not in out


def test_as_of_a_scan_still_names_the_connector(inside, scanned):
    assert inside("--as", "zhao", "scan", "a.csv", "--as", "files", "-q").code in (0, 1)
    assert inside("scan", "a.csv", "-q", "--actor", "zhao").code in (0, 1)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE number = 2", "entry 2: its content"),
        ("DELETE FROM audit WHERE number = 2", "entry 2: gone"),
        ("DELETE FROM audit WHERE number >= 2", "entry 2 to 3: was there and is gone"),
    ],
)
def test_verify_says_what_is_wrong_and_ends_with_1(inside, scanned, statement, said):
    inside("audit", "list")
    assert inside("audit", "verify").code == 0
    tamper(scanned, statement)
    done = inside("audit", "verify")
    assert done.code == 1 and said in done.out and "NOT whole" in done.err
    assert "条" in inside("audit", "verify", "--lang", "zh").out


def test_a_head_on_paper_and_an_exported_file(inside, scanned, tmp_path):
    exported = inside("audit", "export", "-o", "log.jsonl")
    head = HEAD.search(exported.out)[0]
    assert inside("audit", "verify", "--head", head).code == 0
    assert inside("audit", "verify", "log.jsonl", "--head", head).code == 0
    assert inside("audit", "verify", "--head", "log.jsonl").code == 0
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [one["record"] for one in records] == ["audit", *["entry"] * int(head.split(":")[0]), "head"]
    assert records[-2]["action"] == "audit.read"
    other = f"{head.split(':')[0]}:{'0' * 64}"
    assert inside("audit", "verify", "--head", other).code == 1
    (tmp_path / "log.jsonl").write_bytes((tmp_path / "log.jsonl").read_bytes()[:-100])
    assert inside("audit", "verify", "log.jsonl").code == 1


def test_the_log_and_its_head_are_private(inside, scanned, tmp_path):
    inside("audit", "export", "-o", "log.jsonl")
    for name in ("guard.db", "guard.db.head", "log.jsonl"):
        assert os.stat(tmp_path / name).st_mode & 0o777 == 0o600, name


def test_a_log_cut_short_refuses_everything_until_a_person_takes_it_over(inside, scanned):
    inside("audit", "list")
    tamper(scanned, "DELETE FROM audit WHERE number = 3")
    refused = inside("audit", "list")
    assert refused.code == 4 and "audit-broken" in refused.err
    assert inside("audit", "head", "--accept", " ").code == 2
    assert inside("--as", "zhao", "audit", "head", "--accept", "backup of 1 March put back").code == 0
    done = inside("audit", "verify")
    assert done.code == 0 and "took the log and the decisions over" in done.err
    assert "backup of 1 March" in inside("audit", "list").out


def test_what_cannot_be_logged_is_refused_with_4(inside, scanned, tmp_path):
    head = tmp_path / "guard.db.head"
    head.unlink()
    head.mkdir()
    for command in (("audit", "list"), ("audit", "hash", "sm3"), ("bundle", "export")):
        done = inside(*command)
        assert done.code == 4 and "audit-unwritable" in done.err, command
    assert not (tmp_path / "guard-bundle.zip").exists()


def test_sm3_from_now_on_or_from_the_first_entry(inside, scanned, tmp_path):
    assert inside("audit", "hash", "sm3").code == 0
    inside("audit", "list")
    assert inside("audit", "verify").code == 0
    assert inside("audit", "hash", "sm3", "--catalog", "new.db").code == 0
    assert "format: 1; hash: sm3" in inside("audit", "list", "--catalog", "new.db").out
    assert inside("audit", "verify", "--catalog", "new.db").code == 0


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "1"])
def test_what_is_no_date_is_refused(inside, scanned, since):
    assert inside("audit", "list", "--since", since).code == 2


def test_the_newest_entries_of_a_kind_since_a_day(inside, scanned):
    for _ in range(3):
        inside("audit", "list")
    assert len(inside("audit", "list", "--last", "2").out.splitlines()) == 2
    assert inside("audit", "list", "--since", "2999-01-01").out.strip() == ""
    assert (
        len(inside("audit", "list", "--since", "2020-01-01", "--action", "audit.begun").out.splitlines()) == 1
    )


# --- decisions held against the log ----------------------------------------------------------------


@pytest.fixture(scope="module")
def decided_once(template, tmp_path_factory):
    """The catalogue after one person lowered a level, another agreed, and the first raised it again."""
    folder = tmp_path_factory.mktemp("decided")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    correct = ("review", "correct", "mobile_phone", "--reason", "fake", "--level")
    for words in (
        ("--as", "li", *correct, "L1"),
        ("--as", "zhao", "review", "approve", "all"),
        ("--as", "li", *correct, "L3", "--again"),
    ):
        command = [sys.executable, "-m", "guard", *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def decided(decided_once, tmp_path):
    shutil.copytree(decided_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "guard.db"


def ids(path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM decisions ORDER BY number")]


COPY = """CREATE TEMP TABLE t AS SELECT * FROM decisions WHERE number = 2;
UPDATE t SET number = 99, id = 'x-1', batch = 'x', level = 'L1'; INSERT INTO decisions SELECT * FROM t"""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE decisions SET level = 'L1' WHERE number = 2", "decision {1}: is not what entry 5"),
        ("UPDATE decisions SET reason = 'x' WHERE number = 1", "decision {0}: is not what entry 3"),
        ("UPDATE decisions SET digest = 'x' WHERE number = 2", "decision {1}: is not what entry 5"),
        ("UPDATE decisions SET path = '[' WHERE number = 2", "cannot be read as they are stored"),
        (
            "UPDATE decisions SET approver = 'x' WHERE number = 1",
            "decision {0} (made at entry 3): its standing",
        ),
        ("UPDATE decisions SET standing = 'undone' WHERE number = 2", "decision {1} (made at entry 5): its"),
        ("DELETE FROM decisions WHERE number = 2", "decision {1} (made at entry 5): gone"),
        ("DROP TABLE decisions", "decision {0} (made at entry 3): gone"),
        (COPY, "decision x-1: nobody decided it"),
        ("UPDATE decisions SET number = 9 WHERE number = 1", "another order"),
    ],
)
def test_a_decision_that_was_forged_is_told_by_its_id(inside, decided, statement, said):
    first, second = ids(decided)
    tamper(decided, statement)
    done = inside("audit", "verify")
    assert done.code == 1 and said.format(first, second) in done.out


def test_what_is_whole_says_what_was_held_against_the_log_and_what_was_not(inside, decided):
    done = inside("audit", "verify")
    assert done.code == 0 and "decisions held against the log: 2" in done.err
    assert "levels stored in the results" in done.err
    inside("audit", "export", "-o", "log.jsonl")
    assert "only the exported log" in inside("audit", "verify", "log.jsonl").err


def levels(path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute("SELECT level FROM columns ORDER BY ordinal")]


@pytest.mark.parametrize("statement", [COPY, "UPDATE decisions SET level = 'L1' WHERE number = 2"])
def test_a_forged_decision_never_changes_a_level(inside, decided, tmp_path, statement):
    before = levels(decided)
    tamper(decided, statement)
    for command in (
        ("grade",),
        ("scan", "a.csv", "-q"),
        ("bundle", "export"),
        ("review", "undo"),
        ("review", "correct", "mobile_phone", "--level", "L4", "--reason", "x", "--again"),
    ):
        done = inside("--as", "li", *command)
        assert done.code == 4 and "decisions-tampered" in done.err, (command, done.err)
    assert not (tmp_path / "guard-bundle.zip").exists()
    assert levels(decided) == before
    assert inside("audit", "head", "--accept", "looked at with zhao").code == 0
    assert inside("audit", "verify").code == 0 and inside("grade").code == 0


def test_an_entry_that_tells_too_little_vouches_for_nothing(inside, decided):
    with sqlite3.connect(decided) as connection:
        for number, detail in connection.execute("SELECT number, detail FROM audit").fetchall():
            kept = {name: value for name, value in json.loads(detail).items() if name != "vouched"}
            text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
            connection.execute("UPDATE audit SET detail = ? WHERE number = ?", (text, number))
    done = inside("audit", "verify")
    assert done.code == 1 and f"decision {ids(decided)[0]}: not vouched for" in done.out
    assert "decisions-tampered" in inside("grade").err


def test_a_forged_last_word_of_the_log_does_not_cover_a_forged_decision(inside, decided):
    with sqlite3.connect(decided) as connection:
        connection.execute("DELETE FROM decisions WHERE number = 2")
        connection.execute("UPDATE audit SET detail = replace(detail, 'state', 'stale') WHERE number > 3")
    assert "decisions-tampered" in inside("grade").err


def test_a_log_that_is_gone_is_said_to_be_gone(inside, decided):
    tamper(decided, "DROP TABLE audit")
    done = inside("audit", "verify")
    assert done.code == 1 and "the log is gone" in done.out
    for command in (
        ("audit", "list"),
        ("audit", "head"),
        ("audit", "export"),
        ("grade",),
        ("bundle", "export"),
    ):
        done = inside(*command)
        assert done.code == 4 and "error[audit-" in done.err, command


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_details_are_named_in_words_and_every_action_has_a_page(inside, decided, lang):
    listed = inside("audit", "list", "--lang", lang)
    details = {"en": "waiting for a second person: 1", "zh": "等待第二人：1"}[lang]
    assert details in listed.out and "=" not in listed.out and "vouched" not in listed.out
    actions = set(re.findall(r" ((?:audit|policy|review)\.\w+) ", listed.out))
    assert len(actions) >= 4
    for action in actions:
        assert inside("explain", action, "--lang", lang).code == 0, action
