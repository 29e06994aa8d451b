"""``guard review`` as people use it: one file scanned, answered, approved, looked at."""

from __future__ import annotations

import json

import pytest

PHONES = "mobile_phone,note\n" + "".join(f"138{n:08d},x\n" for n in range(60))


@pytest.fixture
def scanned(guard, tmp_path):
    (tmp_path / "a.csv").write_text(PHONES)
    assert guard("scan", "a.csv", "--fail-on", "never").code == 0
    return guard


def ids(guard, *options: str) -> list[dict]:
    return json.loads(guard("review", "list", "-f", "json", *options).out)["decisions"]


def test_next_says_why_and_gives_commands_that_work(scanned):
    shown = scanned("review", "next", "--name", "mobile_phone")
    assert "mobile_phone × 1 column in 1 table" in shown.out and "why" in shown.out
    line = next(line for line in shown.out.splitlines() if "guard review confirm" in line).split()
    done = scanned(*line[1:])
    assert done.code == 0 and "Decided: 1" in done.err
    assert "confirmed by" in scanned("finding", "show", "a.csv/mobile_phone").out


def test_next_as_json_has_what_the_text_has(scanned):
    shown = json.loads(scanned("review", "next", "--name", "note", "-f", "json").out)
    group = shown["groups"][0]
    assert shown["schema"] == "guard.review/1" and group["answers"] and group["examples"] and group["why"]


def test_a_dry_run_stores_nothing(scanned):
    shown = scanned("review", "correct", "mobile_phone", "--level", "L4", "--reason", "all", "--dry-run")
    assert "→ L4" in shown.out and "nothing was stored" in shown.err
    assert ids(scanned) == []


def test_two_persons_lower_a_level(scanned):
    lowered = scanned("--as", "li", "review", "correct", "mobile_phone", "--level", "L1", "--reason", "fake")
    assert "Waiting for a second person: 1" in lowered.err
    (waiting,) = ids(scanned, "--pending")
    same = scanned("--as", "li", "review", "approve", waiting["id"])
    assert same.code == 4 and "review-same-person" in same.err
    assert scanned("--as", "wang", "review", "approve", waiting["id"]).code == 0
    shown = scanned("finding", "show", "a.csv/mobile_phone").out
    assert "approved by wang" in shown and "L1" in shown
    history = scanned("review", "show", "a.csv/mobile_phone").out
    assert "corrected" in history and "fake" in history and "in force" in history


def test_undo_and_refuse(scanned):
    scanned("--as", "li", "review", "correct", "mobile_phone", "--level", "L4", "--reason", "all")
    assert "Taken back: 1" in scanned("--as", "li", "review", "undo").err
    scanned("--as", "li", "review", "correct", "mobile_phone", "--level", "L1", "--reason", "fake")
    assert scanned("--as", "wang", "review", "refuse", "--all", "--reason", "real").code == 0
    assert ids(scanned) == []
    assert [one["standing"] for one in ids(scanned, "--every")] == ["undone", "refused"]


WRONG = {
    ("confirm",): "review-no-selection",
    ("confirm", "--name", "mobile_phones"): "review-no-match",
    ("correct", "mobile_phone", "--level", "L4"): "review-reason",
    ("correct", "mobile_phone", "--level", "L44", "--reason", "x"): "unknown-level",
    ("reject", "note", "--reason", "x"): "review-no-type",
    ("approve", "--all"): "review-not-pending",
    ("undo",): "review-nothing-to-undo",
    ("rename", "a", "b"): "review-no-decision",
    ("next", "-f", "xml"): "unknown-format",
    ("next", "--run", "zz"): "run-unknown",
}


def test_what_is_wrong_is_said_with_what_to_do(scanned):
    for arguments, error in WRONG.items():
        done = scanned("review", *arguments)
        assert done.code == 2 and f"error[{error}]" in done.err and "next" in done.err, arguments
        assert "{" not in done.err, arguments


def test_many_columns_are_asked_about_once_more(guard, tmp_path):
    (tmp_path / "b.csv").write_text(",".join(f"mobile_phone_{n}" for n in range(120)) + "\n")
    guard("scan", "b.csv", "--fail-on", "never")
    asked = guard("review", "correct", "b.csv", "--level", "L4", "--reason", "all")
    assert asked.code == 2 and "review-many" in asked.err
    done = guard("review", "correct", "b.csv", "--level", "L4", "--reason", "all", "--yes")
    assert done.code == 0 and "Decided: 120" in done.err


def test_without_a_catalogue_it_says_so(guard):
    done = guard("review", "next")
    assert done.code == 2 and "catalog-missing" in done.err


def test_a_nominated_table_is_asked_about_and_settled_by_two(guard, tmp_path):
    (tmp_path / "guard.yaml").write_text("policies: {thresholds: {subjects-many: 50}}\n")
    (tmp_path / "a.csv").write_text(PHONES)
    assert "tables 1" in guard("scan", "a.csv", "--fail-on", "never").out
    shown = guard("review", "next")
    assert "the table itself" in shown.out and "GB/T 43697-2024 6.3" in shown.out
    line = next(line for line in shown.out.splitlines() if "guard review confirm" in line).split()
    waits = guard("--as", "li", *line[1:])
    assert waits.code == 0 and "→ important" in waits.out and "Waiting for a second person: 1" in waits.err
    assert guard("--as", "wang", "review", "approve", "--all").code == 0
    assert "the table itself" not in guard("review", "next").out
    assert "tables 0" in guard("scan", "a.csv", "--fail-on", "never").out
    assert "approved by wang" in guard("review", "show", "a.csv").out
