"""``guard baseline``: what was there before is written once, and the list only becomes shorter."""

import subprocess
from pathlib import Path

import pytest


def table(name: str, *more: str) -> str:
    columns = "".join(f",\n  {column}" for column in more)
    return f"CREATE TABLE hr.{name} (\n  id int{columns}\n);\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "a.sql").write_text(table("a", "sfzh varchar(18)") + table("b", "sfzh varchar(18)"), "utf-8")
    return tmp_path


def lines(place: Path) -> list[str]:
    return (place / "guard-baseline.txt").read_text("utf-8").splitlines()


def test_the_first_time_it_holds_whatever_is_found_and_the_gate_passes(inside, place) -> None:
    assert inside("gate", "a.sql").code == 1
    done = inside("baseline", "write", "a.sql")
    assert done.code == 0, done.err
    assert lines(place) == sorted(lines(place)) and any(
        "hr.a.sfzh · sensitive-undeclared ·" in one for one in lines(place)
    )
    assert inside("gate", "a.sql").code == 0
    shown = inside("baseline", "show", "--where", "hr.a*")
    assert "hr.a.sfzh  sensitive-undeclared" in shown.out and "hr.b" not in shown.out


def test_moved_and_reformatted_scripts_keep_their_entries(inside, place) -> None:
    inside("baseline", "write", "a.sql")
    (place / "a.sql").rename(place / "b.sql")
    (place / "b.sql").write_text("-- 挪了位置\n\n" + (place / "b.sql").read_text("utf-8").upper(), "utf-8")
    assert inside("gate", "b.sql").code == 0


def test_it_shrinks_freely(inside, place) -> None:
    inside("baseline", "write", "a.sql")
    before = lines(place)
    (place / "a.sql").write_text(table("a", "sfzh varchar(18)"), "utf-8")
    assert inside("baseline", "write", "a.sql").code == 0
    assert set(lines(place)) < set(before)


def test_it_grows_only_with_a_reason(inside, place) -> None:
    inside("baseline", "write", "a.sql")
    before = lines(place)
    (place / "a.sql").write_text(table("a", "sfzh varchar(18)", "gmsfhm varchar(18)"), "utf-8")
    done = inside("baseline", "write", "a.sql")
    assert (done.code, "error[baseline-grows]" in done.err) == (4, True)
    assert lines(place) == before
    assert inside("baseline", "write", "a.sql", "--grow").code == 2
    assert (
        inside(
            "baseline", "write", "a.sql", "--grow", "--reason", "merged the old system", "--as", "li.si"
        ).code
        == 0
    )
    remark = lines(place)[0]
    assert remark.startswith("# ") and "li.si +" in remark and remark.endswith(": merged the old system")
    assert "merged the old system" in inside("baseline", "show").err
    assert inside("gate", "a.sql").code == 0


def test_a_line_that_people_spoiled_is_told(inside, place) -> None:
    inside("baseline", "write", "a.sql")
    path = place / "guard-baseline.txt"
    path.write_text(path.read_text("utf-8") + "hr.c.sfzh\n", "utf-8")
    for done in (inside("baseline", "show"), inside("gate", "a.sql"), inside("baseline", "write", "a.sql")):
        assert done.code == 2 and f"guard-baseline.txt:{len(lines(place))}" in done.err


def test_nothing_is_written_of_what_could_not_be_read(inside, place) -> None:
    (place / "a.sql").write_text(table("a") + "CREATE TABLE hr.b (x varchar(\n", "utf-8")
    done = inside("baseline", "write", "a.sql")
    assert (done.code, "error[baseline-partial]" in done.err) == (3, True)
    assert not (place / "guard-baseline.txt").exists()


def test_without_one_there_is_nothing_to_show(inside, place) -> None:
    done = inside("baseline", "show")
    assert (done.code, done.out, done.err) == (0, "", "entries: 0 of 0\n")


def test_who_lets_it_grow_is_git_s_user_as_of_a_waiver(inside, place) -> None:
    for words in (("init", "-q"), ("config", "user.name", "zhao.liu")):
        subprocess.run(["git", *words], cwd=place, check=True)
    (place / "guard-baseline.txt").write_text("", "utf-8")
    assert inside("baseline", "write", "a.sql", "--grow", "--reason", "old").code == 0
    assert " zhao.liu +" in lines(place)[0]


def test_an_entry_that_nothing_needs_is_told_by_its_place(inside, place) -> None:
    inside("baseline", "write", "a.sql")
    (place / "a.sql").write_text(table("b", "sfzh varchar(18)"), "utf-8")
    assert "hr.a.sfzh · sensitive-undeclared · " in inside("gate", ".").out
