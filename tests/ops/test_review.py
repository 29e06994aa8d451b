"""What a person decides shows at once, takes two where it must, and outlives scans, renames and new rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ops.review_city import TABLES, City, known

from guard.catalog import decisions as kept
from guard.catalog.audit import raw_entries
from guard.model import Act, RefusedError, Standing, UsageError
from guard.ops import review
from guard.ops.review import Answer, Selection, Wish, Work
from guard.ops.review_account import same_account
from guard.ops.review_list import about, decided, gone
from guard.ops.review_minimum import below_minimum
from guard.ops.session import Session

SFZH = "hr/public/emp/SFZH"
CONFIRM = Answer(act=Act.CONFIRM)
STRICTER = Answer(act=Act.CORRECT, level="L4", reason="whole register")
LOWER = Answer(act=Act.CORRECT, level="L1", reason="test data")
REJECT = Answer(act=Act.REJECT, reason="a port number")


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are read once for all tests."""
    monkeypatch.setattr(Session, "rules", lambda *_: known())


@pytest.fixture
def city(tmp_path) -> City:
    made = City(tmp_path)
    made.scan()
    return made


def decide(city: City, answer: Answer, *refs: str, actor: str = "li", again: bool = False, **chosen):
    with city.work(actor) as work:
        items = review.select(work, Selection(refs=refs, again=again, **chosen))
        return review.carry_out(work, review.plan(work, [Wish(item=item, answer=answer) for item in items]))


def column(city: City, ref: str, actor: str = "li"):
    with city.work(actor) as work:
        table, _, name = ref.rpartition("/")
        for result in work.facts.results():
            for at, found in enumerate(result.asset.columns):
                if result.asset.ref == table and found.name == name:
                    return result.classifications[at]
    raise AssertionError(ref)


def shape(*, sfzh: str = "sfzh", xm: str = "xm", first=(), **types):
    cells = [
        *first,
        (sfzh, types.get("declared", "char(18)"), "公民身份号码", types.get("kind", "resident_id_18")),
    ]
    return {"person": (*cells, (xm, "varchar(40)", "姓名", "person_name"))}


# groups


def test_columns_of_one_name_in_any_case_are_one_question(city):
    with city.work() as work:
        groups = {(g.name.casefold(), g.type): g for g in review.groups(work)}
        found = groups["sfzh", "resident_id_18"]
        assert (found.columns, found.tables) == (3, 3)
        assert len(review.select(work, Selection(group=found.id))) == 3


def test_what_matters_is_asked_first_and_what_is_sure_last(city):
    with city.work() as work:
        kinds = [group.kind for group in review.groups(work)]
    order = ["candidate", "conflict", "undetermined", "review", "confirmable"]
    assert kinds == sorted(kinds, key=order.index)


def test_a_group_keeps_its_id_in_the_next_run(city):
    with city.work() as work:
        before = {group.id for group in review.groups(work)}
    city.scan("run-2")
    with city.work() as work:
        assert {group.id for group in review.groups(work)} == before


@pytest.mark.parametrize(
    ("selection", "columns"),
    [
        (Selection(match="hr/public/*/dh"), 2),
        (Selection(name="SFZH"), 3),
        (Selection(type="mobile_phone"), 2),
        (Selection(refs=("emp",)), 2),
        (Selection(refs=("emp/SFZH", "person/xm")), 2),
    ],
)
def test_columns_are_chosen_in_several_ways(city, selection, columns):
    with city.work() as work:
        assert len(review.select(work, selection)) == columns


@pytest.mark.parametrize(
    ("selection", "error"),
    [
        (Selection(), "review-no-selection"),
        (Selection(name="sfzz"), "review-no-match"),
        (Selection(level="L9"), "unknown-level"),
        (Selection(type="resident_id_19"), "unknown-type"),
        (Selection(refs=("emp/SFZX",)), "unknown-column"),
        (Selection(group="ffffffffff"), "review-no-match"),
    ],
)
def test_a_wrong_choice_names_the_nearest(city, selection, error):
    with city.work() as work, pytest.raises(UsageError) as raised:
        review.select(work, selection)
    assert raised.value.id == error
    if error in ("unknown-column", "unknown-type") or selection.name:
        assert raised.value.params["nearest"] not in ("", "-")


