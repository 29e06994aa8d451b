"""What every store does alike: SQLite, PostgreSQL, memory."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from guard.model import GuardError, Status, UsageError


def test_results_come_back_as_they_were_in_path_order(store, kit):
    given = [kit.result("t2"), kit.skipped("t10"), kit.result("t1", source="a"), kit.result("t1")]
    store.begin(kit.run())
    for result in given:
        store.record(kit.run().id, result.unit, [result])
    found = list(kit.facts(store, kit.run().id).results())
    assert found == [given[2], given[3], given[1], given[0]]


def test_recording_a_unit_again_replaces_it_and_counts_nothing_twice(store, kit):
    store.begin(kit.run())
    first = [kit.result("s1", unit="book"), kit.result("s2", unit="book")]
    again = [kit.result("s1", unit="book", level="L4")]
    store.record(kit.run().id, "book", first)
    store.record(kit.run().id, "other", [kit.result("x", unit="other")])
    store.record(kit.run().id, "book", again)
    facts = kit.facts(store, kit.run().id)
    assert [item.asset.name for item in facts.results()] == ["s1", "x"]
    assert facts.totals.levels == {"L3": 2, "L4": 2}
    assert facts.totals.columns == 4


def test_finished_units_include_empty_ones_and_belong_to_their_run(store, kit):
    for id in ("one", "two"):
        store.begin(kit.run(id))
    store.record("one", "空 folder/%2F", [])
    store.record("two", "b", [])
    assert store.finished_units("one") == {"空 folder/%2F"}


def test_totals(store, kit):
    store.begin(kit.run())
    sampled = kit.result("a", level="L4")
    scanned = kit.result("b", level="undetermined")
    scanned = replace(scanned, coverage=replace(scanned.coverage, status=Status.SCANNED))
    marked = kit.answer("L3", candidate="important", confirmable=True)
    given = [sampled, scanned, replace(kit.result("c"), classifications=(marked, marked))]
    for result in [*given, kit.skipped("d"), kit.skipped("e", "timeout"), kit.skipped("f")]:
        store.record(kit.run().id, result.unit, [result])
    totals = kit.facts(store, kit.run().id).totals
    assert (totals.assets, totals.scanned, totals.sampled, totals.skipped) == (6, 1, 2, 3)
    assert totals.assets == totals.scanned + totals.sampled + totals.skipped
    assert list(totals.levels.items()) == [("L3", 2), ("L4", 2), ("undetermined", 2)]
    assert (totals.columns, totals.candidates, totals.review) == (6, 2, 4)
    assert totals.reasons == {"denied": 2, "timeout": 1}


def test_a_run_goes_on_and_ends(store, kit):
    store.begin(kit.run())
    store.finish(kit.run().id, "interrupted", "2026-01-01T00:01:00+00:00")
    store.begin(kit.run())
    assert store.find_run().status == "running"
    store.finish(kit.run().id, "complete", "2026-01-01T00:02:00+00:00")
    ended = replace(kit.run(), status="complete", finished="2026-01-01T00:02:00+00:00")
    assert store.runs() == (ended,)
    assert kit.facts(store, kit.run().id).run == ended


def test_find_run_takes_the_latest_an_id_or_its_start(store, kit):
    with pytest.raises(UsageError) as none:
        store.find_run()
    assert none.value.id == "run-none"
    for id in ("20260101-a", "20260101-b", "20260102-a"):
        store.begin(kit.run(id))
    assert store.find_run("latest").id == "20260102-a"
    assert store.find_run("20260102").id == "20260102-a"
    assert store.find_run("20260101-a").id == "20260101-a"
    with pytest.raises(UsageError) as many:
        store.find_run("20260101")
    assert (many.value.id, many.value.params["known"]) == ("run-ambiguous", "20260101-b, 20260101-a")
    with pytest.raises(UsageError) as unknown:
        store.find_run("20260102-b")
    assert (unknown.value.id, unknown.value.params["nearest"]) == ("run-unknown", "20260102-a")


def test_writing_to_an_unknown_run_is_refused(store, kit):
    store.begin(kit.run())
    with pytest.raises(UsageError) as error:
        store.record("nope", "u", [])
    assert error.value.id == "run-unknown"


def test_regrading_replaces_classifications_and_nothing_else(store, kit):
    store.begin(kit.run())
    given = [kit.result(f"t{at:03}") for at in range(120)] + [kit.skipped("z")]
    for result in given:
        store.record(kit.run().id, result.unit, [result])
    facts = kit.facts(store, kit.run().id)
    new = kit.answer("L1")
    changed = (
        replace(item, classifications=(new,) * len(item.classifications), table=new if item.table else None)
        for item in facts.results()
    )
    store.replace_classifications(kit.run().id, changed, policy="sha256:new")
    after = list(kit.facts(store, kit.run().id).results())
    assert after[:-1] == [replace(item, classifications=(new, new), table=new) for item in given[:-1]]
    assert after[-1] == given[-1]
    assert store.find_run().policy == "sha256:new"
    assert store.find_run().pack == "gov_cn"


def test_regrading_is_all_or_nothing(store, kit):
    store.begin(kit.run())
    stored = kit.result("a")
    store.record(kit.run().id, stored.unit, [stored])
    changed = replace(stored, classifications=(kit.answer("L1"),) * 2)
    with pytest.raises(GuardError) as error:
        store.replace_classifications(kit.run().id, [changed, kit.result("stranger")], policy="new")
    assert error.value.id == "catalog-no-asset"
    assert list(kit.facts(store, kit.run().id).results()) == [stored]
    assert store.find_run().policy == ""


def test_threads_share_a_store(store, kit):
    store.begin(kit.run())
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for at in range(10):
                result = kit.result(f"t{number}_{at}")
                store.record(kit.run().id, result.unit, [result])
                store.finished_units(kit.run().id)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert kit.facts(store, kit.run().id).totals.assets == 60
    assert len(store.finished_units(kit.run().id)) == 60


def test_the_key_is_long_and_lasts(store):
    assert len(store.key) == 32
    assert store.key == store.key


def test_answers_must_run_parallel_to_columns(store, kit):
    store.begin(kit.run())
    crooked = replace(kit.result("a"), findings=kit.result("a").findings[:1])
    with pytest.raises(ValueError, match="1 answers for 2 columns"):
        store.record(kit.run().id, "u", [crooked])


HOSTILE = [
    "a'; DROP TABLE runs; --",
    'quote " ` ] [/] [bold]x',
    "line\nbreak\ttab\r",
    "nul\0byte",
    "\x1b[31mred\u202egnp.exe",
    "😀" * 300,
    b"\xce\xc4\xbc\xfe.csv".decode("utf-8", "surrogateescape"),
    '\\j"not json',
    "%2F/.././",
    "",
]


def test_hostile_names_come_back_exactly(store, kit):
    store.begin(kit.run())
    given = []
    for at, name in enumerate(HOSTILE):
        made = kit.result("x")
        columns = tuple(
            replace(item, name=f"{name}{n}", comment=name) for n, item in enumerate(made.asset.columns)
        )
        asset = replace(
            made.asset, path=(name, f"{at}"), columns=columns, comment=name, system=name, department=name
        )
        given.append(replace(made, asset=asset, unit=name, location=name))
        store.record(kit.run().id, name, [given[-1]])
    found = sorted(kit.facts(store, kit.run().id).results(), key=lambda item: int(item.asset.path[1]))
    assert found == given
    assert store.finished_units(kit.run().id) == set(HOSTILE)


def test_a_dictionary_of_2000_columns_and_a_long_path(store, kit):
    store.begin(kit.run())
    wide = kit.result("w" * 5000, columns=2000, unit="u" * 5000)
    store.record(kit.run().id, wide.unit, [wide])
    assert list(kit.facts(store, kit.run().id).results()) == [wide]
