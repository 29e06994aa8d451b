"""The gate's SARIF: what the standard's schema says, and what GitHub's code scanning asks for beyond it."""

import json
import re
from dataclasses import replace

import pytest
from emit.gate_support import FIRST, RULES, SECOND, emitted, place, verdict
from emit.sarif_schema import validator

from guard.emit.gate import sarif
from guard.model.gate import Fix, Verdict


def log(found=None, **options):
    document = json.loads(emitted("sarif", found, **options))
    validator().validate(document)
    return document["runs"]


def results(**options):
    return {(one["ruleId"], one["level"]): one for one in log(**options)[0]["results"]}


def physical(item):
    return item["locations"][0]["physicalLocation"]


@pytest.mark.parametrize("found", [None, Verdict(scripts=(), violations=())], ids=["full", "empty"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_log_is_what_the_schema_says(found, language):
    log(found, language=language, length=lambda file, line: 40)


def test_schema_refuses_a_result_without_message():
    document = json.loads(emitted("sarif"))
    del document["runs"][0]["results"][0]["message"]
    assert not validator().is_valid(document)


def test_every_result_and_notification_has_one_physical_location_in_a_relative_file():
    run = log()[0]
    invocation = run["invocations"][0]
    notes = invocation["toolExecutionNotifications"] + invocation["toolConfigurationNotifications"]
    for item in (*run["results"], *notes):
        assert len(item["locations"]) == 1
        assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", physical(item)["artifactLocation"]["uri"])
        assert not physical(item)["artifactLocation"]["uri"].startswith(("/", "."))
        assert physical(item)["region"]["startLine"] >= 1


def test_file_is_told_relative_to_the_root(tmp_path):
    one = verdict().violations[0]
    there = replace(verdict(), violations=(replace(one, place=place(str(tmp_path / "db" / "x.sql"), 3)),))
    assert physical(log(there, root=tmp_path)[0]["results"][0])["artifactLocation"]["uri"] == "db/x.sql"


def test_place_is_line_and_column_of_the_statement():
    found = results()
    assert physical(found["sensitive-undeclared", "error"])["region"] == {
        "startLine": 7,
        "startColumn": 5,
        "endLine": 7,
    }
    assert physical(found["retention-missing", "note"])["region"] == {
        "startLine": 3,
        "startColumn": 1,
        "endLine": 12,
    }
    logical = found["sensitive-undeclared", "error"]["locations"][0]["logicalLocations"]
    assert logical == [{"fullyQualifiedName": "hr.employee.lxdh", "kind": "member"}]


def test_excused_results_say_why_and_until_when_and_the_others_that_they_are_not():
    found = log()[0]["results"]
    kinds = [[one["kind"] for one in result["suppressions"]] for result in found]
    assert kinds == [["external"], ["external"], ["inSource"], [], [], []]
    waived = found[1]["suppressions"][0]
    assert waived["status"] == "accepted"
    assert "老系统三季度下线" in waived["justification"] and "2026-09-30" in waived["justification"]
    assert waived["properties"]["expires"] == "2026-09-30"
    assert waived["location"]["physicalLocation"]["artifactLocation"]["uri"] == "guard-waivers.yaml"


def test_baseline_state_is_said_only_where_something_was_compared():
    states = [one["baselineState"] for one in log()[0]["results"]]
    assert states == ["unchanged"] * 3 + ["new"] * 3
    alone = replace(verdict(), violations=tuple(replace(one, new=None) for one in verdict().violations))
    assert not [one for one in log(alone)[0]["results"] if "baselineState" in one]


def test_fingerprints_stay_when_lines_move_and_differ_between_results():
    moved = tuple(
        replace(one, place=replace(one.place, line=one.place.line + 9, end=0)) for one in verdict().violations
    )
    marks = [
        [tuple(sorted(one["partialFingerprints"].items())) for one in log(found)[0]["results"]]
        for found in (verdict(), replace(verdict(), violations=moved))
    ]
    assert marks[0] == marks[1]
    assert len(set(marks[0])) == len(marks[0])


def test_statements_that_were_not_read_make_the_run_unsuccessful():
    invocation = log()[0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert note["level"] == "error" and physical(note)["region"]["startLine"] == 31
    assert log(replace(verdict(), unread=()))[0]["invocations"][0]["executionSuccessful"] is True


def test_rules_are_complete_used_and_need_no_link():
    run = log(language="en")[0]
    rules = run["tool"]["driver"]["rules"]
    assert {one["ruleId"] for one in run["results"]} == {one["id"] for one in rules}
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    for rule in rules:
        assert "helpUri" not in rule
        assert len(rule["shortDescription"]["text"]) <= 1024 and len(rule["fullDescription"]["text"]) <= 1024
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert len(rule["properties"]["tags"]) <= 10
    known = next(one for one in rules if one["id"] in RULES)
    for text in known["help"].values():
        assert "varchar(18) -- guard: level=L4" in text and "GB/T 43697-2024 6.2" in text


def test_an_appended_comment_is_a_fix_at_the_end_of_its_line():
    assert "fixes" not in results()["sensitive-undeclared", "error"]
    asked = []

    def length(file, line):
        asked.append((file, line))
        return 40

    (fix,) = results(length=length)["sensitive-undeclared", "error"]["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 7, "startColumn": 41, "endLine": 7, "endColumn": 41}
    assert replacement["insertedContent"]["text"].startswith(" -- guard: level=L3 ")
    assert asked == [(SECOND, 7)]


def test_a_line_before_is_a_fix_at_the_start_of_the_line_and_an_entry_elsewhere_is_none():
    fix = Fix(how="before", text="-- guard: column=x level=L3", place=place(FIRST, 4))
    first = replace(verdict().violations[0], fix=fix)
    (result,) = log(replace(verdict(), violations=(first,)))[0]["results"]
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 4, "startColumn": 1, "endLine": 4, "endColumn": 1}
    assert replacement["insertedContent"]["text"] == "-- guard: column=x level=L3\n"
    assert "fixes" not in results(length=lambda file, line: 40)["retention-missing", "note"]


def test_too_many_results_become_several_runs(monkeypatch):
    monkeypatch.setattr(sarif, "_MAX_RESULTS", 4)
    parts = log()
    assert [len(one["results"]) for one in parts] == [4, 2]
    assert len({one["automationDetails"]["id"] for one in parts}) == 2
    assert "toolExecutionNotifications" not in parts[1]["invocations"][0]
