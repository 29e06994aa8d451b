"""Bundles: what goes in comes out, each source once; what is not sound changes nothing."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from guard.catalog import decisions as kept
from guard.catalog.audit import raw_entries
from guard.catalog.bundle import DECISIONS, MANIFEST, RESULTS
from guard.catalog.decisions import Changing, held, history
from guard.catalog.facts import CatalogFacts
from guard.catalog.merge import merge
from guard.catalog.store import Store
from guard.catalog.unbundle import opened
from guard.catalog.verify import verify
from guard.model import (
    Act,
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    Decided,
    Decision,
    Event,
    Evidence,
    Finding,
    GuardError,
    Mixed,
    Opinion,
    Problem,
    Reason,
    RefusedError,
    Run,
    Shape,
    Standing,
    Status,
    UsageError,
)
from guard.ops import bundle
from guard.ops.audit import event
from guard.ops.session import Session

# --- catalogues of two sites and of a head office ------------------------------------------------

DECIDED = Event(at="2026-01-01T00:00:00Z", actor="li", account="li", action="review.correct", subject="x")


@contextmanager
def changing(store: Store) -> Iterator[Changing]:
    with kept.changing(store) as change:
        yield change
        change.log(DECIDED)


def result(table: str, *, source: str = "hr", level: str = "L3", unit: str = "") -> AssetResult:
    columns = tuple(
        Column(name=name, position=at, type="text", comment="电话") for at, name in enumerate("ab")
    )
    finding = Finding(
        column="a",
        type="mobile_phone",
        confidence=0.93,
        evidence=(Evidence(kind="value", type="mobile_phone", weight=1.5, hits=3, total=4),),
        alternatives=(("landline_phone", 0.1),),
        mixed=(Mixed(type="id_card", hits=1, total=4, rows=(3,)),),
        shape=Shape(rows=4, flags=("mojibake",), facts={"min_age": 3.0}),
        missed=0.96,
    )
    answer = Classification(
        domain="人口",
        category="个人信息/电话",
        level=level,
        reasons=(Reason(rule="type-level", effect="level", clause="6.3", level=level, params={"rows": 3}),),
        opinions=(Opinion(pack="pipl", level="ordinary", mapped="L2", rules=("a", "b")),),
        controls=("C-STO-01",),
    )
    return AssetResult(
        asset=Asset(source=source, path=("db", table), kind=AssetKind.TABLE, columns=columns, rows=10),
        coverage=Coverage(status=Status.SAMPLED, rows=4, of=10, problems=(Problem(code="cut", path=("x",)),)),
        findings=tuple(replace(finding, column=column.name) for column in columns),
        classifications=(answer, answer),
        table=answer,
        unit=unit or f"{source}/db/{table}",
        location="guard.yaml:3",
    )


def skipped(table: str) -> AssetResult:
    asset = Asset(source="hr", path=("db", table), kind=AssetKind.TABLE)
    coverage = Coverage(status=Status.SKIPPED, problems=(Problem(code="denied", params={"role": "r"}),))
    return AssetResult(asset=asset, coverage=coverage, unit=f"hr/db/{table}")


def decided(id: str, table: str = "t1", *, level: str = "L4", source: str = "hr", **fields) -> Decision:
    made = Decision(
        id=id, batch=f"b-{id}", act=Act.CONFIRM, standing=Standing.ACTIVE, source=source,
        path=("db", table), column="a", position=0, declared="text", found="mobile_phone", proposed="L3",
        candidate="", type="mobile_phone", category="", level=level, reason="看过", author="zhang",
        at="2026-01-02T00:00:00+00:00", approver="li", approved="2026-01-02T01:00:00+00:00",
    )  # fmt: skip
    return replace(made, **fields)


class Site:
    """A catalogue with a session on it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.session = Session.open(catalog=str(folder / f"{name}.db"), actor="chen")

    def store(self) -> Store:
        return self.session.store()

    def scan(self, day: int, *results: AssetResult, decisions: tuple[Decision, ...] = (), **run) -> str:
        at = f"2026-01-{day:02}T00:00:00+00:00"
        made = Run(
            id=f"202601{day:02}-{self.name}", started=at, finished=at, status="complete", pack="gov_cn 1"
        )
        made = replace(made, **run)
        with self.store() as store:
            store.begin(made)
            for unit in {item.unit: None for item in results}:
                store.record(made.id, unit, [item for item in results if item.unit == unit])
            if decisions:
                with changing(store) as change:
                    change.add(decisions)
        return made.id

    def export(self, run: str = "latest", **more) -> Path:
        path = self.folder / f"{self.name}-{len(list(self.folder.glob('*.zip')))}.zip"
        bundle.export(self.session, path, run, **{"site": self.name, **more})
        return path

    def merge(self, *paths: Path, **more) -> bundle.Mix:
        return bundle.merge(self.session, paths, **more)

    def results(self, run: str = "latest") -> list[AssetResult]:
        with self.store() as store:
            return list(CatalogFacts(store, store.find_run(run).id, {}, (), "en").results())

    def refs(self) -> set[str]:
        return {item.asset.ref for item in self.results()}

    def state(self) -> tuple:
        """Everything that a merge could change."""
        with self.store() as store, store.reading() as connection:
            return (store.runs(), history(store), [raw.number for raw in raw_entries(connection)])


