"""guard-baseline.txt only shrinks; what was edited wrongly is refused with file and line."""

from dataclasses import replace

import pytest
from gate.found import TODAY, violation

from guard.gate.suppress.baseline import Baseline, Growth, baseline, rewritten, where
from guard.gate.suppress.settle import Leave, settle
from guard.model import RefusedError, UsageError
from guard.model.gate import Place, Violation

LINE = "0123456789abcdef0123  # hr.employee.sfzh · sensitive-undeclared · 2026-01-31"


def found(*places: str) -> tuple[Violation, ...]:
    return settle(
        [violation(place, line) for line, place in enumerate(places, 1)], Leave(), today=TODAY
    ).violations


def test_one_sorted_line_a_violation() -> None:
    text = str(rewritten(None, found("hr.b.sfzh", "hr.a.sfzh", "hr.c.sfzh"), today=TODAY).baseline)
    lines = text.splitlines()
    assert lines == sorted(lines) and len(lines) == 3
    assert any(line.endswith("  # hr.a.sfzh · sensitive-undeclared · 2026-03-01") for line in lines)


def test_what_is_written_is_read_again(tmp_path) -> None:
    path = tmp_path / "guard-baseline.txt"
    written = rewritten(None, found("hr.b.sfzh", "hr.员工 · 表.身份证"), today=TODAY).baseline
    path.write_text(str(written), "utf-8")
    assert baseline(path) == written
    path.write_bytes(str(written).replace("\n", "\r\n").encode("utf-8-sig"))
    assert baseline(path) == written


def test_there_may_be_none(tmp_path) -> None:
    assert baseline(tmp_path / "guard-baseline.txt") is None


def test_a_name_cannot_begin_a_line_of_its_own() -> None:
    assert where(violation("a.b\n0123")) == "a.b\\n0123"
    assert where(Violation(rule="r", severity="note", place=Place(file="x.sql", line=1))) == "x.sql"


def test_it_shrinks_freely_and_keeps_its_dates_and_remarks() -> None:
    before = rewritten(None, found("hr.a.sfzh", "hr.b.sfzh"), today=TODAY).baseline
    before = Baseline(entries=before.entries, remarks=("# kept",))
    after = rewritten(before, found("hr.b.sfzh"), today=TODAY.replace(day=9))
    assert (after.added, after.removed) == (0, 1)
    assert [entry.since for entry in after.baseline.entries.values()] == ["2026-03-01"]
    assert str(after.baseline).startswith("# kept\n")


def test_a_new_violation_is_refused_even_where_others_went() -> None:
    before = rewritten(None, found("hr.a.sfzh", "hr.b.sfzh"), today=TODAY).baseline
    with pytest.raises(RefusedError) as caught:
        rewritten(before, found("hr.c.sfzh"), today=TODAY)
    assert (caught.value.id, caught.value.params["count"]) == ("baseline-grows", 1)
    assert caught.value.params["where"] == "hr.c.sfzh"


def test_it_grows_with_a_reason_that_stays_in_it() -> None:
    before = rewritten(None, found("hr.a.sfzh"), today=TODAY).baseline
    growth = Growth(actor="zhang.san", reason="merged\nthe old system")
    after = rewritten(before, found("hr.a.sfzh", "hr.b.sfzh"), today=TODAY, growth=growth)
    assert (after.added, after.removed) == (1, 0)
    assert after.baseline.remarks == ("# 2026-03-01 zhang.san +1: merged\\nthe old system",)


def test_what_a_waiver_excuses_is_left_out() -> None:
    (one,) = found("hr.a.sfzh")
    assert not rewritten(None, [replace(one, state="waived")], today=TODAY).baseline.entries


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (f"# remark\n{LINE}\n{LINE}\n", "baseline-twice", 3),
        (LINE.replace("abc", "xyz"), "baseline-line", 1),
        (LINE[4:], "baseline-line", 1),
        (LINE.replace("2026-01-31", "2026-02-31"), "baseline-line", 1),
        (LINE.replace(" · 2026-01-31", ""), "baseline-line", 1),
        (f"{LINE}\n<<<<<<< HEAD\n", "baseline-line", 2),
        (f" {LINE}", "baseline-line", 1),
    ],
)
def test_a_wrong_line_is_refused(tmp_path, text: str, code: str, line: int) -> None:
    path = tmp_path / "guard-baseline.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        baseline(path)
    assert (caught.value.id, caught.value.params["line"]) == (code, line)


def test_a_file_that_is_no_text_is_refused(tmp_path) -> None:
    path = tmp_path / "guard-baseline.txt"
    path.write_bytes(LINE.encode() + b"\n\xff\n")
    with pytest.raises(UsageError) as caught:
        baseline(path)
    assert (caught.value.id, caught.value.params["line"]) == ("baseline-encoding", 2)
    with pytest.raises(UsageError, match="baseline-unreadable"):
        baseline(tmp_path)


def test_what_is_written_wrongly_is_never_put_up_with() -> None:
    wrong = tuple(replace(one, rule="waiver-invalid") for one in found("hr.a.sfzh"))
    assert rewritten(None, wrong, today=TODAY).baseline.entries == {}
    (one,) = wrong
    entry = rewritten(None, found("hr.a.sfzh"), today=TODAY).baseline.entries
    known = Baseline(entries={one.fingerprint: entry[one.fingerprint]})
    (settled,) = settle([one], Leave(baseline=known), today=TODAY).violations
    (same,) = settle(found("hr.a.sfzh"), Leave(baseline=known), today=TODAY).violations
    assert (settled.state, same.state) == ("open", "baseline")
