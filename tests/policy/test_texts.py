"""Every rule, level, domain, category and review code explains itself in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from policy.policy_support import PACK, asset, finding, policy, types

from guard.model import UNDETERMINED, Shape
from guard.policy import Policy, grade, load_pack
from guard.policy.rules import REVIEWS
from guard.text import LANGUAGES, general, lookup, t

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


SCALES = {"subjects-many": 120.0, "subjects-most": 130.0, "patients-many": 110.0, "faces-many": 105.0}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reason_states_the_threshold_that_held(lang: str) -> None:
    pack = replace(load_pack(PACK), thresholds={**load_pack(PACK).thresholds, **SCALES})
    small = Policy([pack], types())
    table = asset([("xm", ""), ("zd", ""), ("rl", "")], rows=500)
    shape = Shape(rows=500, facts={"subjects": 500})
    findings = [
        finding("xm", "person_name", shape=shape),
        finding("zd", "diagnosis"),
        finding("rl", "face_template"),
    ]
    said = {item.rule: item for item in grade(table, findings, small).table.reasons}
    wanted = {
        "agg-scale-1m": 120, "agg-scale-10m": 130, "agg-health-100k": 110, "agg-face-100k": 105,
        "agg-subjects-1m": 120, "agg-subjects-10m": 130, "agg-duties-10m": 130, "agg-face-subjects": 105,
        "agg-health-subjects": 110,
    }  # fmt: skip
    assert wanted.keys() <= said.keys()
    for rule, number in wanted.items():
        assert said[rule].params["threshold"] == number
        text = t(f"rules.{rule}.what", lang, **said[rule].params)
        assert str(number) in text, text
        assert not any(word in general(lookup(f"rules.{rule}.what", lang)) for word in "0万…{"), rule
        assert not any(word in text for word in ("million", "万", "100,000")), text
