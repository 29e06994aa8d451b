"""Opening a catalogue: made privately, upgraded, refused where it is none."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import event, text

from guard.catalog import migrate
from guard.catalog.connect import locate
from guard.catalog.failures import _RECORDING, _SQLSTATE, _WORDS, guarded
from guard.catalog.store import MemoryStore, Store
from guard.catalog.tables import metadata
from guard.model import GuardError, RefusedError, SourceError, UsageError
from guard.sdk import Secret
from guard.sdk.sql.own import MARK, TABLES
from guard.text import t

PARTS = ("what", "why", "next")


def test_a_new_file_is_private_with_everything_beside_it(tmp_path, kit):
    os.umask(0)
    try:
        with Store.open(tmp_path / "guard.db") as store:
            store.begin(kit.run())
            there = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
            assert set(store.paths()) >= {str(tmp_path / name) for name in there}
    finally:
        os.umask(0o022)
    assert "guard.db-wal" in there
    assert set(there.values()) == {0o600}


def test_migrations_make_the_tables_that_the_code_uses(address):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with Store.open(address) as store, store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": migrate.VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert migrate.revision(connection) == migrate.HEAD


def test_revisions_are_those_of_the_folder():
    from alembic.script import ScriptDirectory

    folder = Path(migrate.__file__).parent
    script = ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])
    assert tuple(reversed([item.revision for item in script.walk_revisions()])) == migrate.REVISIONS


def test_opening_again_keeps_everything(address, kit):
    with Store.open(address) as store:
        store.begin(kit.run())
        store.record(kit.run().id, "u", [kit.result("t")])
        key = store.key
    with Store.open(address, create=False) as store:
        assert store.key == key
        assert store.finished_units(kit.run().id) == {"u"}


def test_two_catalogues_have_two_keys(tmp_path):
    with Store.open(tmp_path / "a.db") as one, Store.open(tmp_path / "b.db") as two:
        assert one.key != two.key


def test_a_newer_catalogue_is_refused_untouched(address):
    with Store.open(address) as store, store.engine.begin() as connection:
        connection.execute(text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(RefusedError) as error:
        Store.open(address)
    assert error.value.id == "catalog-newer"
    assert error.value.params["found"] == "9999"


def test_opening_at_once_makes_one_catalogue(address):
    keys, failed = [], []

    def work() -> None:
        try:
            with Store.open(address) as store:
                keys.append(store.key)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert len(keys) == 4
    assert len(set(keys)) == 1


def _sqlite_of_others(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (id INTEGER)")
    connection.close()


def _cut(path: Path) -> None:
    with Store.open(path):
        pass
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 4000)


FOREIGN = {
    "text": (lambda path: path.write_text("name,phone\n" * 100), "catalog-foreign"),
    "folder": (lambda path: path.mkdir(), "catalog-foreign"),
    "fifo": (os.mkfifo, "catalog-foreign"),
    "another database": (_sqlite_of_others, "catalog-foreign"),
    "damaged": (_cut, "catalog-damaged"),
    "dangling link": (lambda path: path.symlink_to(path.parent / "no" / "where"), "catalog-no-folder"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_catalogue_is_refused_and_not_written(tmp_path, name):
    path = tmp_path / "guard.db"
    make, code = FOREIGN[name]
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(UsageError) as error:
        Store.open(path)
    assert error.value.id == code
    assert error.value.exit_code == 2
    assert (path.read_bytes() if path.is_file() else None) == before


def test_an_empty_file_becomes_a_private_catalogue(tmp_path):
    path = tmp_path / "guard.db"
    path.touch(0o644)
    Store.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_reading_commands_do_not_make_a_catalogue(tmp_path):
    with pytest.raises(UsageError) as error:
        Store.open(tmp_path / "guard.db", create=False)
    assert error.value.id == "catalog-missing"
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_a_read_only_folder_is_named():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        os.seteuid(65534)
        try:
            with pytest.raises(UsageError) as error:
                Store.open(Path(folder) / "guard.db")
        finally:
            os.seteuid(0)
    assert error.value.id == "catalog-read-only"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_a_read_only_file_can_not_be_written():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "guard.db"
        Store.open(path).close()
        path.chmod(0o444)
        os.seteuid(65534)
        try:
            with pytest.raises(UsageError) as error, Store.open(path) as store:
                store.finish("x", "complete", "")
        finally:
            os.seteuid(0)
    assert error.value.id in {"catalog-read-only", "catalog-unopenable", "run-none"}


def test_a_full_disk_loses_nothing_and_leaves_nothing_half_written(tmp_path, kit):
    path = tmp_path / "guard.db"
    with Store.open(path) as store:
        store.begin(kit.run())
        store.record(kit.run().id, "before", [kit.result("before", unit="before")])
    with Store.open(path) as store:

        @event.listens_for(store.engine, "begin")
        def _full(connection) -> None:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

        with pytest.raises(GuardError) as error:
            store.record(
                kit.run().id, "big", [kit.result(f"t{at}", columns=50, unit="big") for at in range(50)]
            )
    assert (error.value.id, error.value.exit_code) == ("record-full", 3)
    with Store.open(path) as store:
        assert store.finished_units(kit.run().id) == {"before"}
        assert [item.asset.name for item in kit.facts(store, kit.run().id).results()] == ["before"]


@pytest.mark.parametrize(
    ("number", "code"),
    [(28, "catalog-full"), (30, "catalog-read-only"), (13, "catalog-read-only"), (5, "catalog-unopenable")],
)
def test_what_the_system_refuses_says_where(number, code):
    with pytest.raises(UsageError) as error, guarded("/x/guard.db"):
        raise OSError(number, "text of the system")
    assert (error.value.id, error.value.params["catalog"]) == (code, "/x/guard.db")


def test_nobody_answers():
    with pytest.raises(UsageError) as error:
        Store.open("postgresql://guard@127.0.0.1:9/none")
    assert error.value.id == "catalog-unreachable"
    assert error.value.__cause__ is None


def test_a_locked_catalogue_says_so(tmp_path, kit, monkeypatch):
    monkeypatch.setattr("guard.catalog.connect.BUSY_SECONDS", 0.2)
    path = tmp_path / "guard.db"
    with Store.open(path) as store:
        store.begin(kit.run())
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(SourceError) as error:
                store.finish(kit.run().id, "complete", "x")
            with pytest.raises(UsageError) as opening:
                store.begin(kit.run("20260102-000000-abc"))
        finally:
            other.close()
    assert (error.value.id, error.value.exit_code) == ("record-busy", 3)
    assert (opening.value.id, opening.value.exit_code) == ("catalog-busy", 2)


@pytest.mark.parametrize("code", sorted({*_RECORDING.values(), *_SQLSTATE.values(), *(c for _, c in _WORDS)}))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_failure_says_what_and_how_to_go_on(code, language):
    shown = [t(f"errors.{code}.{part}", language, catalog="/x/guard.db", code="X") for part in PARTS]
    assert not any("{" in text or "errors." in text for text in shown)
    resumes = "--resume latest --catalog /x/guard.db" in shown[-1]
    assert resumes == (code.startswith("record-") and code != "record-damaged")


REFUSED = [
    ("nobody_here", "", "catalog-denied", "GUARD_CATALOG_PASSWORD"),
    ("guarded", "", "catalog-denied", "GUARD_CATALOG_PASSWORD"),
    ("postgres", "no_such_database", "catalog-no-database", "CREATE DATABASE"),
]


@pytest.mark.parametrize(("role", "database", "code", "told"), REFUSED)
def test_a_refused_role_is_not_called_unreachable(postgres, role, database, code, told):
    url = postgres.url(database or "postgres").replace("postgres@", f"{role}@")
    with pytest.raises(UsageError) as error:
        Store.open(url)
    assert error.value.id == code
    assert all(told in t(f"errors.{code}.next", language) for language in ("zh", "en"))


def test_an_open_catalogue_becomes_private_again(tmp_path, kit):
    path = tmp_path / "guard.db"
    with Store.open(path) as writer:
        writer.begin(kit.run())
        for file in tmp_path.iterdir():
            file.chmod(0o666)
        with Store.open(path):
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert {"guard.db", "guard.db-wal", "guard.db-shm"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_a_database_of_others_keeps_its_mode(tmp_path):
    path = tmp_path / "guard.db"
    _sqlite_of_others(path)
    path.chmod(0o644)
    with pytest.raises(UsageError):
        Store.open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_catalogue_of_somebody_else_keeps_its_mode(tmp_path):
    path = tmp_path / "guard.db"
    Store.open(path).close()
    path.chmod(0o644)
    os.chown(path, 65534, 65534)
    Store.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_sources_know_the_tables_of_a_catalogue():
    assert {migrate.VERSION_TABLE, *metadata.tables} == TABLES | {MARK}


SCAN = """
import sys
from guard.catalog.store import Store
from guard.model import *
with Store.open(sys.argv[1]) as store:
    run = Run(id=sys.argv[2], started="2026-01-01T00:00:00+00:00")
    store.begin(run)
    for at in range(40):
        asset = Asset(source="s", path=(f"t{at}",), kind=AssetKind.TABLE, columns=(Column(name="c", position=1),))
        result = AssetResult(asset=asset, coverage=Coverage(status=Status.SCANNED), unit=f"u{at}")
        store.record(run.id, f"u{at}", [result])
    store.finish(run.id, "complete", "2026-01-01T00:00:01+00:00")
