"""A table that a rule nominates is counted, asked about first, and settled by people like a column."""

from __future__ import annotations

import pytest
from ops.review_city import City, known

from guard.catalog.audit import raw_entries
from guard.catalog.facts import CatalogFacts, MemoryFacts
from guard.catalog.store import MemoryStore
from guard.model import Act, Run, Standing, UsageError
from guard.ops import review
from guard.ops.estate import settle
from guard.ops.grading import regrade
from guard.ops.review import Answer, Selection, Wish
from guard.ops.review_list import about, decided
from guard.ops.review_words import shown
from guard.ops.session import Session

REGISTER = {
    "person": (("sfzh", "char(18)", "公民身份号码", "resident_id_18"), ("xm", "varchar(40)", "姓名", "person_name")),
    "code": (("bz", "varchar(9)", "", None),),
}  # fmt: skip
TABLE = "hr/public/person"
YES = Answer(act=Act.CONFIRM, candidate=True)
NO = Answer(act=Act.CORRECT, level="L4", reason="a copy for tests")


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are read once for all tests."""
    monkeypatch.setattr(Session, "rules", lambda *_: known())


@pytest.fixture
def city(tmp_path) -> City:
    made = City(tmp_path, rows=2_000_000)
    made.scan(tables=REGISTER)
    return made


def decide(city: City, answer: Answer, *refs: str, actor: str = "li", **chosen):
    with city.work(actor) as work:
        wanted = Selection(refs=refs, candidate=answer.candidate, **chosen)
        items = review.select(work, wanted)
        return review.carry_out(work, review.plan(work, [Wish(item=item, answer=answer) for item in items]))


def approve(city: City, batch: str) -> None:
    with city.work("wang") as work:
        review.approve(work, (batch,))


def table(city: City):
    with city.work() as work:
        return next(one.table for one in work.facts.results() if one.asset.ref == TABLE)


def asked(city: City):
    with city.work() as work:
        return [group for group in review.groups(work) if group.kind == "table"]


def totals(city: City):
    with city.work() as work:
        return work.facts.totals


def test_a_nominated_table_is_counted_in_every_store(city):
    assert (totals(city).candidates, totals(city).candidate_tables) == (0, 1)
    with city.work() as work, MemoryStore() as store:
        assert isinstance(work.facts, CatalogFacts)
        store.begin(Run(id="m", started="2026-01-01T00:00:00Z"))
        for result in work.facts.results():
            store.record("m", result.unit, [result])
        assert MemoryFacts(store, "m", {}, (), "en").totals.candidate_tables == 1


def test_it_is_asked_first_with_the_rule_and_the_commands(city):
    with city.work() as work:
        first = review.groups(work)[0]
        told = shown(work, first)
    assert (first.kind, first.name, first.tables, first.candidate) == ("table", "person", 1, "important")
    assert told.examples == (TABLE,)
    assert any("GB/T 43697-2024 6.3" in why for why in told.why)
    commands = dict(told.answers)
    assert commands["candidate"].startswith(f"guard review confirm --group {first.id}")
    assert f"correct --group {first.id}" in commands["decline"]


def test_two_persons_make_it_important_and_the_columns_stay(city):
    made = decide(city, YES, TABLE)
    assert (made.active, made.pending) == (0, 1)
    assert table(city).level != "important" and table(city).review == "decision-pending"
    assert not asked(city), "it waits for a second person"
    approve(city, made.batch)
    now = table(city)
    assert (now.level, now.candidate, now.review) == ("important", "", "")
    assert (now.decision.by, now.decision.approver) == ("li", "wang")
    assert totals(city).candidate_tables == 0 and "important" not in totals(city).levels
    with city.work() as work, work.store.reading() as connection:
        entries = [str(entry) for entry in raw_entries(connection)]
    for action in ("review.confirm", "review.approve"):
        assert any(action in entry and TABLE in entry for entry in entries)


def test_declined_it_keeps_its_level_and_is_not_asked_again(city):
    level = table(city).level
    answer = Answer(act=Act.CORRECT, level=level, reason="a copy for tests")
    made = decide(city, answer, TABLE, table=True)
    assert (made.columns, made.pending) == (1, 0)
    assert (table(city).level, table(city).candidate, asked(city)) == (level, "", [])
    city.scan("run-2", tables=REGISTER)
    assert (table(city).candidate, asked(city)) == ("", []), "it outlives the next scan"


def test_a_group_answers_for_the_table_alone(city):
    (group,) = asked(city)
    made = decide(city, NO, group=group.id)
    assert (made.columns, made.tables) == (1, 1)
    with city.work() as work:
        assert all(item.decision is None for item in work.items())


def test_rules_over_the_source_do_not_lift_again_what_was_decided(city):
    made = decide(city, YES, TABLE)
    approve(city, made.batch)
    before = table(city)
    with city.work() as work:
        held = review.decisions(work.session, work.store, work.at, rules=work.rules, run_id=work.run.id)
        settle(work.store, work.run.id, work.facts, work.rules.policy, held)
    assert table(city) == before
    assert regrade(city.session(), "latest", dry_run=False) == ()
    assert table(city) == before


def test_it_can_be_taken_back(city):
    before = table(city)
    made = decide(city, YES, TABLE)
    with city.work() as work:
        review.undo(work, made.batch)
    assert table(city) == before and len(asked(city)) == 1


def test_undone_after_it_counted_by_one_person_it_is_asked_again(city):
    level = table(city).level
    made = decide(city, Answer(act=Act.CORRECT, level=level, reason="why"), TABLE, table=True)
    with city.work() as work:
        review.undo(work, made.batch)
    assert len(asked(city)) == 1


def test_decided_again_it_starts_from_what_the_machine_says(city):
    level = table(city).level
    decide(city, Answer(act=Act.CORRECT, level=level, reason="why"), TABLE, table=True)
    decide(
        city, Answer(act=Act.CORRECT, level="important", reason="after all"), TABLE, table=True, again=True
    )
    with city.work() as work:
        (one,) = [found for found, _ in decided(work, pending=True)]
    assert (one.proposed, one.candidate, one.column, one.position) == (level, "important", "", -1)


def test_list_and_show_tell_of_it(city):
    decide(city, YES, TABLE)
    with city.work() as work:
        assert [one.standing for one, _ in decided(work)] == [Standing.PENDING]
        assert [one.level for one, _ in about(work, TABLE)] == ["important"]
        assert [one.level for one, _ in about(work, "person")] == ["important"]


def test_it_goes_with_the_table_when_that_is_renamed(city):
    made = decide(city, YES, TABLE)
    approve(city, made.batch)
    city.scan("run-2", tables={"persons": REGISTER["person"], "code": REGISTER["code"]})
    with city.work() as work:
        found = next(one.table for one in work.facts.results() if one.asset.ref == "hr/public/persons")
        assert (found.level, found.decision.note) == ("important", "renamed")
        review.rename(work)
        assert not review.questions(work)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(act=Act.CORRECT, level="L1", reason="why"), "review-table-level"),
        (Answer(act=Act.CORRECT, type="resident_id_18", reason="why"), "review-table-type"),
        (Answer(act=Act.REJECT, reason="why"), "review-table-type"),
        (Answer(act=Act.CONFIRM), "review-candidate"),
    ],
)
def test_what_cannot_be_said_of_a_table(city, answer, error):
    with pytest.raises(UsageError) as raised:
        decide(city, answer, TABLE, table=True)
    assert raised.value.id == error


def test_a_table_without_a_nomination_cannot_be_confirmed_as_one(city):
    with pytest.raises(UsageError) as raised:
        decide(city, YES, "hr/public/code", table=True)
    assert raised.value.id == "review-no-candidate"


def test_confirming_the_columns_of_a_nominated_table_still_means_its_columns(city):
    made = decide(city, Answer(act=Act.CONFIRM), TABLE)
    assert made.columns == 2 and len(asked(city)) == 1
