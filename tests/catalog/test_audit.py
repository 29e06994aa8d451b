"""The audit log: every tampering is found; what cannot be logged does not happen."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import event as hook
from sqlalchemy import text

from guard.catalog import anchor
from guard.catalog.audit import accept, append, append_all, last_head, raw_entries
from guard.catalog.chain import START, Head, fingerprint, seal, sealed_of
from guard.catalog.store import Store
from guard.catalog.tables import json_text
from guard.catalog.verify import ahead, export, head_of, judge, seen, verify, verify_file
from guard.model import Event, RefusedError, UsageError

ENTRIES = 9
TAMPERS = 10_000


def event(at: int = 0, **fields) -> Event:
    given = Event(
        at=f"2026-01-01T00:{at % 60:02}:00+00:00",
        actor=("张三", "li", "\x00odd\udc80")[at % 3],
        account="root",
        action=("review.confirm", "policy.changed", "bundle.merge")[at % 3],
        subject=f"hr/db/t{at}",
        detail={"columns": at, "level": "L3", "packs": [{"id": "gov_cn", "share": 0.5}]},
    )
    return replace(given, **fields)


def write(store: Store, *events: Event) -> Head:
    with store.writing() as connection:
        append_all(connection, events)
        return last_head(connection)


def kinds(store: Store, *noted: Head) -> set[str]:
    return {fault.kind for fault in verify(store, noted).faults}


@pytest.fixture(params=["sqlite", "postgres"])
def log(request, tmp_path):
    place = (
        tmp_path / "guard.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    )
    with Store.open(place) as store:
        yield store


@pytest.fixture
def file(tmp_path):
    with Store.open(tmp_path / "guard.db") as store:
        yield store


# --- the chain -----------------------------------------------------------------------------------


def test_sm3_and_sha256_are_those_of_their_standards():
    # GB/T 32905-2016 A.1 and FIPS 180-4, both of "abc"
    assert fingerprint(b"abc", "sm3") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert fingerprint(b"abc", "sha256") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_log_begins_with_an_entry_that_names_its_algorithm_and_links_each_to_the_one_before(log):
    head = write(log, event(1), event(2))
    with log.reading() as connection:
        first, *rest = [sealed_of(raw) for raw in raw_entries(connection)]
    assert (first.number, first.previous, first.event.action) == (1, START, "audit.begun")
    assert first.event.detail == {"format": 1, "hash": "sha256"}
    assert [one.event for one in rest] == [event(1), event(2)]
    assert [one.previous for one in rest] == [first.hash, rest[0].hash]
    found = verify(log)
    assert (found.faults, found.notes, found.head, found.count) == ((), (), head, 3)


def test_another_algorithm_holds_from_the_entry_after_the_one_that_names_it(log):
    write(log, event(1), event(action="audit.hash", detail={"hash": "sm3"}), event(2))
    with log.reading() as connection:
        *_, switch, after = [sealed_of(raw) for raw in raw_entries(connection)]
    for one, algorithm in ((switch, "sha256"), (after, "sm3")):
        again = seal(one.event, Head(number=one.number - 1, hash=one.previous), algorithm)
        assert again.hash == one.hash
    write(log, event(3))
    assert (verify(log).faults, verify(log).algorithm) == ((), "sm3")


@pytest.mark.parametrize("detail", [{"a": float("nan")}, {"a": object()}, {"a": {1}}])
def test_a_detail_that_is_no_json_changes_nothing(file, detail):
    with pytest.raises((TypeError, ValueError)):
        write(file, event(detail=detail))
    assert verify(file).count == 0


# --- tampering -----------------------------------------------------------------------------------

TEXTS = ("at", "actor", "account", "action", "subject", "detail", "previous", "hash")
SET = "UPDATE audit SET {} = :value WHERE number = :number"


class Forger:
    """Somebody who may write the catalogue's tables, and knows how the chain is made."""

    def __init__(self, connection, dice: random.Random) -> None:
        self.connection, self.dice = connection, dice
        self.rows = [dict(row._mapping) for row in self.run("SELECT * FROM audit ORDER BY number")]

    def run(self, statement: str, **values):
        return self.connection.execute(text(statement), values)

    def any_row(self) -> dict:
        return self.dice.choice(self.rows)

    def put(self, rows: list[dict]) -> None:
        self.run("DELETE FROM audit")
        names = ("number", *TEXTS)
        places = ", ".join(f":{name}" for name in names)
        self.connection.execute(text(f"INSERT INTO audit ({', '.join(names)}) VALUES ({places})"), rows)

    def note_head(self) -> None:
        """Make the catalogue believe in the end of the log as it now is."""
        last = self.run("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").first()
        kept = json.dumps({"head": f"{last.number}:{last.hash}" if last else str(Head()), "hash": "sha256"})
        self.run("UPDATE meta SET value = :kept WHERE key = 'audit-head'", kept=kept)

    def reseal(self, start: int) -> None:
        """Compute every hash again from entry ``start`` on."""
        rows, before = [], Head()
        for raw in raw_entries(self.connection):
            old = sealed_of(raw)
            if raw.number < start:
                before = Head(number=old.number, hash=old.hash)
                continue
            new = seal(old.event, before, "sha256")
            before = Head(number=new.number, hash=new.hash)
            rows.append({"value": new.hash, "previous": new.previous, "number": raw.number})
        self.connection.execute(
            text("UPDATE audit SET hash = :value, previous = :previous WHERE number = :number"), rows
        )

    # what is done

    def edit(self) -> None:
        row, name = self.any_row(), self.dice.choice(TEXTS)
        old = row[name]
        at = self.dice.randrange(len(old))
        new = self.dice.choice(
            (
                old + "x",
                old[:at] + "~" + old[at + 1 :],
                old[:at] + old[at + 1 :],
                "",
                old + " ",
                old.upper() + "!",
            )
        )
        self.run(SET.format(name), value=new, number=row["number"])

    def copy_over(self) -> None:
        one, other = self.dice.sample(self.rows, 2)
        name = self.dice.choice([name for name in TEXTS if one[name] != other[name]])
        self.run(SET.format(name), value=one[name], number=other["number"])

    def not_text(self) -> None:
        self.run(SET.format(self.dice.choice(TEXTS)), value=b"\xff\x00\xfe", number=self.any_row()["number"])

    def delete(self) -> None:
        first = self.dice.randrange(1, len(self.rows) + 1)
        self.run(
            "DELETE FROM audit WHERE number BETWEEN :a AND :b", a=first, b=first + self.dice.randrange(4)
        )

    def delete_and_close_up(self) -> None:
        gone = self.dice.randrange(len(self.rows) - 1)
        rest = [dict(row) for row in self.rows if row is not self.rows[gone]]
        self.put([row | {"number": at} for at, row in enumerate(rest, 1)])
        self.note_head()

    def truncate(self) -> None:
        self.run("DELETE FROM audit WHERE number > :last", last=self.dice.randrange(len(self.rows)))
        if self.dice.random() < 0.7:
            self.note_head()

    def insert(self) -> None:
        at = self.dice.randrange(len(self.rows))
        rows = [dict(row) for row in self.rows]
        rows.insert(at, dict(self.any_row()))
        self.put([row | {"number": number} for number, row in enumerate(rows, 1)])
        self.note_head()

    def insert_before_the_first(self) -> None:
        self.put([self.any_row() | {"number": -self.dice.randrange(3)}, *self.rows])

    def swap(self) -> None:
        one, other = self.dice.sample(self.rows, 2)
        renumbered = {one["number"]: other["number"], other["number"]: one["number"]}
        self.put([row | {"number": renumbered.get(row["number"], row["number"])} for row in self.rows])

    def renumber(self) -> None:
        shift = self.dice.choice((-3, -1, 1, 7, 100))
        self.put([row | {"number": row["number"] + shift} for row in self.rows])
        self.note_head()

    def edit_and_reseal(self) -> None:
        row = self.any_row()
        self.run(SET.format("actor"), value=f"forged {self.dice.random()}", number=row["number"])
        self.reseal(row["number"])
        self.note_head()

    def delete_and_reseal(self) -> None:
        self.delete_and_close_up()
        self.reseal(1)
        self.note_head()

    def add_at_the_end(self) -> None:
        head = last_head(self.connection)
        new = seal(event(self.dice.randrange(99), actor="forged"), head, "sha256")
        row = {name: getattr(new.event, name) for name in ("at", "account", "action", "subject")}
        row |= {"actor": "forged", "detail": json_text(new.event.detail), "number": new.number}
        self.put([*self.rows, row | {"previous": new.previous, "hash": new.hash}])
        self.note_head()

    def edit_the_head(self) -> None:
        kept = self.dice.choice(("", "{}", "[]", json.dumps({"head": str(Head()), "hash": "sha256"}), "\\"))
        self.run("UPDATE meta SET value = :kept WHERE key = 'audit-head'", kept=kept)

    def forget_the_head(self) -> None:
        self.run("DELETE FROM meta WHERE key = 'audit-head'")