"""


def test_two_processes_at_once_on_one_catalogue_both_finish(address, kit):
    scans = [subprocess.Popen([sys.executable, "-c", SCAN, address, name]) for name in ("one", "two")]
    assert [scan.wait(60) for scan in scans] == [0, 0]
    with Store.open(address) as store:
        assert {run.status for run in store.runs()} == {"complete"}
        assert [kit.facts(store, name).totals.assets for name in ("one", "two")] == [40, 40]


def test_a_killed_scan_resumes_where_it_was(tmp_path, kit):
    path = tmp_path / "guard.db"
    endless = SCAN.replace("range(40)", "range(10**9)")
    scan = subprocess.Popen([sys.executable, "-c", endless, str(path), "one"])
    try:
        for _ in range(200):
            if path.exists() and path.stat().st_size:
                break
            threading.Event().wait(0.1)
        threading.Event().wait(1.0)
    finally:
        scan.kill()
        scan.wait(10)
    with Store.open(path) as store:
        units = store.finished_units("one")
        assert units
        assert kit.facts(store, "one").totals.assets == len(units)


PLACES = {
    "guard.db": "{cwd}/guard.db",
    "sqlite:guard.db": "{cwd}/guard.db",
    "sqlite:///guard.db": "{cwd}/guard.db",
    "sqlite:////srv/guard.db": "/srv/guard.db",
    "sqlite:/srv/guard.db": "/srv/guard.db",
    "postgresql://u:geheim@h:5433/d": "postgresql://u@h:5433/d",
    "postgres://u@h/d": "postgresql://u@h/d",
}


@pytest.mark.parametrize("address", PLACES)
def test_addresses(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate(address).name == PLACES[address].format(cwd=tmp_path)


def test_other_databases_are_refused():
    with pytest.raises(UsageError) as error:
        locate("mysql://u@h/d")
    assert error.value.id == "catalog-scheme"


def test_a_referenced_password_is_used_and_not_shown():
    place = locate("postgresql://u@h/d", Secret("geheim"))
    assert place.url is not None
    assert place.url.password == "geheim"
    assert "geheim" not in place.name + repr(place)


def test_memory_has_no_files():
    assert MemoryStore().paths() == ()
