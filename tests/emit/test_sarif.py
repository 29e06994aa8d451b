"""SARIF as GitHub's code scanning takes it."""

import json
import re
from dataclasses import replace

import pytest

from guard.emit import sarif
from guard.model import AssetKind
from guard.sdk.testing_facts import hostile, ordinary


def runs(emitted, *args, **options):
    return json.loads(emitted("sarif", *args, **options))["runs"]


@pytest.mark.parametrize("assets", [ordinary(), hostile()], ids=["ordinary", "hostile"])
def test_every_result_and_notification_has_a_physical_location(emitted, assets):
    for run in runs(emitted, assets):
        for item in (*run["results"], *run["invocations"][0]["toolExecutionNotifications"]):
            place = item["locations"][0]["physicalLocation"]
            assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", place["artifactLocation"]["uri"])
            assert not place["artifactLocation"]["uri"].startswith(("/", "."))
            assert place["region"]["startLine"] >= 1
            assert len(item["locations"]) == 1


def test_rules_are_complete_and_used(emitted):
    run = runs(emitted)[0]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["help"]["text"] and rule["shortDescription"]["text"]
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    assert {one["ruleId"] for one in run["results"]} == {one["id"] for one in rules}
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_severity_follows_the_level(emitted):
    got = {one["properties"]["level"]: one["level"] for one in runs(emitted)[0]["results"]}
    assert got == {"L4": "error", "L3": "warning", "L2": "note", "L1": "note", "undetermined": "note"}


def test_location_is_the_asset_s_then_the_source_s_then_the_file_s(emitted):
    table = ordinary()[0]

    def uri(**options):
        return runs(emitted, **options)[0]["results"][0]["locations"][0]["physicalLocation"]

    assert uri(assets=(table,))["artifactLocation"]["uri"] == "guard.yaml"
    there = uri(assets=(table,), locations={"hr": "conf/guard.yaml:14"})
    assert (there["artifactLocation"]["uri"], there["region"]["startLine"]) == ("conf/guard.yaml", 14)
    assert uri(assets=(replace(table, location="a b/c.csv"),))["artifactLocation"]["uri"] == "a%20b/c.csv"
    file = replace(table, asset=replace(table.asset, kind=AssetKind.SHEET, path=("dir/人员.xlsx", "表1")))
    assert uri(assets=(file,))["artifactLocation"]["uri"].startswith("dir/%E4")


def test_fingerprints_differ_between_columns_and_stay_between_runs(emitted):
    marks = [
        [one["partialFingerprints"]["guardFingerprint/v1"] for one in runs(emitted)[0]["results"]]
        for _ in "ab"
    ]
    assert marks[0] == marks[1]
    assert len(set(marks[0])) == len(marks[0]) == 5


def test_too_many_results_become_several_runs(emitted, monkeypatch):
    monkeypatch.setattr(sarif, "_MAX_RESULTS", 2)
    parts = runs(emitted)
    assert [len(one["results"]) for one in parts] == [2, 2, 1]
    assert len({one["automationDetails"]["id"].rpartition("/")[0] for one in parts}) == 3


def test_nothing_found_is_one_empty_run(emitted):
    assert [len(one["results"]) for one in runs(emitted, ())] == [0]
