"""The packs that ship: each loads, cites its clauses, says who it is for, and comes out as its golden cases say."""

from __future__ import annotations

from functools import cache

import pytest
import yaml
from policy.policy_support import FOLDER, asset, finding, types

from guard.model import UNDETERMINED, Shape
from guard.policy import Policy, check, grade, load_pack
from guard.policy import test as golden
from guard.policy.pack import COMMON
from guard.policy.rules import CERTAINTIES
from guard.text import LANGUAGES, lookup
from guard_policies import manifest

PACKS = tuple(manifest["packs"])
PROFILES = ("full", "standard", "lite")
LEGACY = {"gbt35273", "zhejiang"}


@cache
def pack(name):
    return load_pack(FOLDER / name)


@cache
def policy(*names) -> Policy:
    """The packs of ``names`` side by side, with those that the first one asks for."""
    wanted = dict.fromkeys((*names, *(other for name in names for other in pack(name).beside)))
    return Policy([pack(name) for name in wanted], types())


def column(policy, type_id, *, name="c", comment="", table="t", about="", flags=()):
    shape = Shape(rows=100, flags=flags) if flags else None
    found = finding(name, type_id, shape=shape)
    return grade(asset([(name, comment)], name=table, comment=about), [found], policy).columns[0]


@cache
def cases(name):
    files = sorted((FOLDER / name).rglob("*.test.yaml"))
    return [case for file in files for case in yaml.safe_load(file.read_text("utf-8"))["cases"]]


def test_nine_packs_ship():
    assert set(PACKS) == {"gov_cn", "pipl", "gbt35273", "zhejiang", "health_cn", "gdpr", *PROFILES}
    assert {path.parent.name for path in FOLDER.glob("*/pack.yaml")} == set(PACKS)


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_no_issue_and_its_golden_cases_hold(name):
    assert check(FOLDER / name, types()) == ()
    outcome = golden(FOLDER / name, types())
    assert outcome.failures == ()
    assert outcome.cases == len(cases(name)) >= 3


def test_there_are_at_least_150_golden_cases_and_each_cites_a_clause():
    every = [(name, case) for name in PACKS for case in cases(name)]
    assert len(every) >= 150
    cited = ("GB/T", "DB33/T", "PIPL", "Regulation (EU)", "条例", "法", "办法", "TC260")
    for name, case in every:
        assert str(case["clause"]).strip() and any(word in str(case["clause"]) for word in cited), (
            name,
            case["name"],
        )
    assert len({(name, case["name"]) for name, case in every}) == len(every)


_STRENGTH = {"": 0, "should": 1, "must": 2}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_leaves_out_nothing_that_a_law_or_decree_asks_for(name):
    own = {control.id: control for control in pack(name).controls}
    for control in pack("gov_cn").controls:
        if control.standard.startswith("GB/T"):
            continue
        for level, ask in control.levels.items():
            assert _STRENGTH[own[control.id].levels.get(level, "")] >= _STRENGTH[ask], (control.id, level)
    rules = {rule.id for rule in pack("gov_cn").rules}
    assert rules <= {rule.id for rule in pack(name).rules}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_never_moves_a_bound_to_the_weaker_side(name):
    ours, national = pack(name).thresholds, pack("gov_cn").thresholds
    assert ours["small-class"] >= national["small-class"]  # records told apart below it
    for bound in ("subjects-many", "subjects-most", "faces-many", "patients-many", "quasi-many"):
        assert ours[bound] <= national[bound], bound


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_cites_standard_clause_and_mark_and_explains_itself(name):
    for rule in pack(name).rules:
        assert rule.standard and rule.clause and rule.certainty in CERTAINTIES, rule.id
        for lang in LANGUAGES:
            assert lookup(f"rules.{rule.id}.what", lang) and lookup(f"rules.{rule.id}.why", lang), rule.id


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_says_what_it_is(name):
    (info,) = Policy([pack(name)], types()).infos
    assert info.id == name and info.version and info.standard and info.certainty in CERTAINTIES
    assert all(info.name[lang] for lang in LANGUAGES)
    assert info.effective or name in PROFILES
    assert set(info.maps.values()) <= set(COMMON)
    assert all(level[lang] for level in info.levels.values() for lang in LANGUAGES)


@pytest.mark.parametrize("name", PACKS)
def test_only_packs_that_were_replaced_are_legacy_and_say_by_what(name):
    (info,) = Policy([pack(name)], types()).infos
    assert info.status == ("legacy" if name in LEGACY else "current")
    if name in LEGACY:
        successor = {"gbt35273": "GB/T 45574-2025", "zhejiang": "DB33/T 310030-2025"}[name]
        assert all(successor in info.note[lang] for lang in LANGUAGES)


# Traps, across packs


