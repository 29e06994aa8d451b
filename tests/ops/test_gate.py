"""``guard.ops.gate`` without its command: what a request judges, and what comes back."""

import json
from pathlib import Path

import pytest

from guard.config import load
from guard.model import UsageError
from guard.ops.gate import Outcome, Request, judge, mend
from guard.ops.session import Session

FIRST = "CREATE TABLE renkou (\n  id bigint NOT NULL PRIMARY KEY,\n  bz varchar(200)\n);\n"
ADDS = "ALTER TABLE renkou ADD sfzh varchar(18);\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "db").mkdir()
    (tmp_path / "db/V1__init.sql").write_text(FIRST, "utf-8")
    (tmp_path / "db/V2__add.sql").write_text(ADDS, "utf-8")
    return tmp_path


def found(place: Path, *paths: str, **more) -> Outcome:
    session = Session(config=load(None, {}, place), catalog="guard.db", language="en")
    return judge(session, Request(paths=tuple(map(Path, paths)), **more))


def rules(outcome: Outcome) -> set[str]:
    return {one.rule for one in outcome.verdict.violations}


def test_the_verdict_names_its_policy_and_counts_columns(place):
    verdict = found(place, "db").verdict
    assert [one.file for one in verdict.scripts] == ["db/V1__init.sql", "db/V2__add.sql"]
    assert (verdict.judged, verdict.pack) == (3, "gov_cn")
    assert len(verdict.policy) == 64 and verdict.levels[:3] == ("L1", "L2", "L3")
    assert all(len(one.fingerprint) == 20 for one in verdict.violations)


def test_a_named_migration_brings_its_company_for_reading_only(place):
    outcome = found(place, "db/V2__add.sql")
    assert [one.file for one in outcome.verdict.scripts] == ["db/V2__add.sql"]
    assert "sensitive-undeclared" in rules(outcome)
    assert {one.place.file for one in outcome.verdict.violations} == {"db/V2__add.sql"}
    (line,) = outcome.schema_lines()
    assert [one["name"] for one in json.loads(line)["tables"][0]["columns"]] == ["id", "bz", "sfzh"]


def test_the_same_fingerprints_alone_and_among_others(place):
    def marks(*paths: str) -> set[str]:
        violations = found(place, *paths).verdict.violations
        return {one.fingerprint for one in violations if one.place.file.endswith("V2__add.sql")}

    assert marks("db/V2__add.sql") == marks("db") != set()


def test_absolute_paths_are_named_from_the_current_folder(place):
    outcome = found(place, str(place / "db"))
    assert {one.place.file for one in outcome.verdict.violations} <= {"db/V1__init.sql", "db/V2__add.sql"}


@pytest.mark.parametrize(
    ("bound", "code"), [("", 1), ("error", 1), ("L3", 1), ("L4", 0), ("never", 0)]
)  # fmt: skip
def test_what_fails(place, bound, code):
    assert found(place, "db", fail_on=bound).exit_code == code


@pytest.mark.parametrize(
    ("paths", "more", "error"),
    [
        ((), {}, "gate-no-paths"),
        (("gone",), {}, "no-such-path"),
        (("db",), {"fail_on": "L9"}, "gate-fail-on"),
        (("db",), {"dialect": "msql"}, "script-dialect"),
        (("db",), {"waivers": "gone.yaml"}, "no-such-path"),
        (("db",), {"against": "main"}, "gate-not-a-repository"),
    ],
)
def test_wrong_requests(place, paths, more, error, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(place.parent))
    with pytest.raises(UsageError) as raised:
        found(place, *paths, **more)
    assert raised.value.id == error


def test_what_cannot_be_read_is_incomplete_whatever_fails(place):
    (place / "db/V3__cut.sql").write_text("CREATE TABLE cut (a int,\n", "utf-8")
    outcome = found(place, "db", fail_on="never")
    assert (outcome.exit_code, [one.place.file for one in outcome.verdict.unread]) == (3, ["db/V3__cut.sql"])
    assert found(place, "db", fail_on="never", allow_partial=True).exit_code == 0


def test_mend_writes_only_when_told_to(place):
    outcome = found(place, "db")
    (edit,) = mend(outcome, write=False)
    assert edit.file == "guard-schema.yaml" and not edit.path.exists()
    mend(outcome, write=True)
    assert found(place, "db").exit_code == 0


def test_the_scripts_of_a_folder_are_read_in_the_dialect_that_one_of_them_tells(place):
    (place / "db/V3__log.sql").write_text(
        "CREATE TABLE log (id int AUTO_INCREMENT) ENGINE=InnoDB;\n", "utf-8"
    )
    assert {one.dialect for one in found(place, "db").verdict.scripts} == {"mysql"}
    alone = found(place, "db", isolated=True).verdict.scripts
    assert [one.dialect for one in alone] == ["ansi", "ansi", "mysql"]


def test_a_waiver_that_is_written_wrongly_is_told_of_a_script_that_changes_nothing(place):
    (place / "db/V3__none.sql").write_text("SELECT 1; -- guard: waive mask-missing until never: x\n", "utf-8")
    assert "waiver-invalid" in rules(found(place, "db/V3__none.sql"))
