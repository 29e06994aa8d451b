"""Packs side by side: each keeps its answer, the strictest counts, and where they differ is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from policy.policy_support import PACK, asset, finding, types
from policy.test_extends import OWN_LEVELS, RULE, write

from guard.model import UNDETERMINED, Decided, Mixed, UsageError
from guard.policy import Policy, grade, load_pack

STRICT = RULE.format(id="city-id", when="{type: [resident_id_18]}", then="{floor: L4, sensitive: true}")


@pytest.fixture
def beside(tmp_path):
    """gov_cn first, then packs written for the test."""

    def policy(*packs, first=None):
        known = {"gov_cn": PACK}
        loaded = [load_pack(PACK)] if first is None else []
        for name, more, rules in packs:
            known[name] = write(tmp_path, name, more, rules=rules)
            loaded.append(load_pack(known[name], known))
        return Policy(loaded if first is None else [*loaded, load_pack(PACK)], types())

    return policy


def one(policy, column, type_id, comment="", **more):
    return grade(asset([(column, comment)], **more), [finding(column, type_id)], policy).columns[0]


def test_the_strictest_counts_and_each_answer_is_kept(beside):
    answer = one(beside(("city", "", STRICT)), "sfzh", "resident_id_18")
    assert answer.level == "L4"
    assert [(item.pack, item.level, item.mapped) for item in answer.opinions] == [
        ("gov_cn", "L3", "L3"),
        ("city", "L4", "L4"),
    ]
    assert answer.conflicting
    because = next(item for item in answer.reasons if item.rule == "stricter-pack")
    assert (because.params["pack"], because.params["own"], because.standard) == ("city", "L3", "City rule 1")
    assert any(item.rule == "city-id" and item.params["pack"] == "city" for item in answer.reasons)
    assert answer.opinions[1].clause == "Art 3"
    assert answer.opinions[1].certainty == "S" or answer.opinions[1].certainty.startswith("M")


def test_packs_that_agree_are_no_conflict(beside):
    answer = one(beside(("city", "", STRICT)), "sj", "mobile_phone")
    assert (answer.level, answer.conflicting) == ("L2", False)
    assert not any(item.rule == "stricter-pack" for item in answer.reasons)


def test_a_laxer_pack_never_lowers(beside):
    lax = "levels: [{id: all, name: {zh: 全部, en: all}, maps: L1, from: [L1, L2, L3, L4]}]\n"
    answer = one(beside(("lax", lax, "")), "sfzh", "resident_id_18")
    assert (answer.level, answer.opinions[1].level, answer.opinions[1].mapped) == ("L3", "all", "L1")
    assert not answer.conflicting  # a pack of one level tells a minimum, and nothing more


def test_a_level_that_differs_is_a_conflict_whichever_pack_is_first(beside):
    rules = RULE.format(id="lower", when="{type: [resident_id_18]}", then="{floor: L4}")
    one_way = one(beside(("city", "", rules)), "sfzh", "resident_id_18")
    other_way = one(beside(("town", "", rules), first="town"), "sfzh", "resident_id_18")
    assert one_way.conflicting
    assert other_way.conflicting
    assert (one_way.level, other_way.level) == ("L4", "L4")


def test_levels_of_other_names_are_compared_by_what_they_stand_for(beside):
    rules = RULE.format(id="own-id", when="{type: [resident_id_18]}", then="{floor: 敏感}")
    answer = one(beside(("city", OWN_LEVELS, rules)), "sfzh", "resident_id_18")
    assert (answer.level, answer.opinions[1].level) == ("L4", "敏感")


def test_the_first_pack_decides_the_names_of_levels(beside):
    names = {"L1": "公开", "L2": "内部", "L3": "敏感", "L4": "机密"}
    taken = {"L1": "[L1]", "L2": "[L2, L3]", "L3": "[]", "L4": "[L4, important]"}
    rows = (
        f"  - {{id: {own}, name: {{zh: {own}, en: x}}, maps: {level}, from: {taken[level]}}}\n"
        for level, own in names.items()
    )
    answer = one(beside(("city", "levels:\n" + "".join(rows), ""), first="city"), "sfzh", "resident_id_18")
    # gov_cn says L3; the lowest level of the first pack that stands for L3 or more is 敏感
    assert (answer.level, answer.opinions[0].level) == ("敏感", "内部")


def test_a_persons_level_is_not_rounded_up_to_a_legal_category():
    class Person:
        def findings(self, _, findings):
            return findings

        def columns(self, _, __, columns):
            by = Decided(id="1", act="correct", by="li", at="2026-01-01", reason="seen")
            return tuple(replace(one, level="L3", decision=by) for one in columns)

        def table(self, _, table, __):
            return table

    policy = Policy([load_pack(PACK), load_pack(PACK.parent / "pipl")], types())
    graded = grade(asset([("sj", "")]), [finding("sj", "mobile_phone")], policy, Person())
    assert (graded.columns[0].level, graded.table.level) == ("L3", "L3")
    assert [one.level for one in graded.table.opinions] == ["L3", "personal"]


def test_a_pack_of_minima_is_never_the_first_of_several(beside):
    with pytest.raises(UsageError) as raised:
        beside(("city", OWN_LEVELS, ""), first="city")
    assert (raised.value.id, raised.value.params) == ("policy-first", {"pack": "city", "first": "gov_cn"})
    for name in ("pipl", "gdpr"):
        alone = load_pack(PACK.parent / name)
        assert one(Policy([alone], types()), "sj", "mobile_phone").level == "personal"
        with pytest.raises(UsageError):
            Policy([alone, load_pack(PACK)], types())


def test_the_table_takes_the_strictest_too(beside):
    graded = grade(asset([("sfzh", "")]), [finding("sfzh", "resident_id_18")], beside(("city", "", STRICT)))
    assert graded.table.level == "L4"
    assert [item.level for item in graded.table.opinions] == ["L3", "L4"]


def test_undetermined_stays_open(beside):
    everything = RULE.format(id="all", when="{typed: false}", then="{floor: L3}")
    answer = one(beside(("city", "", everything)), "q7", None)
    assert answer.opinions[0].mapped == ("" if answer.level == UNDETERMINED else answer.opinions[0].level)


def test_nominations_of_any_pack_are_kept(beside):
    nominates = RULE.format(id="all", when="{type: [mobile_phone]}", then="{candidate: important}")
    answer = one(beside(("city", "", nominates)), "sj", "mobile_phone")
    assert (answer.level, answer.candidate, answer.confirmable) == ("L2", "important", False)
    assert answer.review == "candidate"


def test_sensitive_in_one_is_sensitive(beside):
    assert one(beside(("city", "", STRICT)), "sfzh", "resident_id_18").sensitive
    assert not one(Policy([load_pack(PACK)], types()), "sfzh", "resident_id_18").sensitive


def test_one_pack_alone_keeps_no_opinions():
    assert one(Policy([load_pack(PACK)], types()), "sfzh", "resident_id_18").opinions == ()


def test_infos_tell_every_pack(beside):
    policy = beside(("city", "status: legacy\neffective: 2021-08-05\ncertainty: M-h\n", STRICT))
    assert [(info.id, info.status, info.effective, info.certainty) for info in policy.infos][1] == (
        "city",
        "legacy",
        "2021-08-05",
        "M-h",
    )
    assert policy.infos[0].digest != policy.infos[1].digest
    assert len(policy.digest) == 64


SHIPPED = ("gov_cn", "pipl", "gbt35273", "gdpr")
BASES = [
    ("resident_id_18", "gbt35273", "L4", "GB/T 35273-2020", "App B", "M-h"),
    ("person_name", "gbt35273", "L3", "GB/T 35273-2020", "App A", "M-h"),
    ("uscc", "gbt35273", "L1", "GB/T 43697-2024", "App H", "M-h"),
    ("resident_id_18", "gov_cn", "L3", "GB/T 43697-2024", "App H", "M-h"),
    ("resident_id_18", "pipl", "personal", "PIPL", "Art 4", "S"),
    ("uscc", "pipl", "not_personal", "PIPL", "Art 4", "S"),
    ("uscc", "gdpr", "not_personal", "Regulation (EU) 2016/679", "Art 4(1)", "M-h"),
    (None, "gov_cn", "undetermined", "", "", ""),
]


@pytest.fixture(scope="module")
def shipped():
    return Policy([load_pack(PACK.parent / name) for name in SHIPPED], types())


@pytest.mark.parametrize(("kind", "pack", "level", "standard", "clause", "mark"), BASES)
def test_an_opinion_cites_what_the_pack_itself_rests_on(shipped, kind, pack, level, standard, clause, mark):
    said = next(item for item in one(shipped, "q7", kind).opinions if item.pack == pack)
    assert (said.level, said.standard, said.clause, said.certainty) == (level, standard, clause, mark)


def test_content_in_some_rows_is_cited_like_a_type(shipped):
    mixed = replace(finding("text", None), mixed=(Mixed(type="resident_id_18", hits=10, total=100),))
    answer = grade(asset([("text", "")]), [mixed], shipped).columns[0]
    said = {item.pack: (item.level, item.standard, item.clause) for item in answer.opinions}
    assert said["gbt35273"] == ("L4", "GB/T 35273-2020", "App B")
    assert said["pipl"] == ("personal", "PIPL", "Art 4")
    assert answer.personal


def test_a_type_keeps_the_standard_of_its_format_beside_the_packs_clause(shipped):
    answer = one(shipped, "q7", "resident_id_18")
    behind = next(item for item in answer.reasons if item.params.get("pack") and item.rule == "type-level")
    assert (behind.standard, behind.clause) == ("GB/T 35273-2020", "App B")
    assert "GB 11643" in behind.params["format"]


def test_what_a_lifted_level_stands_for_is_told_of_that_level(shipped):
    answer = one(shipped, "q7", "resident_id_18")
    impacts = [item for item in answer.reasons if item.effect == "impact"]
    assert [(item.level, item.params["impact_degree"]) for item in impacts] == [("L4", "特别严重危害")]
