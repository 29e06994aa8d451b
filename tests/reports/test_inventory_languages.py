"""The English report is English, the Chinese one Chinese; only data and citations are as they are."""

import re
from dataclasses import replace

import openpyxl
import pytest

from guard.model import Coverage, Problem, Reason, Status
from guard.sdk.testing_facts import SyntheticFacts, answer, result
from guard_reports.inventory import InventoryReport

CHINESE = re.compile("[\u4e00-\u9fff]+")
IMPACT = Reason(
    rule="impact-matrix",
    effect="impact",
    params={"impact_object": "个人权益", "impact_degree": "特别严重危害"},
)


def plain(language):
    """One sampled table whose own names, types and citations hold no Chinese."""
    made = result(("HR", "STAFF"), (("sfzh", "id"), ("diag", "illness")))
    answers = tuple(
        replace(one, reasons=(*(replace(r, clause="App A") for r in one.reasons), IMPACT))
        for one in made.classifications
    )
    asset = replace(made.asset, comment="staff", system="core")
    table = answer("L4", rule="synthetic-bundle", reasons=())
    made = replace(made, asset=asset, classifications=answers, table=table)
    return SyntheticFacts(assets=(made,), language=language)


def texts(path):
    if path.suffix == ".html":
        page = re.sub(r"<(style|script).*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
        return [one for one in re.split(r"<[^>]*>", page) if one.strip()]
    book = openpyxl.load_workbook(path)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return [cell for row in rows for cell in row if isinstance(cell, str)]


@pytest.mark.parametrize("kind", ["html", "xlsx"])
def test_english_is_english(tmp_path, kind):
    facts = plain("en")
    path = tmp_path / f"list.{kind}"
    InventoryReport().build(facts, kind, path, language="en")
    examples = {one.masked_example for one in facts.types.values()}
    left = [one for one in texts(path) if CHINESE.search(one) and one not in examples]
    assert left == []
    joined = " ".join(texts(path))
    assert "personal information" in joined and "social security" in joined
    assert "0.01%" in joined and "risk of missing content" in joined


@pytest.mark.parametrize("kind", ["html", "xlsx"])
def test_chinese_is_chinese(tmp_path, kind):
    facts = plain("zh")
    path = tmp_path / f"list.{kind}"
    InventoryReport().build(facts, kind, path, language="zh")
    sentences = [one for one in texts(path) if re.search(r"\b[a-z]{3,} [a-z]{2,} [a-z]{2,}", one)]
    assert sentences == []


@pytest.mark.parametrize(
    ("read", "words"),
    [(Coverage(status=Status.SAMPLED, rows=0, of=9), "no row read"),
     (Coverage(status=Status.SAMPLED, rows=5, of=9, problems=(Problem(code="not-random"),)), "first rows only")],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["html", "xlsx"])
def test_what_a_sample_can_hide_is_said_as_it_is(tmp_path, kind, read, words):
    made = replace(result(("t",), (("a", ""),)), coverage=read)
    path = tmp_path / f"list.{kind}"
    InventoryReport().build(SyntheticFacts(assets=(made,), language="en"), kind, path, language="en")
    joined = " ".join(texts(path))
    assert words in joined
    assert "risk of missing" not in joined
