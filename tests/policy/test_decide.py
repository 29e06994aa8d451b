"""Decisions over proposals: each act, what it leaves alone, and what survives a change of name, content or policy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy.policy_support import asset, finding, policy

from guard.model import Act, Decision, Mixed, Standing, same_person
from guard.policy.decide import Decisions, expired
from guard.policy.decide_table import machine
from guard.policy.grade import grade

TODAY = "2026-06-01"
TABLE = asset([("sfzh", "身份证号"), ("dh", "电话"), ("xm", "姓名")], comment="人员表")
FOUND = (finding("sfzh", "resident_id_18"), finding("dh", "mobile_phone"), finding("xm", "person_name"))


def decision(column: str = "sfzh", **more) -> Decision:
    at = (
        [item.name for item in TABLE.columns].index(column)
        if column in {c.name for c in TABLE.columns}
        else 0
    )
    own = grade(TABLE, FOUND, policy()).columns[at]
    given = {
        "id": "b-1", "batch": "b", "act": Act.CONFIRM, "standing": Standing.ACTIVE, "source": TABLE.source,
        "path": TABLE.path, "column": column, "position": at, "declared": "varchar(64)", "found": FOUND[at].type,
        "proposed": own.level, "candidate": own.candidate, "type": FOUND[at].type, "category": own.category,
        "level": own.level, "reason": "", "author": "li", "at": "2026-05-01T00:00:00+00:00",
    }  # fmt: skip
    return Decision(**{**given, **more})


def graded(*held: Decision, table=TABLE, found=FOUND, today: str = TODAY, **more):
    return grade(table, found, policy(), Decisions(held, policy(), today=today, **more))


PLAIN = grade(TABLE, FOUND, policy())


def test_no_decision_changes_nothing():
    assert graded() == PLAIN
    assert not Decisions((), policy(), today=TODAY)


def test_a_confirmed_column_needs_no_review_and_says_who():
    answer = graded(decision(reason="checked", approver="wang")).columns[0]
    assert (answer.level, answer.confirmable, answer.review, answer.confidence) == ("L3", True, "", 1.0)
    assert answer.decision.act == "confirm" and answer.decision.proposed == "L3" and not answer.decision.note
    reason = answer.reasons[0]
    assert reason.rule == "person-confirmed"
    assert dict(reason.params) == {"by": "li", "at": "2026-05-01", "reason": "checked", "approver": "wang"}


def test_a_corrected_level_counts_for_column_and_table():
    result = graded(decision(act=Act.CORRECT, level="L4"))
    assert (result.columns[0].level, result.columns[0].decision.proposed) == ("L4", "L3")
    assert result.table.level == "L4"
    assert result.columns[1:] == PLAIN.columns[1:]


def test_important_comes_from_a_person_and_reaches_the_table():
    result = graded(decision(act=Act.CORRECT, level="important"))
    assert (result.columns[0].level, result.columns[0].candidate) == ("important", "")
    assert result.table.level == "important"


def test_what_a_level_stands_for_is_not_told_of_another():
    impacts = [
        item
        for item in graded(decision(act=Act.CORRECT, level="L4")).columns[0].reasons
        if item.effect == "impact"
    ]
    assert [(item.level, item.params["impact_degree"]) for item in impacts] == [("L4", "特别严重危害")]


def test_a_person_has_no_mark_of_a_source():
    reason = graded(decision(act=Act.CORRECT, level="L4")).columns[0].reasons[0]
    assert (reason.rule, reason.certainty) == ("person-corrected", "")


def test_a_corrected_type_is_what_grading_goes_on_from():
    held = decision("dh", act=Act.CORRECT, type="bank_card", level="L4")
    result = graded(held)
    answer = result.columns[1]
    assert answer.level == "L4" and answer.sensitive
    assert answer.decision.proposed == PLAIN.columns[1].level and not answer.decision.note


def test_a_rejected_type_is_not_there():
    held = decision("sfzh", act=Act.REJECT, type="", level="L2", category="")
    answer = graded(held).columns[0]
    bare = grade(TABLE, (finding("sfzh", None), *FOUND[1:]), policy()).columns[0]
    assert (answer.level, answer.category, answer.personal) == (bare.level, bare.category, bare.personal)
    assert answer.decision.act == "reject"


def test_a_rejection_without_a_level_left_is_asked_again():
    table = asset([("zzz", "")], name="qq")
    held = decision("zzz", act=Act.REJECT, type="", level="L2", found="mobile_phone", path=table.path)
    answer = graded(held, table=table, found=(finding("zzz", "mobile_phone"),)).columns[0]
    assert answer.level == "undetermined" and not answer.confirmable and answer.decision


def test_a_rejection_says_nothing_of_another_type():
    other = (finding("sfzh", "bank_card"), *FOUND[1:])
    held = decision(act=Act.REJECT, type="", level="L1")
    assert graded(held, found=other) == grade(TABLE, other, policy())


def test_a_confirmed_type_holds_where_nothing_is_found_any_more():
    nothing = (finding("sfzh", None), *FOUND[1:])
    answer = graded(decision(), found=nothing).columns[0]
    assert answer.level == "L3" and answer.personal


def test_new_content_counts_where_it_is_stricter():
    other = (finding("sfzh", "bank_card"), *FOUND[1:])
    answer = graded(decision(), found=other).columns[0]
    assert (answer.level, answer.review, answer.confirmable) == ("L4", "decision-differs", False)


def test_a_policy_that_now_says_otherwise_changes_nothing_and_is_told():
    held = decision(proposed="L2", level="L2")
    answer = graded(held).columns[0]
    assert (answer.level, answer.confirmable) == ("L2", True)
    assert (answer.decision.note, answer.decision.proposed) == ("policy-differs", "L3")


def test_a_nomination_that_is_new_is_asked_about():
    rank = policy().rank
    table = asset([("sl", "储备数量")], name="reserve_goods", comment="应急物资储备")
    found = (finding("sl", None),)
    plain = grade(table, found, policy()).columns[0]
    assert plain.candidate == "important", "the case needs a nominated column"
    held = decision("sl", found="", type="", path=table.path, proposed=plain.level, level=plain.level)
    asked = graded(held, table=table, found=found).columns[0]
    assert (asked.candidate, asked.review) == ("important", "candidate")
    settled = graded(replace(held, candidate="important"), table=table, found=found).columns[0]
    assert (settled.candidate, settled.review) == ("", "") and rank[settled.level] < rank["important"]


@pytest.mark.parametrize(
    ("standing", "review"),
    [
        (Standing.PENDING, "decision-pending"),
        (Standing.EXPIRED, "decision-expired"),
        (Standing.REPLACED, PLAIN.columns[0].review),
        (Standing.UNDONE, PLAIN.columns[0].review),
        (Standing.REFUSED, PLAIN.columns[0].review),
    ],
)
def test_only_what_is_in_force_counts(standing, review):
    answer = graded(decision(act=Act.CORRECT, level="L1", standing=standing)).columns[0]
    assert (answer.level, answer.decision, answer.review) == ("L3", None, review)


def test_what_is_in_force_counts_while_another_waits():
    held = decision(act=Act.CORRECT, level="L4")
    waiting = decision(act=Act.CORRECT, level="L1", standing=Standing.PENDING, id="c-1")
    answer = graded(held, waiting).columns[0]
    assert (answer.level, answer.review, answer.decision.id) == ("L4", "decision-pending", "b-1")


@pytest.mark.parametrize(("today", "counts"), [("2026-05-31", True), ("2026-06-01", False)])
def test_a_decision_counts_until_the_day_before_it_expires(today, counts):
    held = decision(act=Act.CORRECT, level="L4", expires="2026-06-01")
    assert (graded(held, today=today).columns[0].level == "L4") is counts
    assert expired(held, today) is not counts


def renamed(*names: str):
    columns = tuple(replace(column, name=name) for column, name in zip(TABLE.columns, names, strict=True))
    return replace(TABLE, columns=columns), tuple(
        replace(f, column=n) for f, n in zip(FOUND, names, strict=True)
    )


def test_a_column_of_another_name_is_found_by_position_type_and_found_type():
    table, found = renamed("zjhm", "dh", "xm")
    answer = graded(decision(act=Act.CORRECT, level="L4"), table=table, found=found).columns[0]
    assert (answer.level, answer.decision.note) == ("L4", "renamed")


@pytest.mark.parametrize("changed", [{"position": 2}, {"declared": "int"}, {"found": "mobile_phone"}])
def test_a_column_that_only_looks_alike_is_another(changed):
    table, found = renamed("zjhm", "dh", "xm")
    held = decision(act=Act.CORRECT, level="L4", **changed)
    assert graded(held, table=table, found=found).columns[0].decision is None


def test_a_column_that_is_still_there_leaves_its_neighbour_alone():
    table, found = renamed("dh", "sfzh", "xm")
    answers = graded(decision(act=Act.CORRECT, level="L4"), table=table, found=found).columns
    assert answers[0].decision is None and answers[1].level == "L4"


def test_a_moved_table_is_known_by_its_old_place():
    new = replace(TABLE, path=("db", "t_new"))
    held = decision(act=Act.CORRECT, level="L4")
    moved = {(new.source, new.path): (TABLE.source, TABLE.path)}
    assert graded(held, table=new).columns[0].level == "L3"
    assert graded(held, table=new, moved=moved).columns[0].level == "L4"


def test_a_moved_table_has_the_decisions_of_both_its_places():
    new = replace(TABLE, path=("db", "t_new"))
    moved = {(new.source, new.path): (TABLE.source, TABLE.path)}
    held = [decision(act=Act.CORRECT, level="L4"), decision("dh", act=Act.CORRECT, level="L4", path=new.path)]
    made = Decisions(held, policy(), today=TODAY, moved=moved)
    assert [one.level for one in grade(new, FOUND, policy(), made).columns[:2]] == ["L4", "L4"]


def test_a_column_in_which_nothing_was_found_is_not_carried_unasked():
    table, found = renamed("zjhm", "dh", "xm")
    found = (replace(found[0], type=None, evidence=()), *found[1:])
    held = decision(act=Act.CORRECT, level="L4", found="")
    assert graded(held, table=table, found=found).columns[0].decision is None


def test_two_names_are_one_person_however_they_are_written():
    for one, other in (("alice", "ａlice"), ("Zhang  San", "ZHANG　San "), ("li\u200b", "li"), ("", "li")):
        assert same_person(one, other)
    assert not same_person("li", "lin") and not same_person("张三", "张 三五")


def test_decisions_know_a_concealed_name():
    real = replace(TABLE, columns=(replace(TABLE.columns[0], name="13800138000"), *TABLE.columns[1:]))
    made = Decisions([decision(act=Act.CORRECT, level="L4", position=9)], policy(), today=TODAY)
    assert grade(real, FOUND, policy(), made).columns[0].level != "L4"
    shown = made.seen_as(lambda _: TABLE)
    assert grade(real, FOUND, policy(), shown).columns[0].level == "L4"


def test_a_level_that_the_policy_no_longer_knows_is_asked_about():
    answer = graded(decision(act=Act.CORRECT, level="S3")).columns[0]
    assert (answer.level, answer.review) == ("L3", "decision-differs")


def test_a_rejected_type_is_not_found_again_in_a_minority_of_rows():
    found = (replace(FOUND[0], mixed=(Mixed(type="resident_id_18", hits=1, total=9),)), *FOUND[1:])
    held = decision(act=Act.REJECT, type="", level="L1")
    judged = Decisions([held], policy(), today=TODAY).findings(TABLE, found)
    assert (judged[0].type, judged[0].mixed) == (None, ())


LEVELS = st.sampled_from(policy().levels)
ACTS = st.sampled_from([Act.CONFIRM, Act.CORRECT])


@given(
    st.lists(
        st.tuples(st.sampled_from(["sfzh", "dh", "xm"]), ACTS, LEVELS), max_size=3, unique_by=lambda x: x[0]
    )
)
def test_deciding_twice_is_deciding_once_and_touches_only_its_columns(chosen):
    held = [decision(name, act=act, level=level) for name, act, level in chosen]
    once = graded(*held)
    assert graded(*held) == once == graded(*reversed(held))
    by = {name: level for name, _, level in chosen}
    for column, answer, plain in zip(TABLE.columns, once.columns, PLAIN.columns, strict=True):
        if column.name in by:
            assert answer.level == by[column.name] and answer.opinions == plain.opinions
        else:
            assert answer == plain


CROWD = replace(TABLE, rows=2_000_000)


def about_table(**more) -> Decision:
    own = grade(CROWD, FOUND, policy()).table
    given = {"column": "", "position": -1, "declared": "", "found": "", "type": "", "category": ""}
    return replace(
        decision(), **{**given, "proposed": own.level, "candidate": own.candidate, "level": own.level, **more}
    )


def test_a_table_given_important_keeps_its_columns_and_is_nominated_no_more():
    assert grade(CROWD, FOUND, policy()).table.candidate == "important", "the case needs a nominated table"
    result = graded(about_table(level="important"), table=CROWD)
    assert (result.table.level, result.table.candidate, result.table.review) == ("important", "", "")
    assert result.table.decision.act == "confirm" and result.table.reasons[0].rule == "person-confirmed"
    assert result.columns == grade(CROWD, FOUND, policy()).columns


def test_a_declined_nomination_of_a_table_stays_declined():
    table = graded(about_table(act=Act.CORRECT), table=CROWD).table
    assert (table.level, table.candidate, table.review) == ("L4", "", "")


def test_a_table_is_never_lower_than_its_columns_whatever_was_decided():
    assert graded(about_table(act=Act.CORRECT, level="L1"), table=CROWD).table.level == "L3"


def test_a_stricter_proposal_for_a_decided_table_counts_and_is_asked_about():
    held = about_table(act=Act.CORRECT, proposed="L2", level="L2")
    table = graded(held, table=CROWD).table
    assert (table.level, table.review, table.decision.note) == ("L4", "decision-differs", "policy-differs")


def test_a_higher_nomination_of_a_decided_table_is_asked_about():
    table = graded(about_table(candidate="", act=Act.CORRECT), table=CROWD).table
    assert (table.candidate, table.review) == ("important", "candidate")


def test_a_decision_over_a_table_again_changes_nothing():
    held = Decisions([about_table(level="important")], policy(), today=TODAY)
    once = grade(CROWD, FOUND, policy(), held).table
    assert held.table(CROWD, machine(once), once.level) == once