WAYS: tuple[Callable[[Forger], None], ...] = (
    Forger.edit, Forger.edit, Forger.edit, Forger.edit, Forger.copy_over, Forger.not_text,
    Forger.delete, Forger.delete_and_close_up, Forger.truncate, Forger.truncate, Forger.insert,
    Forger.insert_before_the_first, Forger.swap, Forger.swap, Forger.renumber, Forger.edit_and_reseal,
    Forger.delete_and_reseal, Forger.add_at_the_end, Forger.edit_the_head, Forger.forget_the_head,
)  # fmt: skip


def test_ten_thousand_random_tampers_are_all_found(file):
    write(file, *(event(at) for at in range(ENTRIES - 1)))
    outside = seen(file.place)
    with file.engine.connect() as connection:
        assert judge(connection, outside).faults == ()
        missed = []
        for number in range(TAMPERS):
            way = WAYS[number % len(WAYS)]
            way(Forger(connection, random.Random(number)))
            if not ahead(judge(connection, outside), outside).faults:
                missed.append((number, way.__name__))
            connection.rollback()
        assert ahead(judge(connection, outside), outside).faults == ()
    assert missed == []


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("UPDATE audit SET actor = 'root' WHERE number = 4", {(4, "edited", 0)}),
        ("DELETE FROM audit WHERE number IN (4, 5)", {(4, "missing", 5)}),
        ("DELETE FROM audit WHERE number > 6", {(7, "cut", 9)}),
        ("DELETE FROM audit", {(1, "cut", 9)}),
        ("DELETE FROM meta WHERE key = 'audit-head'", {(9, "unnoted", 0)}),
    ],
)
def test_what_is_wrong_is_said_with_its_number(log, way, said):
    write(log, *(event(at) for at in range(8)))
    with log.engine.begin() as connection:
        connection.execute(text(way))
    assert {(fault.number, fault.kind, fault.until) for fault in verify(log).faults} == said


