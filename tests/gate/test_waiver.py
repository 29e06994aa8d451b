"""guard-waivers.yaml: what it may say, what is refused with file and line, and what each entry excuses."""

from pathlib import Path

import pytest
from gate.found import RULES, TODAY, violation, waiver

from guard.gate.suppress.waiver import excuses, waivers
from guard.model import UsageError

ENTRY = {
    "rule": "sensitive-undeclared",
    "where": "hr/HR/LEGACY_*/SFZH",
    "reason": "老系统三季度下线，只读",
    "approved_by": "zhang.san",
    "author": "li.si",
    "ticket": "SEC-412",
    "expires": "2026-06-30",
}


def entry(**other: str | None) -> str:
    told = {key: value for key, value in (ENTRY | other).items() if value is not None}
    lines = [
        f'{key}: "{value}"' if value == "" or "*" in value else f"{key}: {value}"
        for key, value in told.items()
    ]
    return "# 台账\n- " + "\n  ".join(lines) + "\n"


def read(folder: Path, text: str):
    path = folder / "guard-waivers.yaml"
    path.write_text(text, "utf-8")
    return waivers(path, rules=RULES, today=TODAY)


def test_an_entry_is_read_with_its_place(tmp_path) -> None:
    (found,) = read(tmp_path, entry(file="db/legacy/*.sql"))
    assert (found.rule, found.where, found.reason) == (ENTRY["rule"], ENTRY["where"], ENTRY["reason"])
    assert (found.approved_by, found.author, found.ticket) == ("zhang.san", "li.si", "SEC-412")
    assert (found.expires, found.file, found.inline, found.place.line) == (
        "2026-06-30",
        "db/legacy/*.sql",
        False,
        2,
    )


def test_no_file_and_an_empty_one_hold_no_waivers(tmp_path) -> None:
    assert waivers(tmp_path / "none.yaml", rules=RULES, today=TODAY) == ()
    assert read(tmp_path, "# none left\n") == ()


def test_a_ticket_may_be_a_number_and_an_expired_one_is_read(tmp_path) -> None:
    (found,) = read(tmp_path, entry(ticket="412", expires="2025-01-31"))
    assert (found.ticket, found.expires) == ("412", "2025-01-31")


def test_the_last_day_that_may_be_granted(tmp_path) -> None:
    assert read(tmp_path, entry(expires="2026-08-28"))
    with pytest.raises(UsageError) as caught:
        read(tmp_path, entry(expires="2026-08-29"))
    assert (caught.value.id, caught.value.params["latest"]) == ("waiver-far", "2026-08-28")


@pytest.mark.parametrize(
    ("text", "code", "line", "params"),
    [
        ("rule: x\n", "waivers-list", 1, {}),
        ("- sensitive-undeclared\n", "waiver-entry", 1, {}),
        (entry(approver="x"), "waiver-key", 9, {"key": "approver", "nearest": "approved_by"}),
        (entry(ticket=None), "waiver-missing", 2, {"key": "ticket"}),
        (entry(author=None), "waiver-missing", 2, {"key": "author"}),
        (entry(reason=""), "waiver-text", 4, {"key": "reason"}),
        (entry(reason="[a]"), "waiver-text", 4, {"key": "reason"}),
        (entry(rule="sensitive-undeclard"), "waiver-rule", 2, {"nearest": "sensitive-undeclared"}),
        (entry(expires="2026-02-30"), "waiver-date", 8, {"word": "2026-02-30"}),
        (entry(expires="20260630"), "waiver-date", 8, {}),
        (entry(expires="9999-12-31"), "waiver-far", 8, {"days": 180}),
        (entry(author=" ＺＨＡＮＧ.san"), "waiver-own", 5, {}),
        ("- rule: [\n", "yaml-broken", 2, {}),
    ],
)
def test_what_is_wrong_is_refused_with_file_and_line(tmp_path, text, code, line, params) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert caught.value.id == code
    assert caught.value.params["file"].endswith("guard-waivers.yaml")
    assert caught.value.params["line"] == line
    assert params.items() <= caught.value.params.items()


@pytest.mark.parametrize(
    ("where", "excused"),
    [
        ("hr.employee.sfzh", True),
        ("employee.SFZH", True),
        ("hr.employee", True),
        ("employee", True),
        ("hr.*.sfzh", True),
        ("*.sfzh", True),
        ("*", True),
        ("db1/hr/EMPLOYEE/SFZH", True),
        ("hr/EMPLOYEE/*", True),
        ("hr/*/SF[XZ]H", True),
        ("sfzh", False),
        ("person.sfzh", False),
        ("hr.employee.sjh", False),
        ("pub.employee", False),
        ("db1.hr.employee.sfzh", False),
        ("hr/EMPLOYEE", False),
        ("SFZH/*", False),
    ],
)
def test_where_names_a_table_or_a_column(where: str, excused: bool) -> None:
    assert excuses(waiver(where), violation("hr.employee.sfzh")) is excused


def test_a_script_need_not_name_the_schema_of_a_whole_path() -> None:
    assert excuses(waiver("hr/HR/LEGACY_*/SFZH"), violation("LEGACY_STAFF.SFZH"))
    assert not excuses(waiver("hr/HR/LEGACY_*/SFZH"), violation("STAFF.SFZH"))
    assert not excuses(waiver("employee.*"), violation("person.sfzh")), "a table is never skipped"
    assert not excuses(waiver("hr/employee/*"), violation("person.sfzh"))


def test_a_violation_of_a_table_is_excused_by_its_table() -> None:
    of_table = violation("hr.employee.", rule="sensitive-undeclared")
    assert excuses(waiver("hr.employee"), of_table)
    assert excuses(waiver("hr/hr/employee/*"), of_table)
    assert not excuses(waiver("hr.employee.sfzh"), of_table)


def test_another_rule_is_not_excused() -> None:
    assert not excuses(waiver(rule="mask-missing"), violation())


@pytest.mark.parametrize(
    ("glob", "excused"), [("legacy/*.sql", True), ("db/*", True), ("b.sql", False), ("*/a.sql", True)]
)
def test_a_waiver_may_be_limited_to_files(glob: str, excused: bool) -> None:
    assert excuses(waiver(file=glob), violation(file="db/legacy/a.sql")) is excused
