"""A pack that extends another: what it takes over, what it may replace, and how its levels stand for others."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy.policy_support import PACK, asset, finding, types

from guard.model import UsageError
from guard.policy import Policy, grade, load_pack
from guard.policy.load import read_pack

HEAD = """id: {name}
version: "1"
name: {{zh: 本市, en: City}}
standard: City rule 1
extends: {above}
"""
RULE = """rules:
  - id: {id}
    standard: City rule 1
    clause: Art 3
    certainty: S
    when: {when}
    then: {then}
"""


def write(folder: Path, name: str, more: str = "", *, above: str = "gov_cn", rules: str = "", **files: str):
    pack = folder / name
    (pack / "rules").mkdir(parents=True)
    (pack / "pack.yaml").write_text(HEAD.format(name=name, above=above) + more, "utf-8")
    if rules:
        (pack / "rules" / "10-own.yaml").write_text(rules, "utf-8")
    for file, text in files.items():
        (pack / f"{file}.yaml").write_text(text, "utf-8")
    return pack


@pytest.fixture
def packs(tmp_path):
    """A folder for packs, and the packs they may extend."""
    known = {"gov_cn": PACK}

    class Packs:
        folder = tmp_path

        @staticmethod
        def add(name, more="", **settings):
            known[name] = write(tmp_path, name, more, **settings)
            return known[name]

        @staticmethod
        def load(name):
            return load_pack(known[name], known)

        @staticmethod
        def codes(name):
            return [issue.code for issue in read_pack(known[name], known)[1]]

        @staticmethod
        def refused(name):
            with pytest.raises(UsageError) as caught:
                load_pack(known[name], known)
            return caught.value

    return Packs


def level_of(pack, column, type_id, comment="") -> str:
    graded = grade(asset([(column, comment)]), [finding(column, type_id)], Policy([pack], types()))
    return graded.columns[0].level


def test_everything_is_taken_over(packs):
    packs.add("city")
    city, above = packs.load("city"), load_pack(PACK)
    assert [rule.id for rule in city.rules] == [rule.id for rule in above.rules]
    assert [level.id for level in city.levels] == [level.id for level in above.levels]
    assert city.extends == ("gov_cn",)
    assert not city.own
    assert level_of(city, "sfzh", "resident_id_18") == "L3"


def test_an_own_rule_counts_beside_the_inherited_ones(packs):
    packs.add("city", rules=RULE.format(id="city-id", when="{type: [resident_id_18]}", then="{floor: L4}"))
    city = packs.load("city")
    assert level_of(city, "sfzh", "resident_id_18") == "L4"
    assert level_of(city, "sj", "mobile_phone") == "L2"
    assert city.own == {"city-id"}


def test_what_takes_an_inherited_ones_place_is_named(packs):
    hidden = RULE.format(id="minimum-sensitive", when="{type: [face_template]}", then="{floor: L3}")
    packs.add("city", rules=hidden)
    error = packs.refused("city")
    assert error.id == "policy-hidden"
    assert (error.params["line"], error.params["word"]) == (2, "minimum-sensitive")
    packs.add("said", "override: {rules: [minimum-sensitive]}\n", rules=hidden)
    found = {rule.id: rule for rule in packs.load("said").rules}
    assert found["minimum-sensitive"].standard == "City rule 1"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("override: {rules: [no-such-rule]}", "policy-override"),
        ("override: {words: [person-tables]}", "policy-override"),
        ("drop: {rules: [nothing-*]}", "policy-drop"),
        ("levels: [{id: A, name: {zh: 甲, en: A}, maps: L9, from: [L1, L2, L3, L4]}]", "policy-level"),
        ("levels: [{id: A, name: {zh: 甲, en: A}, maps: L1, from: [L1, L2]}]", "policy-level-untaken"),
        ("levels: [{id: A, name: {zh: 甲, en: A}, from: [L1, L2, L3, L4]}]", "policy-level"),
        ("effective: tomorrow", "policy-shape"),
        ("status: old", "policy-choice"),
        ("certainty: sure", "policy-choice"),
        ("thresholds: {many: lots}", "policy-shape"),
        ("sharing: {L1: free}", "policy-choice"),
        ("sharing: {L7: conditional}", "policy-level"),
        ("decisions: {expire_days: -1}", "policy-shape"),
        ("decisions: {expires: 3}", "policy-field"),
        ("extend: gov_cn", "policy-field"),
    ],
)
def test_what_is_wrong_in_the_head_is_told(packs, more, code):
    packs.add("city", f"{more}\n")
    assert code in packs.codes("city")


def test_dropped_rules_do_not_count(packs):
    packs.add("city", "drop: {rules: ['minimum-*']}\n")
    kept = {rule.id for rule in packs.load("city").rules}
    assert not any(name.startswith("minimum-") for name in kept)


def test_packs_that_extend_each_other_are_refused(packs):
    packs.add("one", above="two")
    packs.add("two", above="one")
    error = packs.refused("one")
    assert error.id == "policy-cycle"
    assert error.params["chain"] == "one > two > one"


def test_a_pack_that_is_not_there_is_refused_with_the_nearest(packs):
    packs.add("city", above="gov_cm")
    error = packs.refused("city")
    assert (error.id, error.params["nearest"], error.params["line"]) == ("policy-extends", "gov_cn", 5)


OWN_LEVELS = """levels:
  - {id: 公开, name: {zh: 公开, en: public}, maps: L1, from: [L1]}
  - {id: 内部, name: {zh: 内部, en: internal}, maps: L2, from: [L2, L3]}
  - {id: 敏感, name: {zh: 敏感, en: sensitive}, maps: L4, from: [L4, important]}