def test_a_log_that_was_cut_and_resealed_shows_by_the_head_outside(log):
    write(log, *(event(at) for at in range(8)))
    with log.engine.begin() as connection:
        forger = Forger(connection, random.Random(1))
        forger.run("DELETE FROM audit WHERE number > 6")
        forger.note_head()
    assert kinds(log) == {"cut"}
    with pytest.raises(RefusedError) as refused:
        write(log, event(9))
    assert refused.value.id == "audit-broken"
    assert verify(log).count == 6


def test_without_the_head_outside_one_on_paper_still_shows_it(file):
    head = write(file, *(event(at) for at in range(8)))
    with file.engine.begin() as connection:
        Forger(connection, random.Random(1)).edit_and_reseal()
    anchor.path_of(file.place).unlink()
    assert kinds(file) == {"unanchored"}
    assert kinds(file, head) == {"unanchored", "replaced"}
    assert kinds(file, replace(head, number=99)) == {"unanchored", "cut"}


def test_an_anchor_that_went_missing_leaves_a_note_in_the_log_for_ever(file):
    write(file, event(1))
    anchor.path_of(file.place).unlink()
    write(file, event(2))
    found = verify(file)
    assert (found.faults, [note.kind for note in found.notes]) == ((), ["anchored"])
    assert found.count == 4