# deciding


def test_a_decision_shows_at_once_with_who_and_why(city):
    outcome = decide(city, replace(STRICTER, type="bank_card"), SFZH)
    found = column(city, SFZH)
    assert (outcome.active, found.level, found.confirmable, found.review) == (1, "L4", True, "")
    assert (found.decision.by, found.decision.act, found.decision.proposed) == ("li", "correct", "L3")
    assert (
        found.reasons[0].rule == "person-corrected" and found.reasons[0].params["reason"] == "whole register"
    )
    with city.work() as work:
        table = next(one for one in work.facts.results() if one.asset.name == "emp").table
    assert table.level == "L4"


def test_one_answer_for_many_is_one_batch_and_one_entry_in_the_log(city):
    outcome = decide(city, CONFIRM, name="sfzh")
    with city.work() as work:
        made = kept.of_batch(work.store, outcome.batch)
        with work.store.reading() as connection:
            entries = [
                entry for entry in raw_entries(connection) if entry.texts["action"] == "review.confirm"
            ]
    assert len(made) == outcome.columns == 3
    assert len(entries) == 1 and entries[0].detail["columns"] == 3 and entries[0].texts["actor"] == "li"


def test_nothing_is_stored_where_the_log_refuses(city, monkeypatch):
    def refuse(*_: object) -> None:
        raise RefusedError("audit-unwritable", code="x")

    before = column(city, SFZH)
    monkeypatch.setattr(kept, "append", refuse)
    with pytest.raises(RefusedError):
        decide(city, STRICTER, SFZH)
    monkeypatch.undo()
    assert column(city, SFZH) == before
    with city.work() as work:
        assert work.held == ()


def test_planning_stores_nothing(city):
    with city.work() as work:
        item = review.select(work, Selection(refs=(SFZH,)))
        plan = review.plan(work, [Wish(item=item[0], answer=LOWER)])
        assert plan.pending == 1 and work.held == () and kept.held(work.store) == ()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(act=Act.CORRECT, level="L4"), "review-reason"),
        (Answer(act=Act.CORRECT, level="L4", reason="  "), "review-reason"),
        (Answer(act=Act.REJECT), "review-reason"),
        (Answer(act=Act.CORRECT, reason="r"), "review-nothing"),
        (Answer(act=Act.CORRECT, reason="r", level="L7"), "unknown-level"),
        (Answer(act=Act.CORRECT, reason="r", type="mobile_fone"), "unknown-type"),
        (Answer(act=Act.CORRECT, reason="r", category="个人信息/基本"), "unknown-category"),
        (Answer(act=Act.CONFIRM, candidate=True), "review-no-candidate"),
    ],
)
def test_a_wrong_answer_is_refused_whole(city, answer, error):
    with pytest.raises(UsageError) as raised:
        decide(city, answer, name="sfzh")
    assert raised.value.id == error
    assert column(city, SFZH).decision is None


def test_a_column_cannot_be_answered_for_twice_at_once(city):
    with city.work() as work, pytest.raises(UsageError) as raised:
        (item,) = review.select(work, Selection(refs=(SFZH,)))
        review.plan(work, [Wish(item=item, answer=CONFIRM), Wish(item=item, answer=STRICTER)])
    assert raised.value.id == "review-twice"


def test_a_decided_column_is_decided_again_only_knowingly(city):
    decide(city, STRICTER, SFZH)
    with pytest.raises(UsageError) as raised:
        decide(city, CONFIRM, SFZH, actor="wang")
    assert raised.value.id == "review-decided" and raised.value.params["by"] == "li"
    assert decide(city, CONFIRM, name="sfzh").columns == 2


def test_who_decides_on_what_somebody_else_changed_meanwhile_is_refused(city):
    with city.work("li") as mine:
        (item,) = review.select(mine, Selection(refs=(SFZH,)))
        plan = review.plan(mine, [Wish(item=item, answer=STRICTER)])
        decide(city, CONFIRM, SFZH, actor="wang")
        with pytest.raises(RefusedError) as raised:
            review.carry_out(mine, plan)
    assert raised.value.id == "review-changed"
    assert column(city, SFZH).decision.by == "wang"