@pytest.fixture
def sites(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tuple(Site(tmp_path, name) for name in ("north", "south", "office"))


# --- there and back ------------------------------------------------------------------------------


def test_everything_but_values_comes_along_and_each_source_gets_the_name_of_its_site(sites):
    north, south, office = sites
    one, other = [result("t1"), result("空 /%2F"), skipped("t9")], [result("t1", level="L2")]
    north.scan(1, *one)
    south.scan(1, *other)
    done = office.merge(north.export(), south.export())
    assert (done.assets, [item.manifest.site for item in done.taken], done.skipped) == (
        4,
        ["north", "south"],
        (),
    )

    def there(item: AssetResult, site: str) -> AssetResult:
        asset = replace(item.asset, source=f"hr@{site}")
        return replace(item, asset=asset, unit=item.unit.replace("hr/", f"hr@{site}/"))

    wanted = [*(there(item, "north") for item in one), *(there(item, "south") for item in other)]
    assert sorted(map(repr, office.results())) == sorted(map(repr, wanted))
    assert done.run is not None and done.run.status == "complete"


def test_hostile_names_come_through(sites):
    north, _, office = sites
    names = (
        "nul\0byte",
        "\x1b[31mred",
        "a'; DROP TABLE runs",
        "😀" * 50,
        b"\xce\xc4".decode("utf-8", "surrogateescape"),
        "@@/%",
    )
    given = [
        replace(
            result("x"),
            asset=replace(result("x").asset, path=(name,), comment=name),
            unit=f"hr/{at}",
            location=name,
        )
        for at, name in enumerate(names)
    ]
    north.scan(1, *given)
    office.merge(north.export())
    assert {item.asset.path for item in office.results()} == {(name,) for name in names}
    assert {item.asset.comment for item in office.results()} == set(names)


def test_the_same_content_is_the_same_file_but_for_the_head_of_the_log(sites):
    north, *_ = sites
    run = north.scan(1, result("t1"), decisions=(decided("d1"),))
    first, again = (zipfile.ZipFile(north.export(run)) for _ in range(2))
    assert [first.read(name) for name in (RESULTS, DECISIONS)] == [
        again.read(name) for name in (RESULTS, DECISIONS)
    ]
    manifests = [json.loads(one.read(MANIFEST)) for one in (first, again)]
    assert manifests[0].pop("audit") != manifests[1].pop("audit")
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_the_digest_that_came_apart_is_asked_for(sites, algorithm):
    north, _, office = sites
    north.scan(1, result("t1"))
    path = north.export(algorithm=algorithm)
    digest = bundle.show(path).digest
    assert digest.startswith(f"{algorithm}:")
    if algorithm == "sha256":
        assert digest == f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    before = office.state()
    for wrong, id in (("0" * 64, "bundle-digest"), ("abc", "bundle-bad-digest")):
        with pytest.raises(GuardError) as error:
            office.merge(path, told=[wrong])
        assert error.value.id == id
    assert office.state() == before
    assert office.merge(path, told=["0" * 64, digest.split(":")[1].upper()]).run is not None


# --- without counting twice ----------------------------------------------------------------------


def test_merging_again_changes_nothing(sites):
    north, south, office = sites
    north.scan(1, result("t1"))
    south.scan(1, result("t1"))
    paths = north.export(), south.export()
    office.merge(*paths)
    before = office.state()
    for given in ((paths[0],), (paths[1], paths[0]), (paths[0], paths[0])):
        done = office.merge(*given)
        assert (done.run, [why for _, why in done.skipped]) == (None, ["same"] * len(given))
    assert office.state() == before


def test_one_bundle_given_twice_counts_once(sites):
    north, _, office = sites
    north.scan(1, result("t1"))
    path = north.export()
    done = office.merge(path, path)
    assert (done.assets, len(done.taken), [why for _, why in done.skipped]) == (1, 1, ["same"])


def test_a_newer_run_takes_the_place_of_the_sources_it_read_whole(sites):
    north, south, office = sites
    north.scan(1, result("t1"), result("gone"), result("x", source="fin"))
    south.scan(1, result("t1"))
    office.merge(north.export(), south.export())
    north.scan(2, result("t1", level="L4"), result("t2"))
    done = office.merge(north.export())
    assert office.refs() == {"hr@north/db/t1", "hr@north/db/t2", "fin@north/db/x", "hr@south/db/t1"}
    levels = {item.asset.ref: item.table.level for item in office.results()}
    assert (levels["hr@north/db/t1"], levels["hr@south/db/t1"]) == ("L4", "L3")
    assert done.assets == 4


@pytest.mark.parametrize("narrow", [{"scope": {"include": ["t1"]}}, {"status": "interrupted"}])
def test_a_newer_run_of_a_part_takes_the_place_of_what_it_read(sites, narrow):
    north, _, office = sites
    north.scan(1, result("t1"), result("t2"))
    office.merge(north.export())
    north.scan(2, result("t1", level="L4"), **narrow)
    office.merge(north.export())
    assert {item.asset.name: item.table.level for item in office.results()} == {"t1": "L4", "t2": "L3"}


def test_an_older_run_changes_nothing(sites):
    north, _, office = sites
    older = north.export(north.scan(1, result("t1"), result("t2")))
    newer = north.export(north.scan(2, result("t1", level="L4")))
    office.merge(newer)
    before = office.state()
    done = office.merge(older)
    assert (done.run, [why for _, why in done.skipped]) == (None, ["older"])
    assert office.state() == before


def test_the_order_of_files_does_not_matter(sites, tmp_path):
    north, south, _ = sites
    paths = [
        north.export(north.scan(1, result("t1"), result("x", source="fin"))),
        north.export(north.scan(2, result("t1", level="L4"))),
        south.export(south.scan(1, result("t1", level="L1"))),
    ]
    seen = set()
    for at, order in enumerate(([0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0])):
        office = Site(tmp_path, f"office{at}")
        office.merge(*(paths[one] for one in order))
        seen.add("\n".join(map(repr, office.results())))
    assert len(seen) == 1


def test_the_same_run_after_more_decisions_is_newer(sites):
    north, _, office = sites
    run = north.scan(1, result("t1"))
    office.merge(north.export())
    with north.store() as store, changing(store) as change:
        change.add([decided("d1")])
    done = office.merge(north.export(run))
    assert (len(done.taken), done.decisions, done.assets) == (1, 1, 1)


def test_one_site_name_stands_for_one_catalogue(sites):
    north, south, office = sites
    north.scan(1, result("t1"))
    south.scan(1, result("t1"))
    office.merge(north.export())
    before = office.state()
    for path in (south.export(site="north"), north.export(site="elsewhere")):
        with pytest.raises(RefusedError) as refused:
            office.merge(path)
        assert refused.value.id == "bundle-site"
    assert office.state() == before


@pytest.mark.parametrize("site", ["a b", "a@b", "a/b", "x" * 41, "\n"])
def test_a_site_has_a_name_that_can_stand_in_a_reference(sites, site):
    north, *_ = sites
    north.scan(1, result("t1"))
    with pytest.raises(UsageError) as error:
        north.export(site=site)
    assert error.value.id == "bundle-site-name"


def test_a_run_to_add_to_must_be_a_merged_one(sites):
    north, _, office = sites
    north.scan(1, result("t1"))
    own = office.scan(1, result("own"))
    with pytest.raises(UsageError) as error:
        office.merge(north.export(), into=own)
    assert error.value.id == "bundle-not-merged"
    assert office.merge(north.export()).run is not None
    assert office.refs() == {"hr@north/db/t1"}


# --- decisions -----------------------------------------------------------------------------------


def standing(site: Site) -> dict[str, tuple[str, str]]:
    with site.store() as store:
        return {one.id.partition("@")[0]: (one.standing.value, one.source) for one in history(store)}


def test_decisions_come_along_with_their_authors(sites):
    north, _, office = sites
    mark = Decided(id="d1", act="confirm", by="zhang", at="2026-01-02", reason="看过")
    seen = result("t1")
    seen = replace(
        seen, classifications=(replace(seen.classifications[0], decision=mark), seen.classifications[1])
    )
    waiting = decided("d2", "t2", standing=Standing.PENDING)
    north.scan(1, seen, result("t2"), decisions=(decided("d1"), waiting, decided("d3", source="other")))
    done = office.merge(north.export())
    with office.store() as store:
        (one,) = held(store)
    assert (one.author, one.approver, one.reason, one.at) == ("zhang", "li", "看过", decided("d1").at)
    assert (one.source, one.path, done.decisions) == ("hr@north", ("db", "t1"), 1)
    assert office.results()[0].classifications[0].decision.id == one.id


ALONE = {"approver": "", "approved": ""}


@pytest.mark.parametrize(
    ("fields", "stands"),
    [
        ({"level": "L3", **ALONE}, "active"),
        ({"level": "L4", **ALONE}, "active"),
        ({"level": "L1", "approver": "li"}, "active"),
        ({"level": "L1", **ALONE}, "pending"),
        ({"level": "L1", "approver": " ＺＨＡＮＧ"}, "pending"),
        ({"level": "L1", "proposed": "L1", **ALONE}, "pending"),
        ({"level": "core", "proposed": "core", **ALONE}, "pending"),
        ({"column": "gone", "path": ("db", "no table"), **ALONE}, "pending"),
    ],
)
def test_what_takes_two_persons_here_waits_where_only_one_made_it(sites, fields, stands):
    north, _, office = sites
    policy = north.session.rules().policy.digest
    north.scan(1, result("t1", level="L1"), policy=policy, decisions=(decided("d1", **fields),))
    done = office.merge(north.export())
    assert standing(office) == {"d1": (stands, "hr@north")}
    assert done.waiting == (stands == "pending")
    with office.store() as store:
        (one,) = held(store)
        assert one.approver == ("" if stands == "pending" else fields["approver"])
    if stands == "pending" and one.column == "a":
        answer = office.results()[0].classifications[0]
        assert (answer.level, answer.decision, answer.review) == ("L2", None, "decision-pending")


def test_what_waits_is_graded_here_whatever_policy_the_bundle_was_graded_by(sites):
    north, _, office = sites
    mark = Decided(id="d1", act="confirm", by="zhang", at="2026-01-02", reason="看过")
    seen = result("t1", level="L1")
    seen = replace(seen, classifications=tuple(replace(one, decision=mark) for one in seen.classifications))
    north.scan(1, seen, policy="other", decisions=(decided("d1", level="L1", **ALONE),))
    office.merge(north.export())
    assert [one.level for one in office.results()[0].classifications] == ["L2", "L2"]


def test_a_rejection_is_judged_by_what_is_left_not_by_the_level_it_tells(sites):
    north, _, office = sites
    seen = result("t1")
    columns = tuple(replace(column, comment="") for column in seen.asset.columns)
    seen = replace(seen, asset=replace(seen.asset, columns=columns))
    rejected = decided("d1", act=Act.REJECT, type="", level="L4", **ALONE)
    north.scan(1, seen, decisions=(rejected,))
    office.merge(north.export())
    assert standing(office)["d1"][0] == "pending"


def test_what_was_approved_here_is_not_asked_again(sites):
    north, _, office = sites
    north.scan(1, result("t1"), decisions=(decided("d1", level="L1", **ALONE),))
    office.merge(north.export())
    with office.store() as store, changing(store) as change:
        change.stand([held(store)[0].id], Standing.ACTIVE, approver="li", approved="2026-02-01")
    north.scan(2, result("t1"))
    office.merge(north.export())
    assert standing(office)["d1"][0] == "active"
    with north.store() as store, changing(store) as change:
        change.stand(["d1"], Standing.UNDONE)
    office.merge(north.export(run="latest"))
    with north.store() as store, changing(store) as change:
        change.stand(["d1"], Standing.ACTIVE)
    north.scan(3, result("t1"))
    office.merge(north.export())
    assert standing(office)["d1"][0] == "active"


def test_what_was_decided_here_counts_and_the_difference_is_listed(sites):
    north, _, office = sites
    north.scan(1, result("t1"), result("t2"))
    office.merge(north.export())
    with office.store() as store, changing(store) as change:
        change.add(
            [decided("here", level="L2", source="hr@north"), decided("alike", "t2", source="hr@north")]
        )
    with north.store() as store, changing(store) as change:
        change.add([decided("there"), decided("too", "t2")])
    done = office.merge(north.export())
    assert [(one.column, one.ours, one.theirs) for one in done.clashes] == [("hr@north/db/t1/a", "L2", "L4")]
    said = standing(office)
    assert {id: state for id, (state, _) in said.items()} == {
        "here": "active", "alike": "active", "there": "replaced", "too": "replaced",
    }  # fmt: skip


def test_what_was_taken_back_there_no_longer_counts_here(sites):
    north, south, office = sites
    north.scan(1, result("t1"), decisions=(decided("d1"),))
    south.scan(1, result("t1"), decisions=(decided("d1"),))
    office.merge(north.export(), south.export())
    with north.store() as store, changing(store) as change:
        change.stand(["d1"], Standing.UNDONE)
    office.merge(north.export())
    with office.store() as store:
        assert [(one.source, one.standing.value) for one in history(store)] == [
            ("hr@north", "undone"), ("hr@south", "active"),
        ]  # fmt: skip
    with north.store() as store, changing(store) as change:
        change.stand(["d1"], Standing.ACTIVE)
    office.merge(north.export())
    with office.store() as store:
        assert [one.standing.value for one in history(store)] == ["active", "active"]


def test_export_and_merge_are_logged(sites):
    north, _, office = sites
    north.scan(1, result("t1"))
    path = north.export()
    done = office.merge(path)
    for site, action, subject in (
        (north, "bundle.export", "20260101-north"),
        (office, "bundle.merge", done.run.id),
    ):
        with site.store() as store:
            assert verify(store).faults == ()
            with store.reading() as connection:
                last = [*raw_entries(connection)][-1]
        assert (last.texts["action"], last.texts["subject"], last.texts["actor"]) == (action, subject, "chen")
    assert last.detail["bundles"][0]["digest"] == bundle.show(path).digest


def test_what_cannot_be_logged_is_not_exported_or_merged(sites, tmp_path):
    north, _, office = sites
    north.scan(1, result("t1"))
    path = north.export()
    office.scan(1, result("t1"))
    before = office.state()
    for site in (north, office):
        with site.store() as store, store.engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
    with pytest.raises(RefusedError):
        bundle.export(north.session, tmp_path / "new.zip", "latest")
    with pytest.raises(RefusedError) as refused:
        office.merge(path)
    assert refused.value.id == "audit-unwritable"
    assert not (tmp_path / "new.zip").exists() and not list(tmp_path.glob(".guard-*"))
    assert office.state() == before


# --- not sound -----------------------------------------------------------------------------------


@pytest.fixture
def sound(sites) -> Path:
    north, *_ = sites
    north.scan(1, result("t1"), result("t2"), skipped("t3"), decisions=(decided("d1"),))
    return north.export()


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(parts: dict[str, bytes] | list[tuple[str, bytes]], **manifest) -> bytes:
    """A bundle of ``parts`` whose own digests are right; ``manifest`` changes what it says of itself."""
    parts = list(parts.items()) if isinstance(parts, dict) else parts
    about = json.loads(dict(parts)[MANIFEST])
    for name in (RESULTS, DECISIONS):
        content = dict(parts)[name]
        about["members"][name] = {
            "lines": content.count(b"\n"), "bytes": len(content), "digest": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
    about |= manifest
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            target.writestr(name, json.dumps(about) if name == MANIFEST else content)
    return stream.getvalue()


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(GuardError) as error, opened(path) as found:
        found.check()
    assert error.value.exit_code in (2, 4)
    return error.value.id


def taken(path: Path, content: bytes) -> list[AssetResult] | None:
    """What would be merged; None where it is refused. Anything but a GuardError fails the test."""
    path.write_bytes(content)
    try:
        with opened(path) as found:
            found.check()
            return [*found.results(), *found.decisions()]
    except GuardError as error:
        assert error.exit_code in (2, 4), error.id
        return None


def test_a_bundle_that_was_cut_is_refused_wherever_it_was(sound):
    whole = sound.read_bytes()
    for size in range(0, len(whole) - 1, 13):
        assert refused(sound, whole[:size]) in ("bundle-none", "bundle-damaged"), size


def test_a_changed_byte_is_refused_or_changes_nothing_and_never_passes_the_digest(sound, sites):
    digest = bundle.show(sound).digest
    whole = sound.read_bytes()
    right = taken(sound, whole)
    assert right is not None
    dice = random.Random(7)
    for _ in range(600):
        changed = bytearray(whole)
        changed[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        assert taken(sound, bytes(changed)) in (None, right)
        with pytest.raises(GuardError), opened(sound, [digest]) as found:
            found.check()


@pytest.mark.parametrize(
    ("change", "id"),
    [
        ({"format": 2}, "bundle-newer"),
        ({"format": 10**9}, "bundle-newer"),
        ({"format": "2"}, "bundle-damaged"),
        ({"format": True}, "bundle-damaged"),
        ({"unknown": 1}, "bundle-damaged"),
        ({"site": "a/b"}, "bundle-damaged"),
        ({"site": 5}, "bundle-damaged"),
        ({"catalogue": "../../etc"}, "bundle-damaged"),
        ({"hash": "md5"}, "bundle-damaged"),
        ({"audit": "x"}, "bundle-damaged"),
        ({"run": ""}, "bundle-damaged"),
        ({"run": "x" * 65}, "bundle-damaged"),
        ({"status": "fine"}, "bundle-damaged"),
        ({"columns": 99}, "bundle-damaged"),
        ({"sources": ["other"]}, "bundle-damaged"),
        ({"sources": "hr"}, "bundle-damaged"),
        ({"members": {}}, "bundle-damaged"),
        ({"packs": [1]}, "bundle-damaged"),
    ],
)  # fmt: skip
def test_a_manifest_that_says_something_else_is_refused(sound, change, id):
    assert refused(sound, packed(members(sound), **change)) == id


def renamed(parts: dict[str, bytes], name: str) -> list[tuple[str, bytes]]:
    return [*parts.items(), (name, b"x")]


@pytest.mark.parametrize(
    "name", ["../../evil", "/etc/cron.d/x", "results.jsonl", "a\\..\\b", "extra.txt", "dir/"]
)
def test_a_bundle_with_another_member_is_refused(sound, name):
    with pytest.warns(UserWarning) if name == RESULTS else io.StringIO():
        content = packed(renamed(members(sound), name))
    assert refused(sound, content) == "bundle-members"
    assert sorted(path.name for path in sound.parent.iterdir() if path.suffix == "") == []


def test_members_in_another_order_or_missing_are_refused(sound):
    parts = members(sound)
    assert refused(sound, packed(dict(reversed(parts.items())))) == "bundle-members"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr(MANIFEST, parts[MANIFEST])
    assert refused(sound, stream.getvalue()) == "bundle-members"


def test_a_zip_bomb_is_refused_unread(sound):
    parts = members(sound)
    parts[RESULTS] = b"\n" * (80 << 20)
    assert refused(sound, packed(parts)) == "bundle-bomb"


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b"\x1f\x8b\x08", b"SQLite format 3\0" * 9])
def test_another_file_is_no_bundle(tmp_path, content):
    assert refused(tmp_path / "x.zip", content) == "bundle-none"


def test_a_zip_of_something_else_and_a_folder_are_no_bundle(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("letter.txt", "x")
    assert refused(tmp_path / "x.zip", stream.getvalue()) == "bundle-none"
    for path in (tmp_path, tmp_path / "missing.zip"):
        with pytest.raises(UsageError), opened(path):
            pass


def forged(parts: dict[str, bytes], member: str, change) -> bytes:
    parts = dict(parts)
    lines = parts[member].splitlines()
    record = json.loads(lines[0])
    change(record)
    parts[member] = b"\n".join([json.dumps(record).encode(), *lines[1:], b""])
    return packed(parts)


@pytest.mark.parametrize(
    ("member", "change"),
    [
        (RESULTS, lambda row: row.update(extra=1)),
        (RESULTS, lambda row: row["asset"].update(extra=1)),
        (RESULTS, lambda row: row["columns"][0].update(extra=1)),
        (RESULTS, lambda row: row["asset"].update(id=7)),
        (RESULTS, lambda row: row["columns"][0]["evidence"].update(sample="13812345678")),
        (RESULTS, lambda row: row["columns"][0]["evidence"]["shape"].append("x")),
        (RESULTS, lambda row: row["columns"][0].update(confidence="high")),
        (RESULTS, lambda row: row["columns"][0].update(confidence=float("nan"))),
        (RESULTS, lambda row: row["columns"][0].update(position=1 << 40)),
        (RESULTS, lambda row: row["columns"][0].update(position=True)),
        (RESULTS, lambda row: row["columns"][0].pop("name")),
        (RESULTS, lambda row: row["columns"][0].update(reasons="[")),
        (RESULTS, lambda row: row["columns"][0].update(reasons="[" * 100_000)),
        (RESULTS, lambda row: row["columns"].pop()),
        (RESULTS, lambda row: row["asset"].update(rows=1 << 70)),
        (RESULTS, lambda row: row["asset"].update(kind="spell")),
        (RESULTS, lambda row: row["asset"].update(basis="v" * 30)),
        (RESULTS, lambda row: row["asset"].update(path="t1")),
        (RESULTS, lambda row: row["asset"].update(reason="other")),
        (DECISIONS, lambda row: row.update(extra=1)),
        (DECISIONS, lambda row: row.pop("reason")),
        (DECISIONS, lambda row: row.update(standing="pending")),
        (DECISIONS, lambda row: row.update(act="bless")),
        (DECISIONS, lambda row: row.update(source="elsewhere")),
        (DECISIONS, lambda row: row.update(id="x" * 60)),
        (DECISIONS, lambda row: row.update(path=[1])),
        (DECISIONS, lambda row: row.update(position=None)),
    ],
)  # fmt: skip
def test_a_line_that_guard_would_not_write_is_refused_even_with_right_digests(sound, member, change):
    assert refused(sound, forged(members(sound), member, change)) == "bundle-damaged"


def test_a_bundle_that_changes_after_it_was_checked_merges_nothing(sound, sites):
    *_, office = sites
    office.scan(1, result("own"))
    before = office.state()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target:
        for name, content in members(sound).items():
            target.writestr(name, content)
    sound.write_bytes(stream.getvalue())
    with office.store() as store, opened(sound) as found:
        found.check()
        with sound.open("r+b") as file:
            file.seek(stream.getvalue().index(b"mobile_phone"))
            file.write(b"mobile_phony")
        with pytest.raises(RefusedError) as error:
            merge(
                store,
                [found],
                Run(id="new", started="2026-02-01", finished="2026-02-01", status="complete"),
                into=None,
                doubt=lambda *_: (),
                finish=lambda run: lambda held: lambda item: item,
                event=lambda done: event(None, "bundle.merge", "new", {}),
            )
        assert error.value.id == "bundle-damaged"
    assert office.state() == before


def test_an_asset_that_is_there_twice_is_refused(sound):
    parts = members(sound)
    first = parts[RESULTS].splitlines(keepends=True)[0]
    about = json.loads(parts[MANIFEST])
    parts[RESULTS] += first
    assert refused(sound, packed(parts, columns=about["columns"] + 2)) == "bundle-damaged"


JUNK = ("", "x", "\0", "\udc80", -1, 0, 1 << 63, 1.5, 1e308, True, None, [], {}, [[]], {"a": [1]}, "[" * 2000)


def leaves(node, path=()):
    if isinstance(node, (dict, list)):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*path, key)
            yield from leaves(value, (*path, key))


def test_junk_anywhere_in_a_line_is_refused_or_can_be_stored(sound, sites, postgres):
    dice = random.Random(11)
    parts = members(sound)
    first = json.loads(parts[RESULTS].splitlines()[0])
    places = list(leaves(first))
    passed = 0
    with Store.open(postgres.database()) as store:
        store.begin(Run(id="r", started="2026"))
        for number in range(700):
            where, what = dice.choice(places), dice.choice(JUNK)

            def change(row, where=where, what=what):
                for key in where[:-1]:
                    row = row[key]
                row[where[-1]] = what

            found = taken(sound, forged(parts, RESULTS, change))
            if found is not None and passed < 60:
                passed += 1
                store.record("r", f"u{number}", [found[0]])
    assert passed > 5


def test_a_server_catalogue_takes_bundles_all_the_same(sites, postgres):
    north, south, _ = sites
    north.scan(1, result("t1"), decisions=(decided("d1"),))
    south.scan(1, result("t1"))
    with Store.open(postgres.database()) as store:
        for path in (north.export(), south.export(), north.export()):
            with opened(path) as found:
                found.check()
                done = merge(
                    store,
                    [found],
                    Run(
                        id=f"run-{path.stem}", started="2026-02-01", finished="2026-02-01", status="complete"
                    ),
                    into=None,
                    doubt=lambda *_: (),
                    finish=lambda run: lambda held: lambda item: item,
                    event=lambda done: event(None, "bundle.merge", done.run.id, {}),
                )
        assert [why for _, why in done.skipped] == ["same"]
        stored = CatalogFacts(store, store.find_run().id, {}, (), "en").results()
        assert [item.asset.ref for item in stored] == ["hr@north/db/t1", "hr@south/db/t1"]
        assert [one.source for one in held(store)] == ["hr@north"]
        assert verify(store).count == 3 and not verify(store).faults
