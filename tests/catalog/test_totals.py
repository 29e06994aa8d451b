"""Roll-ups of decisions and of packs that disagree, alike on every store."""

from dataclasses import replace

from guard.catalog.facts import CatalogFacts
from guard.model import Decided, Opinion, PackInfo


def test_decided_pending_and_conflicting_columns_are_counted(store, kit) -> None:
    said = tuple(Opinion(pack=pack, level=level, mapped=level) for pack, level in (("a", "L2"), ("b", "L3")))
    agreed = tuple(replace(one, mapped="L3") for one in said)
    decided = Decided(id="d", act="confirm", by="li", at="2026-01-01T00:00:00+00:00", reason="r")
    answers = (
        kit.answer(opinions=said, decision=decided),
        kit.answer(opinions=said),
        kit.answer(opinions=agreed, review="decision-pending"),
        kit.answer(),
    )
    made = replace(kit.result("t", columns=4), classifications=answers)
    store.begin(kit.run("r"))
    store.record("r", "u", [made])
    totals = kit.facts(store, "r").totals
    assert (totals.decided, totals.pending, totals.conflicts) == (1, 1, 2)


def test_facts_name_the_packs_that_grade(store, kit) -> None:
    info = PackInfo(id="gov_cn", version="1", name={}, standard="s", certainty="S")
    assert CatalogFacts(store, "r", {}, (), "en", (info,)).packs == (info,)
    assert kit.facts(store, "r").packs == ()