def test_what_a_person_saw_in_a_sheet_is_compared_with_what_is(city):
    decide(city, CONFIRM, SFZH, actor="wang")
    with city.work("li") as mine:
        (item,) = review.select(mine, Selection(refs=(SFZH,), again=True))
        plan = review.plan(mine, [Wish(item=item, answer=STRICTER, seen=frozenset())])
        with pytest.raises(RefusedError) as raised:
            review.carry_out(mine, plan)
    assert raised.value.id == "review-changed"


def test_a_run_of_another_policy_is_graded_first(city):
    with city.work() as work:
        work.store.replace_classifications(work.run.id, (), policy="old")
    with pytest.raises(RefusedError) as raised:
        decide(city, CONFIRM, SFZH)
    assert raised.value.id == "review-stale"


def test_a_value_in_a_reason_is_not_kept(city):
    decide(city, replace(STRICTER, reason="张三 13800138000 说的"), SFZH)
    said = column(city, SFZH).decision.reason
    assert "13800138000" not in said and said.startswith("张三 138") and "说的" in said


# two persons


@pytest.mark.parametrize("answer", [LOWER, REJECT, Answer(act=Act.CORRECT, level="core", reason="r")])
def test_lowering_and_giving_core_waits_for_a_second_person(city, answer):
    before = column(city, SFZH)
    outcome = decide(city, answer, SFZH)
    waiting = column(city, SFZH)
    assert (outcome.active, outcome.pending) == (0, 1)
    assert (waiting.level, waiting.decision, waiting.review) == (before.level, None, "decision-pending")
    with city.work("LI ") as same, pytest.raises(RefusedError) as raised:
        review.approve(same, [outcome.batch])
    assert (raised.value.id, raised.value.exit_code) == ("review-same-person", 4)
    with city.work("wang") as other:
        review.approve(other, [outcome.batch])
    assert column(city, SFZH).decision.approver == "wang"


def test_raising_needs_one_person(city):
    assert decide(city, STRICTER, SFZH).pending == 0


def test_a_refused_decision_leaves_what_was_proposed(city):
    batch = decide(city, LOWER, SFZH).batch
    with city.work("wang") as other:
        with pytest.raises(UsageError):
            review.refuse(other, [batch], " ")
        review.refuse(other, [batch], "it is real")
    found = column(city, SFZH)
    assert (found.level, found.decision) == ("L3", None) and found.review != "decision-pending"
    with city.work("wang") as other, pytest.raises(UsageError) as raised:
        review.approve(other, [batch])
    assert (raised.value.id, raised.value.params["standing"]) == ("review-not-pending", "refused")


def test_what_counted_before_counts_until_the_lower_one_is_approved(city):
    decide(city, STRICTER, SFZH)
    batch = decide(city, LOWER, SFZH, again=True).batch
    assert column(city, SFZH).level == "L4"
    with city.work("wang") as other:
        review.approve(other, ["all"])
    assert column(city, SFZH).level == "L1"
    with city.work("zhao") as third, pytest.raises(UsageError):
        review.approve(third, [batch])


def test_approving_all_leaves_ones_own(city):
    decide(city, LOWER, SFZH, actor="li")
    decide(city, LOWER, "emp/dh", actor="wang")
    with city.work("wang") as other:
        assert [one.column for one in review.approve(other, ["all"])] == ["SFZH"]
        with pytest.raises(RefusedError):
            review.approve(other, ["all"])


# taking back


def test_undoing_restores_what_counted_before(city):
    before = column(city, SFZH)
    decide(city, CONFIRM, SFZH)
    decide(city, STRICTER, SFZH, again=True)
    with city.work() as work:
        review.undo(work)
    assert column(city, SFZH).decision.act == "confirm"
    with city.work() as work:
        review.undo(work)
        assert column(city, SFZH) == before
        with pytest.raises(UsageError) as raised:
            review.undo(work)
    assert raised.value.id == "review-nothing-to-undo"


