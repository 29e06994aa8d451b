"""Tables of a source are judged together after a scan and a re-grade, in any store, and only once."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy.policy_support import asset, finding, policy, types

from guard.catalog.facts import CatalogFacts, MemoryFacts
from guard.catalog.store import MemoryStore, Store
from guard.model import AssetResult, Coverage, Run, Status
from guard.ops.estate import Estate, settle
from guard.policy import grade

HELD = {
    "t_person": ["person_name", "resident_id_18"],
    "t_contact": ["mobile_phone", "home_address", "resident_id_18"],
    "t_code": ["admin_division_6"],
}


def result(name: str, kinds, source: str = "s") -> AssetResult:
    from dataclasses import replace

    table = replace(asset([(f"c{at}", "") for at in range(len(kinds))], name=name), source=source)
    found = tuple(finding(f"c{at}", kind) for at, kind in enumerate(kinds))
    graded = grade(table, found, policy())
    return AssetResult(
        asset=table,
        coverage=Coverage(status=Status.SAMPLED),
        findings=found,
        classifications=graded.columns,
        table=graded.table,
        unit=table.ref,
    )


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path: Path):
    made = MemoryStore() if request.param == "memory" else Store.open(tmp_path / "c.db")
    with made:
        made.begin(Run(id="r1", started="2026-01-01T00:00:00Z"))
        yield made


def facts(store):
    kind = MemoryFacts if isinstance(store, MemoryStore) else CatalogFacts
    return kind(store, "r1", {item.id: item for item in types()}, policy().levels, "en")


def tables(store):
    return {found.asset.ref: found.table for found in facts(store).results()}


def test_tables_that_join_are_asked_about_and_nothing_else_changes(store) -> None:
    for name, kinds in HELD.items():
        store.record("r1", name, [result(name, kinds)])
    before = tables(store)
    assert settle(store, "r1", facts(store), policy()) == 2
    after = tables(store)
    assert after["s/db/t_code"] == before["s/db/t_code"]
    for name in ("t_person", "t_contact"):
        reason = after[f"s/db/{name}"].reasons[-1]
        assert (reason.rule, reason.params["tables"]) == ("agg-source-identity", 2)
        assert not after[f"s/db/{name}"].confirmable


def test_settling_again_changes_nothing(store) -> None:
    for name, kinds in HELD.items():
        store.record("r1", name, [result(name, kinds)])
    settle(store, "r1", facts(store), policy())
    once = tables(store)
    assert settle(store, "r1", facts(store), policy()) == 0
    assert tables(store) == once


def test_tables_of_two_sources_do_not_join(store) -> None:
    for at, (name, kinds) in enumerate(HELD.items()):
        store.record("r1", name, [result(name, kinds, source=f"s{at}")])
    assert settle(store, "r1", facts(store), policy()) == 0


def test_the_order_of_the_tables_does_not_matter(store) -> None:
    estate = Estate(policy())
    for name in reversed(HELD):
        store.record("r1", name, [result(name, HELD[name])])
        estate.add(result(name, HELD[name]))
    assert estate.settle(store, "r1", facts(store)) == 2
