"""An asset that stands above each of its columns says why, in every format; type levels name the type."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from rich.cells import cell_len

from guard.emit.evidence import lines
from guard.model import Coverage, Mixed, Reason, Status
from guard.sdk.risk import coverage_counts
from guard.sdk.testing_facts import SyntheticFacts, ordinary, result, skipped
from guard.sdk.wording import lifting_reasons, reason_text, review_text

RULE = Reason(
    rule="agg-id-bundle", effect="raise", standard="GB/T 43697-2024", clause="App J", certainty="M-h",
    level="L4", params={"effect": "L4"},
)  # fmt: skip
HIGHEST = Reason(rule="table-maximum", effect="level", level="L3", params={"of": 4, "undetermined": 1})


def lifted(level="L4", *, candidate="", more=()):
    """A table whose columns are L2, L1, undetermined and L3, itself at ``level``."""
    one = result(("s", "t"), (("a", ""), ("b", ""), ("c", ""), ("d", ""), ("e", "")))
    asset = replace(one.asset, columns=one.asset.columns[1:])
    table = replace(one.table, level=level, candidate=candidate, reasons=(HIGHEST, RULE, *more))
    return replace(
        one, asset=asset, findings=one.findings[1:], classifications=one.classifications[1:], table=table
    )


WHY = {"zh": "姓名、证件号与联系方式同在一表", "en": "Name, identity number and contact in one table"}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["table", "md", "csv", "junit"])
def test_it_says_why(emitted, kind, lang):
    text = " ".join(emitted(kind, (lifted(),), language=lang).split())
    assert WHY[lang] in text and "App J" in text
    assert WHY[lang] not in emitted(kind, (lifted("L3"),), language=lang)


def test_in_csv_it_is_a_column_and_ref_is_that_of_jsonl(emitted):
    rows = list(csv.DictReader(io.StringIO(emitted("csv", (lifted(), skipped(("x",)))))))
    records = [json.loads(line) for line in emitted("jsonl", (lifted(), skipped(("x",)))).splitlines()]
    assert {row["ref"] for row in rows} == {r["asset"] for r in records if r["record"] == "asset"}
    assert rows[0]["asset_level"] == "L4" and WHY["zh"] in rows[0]["asset_reason"]


def test_in_junit_it_leads_the_failure(emitted):
    failure = ET.fromstring(emitted("junit", (lifted(),))).find(".//failure")
    assert failure.text.startswith("L4 ◆ · 整体定级依据：" + WHY["zh"])
    assert failure.get("message") == "1 列达到或超过 L3"


def test_only_what_is_above_or_nominated_alone():
    facts = SyntheticFacts()
    wide = Reason(rule="agg-scale-1m", effect="candidate", level="important")
    assert lifting_reasons(facts, lifted("L3", candidate="important", more=(wide,))) == (wide,)
    assert lifting_reasons(facts, lifted("L3", more=(wide,))) == ()
    assert lifting_reasons(facts, replace(lifted(), table=None)) == ()


@pytest.mark.parametrize(
    ("rule", "lang", "text"),
    [("type-level", "en", "Resident identity number → L3 (GB 11643-1999)"),
     ("type-level", "zh", "居民身份证号 → L3（GB 11643-1999）"),
     ("mixed-content", "zh", "部分行含居民身份证号 → L3（GB 11643-1999）"),
     ("organisation-level", "en", "Resident identity number of an organisation → L3 (GB 11643-1999)")],
)  # fmt: skip
def test_the_level_of_a_type_names_type_level_and_standard(rule, lang, text):
    params = {"type": "cn_resident_id", "confidence": 0.9}
    reason = Reason(rule=rule, effect="level", standard="GB 11643-1999; X", level="L3", params=params)
    assert reason_text(SyntheticFacts(language=lang), reason, lang) == text
    bare = replace(reason, standard="")
    assert reason_text(SyntheticFacts(language=lang), bare, lang).endswith("→ L3")


def named(one):
    return replace(one, coverage=Coverage(status=Status.SAMPLED, basis="metadata"))


def test_names_only_is_not_called_sampled(emitted):
    assets = (named(result(("s", "a"), (("x", ""),))), *ordinary())
    assert coverage_counts(SyntheticFacts(assets=assets)) == {
        "assets": "3", "scanned": "0", "sampled": "1", "skipped": "1", "columns": "6", "candidates": "2",
        "candidate_tables": "0", "review": "3", "named": "1",
    }  # fmt: skip
    for kind in ("table", "md"):
        assert "抽样 1 + 仅凭名称 1 + 跳过 1" in emitted(kind, assets)
        assert "sampled: 1 + names only: 1 + skipped: 1" in emitted(kind, assets, language="en")
        assert "仅凭名称" not in emitted(kind)


def test_nothing_read_has_no_line_of_levels(emitted):
    assert "级别：" not in emitted("table", (skipped(("x",)),))
    assert "级别：" in emitted("table")


def test_also_holds_goes_on_below_itself(emitted):
    one = result(("s", "t"), (("a", ""),))
    many = tuple(Mixed(type=f"type_{n}", hits=n + 1, total=100, embedded=True) for n in range(12))
    one = replace(one, findings=(replace(one.findings[0], mixed=many),))
    text = emitted("table", (one,), width=80)
    at = text.splitlines().index(next(line for line in text.splitlines() if "↳" in line))
    below = text.splitlines()[at : at + 4]
    assert all(line.startswith("      ") for line in below[1:]) and max(map(cell_len, below)) <= 80
    assert "type_11 12%" in " ".join(text.split())


@pytest.mark.parametrize("code", ["low-confidence", "conflict", "mixed-content"])
def test_a_review_is_said_in_words(code):
    answer = replace(result(("t",), (("a", ""),)).classifications[0], review=code)
    assert review_text(SyntheticFacts(language="en"), answer) not in ("", code)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_evidence_for_a_reader(lang):
    facts = SyntheticFacts(language=lang)
    one = replace(lifted(), coverage=replace(lifted().coverage, rows=2000))
    text = "\n".join(lines(one, facts, lang))
    for word in ("hr/s/t/b", "person_name", "0.72", "L2 ●", "附录 A", "[M-h]", "1,987 / 2,000", "+4.0",
                 "1.2% (24/2000)", "<0.01%", "synthetic-type", WHY[lang]):  # fmt: skip
        assert word in text, word
    assert "emit." not in text and "{" not in text


def test_sarif_names_the_failing_level_and_speaks_the_reader_s_language(emitted):
    made = json.loads(emitted("sarif", language="en", fail_on="L4"))["runs"][0]["results"]
    above, below = made[0], made[1]
    assert "at or above L4" in above["message"]["text"] and "at or above" not in below["message"]["text"]
    assert above["properties"]["category"] == "个人信息/个人身份信息"
    assert above["properties"]["categoryName"] == "personal information/identity"
    assert above["properties"]["domainName"] == "social security"


@pytest.mark.parametrize("kind", ["table", "md", "junit"])
def test_one_is_not_said_as_many(emitted, kind):
    text = emitted(kind, (result(("s", "t"), (("a", ""),)),), language="en")
    assert not any(f"1 {word}" in text for word in ("assets", "columns", "objects", "more"))