def test_undoing_does_not_bring_back_what_only_waited(city):
    decide(city, LOWER, SFZH)
    batch = decide(city, STRICTER, SFZH, again=True).batch
    with city.work() as work:
        review.undo(work, batch)
        assert [one.standing for one in about(work, SFZH) for one in one[:1]] == [
            Standing.UNDONE,
            Standing.UNDONE,
        ]
    assert column(city, SFZH).level == "L3"


def test_one_person_cannot_lower_by_undoing_what_another_gave(city):
    batch = decide(city, STRICTER, SFZH, actor="wang").batch
    with city.work("li") as work, pytest.raises(RefusedError) as raised:
        review.undo(work, batch)
    assert raised.value.id == "review-undo-lowers"
    with city.work("wang") as work:
        review.undo(work, batch)


def test_last_is_ones_own_last_batch(city):
    decide(city, CONFIRM, SFZH, actor="li")
    decide(city, CONFIRM, "emp/dh", actor="wang")
    with city.work("li") as work:
        assert [one.column for one in review.undo(work)] == ["SFZH"]


def test_an_unknown_decision_names_the_nearest(city):
    batch = decide(city, CONFIRM, SFZH).batch
    with city.work() as work, pytest.raises(UsageError) as raised:
        review.undo(work, batch[:-1] + "z")
    assert (raised.value.id, raised.value.params["nearest"]) == ("review-unknown", batch)


# lasting


def test_a_decision_outlives_the_next_scan(city):
    decide(city, STRICTER, SFZH)
    city.scan("run-2")
    found = column(city, SFZH)
    assert (found.level, found.decision.by, found.decision.note) == ("L4", "li", "")


def test_a_rejection_lasts_as_long_as_that_type_is_found(city):
    batch = decide(city, REJECT, SFZH).batch
    with city.work("wang") as other:
        review.approve(other, [batch])
    city.scan("run-2")
    again = column(city, SFZH)
    assert again.decision.act == "reject" and again.level != "L3"
    tables = {**TABLES, "emp": (("SFZH", "char(18)", "身份证", "bank_card"), TABLES["emp"][1])}
    city.scan("run-3", tables)
    other_type = column(city, SFZH)
    assert (other_type.decision, other_type.level) == (None, "L4")
    city.scan("run-4")
    assert column(city, SFZH).decision.act == "reject"


def test_the_higher_level_counts_where_another_type_is_found_now(city):
    decide(city, CONFIRM, "emp/dh")
    tables = {**TABLES, "emp": (TABLES["emp"][0], ("dh", "varchar(20)", "电话", "bank_card"))}
    city.scan("run-2", tables)
    found = column(city, "hr/public/emp/dh")
    assert (found.level, found.review, found.confirmable) == ("L4", "decision-differs", False)
    with city.work() as work:
        assert "dh" in {group.name for group in review.groups(work)}


def test_a_renamed_column_is_found_by_position_and_type(city):
    city.scan("run-2", shape())
    decide(city, STRICTER, "person/sfzh")
    city.scan("run-3", shape(sfzh="card_no"))
    found = column(city, "hr/public/person/card_no")
    assert (found.level, found.decision.note) == ("L4", "renamed")
    with city.work() as work:
        (question,) = review.questions(work)
        assert question.sure and question.news == ("hr/public/person/card_no",)
        review.rename(work)
    settled = column(city, "hr/public/person/card_no")
    assert (settled.level, settled.decision.note) == ("L4", "")
    with city.work() as work:
        review.undo(work)
    assert column(city, "hr/public/person/card_no").decision.note == "renamed"


@pytest.mark.parametrize(
    "changed",
    [
        shape(sfzh="card_no", first=(("id", "int", "", None),)),
        shape(sfzh="card_no", declared="varchar(18)"),
    ],
    ids=["position", "declared"],
)
def test_a_doubtful_rename_is_asked(city, changed):
    city.scan("run-2", shape())
    decide(city, STRICTER, "person/sfzh")
    city.scan("run-3", changed)
    assert column(city, "hr/public/person/card_no").decision is None
    with city.work() as work:
        (question,) = review.questions(work)
        assert not question.sure and question.news == ("hr/public/person/card_no",)
        review.rename(work, {question.old: question.news[0]})
        assert review.questions(work) == []
    assert column(city, "hr/public/person/card_no").level == "L4"


