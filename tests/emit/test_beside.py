"""Packs side by side and people's decisions, in every format and as lines to read."""

import csv
import io
import json
from dataclasses import replace

import pytest

from guard.emit.evidence import lines
from guard.model import Opinion, Reason
from guard.sdk.opinions import (
    conflict_text,
    decider_text,
    deciding,
    decision_text,
    opinion_text,
    standing_mark,
)
from guard.sdk.testing_facts import SyntheticFacts, answer, opinions, ordinary
from guard.sdk.wording import leading_text

SIDES = answer("L4", rule="synthetic-bundle", opinions=opinions())
CASES = [
    ("gov_cn", "L3", "L3", "gov_cn: L3 ▲ PIPL Art 28 [S]"),
    ("pipl", "sensitive", "L4", "pipl: sensitive ◆ (= L4) PIPL Art 28 [S]"),
    ("unknown", "secret", "", "unknown: secret ? PIPL Art 28 [S]"),
    ("gov_cn", "undetermined", "", "gov_cn: TBD ? PIPL Art 28 [S]"),
]


@pytest.mark.parametrize(("pack", "level", "mapped", "text"), CASES)
def test_an_opinion_is_one_line(pack, level, mapped, text):
    said = Opinion(pack=pack, level=level, mapped=mapped, standard="PIPL", clause="Art 28", certainty="S")
    assert opinion_text(SyntheticFacts(language="en"), said, "en") == text


def test_the_strictest_pack_decides():
    assert [one.pack for one in deciding(SIDES)] == ["pipl"]
    assert "pipl" in conflict_text(SyntheticFacts(language="en"), SIDES)
    same = replace(SIDES, opinions=tuple(replace(one, mapped="L4") for one in SIDES.opinions))
    assert conflict_text(SyntheticFacts(), same) == "" and len(deciding(same)) == 2


def test_a_person_ends_a_conflict():
    decided = ordinary()[0].classifications[1].decision
    assert conflict_text(SyntheticFacts(), replace(SIDES, decision=decided)) == ""


@pytest.mark.parametrize(
    ("act", "review", "mark"),
    [("", "", "◌ proposed"), ("", "decision-pending", "◔ to be approved"), ("confirm", "", "✔ confirmed"),
     ("correct", "", "✎ corrected"), ("reject", "", "✖ rejected")],
)  # fmt: skip
def test_standing_is_a_shape_and_a_word(act, review, mark):
    decided = replace(ordinary()[0].classifications[1].decision, act=act) if act else None
    found = replace(SIDES, decision=decided, review=review)
    assert standing_mark(SyntheticFacts(language="en"), found) == mark


def test_a_decision_says_who_when_why_and_what_the_policy_says_now():
    text = decision_text(SyntheticFacts(language="en"), ordinary()[0].classifications[1])
    for word in (
        "confirmed",
        "li.wei",
        "2026-01-02",
        "姓名",
        "zhang.san",
        "2027-01-02",
        "policy now says L3",
    ):
        assert word in text


def test_lines_to_read_hold_packs_and_decision():
    facts = SyntheticFacts(language="en")
    text = "\n".join(lines(ordinary()[0], facts, "en"))
    assert "pipl: sensitive ◆ (= L4) PIPL Art 28 [S]" in text
    assert "not shared, by law" in text and "C-STO-01" in text
    assert "✔ confirmed · li.wei" in text


def test_records_carry_all_of_it(emitted):
    document = json.loads(emitted("json"))
    assert [one["id"] for one in document["run"]["packs"]] == ["gov_cn", "pipl", "zhejiang"]
    assert document["run"]["packs"][2]["status"] == "legacy"
    totals = document["coverage"]["totals"]
    assert (totals["decided"], totals["pending"], totals["conflicts"]) == (1, 0, 1)
    columns = {one["column"]: one for one in document["findings"]}
    assert columns["sfzh"]["conflict"] and columns["sfzh"]["standing"] == "proposed"
    assert [(one["pack"], one["level"], one["mapped"]) for one in columns["sfzh"]["opinions"]] == [
        ("gov_cn", "L3", "L3"),
        ("pipl", "sensitive", "L4"),
    ]
    assert (columns["sfzh"]["sharing"], columns["sfzh"]["controls"]) == ("refused-by-law", ["C-STO-01"])
    assert columns["xm"]["decision"]["by"] == "li.wei" and columns["xm"]["standing"] == "confirm"
    assert columns["zd"]["opinions"] == [] and columns["zd"]["decision"] is None


def test_sarif_carries_them_as_properties(emitted):
    results = json.loads(emitted("sarif"))["runs"][0]["results"]
    first, second = (one["properties"] for one in results[:2])
    assert first["opinions"][1]["pack"] == "pipl" and first["standing"] == "proposed"
    assert second["decision"]["note"] == "policy-differs"


def test_csv_ends_with_them(emitted):
    rows = list(csv.DictReader(io.StringIO(emitted("csv"))))
    assert rows[0]["conflict"] == "yes" and "pipl" in rows[0]["opinions"]
    assert rows[1]["standing"] == "confirm" and "li.wei" in rows[1]["decision"]


def test_after_a_person_no_pack_decides():
    facts = SyntheticFacts(language="en")
    decided = replace(SIDES, decision=ordinary()[0].classifications[1].decision)
    assert (deciding(decided), decider_text(facts, decided)) == ((), "decided by li.wei")
    assert decider_text(facts, SIDES) == "pipl"


def test_a_lifted_level_is_told_with_the_rule_and_clause_behind_it():
    cited = {"standard": "PIPL", "clause": "Art 28", "certainty": "S", "level": "L4", "effect": "floor"}
    stricter = Reason(rule="stricter-pack", params={"pack": "pipl", "said": "sensitive"}, **cited)
    behind = Reason(rule="pipl-account", params={"pack": "pipl"}, **cited)
    text = leading_text(SyntheticFacts(language="en"), replace(SIDES, reasons=(stricter, behind)), "en")
    assert "stricter" in text and text.endswith("(PIPL Art 28)")
    assert leading_text(SyntheticFacts(language="en"), replace(SIDES, reasons=()), "en") == ""