"""


def test_own_levels_translate_types_and_inherited_rules(packs):
    packs.add("city", OWN_LEVELS)
    city = packs.load("city")
    assert level_of(city, "sfzh", "resident_id_18") == "内部"
    assert level_of(city, "rltz", "face_template") == "敏感"
    assert level_of(city, "zt", None, "状态") == "公开"
    assert city.impact["个人权益"]["特别严重危害"] == "敏感"
    assert city.impact["个人权益"]["无危害"] == "公开"


def test_a_nomination_that_has_no_level_here_asks_a_person(packs):
    packs.add("city", OWN_LEVELS)
    policy = Policy([packs.load("city")], types())
    effects = [rule.then for rule in policy.rules]
    assert not any(effect.candidate for effect in effects)
    nominating = [rule.id for rule in load_pack(PACK).rules if rule.then.candidate]
    assert nominating
    assert all(rule.then.review for rule in policy.rules if rule.id in nominating)


def test_levels_translate_through_several_packs(packs):
    packs.add("city", OWN_LEVELS)
    packs.add(
        "county",
        "levels: [{id: 低, name: {zh: 低, en: low}, maps: L1, from: [公开]},"
        " {id: 高, name: {zh: 高, en: high}, maps: L4, from: [内部, 敏感]}]\n",
        above="city",
    )
    county = packs.load("county")
    assert county.extends == ("city", "gov_cn")
    assert level_of(county, "sfzh", "resident_id_18") == "高"
    assert level_of(county, "zt", None, "状态") == "低"


def test_thresholds_are_quoted_and_replaced(packs):
    rule = RULE.format(id="big", when="{rows: {at_least: $many}, typed: true}", then="{floor: L3}")
    packs.add("city", "thresholds: {many: 1000}\n", rules=rule)
    packs.add("county", "thresholds: {many: 10}\n", above="city")
    found = {}
    for name in ("city", "county"):
        graded = grade(
            asset([("xm", "")], rows=100),
            [finding("xm", "person_name")],
            Policy([packs.load(name)], types()),
        )
        found[name] = graded.columns[0].level
    assert found == {"city": "L2", "county": "L3"}


def test_a_threshold_that_is_not_there_is_told(packs):
    packs.add(
        "city",
        "thresholds: {subjects-many: 1000}\n",
        rules=RULE.format(id="big", when="{rows: {at_least: $subject-many}}", then="{floor: L3}"),
    )
    error = packs.refused("city")
    assert (error.id, error.params["nearest"]) == ("policy-threshold", "subjects-many")


def test_categories_and_words_add_to_the_inherited_ones(packs):
    packs.add(
        "city",
        categories="categories: {公共数据: {地铁: [票务]}}\n",
        words="words: {metro-words: [地铁, 闸机, metro]}\n",
        rules=RULE.format(
            id="metro", when='{says: "@metro-words"}', then="{level: L2, category: 公共数据/地铁}"
        ),
    )
    city = packs.load("city")
    assert "公共数据/地铁/票务" in city.categories
    assert "个人信息/个人基本资料" in city.categories
    graded = grade(asset([("zj", "地铁闸机")]), [finding("zj", None)], Policy([city], types()))
    assert graded.columns[0].category == "公共数据/地铁"


def test_the_digest_covers_what_is_extended(packs):
    one = packs.add("one")
    packs.add("two", above="one")
    before = Policy([packs.load("two")], types()).digest
    (one / "pack.yaml").write_text((one / "pack.yaml").read_text("utf-8").replace('"1"', '"2"'), "utf-8")
    assert Policy([packs.load("two")], types()).digest != before


def test_controls_come_along_in_the_packs_own_levels(packs):
    controls = """controls:
  - {id: X-STO-01, stage: store, standard: City rule 1, clause: Art 9, certainty: S,
     name: {zh: 加密存储, en: encryption at rest}, levels: {L3: should, L4: must}}
"""
    packs.add("city", controls=controls)
    packs.add("county", OWN_LEVELS, above="city")
    (control,) = [item for item in packs.load("county").controls if item.id == "X-STO-01"]
    assert control.levels == {"内部": "should", "敏感": "must"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("masking: [{id: a, when: {type: [mobile_phone]}, method: 'hide'}]", "policy-method"),
        ("masking: [{id: a, when: {typ: [mobile_phone]}, method: 'null'}]", "policy-field"),
        (
            "masking: [{id: a, when: {}, method: 'null'}, {id: a, when: {}, method: 'none'}]",
            "policy-duplicate",
        ),
        ("controls: []", "policy-field"),
    ],
)
def test_what_is_wrong_in_masking_is_told(packs, text, code):
    packs.add("city", masking=f"{text}\n")
    assert code in packs.codes("city")


def test_the_first_masking_rule_comes_from_the_nearest_pack(packs):
    packs.add("city", masking="masking: [{id: a, when: {type: [mobile_phone]}, method: 'keep(3,4)'}]\n")
    packs.add("county", above="city", masking="masking: [{id: b, when: {personal: true}, method: 'null'}]\n")
    assert [item.id for item in packs.load("county").masking][:2] == ["b", "a"]