def test_a_renamed_table_takes_its_decisions_along(city):
    decide(city, STRICTER, SFZH)
    tables = {name: cells for name, cells in TABLES.items() if name != "emp"} | {"employee": TABLES["emp"]}
    city.scan("run-2", tables)
    assert column(city, "hr/public/employee/SFZH").level == "L4"
    with city.work() as work:
        review.rename(work)
    city.scan("run-3", tables)
    assert column(city, "hr/public/employee/SFZH").level == "L4"


def test_a_decision_in_a_renamed_table_counts_at_once(city):
    decide(city, STRICTER, SFZH)
    tables = {name: cells for name, cells in TABLES.items() if name != "emp"} | {"employee": TABLES["emp"]}
    city.scan("run-2", tables)
    decide(city, STRICTER, "employee/dh")
    levels = [column(city, f"hr/public/employee/{name}").level for name in ("SFZH", "dh")]
    assert levels == ["L4", "L4"]


def test_a_renamed_column_without_a_type_is_asked(city):
    decide(city, STRICTER, "person/bz")
    cells = TABLES["person"][:2]
    city.scan("run-2", TABLES | {"person": (*cells, ("memo", "varchar(99)", "", None))})
    assert column(city, "hr/public/person/memo").decision is None
    with city.work() as work:
        (question,) = review.questions(work)
    assert not question.sure and question.news == ("hr/public/person/memo",)


def test_a_table_that_could_be_two_is_asked(city):
    decide(city, STRICTER, SFZH)
    tables = {name: cells for name, cells in TABLES.items() if name != "emp"}
    city.scan("run-2", tables | {"emp_a": TABLES["emp"], "emp_b": TABLES["emp"]})
    assert column(city, "hr/public/emp_a/SFZH").decision is None
    with city.work() as work:
        (question,) = review.questions(work)
        assert set(question.news) == {"hr/public/emp_a/SFZH", "hr/public/emp_b/SFZH"}
        review.rename(work, {"hr/public/emp": "hr/public/emp_b"})
    assert column(city, "hr/public/emp_b/SFZH").level == "L4"
    assert column(city, "hr/public/emp_a/SFZH").level == "L3"


def without(name: str, table: str = "emp"):
    return TABLES | {table: tuple(cell for cell in TABLES[table] if cell[0] != name)}


def test_a_rename_cannot_lower_another_column_alone(city):
    batch = decide(city, LOWER, "emp/dh").batch
    with city.work("wang") as other:
        review.approve(other, [batch])
    city.scan("run-2", without("dh"))
    with city.work("li") as work:
        review.rename(work, {"hr/public/emp/dh": "hr/public/person/sfzh"})
    assert column(city, "hr/public/person/sfzh").level == "L3"
    with city.work("li") as work, pytest.raises(RefusedError):
        review.approve(work, ["all"])
    with city.work("wang") as other:
        review.approve(other, ["all"])
    assert column(city, "hr/public/person/sfzh").level == "L1"


@pytest.mark.parametrize("pair", [("emp/SFZH", "log/dh"), ("emp", "log")])
def test_a_decision_stays_with_a_column_that_is_still_there(city, pair):
    decide(city, STRICTER, SFZH, actor="wang")
    old, new = (f"hr/public/{name}" for name in pair)
    with city.work("li") as work, pytest.raises(RefusedError) as raised:
        review.rename(work, {old: new})
    assert (raised.value.id, raised.value.params["column"]) == ("review-still-there", SFZH)
    assert column(city, SFZH).level == "L4"


# neighbours: a type lifts other columns and its table


