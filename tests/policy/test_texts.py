"""Every rule, level, domain, category and review code explains itself in both languages."""

from __future__ import annotations

import pytest
from policy.policy_support import policy

from guard.model import UNDETERMINED
from guard.policy.rules import REVIEWS
from guard.text import LANGUAGES, lookup, t

BUILT_IN = (
    "type-level",
    "organisation-level",
    "mixed-content",
    "name-value",
    "no-description",
    "table-maximum",
)
MORE = ("source-maximum", "domain-words", "domain-type", "domain-none")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rules(lang: str) -> None:
    for rule in [rule.id for rule in policy().rules] + [*BUILT_IN, *MORE]:
        assert lookup(f"rules.{rule}.what", lang), rule
        assert lookup(f"rules.{rule}.why", lang), rule


@pytest.mark.parametrize("lang", LANGUAGES)
def test_levels_and_domains(lang: str) -> None:
    for level in (*policy().levels, UNDETERMINED):
        assert lookup(f"levels.{level}.name", lang) and lookup(f"levels.{level}.what", lang)
    for domain in policy().base.domains:
        assert lookup(f"domains.{domain.id}.name", lang) and lookup(f"domains.{domain.id}.what", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_categories_and_reviews(lang: str) -> None:
    paths = {*policy().base.categories, *(item.category for item in policy().types.values())}
    for segment in {part for path in paths for part in path.split("/")}:
        assert lookup(f"categories.{segment}", lang), segment
    for code in REVIEWS:
        assert lookup(f"reviews.{code}", lang), code


def test_level_names_are_those_of_the_pack() -> None:
    for level in policy().base.levels:
        for lang in LANGUAGES:
            assert t(f"levels.{level.id}.name", lang) == level.name[lang]
