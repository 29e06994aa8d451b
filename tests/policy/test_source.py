"""Rules over the tables of one source: what stands apart and joins counts for every table concerned."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy.policy_support import PACK, asset, finding, policy, types

from guard.model import Classification, Shape
from guard.policy import Policy, grade, load_pack
from guard.policy.pack import Effect, Rule
from guard.policy.source import MOST, SourceTables, lifted_together, source_rules

ID, NAME, PHONE, HOME, INCOME = "resident_id_18", "person_name", "mobile_phone", "home_address", "income"
KINDS = [ID, NAME, PHONE, HOME, INCOME, "plate", "longitude", "latitude"]


def with_rule(when, **then) -> Policy:
    rule = Rule(
        id="x", standard="GB/T 43697-2024", clause="6.6", certainty="design", on="source", when=when,
        then=Effect(**(then or {"raise_to": "L4"})),
    )  # fmt: skip
    pack = load_pack(PACK)
    return Policy([replace(pack, rules=(rule,))], types())


def told(made: Policy, tables, **more):
    """What is asked for, by the name of the table; ``tables`` are types by name."""
    seen = SourceTables(made)
    for name, kinds in tables.items():
        columns = [(f"c{at}", "") for at in range(len(kinds))]
        found = [finding(f"c{at}", kind) for at, kind in enumerate(kinds)]
        seen.add(asset(columns, name=name, **more.get(name, {})), found)
    return {ref.rpartition("/")[2]: concerns for ref, concerns in seen.judge().items()}


CASES = [
    ("both groups stand in tables that join", {"a": [NAME, ID], "b": [INCOME, ID]}, {"a", "b"}),
    ("they do not join", {"a": [NAME, ID], "b": [INCOME, PHONE]}, set()),
    ("one group is missing", {"a": [NAME, ID], "b": [PHONE, ID]}, set()),
    ("one table holds it all", {"a": [NAME, ID, INCOME]}, set()),
    ("half a group is none", {"a": [ID], "b": [INCOME, ID]}, set()),
    ("a third that joins", {"a": [NAME, ID], "b": [INCOME, ID], "c": [INCOME, ID]}, {"a", "b", "c"}),
    ("a third that does not", {"a": [NAME, ID], "b": [INCOME, ID], "c": [INCOME]}, {"a", "b"}),
    ("by either link", {"a": [NAME, ID, PHONE], "b": [INCOME, PHONE]}, {"a", "b"}),
]


@pytest.mark.parametrize(("name", "tables", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_groups_stand_in_tables_that_join(name, tables, wanted) -> None:
    made = with_rule({"together": [[NAME, ID], [INCOME]], "linked_by": [ID, PHONE]})
    if name == "by either link":
        made = with_rule({"together": [[NAME], [INCOME]], "linked_by": [ID, PHONE]})
    assert set(told(made, tables)) == wanted


def test_without_a_link_any_tables_of_the_source_count() -> None:
    made = with_rule({"together": [[NAME], [INCOME]]})
    assert set(told(made, {"a": [NAME], "b": [INCOME], "c": [PHONE]})) == {"a", "b"}


@pytest.mark.parametrize(
    ("bounds", "holds"),
    [
        ({"rows": {"at_least": 30}}, True),
        ({"rows": {"at_least": 31}}, False),
        ({"tables": {"at_least": 2}}, True),
        ({"tables": {"at_least": 3}}, False),
        ({"rows": {"below": 30}}, False),
        ({"source": ["s"]}, True),
        ({"source": ["t*"]}, False),
        ({"path": ["db/*"]}, True),
        ({"system": ["社保*"]}, False),
        ({"not": {"together": [[INCOME]]}}, True),
        ({"not": {"together": [[NAME]]}}, False),
        ({"any": [{"together": [[INCOME]]}, {"together": [[NAME], [ID]]}]}, True),
        ({"all": [{"together": [[INCOME]]}, {"together": [[NAME], [ID]]}]}, False),
    ],
)
def test_totals_places_and_combinations_narrow_it(bounds, holds) -> None:
    made = with_rule({"together": [[NAME]], "linked_by": [ID], **bounds})
    found = told(made, {"a": [NAME, ID], "b": [NAME, ID]}, a={"rows": 10}, b={"rows": 20})
    assert bool(found) is holds


def test_subjects_of_all_tables_are_added_up() -> None:
    made = with_rule({"together": [[NAME]], "linked_by": [ID], "subjects": {"at_least": 100}})
    seen = SourceTables(made)
    for name, number in (("a", 60.0), ("b", 40.0)):
        counted = replace(finding("c1", ID), shape=Shape(rows=9, facts={"subjects": number}))
        seen.add(asset([("c0", ""), ("c1", "")], name=name), [finding("c0", NAME), counted])
    assert len(seen.judge()) == 2


def test_a_reason_names_the_rule_how_many_tables_and_one_of_the_others() -> None:
    made = with_rule({"together": [[NAME], [INCOME]]}, raise_to="L4", candidate="important")
    (concern,) = told(made, {"a": [NAME], "b": [INCOME]})["a"]
    low = Classification(domain="d", category="c", level="L2", confirmable=True)
    raised = lifted_together(low, [concern], made)
    assert (raised.level, raised.candidate, raised.review) == ("L4", "important", "candidate")
    assert not raised.confirmable
    assert [reason.effect for reason in raised.reasons] == ["raise", "candidate"]
    assert raised.reasons[0].params == {"effect": "L4", "tables": 2, "with": "s/db/b"}
    assert lifted_together(raised, [concern], made) == raised


def test_a_state_secret_stays_what_it_is() -> None:
    made = with_rule({"together": [[NAME], [INCOME]]})
    (concern,) = told(made, {"a": [NAME], "b": [INCOME]})["a"]
    secret = Classification(domain="d", category="c", level="undetermined", review="scope-secret")
    assert lifted_together(secret, [concern], made) is secret


def test_what_several_packs_ask_for_counts_in_the_first_ones_levels() -> None:
    base, other = load_pack(PACK), load_pack(PACK)
    rule = Rule(
        id="theirs", standard="x", clause="1", certainty="design", on="source",
        when={"together": [[NAME], [INCOME]]}, then=Effect(raise_to="L3"),
    )  # fmt: skip
    both = Policy([replace(base, rules=()), replace(other, id="other", rules=(rule,))], types())
    (concern,) = told(both, {"a": [NAME], "b": [INCOME]})["a"]
    low = Classification(domain="d", category="c", level="L2")
    assert lifted_together(low, [concern], both).level == "L3"


def test_only_tables_with_a_type_that_a_rule_names_are_remembered() -> None:
    seen = SourceTables(with_rule({"together": [[NAME], [INCOME]]}))
    for at in range(50):
        seen.add(asset([("c0", "")], name=f"t{at}"), [finding("c0", "email")])
    assert not seen._tables
    assert MOST >= 100_000


tables = st.dictionaries(
    st.sampled_from("abcdef"),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True),
    max_size=6,
)


def classified(name: str, kinds, made: Policy):
    columns = [(f"c{at}", "") for at in range(len(kinds))]
    found = [finding(f"c{at}", kind) for at, kind in enumerate(kinds)]
    return grade(asset(columns, name=name), found, made).table


def settled(made: Policy, held) -> dict[str, Classification]:
    asked = told(made, held)
    return {
        name: lifted_together(classified(name, kinds, made), asked.get(name, ()), made)
        for name, kinds in held.items()
    }


@settings(max_examples=60, deadline=None)
@given(tables, st.sampled_from("abcdef"), st.sampled_from(KINDS))
def test_a_type_more_in_some_table_lowers_no_table(held, where, extra) -> None:
    made = policy()
    before, after = settled(made, held), settled(made, {**held, where: [*held.get(where, []), extra]})
    for name, old in before.items():
        new = after[name]
        assert made.rank.get(new.level, -1) >= made.rank.get(old.level, -1)
        assert made.rank.get(new.candidate, -1) >= made.rank.get(old.candidate, -1)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_judged_twice_is_judged_once_in_any_order(held) -> None:
    made = policy()
    once = settled(made, held)
    backwards = dict(random.Random(1).sample(sorted(held.items()), len(held)))
    assert settled(made, backwards) == once
    asked = told(made, held)
    assert {name: lifted_together(one, asked.get(name, ()), made) for name, one in once.items()} == once


def test_the_shipped_rules_over_a_source_hold_where_they_should() -> None:
    assert {rule.id for rule, _, _ in source_rules(policy())} >= {"agg-source-identity", "agg-source-trace"}
    held = {"t_person": [NAME, ID], "t_contact": [PHONE, HOME, ID], "t_code": ["admin_division_6"]}
    found = settled(policy(), held)
    assert "agg-source-identity" in {reason.rule for reason in found["t_person"].reasons}
    assert found["t_contact"].review == "combination" and not found["t_code"].review
    track = settled(policy(), {"t_car": [NAME, "plate"], "t_gps": ["plate", "longitude", "latitude"]})
    assert "agg-source-trace" in {reason.rule for reason in track["t_car"].reasons}