SICK = {
    "visit": (
        ("zd", "varchar(40)", "疾病诊断", "diagnosis"),
        ("jbmc", "varchar(40)", "疾病名称", "disease_name"),
        ("bz", "varchar(9)", "", None),
    ),
    "ry": (
        ("sfzh", "char(18)", "身份证号", "resident_id_18"),
        ("xm", "varchar(40)", "姓名", "person_name"),
        ("sj", "varchar(20)", "手机", "mobile_phone"),
        ("zz", "varchar(99)", "住址", "address"),
    ),
}


@pytest.fixture
def sick(tmp_path) -> City:
    made = City(tmp_path, name="sick.db")
    made.scan(tables=SICK)
    return made


@pytest.mark.parametrize(
    ("ref", "answer", "falls"),
    [
        (
            "visit/zd",
            Answer(act=Act.CORRECT, type="person_name", level="L4", reason="r"),
            {"hr/public/visit/jbmc: L4 -> L1"},
        ),
        ("ry/xm", REJECT, {"hr/public/ry: L4 -> L3"}),
    ],
)
def test_what_lowers_a_neighbour_or_the_table_waits_and_says_so(sick, ref, answer, falls):
    with sick.work() as work:
        before = [(result.classifications, result.table) for result in work.facts.results()]
        items = review.select(work, Selection(refs=(ref,)))
        plan = review.plan(work, [Wish(item=item, answer=answer) for item in items])
        assert set(plan.falls) == falls
        assert review.carry_out(work, plan).pending == 1
        after = [(result.classifications, result.table) for result in work.facts.results()]
        assert [one.level for _, one in after] == [one.level for _, one in before]
        assert [[c.level for c in one] for one, _ in after] == [[c.level for c in one] for one, _ in before]
        with work.store.reading() as connection:
            *_, entry = raw_entries(connection)
    assert set(entry.detail["falls"]) == falls
    with sick.work("wang") as other:
        review.approve(other, [plan.batch])
        lower = [f"{r.asset.ref}: {r.table.level}" for r in other.facts.results()]
        lower += [f"{item.ref}: {item.level}" for item in other.items()]
    assert {fall.replace("L4 -> ", "") for fall in falls} <= set(lower)


def test_beside_one_that_waits_anyway_what_lowers_nothing_counts_at_once(sick):
    with sick.work() as work:
        (name, bare) = (review.select(work, Selection(refs=(ref,)))[0] for ref in ("ry/xm", "ry/zz"))
        raised = Answer(act=Act.CORRECT, level="L4", reason="r")
        plan = review.plan(work, [Wish(item=name, answer=LOWER), Wish(item=bare, answer=raised)])
    assert [one.pending for one in plan.planned] == [True, False]


def test_what_only_confirms_never_waits(sick):
    with sick.work() as work:
        items = review.select(work, Selection(match="hr/*"))
        items = [item for item in items if item.found and not item.candidate]
        plan = review.plan(work, [Wish(item=item, answer=CONFIRM) for item in items])
    assert (plan.pending, plan.falls) == (0, ())


def test_taking_back_what_another_gave_cannot_lower_a_neighbour(sick):
    sick.scan("run-2", SICK | {"visit": (("zd", "varchar(40)", "", "person_name"), *SICK["visit"][1:])})
    decide(sick, STRICTER, "visit/zd", actor="zhao")
    assert column(sick, "hr/public/visit/jbmc").level == "L1"
    given = replace(STRICTER, type="diagnosis")
    batch = decide(sick, given, "visit/zd", actor="wang", again=True).batch
    assert column(sick, "hr/public/visit/jbmc").level == "L4"
    with sick.work("li") as work, pytest.raises(RefusedError) as refused:
        review.undo(work, batch)
    assert (refused.value.id, refused.value.params["column"]) == (
        "review-undo-lowers",
        "hr/public/visit/jbmc",
    )
    with sick.work("wang") as work:
        review.undo(work, batch)


def test_a_level_below_that_of_the_type_given_waits(city):
    answer = Answer(act=Act.CORRECT, type="resident_id_18", level="L1", reason="r")
    assert column(city, "hr/public/person/bz").level != "L3"
    assert decide(city, answer, "person/bz").pending == 1


