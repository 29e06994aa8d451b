"""``guard waiver``: exceptions are added, listed and taken out; what people wrote in the list stays."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

SOON = str(date.today() + timedelta(days=10))
LATER = str(date.today() + timedelta(days=100))
PAST = str(date.today() - timedelta(days=3))
SQL = "CREATE TABLE hr.legacy_staff (\n  id int,\n  sfzh varchar(18)\n);\n"


@pytest.fixture
def waive(inside, tmp_path: Path):
    """``waive(where="hr.x")``: ``guard waiver add`` with all that it needs."""

    def run(**other: str):
        told = {
            "rule": "sensitive-undeclared",
            "where": "hr.legacy_staff",
            "reason": "三季度下线，只读",
            "ticket": "SEC-412",
            "approved_by": "zhang.san",
            "author": "li.si",
            "expires": LATER,
        } | other
        words = [
            word for key, value in told.items() if value for word in (f"--{key.replace('_', '-')}", value)
        ]
        return inside("waiver", "add", *words)

    return run


def test_an_entry_is_added_below_what_people_wrote(waive, tmp_path) -> None:
    path = tmp_path / "guard-waivers.yaml"
    assert waive().code == 0
    first = path.read_text("utf-8")
    path.write_text(f"# 台账\n{first}# 以上已评审", "utf-8")
    done = waive(where="hr/HR/OLD_*/SFZH", file="db/*.sql", ticket="412")
    assert done.code == 0 and "added: 1" in done.err and "li.si" in done.err
    assert path.read_text("utf-8") == (
        f"# 台账\n{first}# 以上已评审\n"
        '- rule: sensitive-undeclared\n  where: "hr/HR/OLD_*/SFZH"\n  reason: "三季度下线，只读"\n'
        f'  approved_by: zhang.san\n  author: li.si\n  ticket: "412"\n  expires: "{LATER}"\n  file: "db/*.sql"\n'
    )


def test_one_entry_for_each_rule(inside, waive, tmp_path) -> None:
    waive()
    done = inside(
        "waiver", "add", "--rule", "grant-public", "--rule", "copy-unmasked", "--where", "hr.*", "--reason", "x",
        "--ticket", "1", "--approved-by", "a", "--author", "b", "--expires", SOON,
    )  # fmt: skip
    assert done.code == 0
    assert (tmp_path / "guard-waivers.yaml").read_text("utf-8").count("- rule:") == 3


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"author": "Zhang.San"}, "waiver-own"),
        ({"rule": "sensitive-undeclard"}, "waiver-rule"),
        ({"expires": "2026-02-30"}, "waiver-date"),
        ({"expires": "2099-01-01"}, "waiver-far"),
        ({"reason": " "}, "waiver-text"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(waive, tmp_path, other: dict, code: str) -> None:
    done = waive(**other)
    assert (done.code, f"error[{code}]" in done.err) == (2, True)
    assert not (tmp_path / "guard-waivers.yaml").exists()


def test_the_author_is_whoever_acts(waive, inside, tmp_path) -> None:
    import subprocess

    subprocess.run(["git", "config", "--global", "user.name", "Wang Wu"], check=True)
    waive(author="")
    assert 'author: "Wang Wu"' in (tmp_path / "guard-waivers.yaml").read_text("utf-8")
    done = inside(
        "waiver", "add", "--rule", "grant-public", "--where", "hr.x", "--reason", "x", "--ticket", "1",
        "--approved-by", "zhao.liu", "--expires", SOON, "--as", "zhao.liu",
    )  # fmt: skip
    assert "error[waiver-own]" in done.err


def test_a_list_that_is_wrong_is_told_with_its_line(waive, inside, tmp_path) -> None:
    path = tmp_path / "guard-waivers.yaml"
    path.write_text("- rule: grant-public\n  whre: x\n", "utf-8")
    for done in (waive(), inside("waiver", "list")):
        assert done.code == 2 and "guard-waivers.yaml:2" in done.err and "Did you mean where?" in done.err


def test_a_list_in_braces_is_not_added_to(waive, tmp_path) -> None:
    path = tmp_path / "guard-waivers.yaml"
    path.write_text("[]\n", "utf-8")
    done = waive()
    assert (done.code, "error[waivers-flow]" in done.err) == (2, True)
    assert path.read_text("utf-8") == "[]\n"


def expire(path: Path, where: str) -> None:
    """Let the entry for ``where`` have ended three days ago."""
    head, entry = path.read_text("utf-8").split(f"where: {where}\n")
    path.write_text(f"{head}where: {where}\n{entry.replace(LATER, PAST, 1)}", "utf-8")


def test_the_list_tells_how_long_each_holds(waive, inside, tmp_path) -> None:
    assert inside("waiver", "list").err == "waivers: 0 of 0\n"
    for where in ("hr.a", "hr.b"):
        waive(where=where)
    waive(where="hr.c", expires=SOON)
    expire(tmp_path / "guard-waivers.yaml", "hr.b")
    every = inside("waiver", "list")
    assert "100 days left" in every.out and "expired 3 days ago" in every.out and "10 days left" in every.out
    assert "guard-waivers.yaml:8" in every.out
    assert inside("waiver", "list", "--expired").out.count("hr.") == 1
    assert inside("waiver", "list", "--expiring", "10").out.count("hr.") == 1
    records = json.loads(inside("waiver", "list", "-f", "json").out)
    assert [(one["where"], one["days_left"]) for one in records] == [
        ("hr.a", 100),
        ("hr.b", -3),
        ("hr.c", 10),
    ]
    assert "已过期 3 天" in inside("waiver", "list", GUARD_LANGUAGE="zh").out


def test_unused_ones_are_those_that_excuse_nothing(waive, inside, tmp_path) -> None:
    (tmp_path / "a.sql").write_text(SQL, "utf-8")
    waive()
    waive(where="hr.nobody")
    done = inside("waiver", "list", "--unused", "a.sql")
    assert done.code == 0, done.err
    assert "hr.nobody" in done.out and "hr.legacy_staff" not in done.out


def test_with_scripts_their_own_waivers_are_listed(inside, tmp_path) -> None:
    note = f"-- guard: waive sensitive-undeclared until {LATER}: read-only"
    (tmp_path / "a.sql").write_text(SQL.replace("(18)", f"(18) {note}"), "utf-8")
    (record,) = json.loads(inside("waiver", "list", "a.sql", "-f", "json").out)
    assert (record["inline"], record["place"], record["unused"]) == (
        True,
        {"path": "a.sql", "line": 3},
        False,
    )


def test_prune_takes_out_what_expired_or_is_unused_and_keeps_the_rest(waive, inside, tmp_path) -> None:
    (tmp_path / "a.sql").write_text(SQL, "utf-8")
    path = tmp_path / "guard-waivers.yaml"
    waive(where="hr.gone")
    path.write_text(path.read_text("utf-8") + "# 保留\n", "utf-8")
    waive()
    waive(where="hr.nobody")
    expire(path, "hr.gone")
    asked = inside("waiver", "prune", "a.sql")
    assert (asked.code, "error[waiver-sure]" in asked.err) == (2, True)
    assert path.read_text("utf-8").count("- rule:") == 3
    assert inside("waiver", "prune", "--only-expired", "--yes").err == "taken out: 1\n"
    assert inside("waiver", "prune", "a.sql", "--yes").err == "taken out: 1\n"
    left = path.read_text("utf-8")
    assert left.startswith("# 保留\n- rule: sensitive-undeclared\n  where: hr.legacy_staff\n")
    assert left.count("- rule:") == 1
    assert inside("waiver", "prune", "a.sql", "--yes").err == "taken out: 0\n"


def test_nothing_is_taken_out_for_what_could_not_be_read(waive, inside, tmp_path) -> None:
    (tmp_path / "a.sql").write_text(f"{SQL}CREATE TABLE hr.nobody (x varchar(\n", "utf-8")
    waive(where="hr.nobody")
    done = inside("waiver", "prune", "a.sql", "--yes")
    assert (done.code, "error[waivers-partial]" in done.err) == (3, True)
