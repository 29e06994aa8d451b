"""What counts in the end: waivers before the baseline, expired ones not at all."""

from datetime import date

from gate.found import RULES, TODAY, note, violation, waiver

from guard.gate.suppress.baseline import rewritten
from guard.gate.suppress.settle import Leave, settle

WAIVE = "waive sensitive-undeclared until 2026-06-30: read-only"


def settled(violations, **more):
    terms = {key: more.pop(key) for key in ("today", "whole", "isolated") if key in more}
    return settle(violations, Leave(rules=RULES, **more), **{"today": TODAY} | terms)


def base(*violations):
    return rewritten(None, settled(violations).violations, today=TODAY).baseline


def test_nothing_excused_is_open() -> None:
    found = settled([violation()])
    assert [(one.state, len(one.fingerprint)) for one in found.violations] == [("open", 20)]
    assert not (found.lapsed or found.unused or found.stale)


def test_a_waiver_excuses_and_is_told_with_it() -> None:
    granted = waiver()
    found = settled([violation(), violation("hr.person.sfzh")], waivers=[granted])
    assert [(one.state, one.waiver) for one in found.violations] == [("waived", granted), ("open", None)]
    assert not found.unused


def test_it_holds_to_the_end_of_its_last_day() -> None:
    granted = waiver(expires="2026-06-30")
    last, after = date(2026, 6, 30), date(2026, 7, 1)
    assert settled([violation()], waivers=[granted], today=last).violations[0].state == "waived"
    found = settled([violation()], waivers=[granted], today=after)
    assert found.violations[0].state == "open"
    assert (found.lapsed, found.unused) == ((granted,), ())


def test_a_waiver_that_excuses_nothing_is_unused() -> None:
    granted = waiver("hr.nobody")
    assert settled([violation()], waivers=[granted]).unused == (granted,)
    assert settled([violation()], waivers=[granted], whole=False).unused == ()


def test_inline_waivers_excuse_lapse_and_are_unused_too() -> None:
    notes = [note(WAIVE, 3), note(WAIVE, 9), note(WAIVE.replace("06-30", "02-28"), 12)]
    found = settled([violation(line=3), violation("hr.person.sfzh", 12)], notes=notes, whole=False)
    assert [one.state for one in found.violations] == ["waived", "open"]
    assert [one.place.line for one in found.unused] == [9]
    assert [one.place.line for one in found.lapsed] == [12]


def test_a_wrong_inline_waiver_excuses_nothing() -> None:
    far = WAIVE.replace("2026-06-30", "2027-06-30")
    found = settled([violation(line=3), violation("hr.b.x", 8)], notes=[note("waive it", 3), note(far, 8)])
    assert [one.state for one in found.violations] == ["open", "open"]
    assert not (found.unused or found.lapsed)


def test_the_baseline_hides_what_was_there_before_and_no_second_one_like_it() -> None:
    known = base(violation())
    found = settled([violation(line=30), violation(line=40), violation("hr.b.sjh")], baseline=known)
    assert [one.state for one in found.violations] == ["open", "baseline", "open"]
    assert not found.stale


def test_entries_that_nothing_needs_are_stale() -> None:
    known = base(violation(), violation("hr.b.sfzh"))
    found = settled([violation("hr.b.sfzh")], baseline=known)
    (gone,) = settled([violation()]).violations
    assert found.stale == (str(known.entries[gone.fingerprint]),)
    assert settled([], baseline=known, whole=False).stale == ()


def test_a_waiver_goes_before_the_baseline() -> None:
    found = settled([violation()], baseline=base(violation()), waivers=[waiver()])
    assert found.violations[0].state == "waived"
    assert len(found.stale) == 1


def test_the_ratchet_lets_the_entries_of_touched_tables_count_again() -> None:
    both = [violation("hr.employee.sfzh", 1), violation("hr.person.sfzh", 2)]
    found = settled(both, baseline=base(*both), touched={"employee"})
    assert [one.state for one in found.violations] == ["open", "baseline"]
    assert not found.stale
    found = settled(both, baseline=base(*both), touched={"x.hr.employee", "mployee"})
    assert [one.state for one in found.violations] == ["open", "baseline"]