def test_an_expired_decision_stops_counting_and_is_asked_again(city):
    with city.work() as work:
        (item,) = review.select(work, Selection(refs=(SFZH,)))
        plan = review.plan(work, [Wish(item=item, answer=STRICTER)])
        (one,) = plan.planned
        due = replace(one, decision=replace(one.decision, expires="2026-06-01"))
        work.at = "2026-05-31T23:59:59+00:00"
        review.carry_out(work, replace(plan, planned=(due,)))
        assert column_at(city, "2026-05-31") == "L4"
    assert column_at(city, "2026-06-01") == "L3"
    found = column(city, SFZH)
    assert (found.decision, found.review) == (None, "decision-expired")
    with city.work() as work:
        assert [one.standing for one, _ in decided(work, expired=True)] == [Standing.EXPIRED]


def column_at(city: City, day: str) -> str:
    with Work.open(city.session(), at=f"{day}T12:00:00+00:00") as work:
        return next(item.level for item in work.items() if item.ref == SFZH)


def test_the_policy_says_when_a_decision_expires(city, monkeypatch):
    with city.work() as work:
        base = work.rules.policy.packs[0]
        packs = (replace(base, expire_days=30), replace(base, expire_days=10), base)
        monkeypatch.setattr(work.rules.policy, "packs", packs)
        work.at = "2026-01-01T00:00:00+00:00"
        (item,) = review.select(work, Selection(refs=(SFZH,)))
        (one,) = review.plan(work, [Wish(item=item, answer=CONFIRM)]).planned
    assert one.decision.expires == "2026-01-11"


def test_no_value_and_no_secret_is_asked_for_in_a_memory_store(city):
    from guard.catalog.memory import MemoryStore

    made = review.decisions(city.session(), MemoryStore(), "2026-01-01T00:00:00+00:00")
    assert not made


# minima and accounts


def test_going_below_a_minimum_is_said_when_planned_approved_and_ever_after(city):
    with city.work() as work:
        items = review.select(work, Selection(refs=("emp/SFZH", "person/bz")))
        made = review.plan(work, [Wish(item=item, answer=LOWER) for item in items])
        below = {one.item.column: one.below for one in made.planned}
        assert [(one.rule, one.level, bool(one.clause)) for one in below["SFZH"]] == [
            ("minimum-personal", "L2", True)
        ]
    done = decide(city, LOWER, "emp/SFZH")
    with city.work("wang") as work:
        (chosen,) = review.approve(work, [done.batch])
        assert {one.rule for one in below_minimum(work, [chosen])[chosen.id]} == {"minimum-personal"}
    found = column(city, SFZH)
    assert (found.level, found.decision.note) == ("L1", "below-minimum")
    (reason,) = (one for one in found.reasons if one.rule == "below-minimum")
    assert reason.params["by_rule"] == "minimum-personal" and reason.clause.startswith("App H")


def test_at_the_minimum_nothing_is_said(city):
    done = decide(city, replace(LOWER, level="L2"), "emp/SFZH")
    with city.work("wang") as work:
        assert below_minimum(work, review.approve(work, [done.batch])) == {}
    assert column(city, SFZH).decision.note == ""


def test_two_names_under_one_account_are_told(city, monkeypatch):
    done = decide(city, LOWER, "emp/SFZH", "log/sfzh")
    with city.work("wang") as work:
        one = next(one for one in work.held if one.column == "SFZH")
        assert same_account(work, [one], approving=True) == {one.id}
        review.approve(work, [one.id])
    with city.work() as work:
        assert same_account(work, work.held) == {one.id}
    monkeypatch.setattr("guard.ops.actor._account", lambda: "another")
    with city.work("zhao") as work:
        (other,) = review.approve(work, [done.batch])
    with city.work() as work:
        assert same_account(work, work.held) == {one.id} and other.id != one.id


def test_a_decision_whose_column_is_gone_says_so(city):
    decide(city, STRICTER, "person/sfzh")
    decide(city, STRICTER, "emp/SFZH")
    city.scan("run-2", {**TABLES, "person": TABLES["person"][1:2]})
    with city.work() as work:
        listed = decided(work)
        lost = gone(work, listed)
    assert {one.path[-1] for one, _ in listed if one.id in lost} == {"person"}
