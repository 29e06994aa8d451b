"""Shares are never rounded to nothing, reasons name types, and what decided a level leads."""

import pytest

from guard.model import Classification, Reason
from guard.sdk.testing_facts import SyntheticFacts, answer
from guard.sdk.wording import leading_reason, level_word, percent, reason_text, term, told


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.00%"), (1e-9, "<0.01%"), (0.0012, "0.12%"), (0.012, "1.2%"), (0.4, "40%"), (0.995, "99.5%"),
     (0.99999, ">99.9%"), (1, "100%")],
)  # fmt: skip
def test_percent(share, text):
    assert percent(share) == text


def test_a_reason_names_the_type_in_the_reader_s_language():
    reason = answer("L4", rule="synthetic-type").reasons[0]
    facts = SyntheticFacts(language="en")
    assert reason_text(facts, reason, "en") == "Resident identity number is sensitive personal information"


def test_a_rule_without_text_shows_its_id_and_a_word_without_name_itself():
    facts = SyntheticFacts()
    assert reason_text(facts, Reason(rule="my-rule", effect="level"), "zh") == "my-rule"
    assert term(facts, "categories", "个人信息/内容.甲") == "个人信息/内容.甲"
    assert level_word(facts, "undetermined") == "待定"


def test_the_reason_that_made_the_level_leads():
    low, high = Reason(rule="a", effect="level", level="L2"), Reason(rule="b", effect="raise", level="L4")
    made = Classification(domain="", category="", level="L4", reasons=(low, high))
    assert leading_reason(made) == high
    assert leading_reason(Classification(domain="", category="", level="L4")) is None


def test_a_rule_is_told_once_with_what_it_did_to_the_level():
    category = Reason(rule="a", effect="category")
    level = Reason(rule="a", effect="level", level="L2")
    assert told((category, level)) == (level,)
    assert told((level, category)) == (level,)
