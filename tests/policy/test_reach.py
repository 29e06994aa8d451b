"""Which conditions can never hold, which imply each other; proved against what the rules do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from policy.policy_support import types

from guard.model import Asset, AssetKind
from guard.policy.condition import compile_when
from guard.policy.facts import Facts
from guard.policy.reach import implied, never

CATALOGUE = {item.id: item for item in types()}
TYPES = ["person_name", "resident_id_18", "uscc"]
PLAIN = {
    "kind": st.lists(st.sampled_from(["order", "date", "link"]), min_size=1, max_size=2),
    "type": st.lists(st.sampled_from(TYPES), min_size=1, max_size=2),
    "subject": st.lists(st.sampled_from(["person", "other"]), min_size=1, max_size=2),
    "typed": st.booleans(),
    "personal": st.booleans(),
    "reference": st.booleans(),
    "rows": st.fixed_dictionaries({}, optional={"at_least": st.integers(0, 3), "below": st.integers(0, 3)}),
    "category": st.sampled_from(["个人信息", "组织数据/组织基本信息"]),
}
LEAF = st.fixed_dictionaries({}, optional=PLAIN)
WHEN = st.recursive(
    LEAF,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            **PLAIN,
            "any": st.lists(inner, min_size=1, max_size=2),
            "all": st.lists(inner, min_size=1, max_size=2),
            "not": inner.filter(bool),
        },
    ),
    max_leaves=4,
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    kind = draw(st.sampled_from(["", *TYPES]))
    item = CATALOGUE.get(kind)
    return Facts(
        asset=Asset(source="s", path=("t",), kind=AssetKind.TABLE, columns=()),
        table_words={},
        context_words={},
        kind=draw(st.sampled_from(["order", "date", "link"])),
        type=kind,
        datatype=item,
        category=item.category if item else "",
        typed=item is not None,
        personal=item is not None and item.personal,
        subject=draw(st.sampled_from(["person", "other"])),
        reference=draw(st.booleans()),
        rows=draw(st.integers(0, 3)),
    )


@given(WHEN, facts())
def test_what_never_holds_does_not(when, seen) -> None:
    if never(when, CATALOGUE, {}):
        assert not compile_when(when)(seen)


@given(WHEN, WHEN, facts())
def test_what_is_implied_holds_too(general, special, seen) -> None:
    if implied(general, special) and compile_when(special)(seen):
        assert compile_when(general)(seen)


def test_what_is_plain_is_told() -> None:
    assert never({"kind": ["order"], "all": [{"kind": ["date"]}]}, CATALOGUE, {}) == "kind"
    assert never({"any": [{"typed": False, "type": ["uscc"]}]}, CATALOGUE, {}) == "typed"
    assert never({"rows": {"at_least": "$many", "below": 10}}, CATALOGUE, {"many": 10}) == "rows"
    assert never({"rows": {"at_least": "$many", "below": 10}}, CATALOGUE, {"many": 9}) == ""
    assert implied({"kind": ["order", "date"]}, {"kind": ["date"], "reference": True})
    assert not implied({"kind": ["date"]}, {"kind": ["order", "date"]})
    assert implied({"any": [{"kind": ["date"]}, {"typed": True}]}, {"kind": ["date"]})
    assert implied({"rows": {"at_least": 5}}, {"rows": {"at_least": 7}})
