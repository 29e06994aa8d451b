"""What a sample can hide is said where it means something, and only there."""

import csv
import io
import json
from dataclasses import replace

import pytest

from guard.model import Coverage, Evidence, Finding, Mixed, Problem, Reason, Status
from guard.sdk.risk import missed, read_text, risk
from guard.sdk.testing_facts import SyntheticFacts, answer, result
from guard.sdk.wording import leading_reason, told

FOUND = Finding(column="c", type=None, confidence=0, missed=0.99**10)
SAMPLED = Coverage(status=Status.SAMPLED, rows=10, of=500)
FIRST = replace(SAMPLED, problems=(Problem(code="not-random"),))
NONE = replace(SAMPLED, rows=0)
WHOLE = Coverage(status=Status.SCANNED, rows=10, of=10)
NAMES = Coverage(status=Status.SAMPLED, basis="metadata")
FACTS = SyntheticFacts(language="en")


@pytest.mark.parametrize(
    ("read", "words", "figure"),
    [(SAMPLED, "90% risk of missing content in 1% of rows", 0.99**10),
     (FIRST, "first rows only, no random sample", None), (NONE, "no row read", None),
     (WHOLE, "", 0.0), (NAMES, "", None), (Coverage(status=Status.SKIPPED), "", None)],
)  # fmt: skip
def test_risk(read, words, figure):
    assert risk(FACTS, read, FOUND) == words
    assert missed(read, FOUND) == figure


def test_an_asset_says_it_once():
    one = result(("t",), (("a", ""),))
    assert read_text(FACTS, replace(one, coverage=NONE)) == "no row read"
    assert read_text(FACTS, replace(one, coverage=WHOLE)) == "all 10 rows"
    assert read_text(FACTS, replace(one, coverage=FIRST)).endswith("(first rows only, no random sample)")


def test_a_column_says_its_own_risk_and_says_it_once():
    one = replace(result(("t",), (("a", ""),)), coverage=SAMPLED)
    assert read_text(FACTS, one, replace(FOUND, missed=0.5)).count("risk of missing") == 1
    assert "50%" in read_text(FACTS, one, replace(FOUND, missed=0.5))


@pytest.mark.parametrize("kind", ["table", "md", "csv"])
@pytest.mark.parametrize(
    ("read", "words"), [(FIRST, "first rows only"), (NONE, "no row read"), (SAMPLED, "risk of missing")]
)
def test_every_format_for_people_says_it(emitted, kind, read, words):
    one = result(("t",), (("sfzh", ""),))
    text = emitted(kind, (replace(one, coverage=read),), language="en")
    assert words in text


def test_csv_has_it_in_a_column_of_its_own(emitted):
    rows = list(csv.DictReader(io.StringIO(emitted("csv", language="en"))))
    assert rows[0]["missed"] == "<0.01% risk of missing content in 1% of rows"
    assert rows[-1]["status"] == "skipped" and rows[-1]["missed"] == ""


def test_a_minority_of_whole_cells_is_a_span_and_mixed(emitted):
    one = result(("t",), (("memo", ""),))
    share = Mixed(type="cn_resident_id", hits=30, total=1000)
    found = Finding(column="memo", type=None, confidence=0.0, mixed=(share,), missed=0.0)
    lines = emitted("jsonl", (replace(one, findings=(found,)),)).splitlines()
    records = {record["record"]: record for record in map(json.loads, lines)}
    assert records["span"]["type"] == "cn_resident_id" and not records["span"]["embedded"]
    assert records["column"]["mixed"][0]["share"] == 0.03
    assert records["column"]["evidence"] == []


def test_a_state_secret_is_the_only_thing_told():
    scope = Reason(rule="scope-secret", effect="scope", standard="保守国家秘密法")
    made = replace(answer("L4", rule="synthetic-bundle"), review="scope-secret")
    made = replace(made, reasons=(*made.reasons, scope))
    assert leading_reason(made) == scope
    assert told(made.reasons) == (scope,)


def test_evidence_is_not_needed_for_risk():
    found = replace(FOUND, missed=None, evidence=(Evidence(kind="name", type="x"),))
    assert risk(FACTS, SAMPLED, found) == "" and missed(SAMPLED, found) is None