@pytest.mark.parametrize(
    ("name", "level", "sensitive"),
    [
        ("gov_cn", "L3", False),
        ("pipl", "personal", False),
        ("gbt35273", "L4", True),
        ("zhejiang", "L3", False),
        ("health_cn", "H3", False),
        ("gdpr", "personal", False),
        ("full", "L4", True),
        ("standard", "L3", False),
        ("lite", "L3", False),
    ],
)
def test_a_bare_resident_identity_number(name, level, sensitive):
    answer = column(policy(name), "resident_id_18", name="sfzh", comment="身份证号")
    assert (answer.level, answer.sensitive) == (level, sensitive)


@pytest.mark.parametrize("name", [name for name in PACKS if name != "gdpr"])
def test_the_photo_of_the_card_is_sensitive(name):
    answer = column(policy(name), "id_card_image", name="sfzzp", comment="身份证照片")
    assert answer.sensitive and policy(name).maps[answer.level] == "L4"


@pytest.mark.parametrize("name", PACKS)
def test_a_state_secret_marking_ends_the_grading(name):
    answer = column(policy(name), None, name="bt", comment="标题", about="公文", flags=("secret-marking",))
    assert (answer.level, answer.review, answer.confirmable) == (UNDETERMINED, "scope-secret", False)


@pytest.mark.parametrize("name", [name for name in PACKS if name != "gdpr"])
def test_a_child_is_sensitive(name):
    answer = column(policy(name), "person_name", name="xm", comment="儿童姓名", about="幼儿园儿童信息")
    assert answer.sensitive and policy(name).maps[answer.level] == "L4"


@pytest.mark.parametrize("name", [name for name in PACKS if name not in ("pipl", "gdpr")])
def test_ten_million_persons_are_nominated_and_never_more(name):
    graded = grade(
        asset([("xm", "姓名")], comment="常住人口信息", rows=12_000_000),
        [finding("xm", "person_name")],
        policy(name),
    )
    assert graded.table.candidate == "important" and graded.table.level in policy(name).general


# Packs against each other


@pytest.mark.parametrize("kind", types(), ids=lambda kind: kind.id)
def test_stricter_packs_never_grade_a_type_lower(kind):
    answers = {
        name: column(policy(name), kind.id).level for name in ("gov_cn", "gbt35273", "full", "standard")
    }
    rank = {level: at for at, level in enumerate((UNDETERMINED, *COMMON))}
    assert rank[answers["gbt35273"]] >= rank[answers["gov_cn"]]
    assert rank[answers["full"]] >= max(rank[answers["gbt35273"]], rank[answers["gov_cn"]])
    assert rank[answers["standard"]] >= rank[answers["gov_cn"]]


@pytest.mark.parametrize("kind", [kind for kind in types() if kind.personal], ids=lambda kind: kind.id)
def test_laws_on_personal_data_know_every_personal_type(kind):
    for name in ("pipl", "gdpr"):
        assert column(policy(name), kind.id).level != "not_personal"
    listed = kind.sensitive.get("gbt45574", False)
    assert (column(policy("pipl"), kind.id).level == "sensitive") == listed


@pytest.mark.parametrize("name", PACKS)
def test_controls_are_asked_for_more_strictly_the_higher_the_level(name):
    order = ("", "should", "must")
    levels = [level.id for level in pack(name).levels]
    assert len(pack(name).controls) == 22
    for control in pack(name).controls:
        words = [order.index(control.levels.get(level, "")) for level in levels]
        assert words == sorted(words), control.id
        assert control.standard and control.clause and control.certainty in CERTAINTIES
        assert all(control.name[lang] and control.evidence[lang] for lang in LANGUAGES)


def test_the_profiles_differ_as_they_say():
    full, standard, lite = (pack(name) for name in PROFILES)
    assert (full.beside, standard.beside, lite.beside) == (("pipl", "gbt35273"), ("pipl",), ())
    assert (full.expire_days, standard.expire_days, lite.expire_days) == (365, 730, 1095)
    assert lite.thresholds["subjects-many"] < standard.thresholds["subjects-many"]
    set_by_law = ("subjects-most", "faces-many")
    assert all(len({one.thresholds[name] for one in (full, standard, lite)}) == 1 for name in set_by_law)
    for one in (full, standard, lite):
        assert one.extends == ("gov_cn",) and not one.own


def test_a_large_city_is_asked_for_no_less_and_a_small_one_for_no_more():
    order = ("", "should", "must")
    asked = {
        name: {
            (control.id, level): order.index(control.levels.get(level, ""))
            for control in pack(name).controls
            for level in COMMON
        }
        for name in PROFILES
    }
    for place, word in asked["standard"].items():
        assert asked["full"][place] >= word >= asked["lite"][place], place
    assert asked["full"] != asked["standard"] != asked["lite"]


def test_no_level_suggests_to_refuse_sharing():
    for name in PACKS:
        words = [pack(name).sharing[level.id] for level in pack(name).levels if not level.candidate]
        assert words[0] == "unconditional" and set(words[1:]) == {"conditional"}