@pytest.mark.parametrize("content", [b"x" * 512, b"\xff" * 9, b"[]", b'{"head": 3}'])
def test_a_damaged_anchor_is_said_and_noted(file, content):
    write(file, event(1))
    anchor.path_of(file.place).write_bytes(content)
    assert kinds(file) == {"unanchored"}
    write(file, event(2))
    assert [note.kind for note in verify(file).notes] == ["anchored"]


def test_another_catalogue_in_the_place_of_one_is_told(file, tmp_path):
    write(file, event(1))
    with Store.open(tmp_path / "other.db") as other:
        write(other, event(1))
        anchor.path_of(other.place).write_bytes(anchor.path_of(file.place).read_bytes())
        assert kinds(other) == {"foreign"}
        write(other, event(2))
        assert [note.kind for note in verify(other).notes] == ["anchored"]


def test_a_backup_that_was_put_back_is_accepted_by_a_person_with_a_reason(log):
    write(log, *(event(at) for at in range(8)))
    with log.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE number > 6"))
    with log.writing() as connection:
        accept(connection, log.place, event(detail={"reason": "backup of 1 March"}))
    found = verify(log)
    assert (found.faults, [note.kind for note in found.notes]) == ((), ["accepted"])
    with log.reading() as connection:
        last = [sealed_of(raw) for raw in raw_entries(connection)][-1]
    assert last.event.detail["reason"] == "backup of 1 March"
    assert last.event.detail["outside"].startswith("9:")
    write(log, event(9))
    assert verify(log).faults == ()


# --- refused -------------------------------------------------------------------------------------


def decide(store: Store) -> None:
    """A change and its entry, as every command does them."""
    with store.writing() as connection:
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('decided', 'x')"))
        append(connection, event(99))


def unchanged(store: Store, head: Head) -> bool:
    with store.reading() as connection:
        changed = connection.execute(text("SELECT count(*) FROM meta WHERE key = 'decided'")).scalar()
        return not changed and last_head(connection) == head


def _trigger(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER no_log BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
        )


