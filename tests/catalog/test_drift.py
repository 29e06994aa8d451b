"""What drift tells of two runs: each case says what was, what is, and every change between."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.catalog.changes import Levels
from guard.catalog.drift import Terms, drift, pairs
from guard.catalog.entries import Looks, Stored, entries, sources_of
from guard.catalog.store import Store
from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    Decided,
    Evidence,
    Finding,
    Problem,
    Reason,
    Run,
    Shape,
    Status,
)
from guard.policy.regrading import regrading

CASES = yaml.safe_load((Path(__file__).parent / "drift.yaml").read_text("utf-8"))
_NUMBERS = count()
LEVELS = ("L1", "L2", "L3", "L4", "important", "core")


def column(at: int, spec: dict) -> tuple[Column, Finding, Classification]:
    name, kind = spec["name"], spec.get("type")
    evidence = tuple(Evidence(**{"type": kind, **item}) for item in spec.get("evidence", ()))
    shape = Shape(rows=100, flags=tuple(spec.get("flags", ()))) if spec.get("read", True) else None
    reasons = tuple(Reason(rule=rule, effect="floor") for rule in spec.get("rules", ()))
    by = spec.get("decided")
    return (
        Column(name=name, position=spec.get("position", at), type=spec.get("sql", "text")),
        Finding(column=name, type=kind, confidence=0.9, evidence=evidence, shape=shape),
        Classification(
            domain="",
            category="",
            level=spec.get("level", "L2"),
            candidate=spec.get("candidate", ""),
            reasons=reasons,
            decision=Decided(id="d", act=by, by="li", at="2026-01-01", reason="r") if by else None,
        ),
    )


def asset(name: str, spec: dict, source: str = "hr") -> AssetResult:
    path = tuple(name.split("/"))
    skipped = spec.get("status") == "skipped"
    cells = (
        [] if skipped else [column(at, one) for at, one in enumerate(spec.get("columns", [{"name": "a"}]))]
    )
    noted = (Problem(code="denied", path=path),) if skipped else ()
    table = spec.get("table", max((one[2].level for one in cells), default="L1"))
    return AssetResult(
        asset=Asset(
            source=source,
            path=path,
            kind=AssetKind(spec.get("kind", "table")),
            columns=tuple(one[0] for one in cells),
            rows=spec.get("rows"),
        ),
        coverage=Coverage(
            status=Status(spec.get("status", "sampled")),
            basis=spec.get("basis", "values"),
            problems=noted,
        ),
        findings=tuple(one[1] for one in cells),
        classifications=tuple(one[2] for one in cells),
        table=None if skipped else Classification(domain="", category="", level=table),
        unit=f"{source}/{name}",
    )


def filled(store: Store, run: str, results: list[AssetResult]) -> str:
    store.begin(Run(id=run, started="2026-01-01T00:00:00+00:00"))
    if results:
        store.record(run, "all", results)
    store.finish(run, "complete", "2026-01-01T00:00:00+00:00")
    return run


def compared(store: Store, before: list[AssetResult], after: list[AssetResult], **more):
    number = next(_NUMBERS)
    runs = (filled(store, f"before{number}", before), filled(store, f"after{number}", after))
    looks = Looks.of(regrading())
    unread = frozenset(name for name, opened in sources_of(store, runs[1]).items() if not opened)
    terms = Terms(
        levels=Levels.of(LEVELS), rules=regrading(), sources=frozenset({"hr"}), unread=unread, **more
    )
    return list(drift(*(entries(store, run, looks) for run in runs), terms))


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("drift") / "guard.db") as store:
        yield store


def told(change) -> str:
    parts = (change.kind.value, change.ref.removeprefix("hr/"), change.before, change.after, change.why)
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_every_change_is_told_and_nothing_else(sqlite, case) -> None:
    sides = [
        [asset(name, spec or {}) for name, spec in case.get(side, {}).items()] for side in ("before", "after")
    ]
    renamed = {
        ("hr", tuple(new.split("/"))): ("hr", tuple(old.split("/")))
        for new, old in case.get("renamed", {}).items()
    }
    found = compared(sqlite, *sides, renamed=renamed, **case.get("terms", {}))
    assert [told(change) for change in found] == case["told"]
    for change in found:
        assert sorted(change.triggers) == sorted(
            case.get("triggers", {}).get(change.kind.value, change.triggers)
        )


def test_nothing_changed_between_a_run_and_itself(sqlite) -> None:
    results = [asset(name, spec or {}) for case in CASES for name, spec in case.get("before", {}).items()]
    once = list({one.unit: one for one in results}.values())
    assert compared(sqlite, once, once) == []


def test_both_databases_tell_the_same(address) -> None:
    with Store.open(address) as store:
        before = [asset("HR/T", {"columns": [{"name": "姓\x00名", "level": "L2"}]})]
        after = [asset("HR/T", {"columns": [{"name": "姓\x00名", "level": "L3"}]})]
        assert [told(one) for one in compared(store, before, after)] == ["raised HR/T/姓\x00名 L2 L3"]


def test_paths_longer_than_the_order_key_find_their_own(sqlite) -> None:
    long = "x" * 1200
    names = [f"{long}{at}" for at in range(4)]
    before = [asset(name, {"columns": [{"name": "a", "level": "L2"}]}) for name in names]
    after = [asset(name, {"columns": [{"name": "a", "level": "L3"}]}) for name in reversed(names[1:])]
    found = compared(sqlite, before, after)
    assert sorted((one.kind.value, one.path[0][-1]) for one in found) == [
        ("gone", "0"),
        ("raised", "1"),
        ("raised", "2"),
        ("raised", "3"),
    ]


_SPEC = st.fixed_dictionaries({
    "rows": st.sampled_from([None, 0, 10, 12, 13, 100]),
    "status": st.sampled_from(["sampled", "sampled", "skipped"]),
    "columns": st.lists(
        st.fixed_dictionaries({
            "name": st.sampled_from("abc"),
            "level": st.sampled_from([*LEVELS[:4], "undetermined"]),
            "type": st.sampled_from([None, "mobile_phone", "password_hash"]),
            "flags": st.sampled_from([[], ["hash"]]),
        }),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one["name"],
    ),
})  # fmt: skip
_RUN = st.dictionaries(st.sampled_from(["a", "a/b", "b", "c/d"]), _SPEC, max_size=4)


@settings(max_examples=40, deadline=None)
@given(before=_RUN, after=_RUN)
def test_the_way_back_tells_the_opposite(sqlite, before, after) -> None:
    opposite = {
        "new": "gone", "gone": "new", "raised": "lowered", "lowered": "raised",
        "protection-lost": "protection-gained", "protection-gained": "protection-lost",
    }  # fmt: skip
    left, right = ([asset(name, spec) for name, spec in side.items()] for side in (before, after))
    forth, back = compared(sqlite, left, right), compared(sqlite, right, left)
    columns = [sorted((c.kind.value, c.ref) for c in way if c.column) for way in (forth, back)]
    same = {"renamed", "type-changed", "declared-changed"}
    moved = [[item for item in way if item[0] not in same] for way in columns]
    if not any(kind == "renamed" for kind, _ in columns[0]):
        assert moved[0] == sorted((opposite[kind], ref) for kind, ref in moved[1])


@settings(max_examples=40, deadline=None)
@given(before=_RUN, after=_RUN)
def test_the_join_loses_nothing(sqlite, before, after) -> None:
    looks, number = Looks.of(regrading()), next(_NUMBERS)
    for run, side in (("x", before), ("y", after)):
        filled(sqlite, f"{run}{number}", [asset(name, spec) for name, spec in side.items()])
    found = list(pairs(*(entries(sqlite, f"{run}{number}", looks) for run in "xy")))
    paths = [{"/".join(one[at].result.asset.path) for one in found if one[at]} for at in (0, 1)]
    assert paths == [set(before), set(after)]
    assert len(found) == len(set(before) | set(after))


@settings(max_examples=40, deadline=None)
@given(before=_RUN, after=_RUN)
def test_what_a_brief_spares_holds_no_change(sqlite, before, after) -> None:
    left, right = ([asset(name, spec) for name, spec in side.items()] for side in (before, after))
    brief = compared(sqlite, left, right)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stored, "brief", property(lambda entry: object()))  # no two are equal: all is decoded
        assert compared(sqlite, left, right) == brief


def test_every_kind_of_change_has_its_trigger_or_none_on_purpose() -> None:
    rules = regrading()
    assert {id for ids in rules.changes.values() for id in ids} <= rules.triggers.keys()
    assert all(one.standard and one.clause and one.certainty for one in rules.triggers.values())
    found = replace(asset("t", {}).findings[0], type="password_hash")
    assert rules.signs(found, Classification(domain="", category="", level="L1")) == {"digest"}
