"""Decisions in the catalogue: they come back as they were, change all or not at all, and leave a mark in the log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from guard.catalog import decisions as kept
from guard.catalog.audit import raw_entries
from guard.catalog.decisions import changing, column_key, key_of
from guard.catalog.store import Store
from guard.catalog.verify import verify
from guard.model import Act, Decision, Event, RefusedError, Standing

EVENT = Event(at="2026-01-01T00:00:00Z", actor="li", account="li", action="review.confirm", subject="x")


def decision(number: int = 1, **more) -> Decision:
    given = {
        "id": f"b-{number}", "batch": "b", "act": Act.CORRECT, "standing": Standing.ACTIVE, "source": "hr",
        "path": ("人事", "a/b"), "column": f"c{number}", "position": number, "declared": "varchar(18)",
        "found": "cn.ric", "proposed": "L3", "candidate": "", "type": "", "category": "a/b", "level": "L4",
        "reason": "整表 \x00 登记", "author": "li", "at": "2026-01-01T00:00:00+00:00", "expires": "2026-12-31",
        "policy": "sha",
    }  # fmt: skip
    return Decision(**{**given, **more})


@pytest.fixture(params=["sqlite", "postgres"])
def catalogue(request, tmp_path) -> Iterator[Store]:
    address = (
        tmp_path / "g.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    )
    with Store.open(address) as made:
        yield made


def store(catalogue: Store, *made: Decision) -> None:
    with changing(catalogue) as change:
        change.add(made)
        change.log(EVENT)


def test_a_decision_comes_back_as_it_was(catalogue):
    made = decision()
    store(catalogue, made)
    assert kept.held(catalogue) == (made,)
    assert kept.of_batch(catalogue, "b") == kept.of_batch(catalogue, "b-1") == (made,)
    assert kept.of_column(catalogue, made.source, made.path, made.column) == (made,)


def test_what_counts_waits_and_ended_is_told_apart(catalogue):
    every = [decision(n, standing=standing) for n, standing in enumerate(Standing, start=1)]
    store(catalogue, *every)
    assert {one.standing for one in kept.held(catalogue)} == {
        Standing.ACTIVE,
        Standing.PENDING,
        Standing.EXPIRED,
    }
    assert kept.waiting(catalogue) == 1
    assert kept.active_ids(catalogue) == {one.id for one in every if one.standing is Standing.ACTIVE}
    assert len(kept.history(catalogue)) == len(every)
    assert kept.places(catalogue) == {("hr", ("人事", "a/b"))}
    assert kept.held(catalogue, [("hr", ("人事", "other"))]) == ()
    assert kept.ended(catalogue, "2026-12-30") == ()
    assert [one.standing for one in kept.ended(catalogue, "2026-12-31")] == [Standing.ACTIVE]


def test_a_change_that_fails_leaves_everything(catalogue):
    store(catalogue, decision())
    with pytest.raises(RuntimeError), changing(catalogue) as change:
        change.stand(["b-1"], Standing.UNDONE)
        change.add([decision(2)])
        change.log(EVENT)
        raise RuntimeError
    assert [one.standing for one in kept.history(catalogue)] == [Standing.ACTIVE]
    with catalogue.reading() as connection:
        assert sum(entry.texts["action"] == EVENT.action for entry in raw_entries(connection)) == 1


def test_what_changed_meanwhile_is_noticed(catalogue):
    made = decision()
    store(catalogue, made)
    with changing(catalogue) as change:
        change.expect({key_of(made): frozenset({"b-1"}), column_key("hr", ("x",), "y"): frozenset()})
    for seen in (frozenset(), frozenset({"other"})):
        with pytest.raises(RefusedError) as raised, changing(catalogue) as change:
            change.expect({key_of(made): seen})
        assert raised.value.id == "review-changed"
    with pytest.raises(RefusedError), changing(catalogue) as change:
        change.stand(["b-1"], Standing.ACTIVE, was=Standing.PENDING)


def test_many_change_at_once(catalogue):
    every = [decision(n) for n in range(1, 1203)]
    store(catalogue, *every)
    with changing(catalogue) as change:
        change.stand([one.id for one in every], Standing.REPLACED, was=Standing.ACTIVE)
    assert kept.held(catalogue) == ()


def test_decisions_are_sound_while_they_are_those_the_log_told_of(catalogue):
    assert kept.sound(catalogue) == ()
    store(catalogue, decision(), decision(2))
    with changing(catalogue) as change:
        change.stand(["b-1"], Standing.UNDONE)
        change.add([decision(3)])
        change.log(EVENT)
    assert kept.sound(catalogue) == kept.held(catalogue) and len(kept.sound(catalogue)) == 2
    assert (verify(catalogue).faults, verify(catalogue).decisions) == ((), 3)
    with catalogue.writing() as connection:
        connection.execute(text("UPDATE decisions SET approver = 'x' WHERE id = 'b-2'"))
    assert [(fault.kind, fault.id) for fault in verify(catalogue).faults] == [("decision-stands", "b-2")]
    with pytest.raises(RefusedError) as raised:
        kept.sound(catalogue)
    assert raised.value.id == "decisions-tampered"
    with pytest.raises(RefusedError), changing(catalogue) as change:  # nor is it covered by what comes later
        change.add([decision(4)])


def test_columns_of_like_names_have_keys_of_their_own():
    keys = {
        column_key("hr", ("a", "b"), "c"),
        column_key("hr", ("a",), "b/c"),
        column_key("hr/a", ("b",), "c"),
        column_key("hr", ("a", "b", "c"), ""),
        column_key("hr", ("a", "b"), "C"),
    }
    assert len(keys) == 5