def _no_table(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO gone"))
        connection.execute(text("CREATE VIEW audit AS SELECT * FROM gone"))


def _anchor_is_a_folder(store: Store) -> None:
    path = anchor.path_of(store.place)
    path.unlink()
    path.mkdir()


def _anchor_is_a_link(store: Store) -> None:
    path = anchor.path_of(store.place)
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


@pytest.mark.parametrize("break_", [_trigger, _no_table, _anchor_is_a_folder, _anchor_is_a_link])
def test_what_cannot_be_logged_does_not_happen(file, break_):
    head = write(file, event(1))
    break_(file)
    with pytest.raises(RefusedError) as refused:
        decide(file)
    assert (refused.value.id, refused.value.exit_code) == ("audit-unwritable", 4)
    assert unchanged(file, head)


def test_a_full_disk_refuses_a_batch_whole(file):
    head = write(file, event(1))
    file.engine.dispose()
    hook.listen(file.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 80"))
    with pytest.raises(RefusedError) as refused:
        write(file, *(event(at) for at in range(20_000)))
    assert refused.value.params["code"] == "SQLITE_FULL"
    assert unchanged(file, head) and verify(file).faults == ()


def test_a_server_that_denies_the_log_refuses_the_action(postgres, tmp_path):
    with Store.open(postgres.database()) as store:
        head = write(store, event(1))
        with store.engine.begin() as connection:
            connection.execute(
                text("CREATE FUNCTION no() RETURNS trigger AS $$ BEGIN RAISE 'no'; END $$ LANGUAGE plpgsql")
            )
            connection.execute(text("CREATE TRIGGER t BEFORE INSERT ON audit EXECUTE FUNCTION no()"))
        with pytest.raises(RefusedError) as refused:
            decide(store)
        assert refused.value.id == "audit-unwritable"
        assert unchanged(store, head)


def test_what_is_undone_leaves_no_entry_and_no_head(log):
    head = write(log, event(1))
    with pytest.raises(ZeroDivisionError), log.writing() as connection:
        append(connection, event(2))
        raise ZeroDivisionError
    found = verify(log)
    assert (found.head, found.faults) == (head, ())


# --- many at once --------------------------------------------------------------------------------

APPEND = """
import sys
from guard.catalog.audit import append
from guard.catalog.store import Store
from guard.model import Event
with Store.open(sys.argv[1]) as store:
    for at in range(25):
        with store.writing() as connection:
            append(connection, Event(at="t", actor=sys.argv[2], account="a", action="x", subject=str(at)))
"""


def test_processes_that_write_at_once_make_one_chain(address):
    Store.open(address).close()
    running = [subprocess.Popen([sys.executable, "-c", APPEND, address, name]) for name in "abc"]
    assert [process.wait(120) for process in running] == [0, 0, 0]
    with Store.open(address) as store:
        found = verify(store)
        assert (found.count, found.faults, found.notes) == (76, (), ())


def test_thirty_thousand_entries_are_one_batch(file):
    write(file, *(event(at) for at in range(30_000)))
    found = verify(file)
    assert (found.count, found.faults) == (30_001, ())


# --- exported ------------------------------------------------------------------------------------


@pytest.fixture
def exported(file, tmp_path):
    write(file, *(event(at) for at in range(8)))
    path = tmp_path / "audit.jsonl"
    with path.open("w") as stream:
        head = export(file, stream)
    return path, head


def test_an_exported_log_is_whole_and_holds_its_head(exported, file):
    path, head = exported
    found = verify_file(path, (head,))
    assert (found.count, found.faults, found.head) == (9, (), head)
    assert head_of(str(path)) == head_of(str(head)) == head_of(str(anchor.path_of(file.place))) == head


def test_any_change_of_an_exported_log_is_found(exported):
    path, _ = exported
    lines = path.read_bytes().splitlines(keepends=True)
    dice = random.Random(4)
    for _ in range(1500):
        changed = list(lines)
        way = dice.randrange(4)
        at = dice.randrange(1, len(lines))
        if way == 0:
            del changed[at]
        elif way == 1:
            other = dice.choice([other for other in range(1, len(lines)) if other != at])
            changed[at], changed[other] = changed[other], changed[at]
        elif way == 2:
            changed.insert(at, dice.choice(lines))
        else:
            line = bytearray(lines[at])
            line[dice.randrange(len(line))] ^= 1 << dice.randrange(7)
            changed[at] = bytes(line)
        path.write_bytes(b"".join(changed))
        assert verify_file(path).faults, (way, at)
    for size in range(len(lines[0]), sum(map(len, lines)), 97):
        path.write_bytes(b"".join(lines)[:size])
        assert verify_file(path).faults, size


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"record":"audit"', b"[" * 5000, b"name,phone\n"])
def test_another_file_is_no_exported_log(tmp_path, content):
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        verify_file(path)
    assert error.value.id == "audit-no-export"


def test_an_export_of_a_later_version_is_not_judged(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"record":"audit","format":2,"catalogue":"x"}\n')
    with pytest.raises(UsageError) as error:
        verify_file(path)
    assert error.value.id == "audit-newer"


@pytest.mark.parametrize("given", ["", "7", "7:abc", ":" + "a" * 64, "-1:" + "a" * 64, "nowhere.txt", "."])
def test_what_is_no_head_is_refused(given):
    with pytest.raises(UsageError) as error:
        head_of(given)
    assert error.value.id == "audit-no-head"
