"""What GitHub, GitLab and test reports show of a verdict."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import jsonschema
import pytest
from emit.gate_support import FIRST, SECOND, emitted, place, verdict, violation

from guard.emit.gate.md import MARKER, MOST
from guard.model.gate import Unread, Verdict
from guard.ops.settings import schema
from guard.text import area

LEVELS = ("L1", "L2", "L3", "L4")
COMMAND = re.compile(r"::(?P<kind>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")


def many(count, severity="error", state="open"):
    found = tuple(
        violation(
            "sensitive-undeclared", place(FIRST, line + 1), severity=severity, state=state,
            table="t", column=f"c{line}", level=LEVELS[line % 4], fingerprint=f"{line:064x}",
        )
        for line in range(count)
    )  # fmt: skip
    return Verdict(scripts=(), violations=found, levels=LEVELS)


def annotations(found=None, **options):
    lines = emitted("github", found, language="en", **options).splitlines()
    return [COMMAND.fullmatch(line) for line in lines]


def properties(annotation):
    return dict(part.split("=", 1) for part in annotation["properties"].split(","))


class TestGithub:
    def test_an_annotation_stands_on_the_line_and_says_the_fix(self):
        (one,) = [
            found for found in annotations() if found["kind"] == "error" and "lxdh" in found["properties"]
        ]
        assert properties(one)["file"] == SECOND
        assert (properties(one)["line"], properties(one)["endLine"], properties(one)["col"]) == (
            "7",
            "7",
            "5",
        )
        assert "-- guard: level=L3 category=" in one["message"]

    def test_kind_follows_severity_and_unread_is_an_error(self):
        assert [one["kind"] for one in annotations()] == ["error", "warning", "notice", "error"]
        assert properties(annotations()[-1])["line"] == "31"

    @pytest.mark.parametrize("severity", ["error", "warning"])
    def test_no_more_than_ten_of_a_kind_the_highest_first_and_a_count_of_the_rest(self, severity):
        found = annotations(many(25, severity))
        assert [one["kind"] for one in found] == [severity] * 10 + ["notice"]
        assert [one["properties"].count("L4") for one in found[:6]] == [1] * 6
        assert f"{severity}s 15" in found[-1]["message"]

    def test_notes_leave_room_for_the_count(self):
        found = annotations(many(25, "note"))
        assert len(found) == 10 and "notes 16" in found[-1]["message"]

    def test_unread_statements_beyond_the_cap_are_counted(self):
        unread = tuple(Unread(place=place(FIRST, line), reason="query") for line in range(1, 15))
        assert "errors 4" in annotations(replace(many(0), unread=unread))[-1]["message"]


class TestGitlab:
    def test_items_have_what_gitlab_reads(self):
        for item in json.loads(emitted("gitlab", show_waived=True)):
            assert item["description"] and item["check_name"] and "\n" not in item["description"]
            assert item["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert not item["location"]["path"].startswith(("/", "./"))
            assert item["location"]["lines"]["begin"] >= 1

    def test_fingerprints_are_unique_and_stay_when_lines_move(self):
        found = replace(verdict(), unread=verdict().unread * 3)
        moved = tuple(
            replace(one, place=replace(one.place, line=one.place.line + 9)) for one in found.violations
        )
        marks = [
            [item["fingerprint"] for item in json.loads(emitted("gitlab", one, show_waived=True))]
            for one in (found, replace(found, violations=moved))
        ]
        assert marks[0] == marks[1]
        assert len(set(marks[0])) == len(marks[0]) == 9

    def test_severity_follows_the_rule_s_and_unread_is_the_worst(self):
        found = {item["check_name"]: item["severity"] for item in json.loads(emitted("gitlab"))}
        assert found == {
            "sensitive-undeclared": "critical",
            "rename-protected": "major",
            "retention-missing": "minor",
            "unread-query": "blocker",
        }


class TestJunit:
    def cases(self, found=None, **options):
        document = ET.fromstring(emitted("junit", found, language="en", **options))
        for suite in document:
            cases = suite.findall("testcase")
            counted = [
                sum(case.find(tag) is not None for case in cases) for tag in ("failure", "error", "skipped")
            ]
            assert [int(suite.get(key)) for key in ("failures", "errors", "skipped")] == counted
            assert int(suite.get("tests")) == len(cases)
        return {
            (suite.get("name"), case.get("name")): {part.tag for part in case} - {"system-out"}
            for suite in document
            for case in suite
        }

    def test_one_case_a_table_whatever_its_letter_case(self):
        found = self.cases()
        assert found[SECOND, "hr.employee"] == {"failure"}
        assert (SECOND, "HR.EMPLOYEE") not in found
        assert found[FIRST, "hr.office"] == set()
        assert found[FIRST, "hr.legacy_1"] == found[FIRST, "hr.notice"] == {"skipped"}
        assert found[FIRST, "line 31"] == {"error"}

    def test_what_does_not_reach_the_bound_is_said_and_passes(self):
        assert self.cases()[SECOND, "hr.员工"] == set()
        assert self.cases(fail_on="note")[SECOND, "hr.员工"] == {"failure"}
        assert "retention-missing" in emitted("junit", language="en")


class TestMarkdown:
    def test_the_first_line_is_the_mark_that_a_bot_looks_for(self):
        assert emitted("md").splitlines()[0] == MARKER
        assert emitted("md", Verdict(scripts=(), violations=())).splitlines()[0] == MARKER

    def test_a_comment_is_never_longer_than_it_may_be_and_counts_what_is_left_out(self):
        text = emitted("md", many(3000), language="en")
        assert len(text) <= MOST
        rows = sum(line.startswith("| ") and "c" in line for line in text.splitlines()) - 1
        assert 0 < rows < 3000 and f"{3000 - rows} more" in text

    def test_the_fix_is_a_block_to_copy(self):
        text = emitted("md", language="en")
        assert "```text\n-- guard: level=L3 category=个人信息/联系方式 mask=cn-mobile-partial\n```" in text


class TestJson:
    @pytest.mark.parametrize("found", [None, Verdict(scripts=(), violations=()), many(5)])
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_output_is_what_its_schema_says(self, found, language):
        jsonschema.Draft202012Validator.check_schema(schema("gate"))
        jsonschema.Draft202012Validator(schema("gate")).validate(json.loads(emitted("json", found, language)))

    def test_schema_refuses_what_is_missing(self):
        document = json.loads(emitted("json"))
        for name in document["violations"][0]:
            broken = json.loads(emitted("json"))
            del broken["violations"][0][name]
            assert not jsonschema.Draft202012Validator(schema("gate")).is_valid(broken), name

    def test_everything_of_the_verdict_is_in_it(self):
        document = json.loads(emitted("json"))
        assert [one["state"] for one in document["violations"]] == [
            "baseline",
            "waived",
            "waived",
            "open",
            "open",
            "open",
        ]
        assert document["violations"][1]["waiver"]["ticket"] == "SEC-412"
        assert document["violations"][4]["fix"]["how"] == "append"
        assert document["summary"] | {"severities": 0} == {
            "scripts": 2, "judged": 14, "sampled": 0, "open": 3, "waived": 2, "baseline": 1, "failing": 1, "severities": 0,
            "unread": 1, "lapsed": 1, "unused": 1, "stale": 1,
        }  # fmt: skip
        assert (document["lapsed"][0]["rule"], document["unused"][0]["rule"]) == (
            "minors-data",
            "drop-protected",
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_way_to_mend_has_its_word(language):
    ways = schema("gate")["$defs"]["violation"]["properties"]["fix"]["oneOf"][1]["properties"]["how"]["enum"]
    assert set(area("emit", language)["gate"]["fix"]) == set(ways)
