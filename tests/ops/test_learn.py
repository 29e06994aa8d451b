"""What decisions teach: measured, never silent, never against a decision."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from ops.review_city import City, known

from guard.config import Config
from guard.model import Act, RefusedError, UsageError
from guard.ops.audit import entries
from guard.ops.engine import rules
from guard.ops.learn import RULES, Taught, apply, learn, save
from guard.ops.review import Answer, Selection, Wish, carry_out, plan, select
from guard.ops.session import Session
from guard.policy.load import read_pack

PHONES = {
    f"t{n}": (
        ("dh", "varchar(20)", "", "mobile_phone"),
        ("jkzk", "varchar(20)", "", None),
        ("id", "int", "", None),
    )
    for n in range(4)
} | {"crm": (("dh", "varchar(20)", "电话", "mobile_phone"), ("jkzk_bz", "varchar(9)", "", None))}


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "rules", lambda *_: known())


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.chdir(tmp_path)
    made = City(tmp_path)
    made.scan(tables=PHONES)
    return made


def decide(city: City, *refs: str, approve: bool = True, **answer: object) -> None:
    with city.work() as work:
        items = select(work, Selection(refs=refs))
        made = plan(work, [Wish(item=item, answer=Answer(reason="seen", **answer)) for item in items])
        batch = carry_out(work, made).batch
    if made.pending and approve:
        from guard.ops.review import approve as approving

        with city.work("wang") as work:
            approving(work, (batch,))


def taught(city: City, folder: str = "local") -> Taught:
    with city.work() as work:
        return learn(work, city.folder / folder)


def test_corrections_alike_become_a_rule_with_its_effect(city: City) -> None:
    decide(city, "t0/jkzk", "t1/jkzk", act=Act.CORRECT, level="L3")
    (one,) = taught(city).measured
    assert one.sound and (one.proposal.key, one.proposal.word) == ("name", "jkzk")
    assert one.proposal.then == {"level": "L3", "floor": "L3"} and not one.proposal.against
    effects = one.effects
    assert (effects.columns, effects.flips, effects.agree, effects.disagree) == (5, 5, 2, 0)
    assert sum(effects.open.values()) == 3 and {after for _, after in effects.open} == {"L3"}


def test_columns_of_other_names_are_known_by_their_comment(tmp_path: Path) -> None:
    city = City(tmp_path)
    said = {f"t{n}": ((f"f{n}", "text", "帮扶措施", None), ("id", "int", "", None)) for n in range(3)}
    city.scan(tables=said)
    decide(city, "t0/f0", "t1/f1", act=Act.CORRECT, level="L4")
    (one,) = taught(city).measured
    assert (one.proposal.key, one.proposal.word, one.effects.columns) == ("says", "帮扶措施", 3)
    assert one.sound and one.effects.agree == 2 and sum(one.effects.open.values()) == 1


def test_one_decision_teaches_nothing(city: City) -> None:
    decide(city, "t0/jkzk", act=Act.CORRECT, level="L3")
    assert taught(city).measured == ()


def test_a_contradiction_is_shown_and_not_proposed(city: City) -> None:
    decide(city, "t0/jkzk", "t1/jkzk", act=Act.CORRECT, level="L3")
    decide(city, "t2/jkzk", act=Act.CORRECT, level="L4")
    decide(city, "crm/jkzk_bz", act=Act.CORRECT, level="L2")
    found = taught(city)
    (one,) = found.measured
    assert not one.sound and found.changes == () and found.patch() == ""
    assert sorted(one.effects.contrary) == [
        ("hr/public/crm/jkzk_bz", "L2", "L3"),
        ("hr/public/t2/jkzk", "L4", "L3"),
    ]


def test_waiting_decisions_teach_nothing(city: City) -> None:
    decide(city, "t0/dh", "t1/dh", act=Act.REJECT, approve=False)
    assert taught(city).decisions == 0


def test_rejections_alike_become_a_hint_against(tmp_path: Path) -> None:
    city = City(tmp_path, proof="value")
    city.scan(tables=PHONES)
    decide(city, "t0/dh", "t1/dh", act=Act.REJECT)
    (one,) = taught(city).measured
    assert (one.proposal.against, one.proposal.names, dict(one.proposal.then)) == (
        "mobile_phone",
        ("dh",),
        {},
    )
    assert (one.effects.columns, one.effects.flips, one.effects.agree) == (5, 5, 2)
    assert one.sound and "mobile_phone:\n+  - dh\n" in taught(city).patch()
    decide(city, "crm/dh", act=Act.CONFIRM)
    (after,) = taught(city).measured
    assert not after.sound
    assert [at[:2] for at in after.effects.contrary] == [("hr/public/crm/dh", "L2 mobile_phone")]


def test_no_hint_speaks_against_check_digits(city: City) -> None:
    decide(city, "t0/dh", "t1/dh", act=Act.REJECT)
    (one,) = taught(city).measured
    assert one.effects.flips == 0 and not one.sound


def test_a_type_corrected_is_a_rule_and_a_hint(tmp_path: Path) -> None:
    city = City(tmp_path, proof="value")
    city.scan(tables=PHONES)
    decide(city, "t0/dh", "t1/dh", act=Act.CORRECT, type="bank_card")
    (one,) = taught(city).measured
    assert one.proposal.against == "mobile_phone" and one.proposal.then["category"].startswith("个人信息")
    assert one.sound and one.effects.agree == 2
    assert {path.name for path in (change.path for change in taught(city).changes)} == {
        "pack.yaml", "90-learned.yaml", "learned.yaml",
    }  # fmt: skip


def test_a_patch_applies_and_the_pack_grades_so(city: City) -> None:
    decide(city, "t0/jkzk", "t1/jkzk", act=Act.CORRECT, type="person_name")
    found = taught(city)
    save(found, city.folder / "a.patch")
    assert not (city.folder / "local").exists()
    subprocess.run(["patch", "-p1", "-i", "a.patch"], cwd=city.folder, check=True, capture_output=True)
    by_patch = {path.name: path.read_text("utf-8") for path in (city.folder / "local").rglob("*.yaml")}
    with city.work() as work:
        assert learn(work, city.folder / "local").changes == ()
    (city.folder / RULES).unlink(missing_ok=True)
    made = rules(("local",), [city.folder])
    rule = next(rule for rule in made.policy.rules if rule.id.startswith("learned-jkzk-"))
    assert rule.then.level == "L2" and rule.certainty == "design" and rule.standard and rule.clause
    assert made.policy.base.id == "local" and set(by_patch) == {"pack.yaml", "90-learned.yaml"}


def test_applying_is_logged_or_does_not_happen(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(city, "t0/jkzk", "t1/jkzk", act=Act.CORRECT, level="L3")
    with city.work() as work:
        found = learn(work, city.folder / "local")
        apply(work, found)
    last = entries(city.session(), action="policy.learn")[-1]
    assert last.detail["changes"] == [found.sound[0].proposal.id] and last.detail["flips"] == 5
    assert read_pack(city.folder / "local", {"gov_cn": known().policy.base.folder})[1] == ()
    again = taught(city)
    assert again.changes == () and [one.known for one in again.measured] == [True]

    monkeypatch.setattr(
        "guard.ops.learn._checked", lambda *_: (_ for _ in ()).throw(UsageError("policy-none"))
    )
    with city.work() as work:
        other = learn(work, city.folder / "other")
        with pytest.raises(UsageError):
            apply(work, other)
    assert not list((city.folder / "other").rglob("*.yaml"))
    assert len(entries(city.session(), action="policy.learn")) == 1


def test_a_log_that_cannot_note_its_head_leaves_the_pack_as_it_was(city: City) -> None:
    decide(city, "t0/jkzk", "t1/jkzk", act=Act.CORRECT, level="L3")
    taught(city)
    head = city.folder / "c.db.head"
    head.unlink(missing_ok=True)
    head.mkdir()
    with city.work() as work:
        found = learn(work, city.folder / "local")
        with pytest.raises(RefusedError):
            apply(work, found)
    assert found.changes and not list((city.folder / "local").rglob("*.yaml"))


def test_hints_land_beside_the_packs(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from guard.ops.learn import _hints, _root
    from guard.policy.learn import Proposal

    with city.work() as work:
        assert _root(work, city.folder / "packs" / "local") == city.folder / "packs" / "local"
        config: Config = replace(work.session.config, policy_paths=(city.folder / "packs",))
        work.session = replace(work.session, config=config)
        assert _root(work, city.folder / "packs" / "local") == city.folder / "packs"
    path = city.folder / "learned.yaml"
    path.write_text("against: {landline: [dh]}\n")
    one = Proposal(key="name", word="dh", against="landline", names=("dh", "tel"))
    two = Proposal(key="name", word="x", against="email", names=("x",))
    assert "landline:\n  - dh\n  - tel\n  email:\n  - x\n" in _hints(path, [one, two]).after


def test_an_installed_pack_is_never_changed(city: City) -> None:
    decide(city, "t0/jkzk", "t1/jkzk", act=Act.CORRECT, level="L3")
    with city.work() as work, pytest.raises(UsageError) as raised:
        learn(work)
    assert raised.value.id == "learn-no-pack"
    with city.work() as work, pytest.raises(UsageError) as raised:
        learn(work, known().policy.base.folder)
    assert raised.value.id == "learn-no-pack"
