"""Packs side by side and decisions on the page: marks, conflicts, and what is only proposed."""

import re
from dataclasses import dataclass, replace

import pytest

from guard.model import PackInfo
from guard.sdk.testing_facts import SyntheticFacts, ordinary, synthetic_packs
from guard_reports.inventory import InventoryReport, html


@dataclass(frozen=True, kw_only=True)
class OnePack(SyntheticFacts):
    @property
    def packs(self) -> tuple[PackInfo, ...]:
        return synthetic_packs()[:1]


def section(page: str, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found[1])) if found else ""


@pytest.fixture
def page(tmp_path):
    def make(facts: SyntheticFacts) -> str:
        path = tmp_path / "list.html"
        InventoryReport().build(facts, "html", path, language=facts.language)
        return path.read_text("utf-8")

    return make


def test_every_pack_with_standard_mark_state_and_note(page) -> None:
    text = section(page(SyntheticFacts(language="en")), "packs")
    for word in (
        "gov_cn Government data",
        "GB/T 43697-2024 S Clause checked against a public source ● current 2024-10-01",
        "M-m Clause cited from memory, medium confidence △ legacy 2021-08-05 – 2025-01-01",
        "sensitive = L4",
        "replaced by the joint standard",
    ):
        assert word in text


def test_a_conflict_with_each_level_its_mark_and_the_rule(page) -> None:
    text = section(page(SyntheticFacts(language="en")), "conflicts")
    assert (
        "hr / HR / EMPLOYEE / sfzh L3 ▲ GB/T 45574-2025 App A M-h sensitive ◆ (= L4) PIPL Art 28 S – L4 ◆"
        in text
    )
    assert "pipl synthetic-bundle ◌ proposed" in text


def test_packs_that_agree_are_said_to_agree(page) -> None:
    asset = ordinary()[0]
    agreed = tuple(replace(one, opinions=()) for one in asset.classifications)
    made = SyntheticFacts(assets=(replace(asset, classifications=agreed),), language="en")
    assert "agree on every column" in section(page(made), "conflicts")


def test_one_pack_has_no_conflicts_to_list(page) -> None:
    text = page(OnePack(language="en"))
    assert section(text, "conflicts") == "" and "One pack grades." in section(text, "packs")


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("◌ 建议", "✔ 已确认")), ("en", ("◌ proposed", "✔ confirmed"))]
)
def test_proposed_and_confirmed_are_told_apart_by_shape_and_word(page, lang, words) -> None:
    rows = re.findall(r"<tr data-l=.*?</tr>", page(SyntheticFacts(language=lang)), re.DOTALL)
    assert [words[0] in row for row in rows] == [True, False, True, True, True]
    assert [words[1] in row for row in rows] == [False, True, False, False, False]
    assert "li.wei 2026-01-02" in re.sub(r"<[^>]*>", "", rows[1]) and "L3" in rows[1]


def test_the_page_lists_a_bounded_number_and_says_how_many_more(page, monkeypatch) -> None:
    monkeypatch.setattr(html, "_MOST", 1)
    assets = tuple(replace(ordinary()[0], unit=str(at)) for at in range(3))
    text = section(page(SyntheticFacts(assets=assets, language="en")), "conflicts")
    assert text.count("synthetic-bundle") == 1 and "not listed here: 2" in text


def test_counts_of_what_is_decided(page) -> None:
    text = page(SyntheticFacts(language="en"))
    assert "Decided by a person: 1; proposed: 4; waiting for a second person: 0" in text
    assert "packs disagree, the strictest counts: 1" in text


def test_after_a_person_the_person_decides_and_no_pack(page) -> None:
    asset = ordinary()[0]
    first, second, *others = asset.classifications
    settled = replace(asset, classifications=(replace(first, decision=second.decision), second, *others))
    text = section(page(SyntheticFacts(assets=(settled,), language="en")), "conflicts")
    assert "decided by li.wei" in text and "pipl synthetic-bundle" not in text


def test_a_name_that_begins_with_the_level_is_said_once(page) -> None:
    class Named(SyntheticFacts):
        @property
        def packs(self):
            first, *others = super().packs
            return (replace(first, levels={"important": {"zh": "重要数据", "en": "important data"}}), *others)

    text = section(page(Named(language="en")), "packs")
    assert "important data" in text and "important important" not in text
