"""The parser process: what it may not do, and that the scan survives whatever it does."""

import json
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.sdk import Asset, AssetKind, Budget, Column, Problem, Sample, Unreadable
from guard_connectors import frames
from guard_connectors.sandbox import ParserLimits, Sandbox

ASSET = Asset(source="s", path=("x",), kind=AssetKind.FILE)

ATTACK = """
import ctypes, os, socket, sys, subprocess
from guard_connectors import sandbox_walls as walls
held = os.open(sys.argv[1], os.O_RDONLY)
network = walls.leave_network()
walls.limit(256 << 20, 5)
assert walls.refuse_calls()
def tried(what):
    try:
        what()
    except BaseException as error:
        return type(error).__name__
    return "done"
def write():
    os.write(os.open("/tmp/x", os.O_CREAT | os.O_WRONLY), b"x")
print({
    "read": tried(lambda: os.open("/etc/passwd", os.O_RDONLY)),
    "write": tried(write),
    "connect": tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "run": tried(lambda: os.execv("/bin/true", ["true"])),
    "fork": tried(os.fork),
    "kill": tried(lambda: os.kill(os.getppid(), 0)),
    "unlink": tried(lambda: os.unlink(sys.argv[1])),
    "memory": tried(lambda: bytearray(512 << 20)),
    "own file": tried(lambda: os.read(held, 1)),
})
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def read(sandbox: Sandbox, format_: str, path: Path) -> list[Sample | Problem]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return list(sandbox.read(format_, descriptor, ASSET, Budget()))
    finally:
        os.close(descriptor)


def book(path: Path, rows: int = 3) -> Path:
    """A workbook of ``rows`` rows; where asked for none, one of a single far corner (a 16 G cell sheet)."""
    cells = "".join(f'<c t="inlineStr"><is><t>{"x" * 20}</t></is></c>' for _ in range(5))
    data = f"<row>{cells}</row>" * rows or '<row r="1"><c r="A1"><v>1</v></c></row>'
    if not rows:
        data += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, text in members.items():
            made.writestr(name, text)
    return path


def test_an_attacker_inside_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ATTACK), str(tmp_path / "f")],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    outcome = json.loads(found.stdout.replace("'", '"'))
    assert outcome.pop("own file") == "done"
    assert outcome.pop("memory") == "MemoryError"
    assert set(outcome.values()) == {"PermissionError"}


def test_walls_are_named(sandbox: Sandbox, tmp_path: Path) -> None:
    read(sandbox, "workbook", book(tmp_path / "a.xlsx"))
    assert "limits" in sandbox.walls
    assert "seccomp" in sandbox.walls


def test_a_late_parser_is_stopped_and_the_next_file_is_read(tmp_path: Path) -> None:
    sandbox = Sandbox(ParserLimits(seconds=0.02, seconds_per_mib=0))
    try:
        began = time.monotonic()
        with pytest.raises(Unreadable) as refusal:
            read(sandbox, "workbook", book(tmp_path / "slow.xlsx", 20_000))
        assert refusal.value.problem.code == "parser-timeout"
        assert time.monotonic() - began < 10
        sandbox.limits = ParserLimits()
        assert read(sandbox, "workbook", book(tmp_path / "a.xlsx"))
    finally:
        sandbox.close()


def test_a_crash_is_a_problem(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(sandbox, "no such format", book(tmp_path / "a.xlsx"))
    assert refusal.value.problem.code == "parser-crashed"
    assert read(sandbox, "workbook", tmp_path / "a.xlsx")


def test_a_killed_server_is_started_again(sandbox: Sandbox, tmp_path: Path) -> None:
    read(sandbox, "workbook", book(tmp_path / "a.xlsx"))
    assert sandbox._process is not None
    sandbox._process.kill()
    sandbox._process.wait()
    assert read(sandbox, "workbook", tmp_path / "a.xlsx")


def test_a_reader_that_stops_early_leaves_it_usable(sandbox: Sandbox, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", 2000)
    for _ in range(3):
        descriptor = os.open(path, os.O_RDONLY)
        items = sandbox.read("workbook", descriptor, ASSET, Budget())
        assert isinstance(next(items), Sample)
        items.close()  # type: ignore[attr-defined]
        os.close(descriptor)
    assert len(read(sandbox, "workbook", path)) == 1


def test_too_little_memory_is_a_problem(tmp_path: Path) -> None:
    sandbox = Sandbox(ParserLimits(memory=64 << 20))
    try:
        with pytest.raises(Unreadable) as refusal:
            read(sandbox, "workbook", book(tmp_path / "a.xlsx", 0))
    finally:
        sandbox.close()
    assert refusal.value.problem == Problem(code="parser-memory", path=("x",), params={"megabytes": 64})


def test_no_process_is_left(tmp_path: Path) -> None:
    sandbox = Sandbox()
    read(sandbox, "workbook", book(tmp_path / "a.xlsx"))
    assert sandbox._process is not None
    process = sandbox._process
    sandbox.close()
    sandbox.close()
    assert process.poll() is not None


def test_samples_come_through_unchanged() -> None:
    columns = (Column(name="姓\udcff名", position=1, type="text"), Column(name="n", position=2))
    asset = Asset(source="s", path=("a", "b"), kind=AssetKind.SHEET, columns=columns, comment="c", rows=9)
    batch = pa.RecordBatch.from_arrays([pa.array(["张三", None]), pa.array([1.5, 2])], names=["0", "1"])
    note = Problem(code="ragged-rows", path=("a",), params={"rows": 1})
    sent = b"".join(frames.encode(Sample(asset, batch, complete=True, notes=(note,)))) + frames.ended()
    (found,) = frames.decode(_feed(sent))
    assert isinstance(found, Sample)
    assert (found.asset, found.complete, found.notes) == (asset, True, (note,))
    assert found.batch.equals(batch)


@given(st.binary(max_size=200))
def test_lying_frames_end_in_an_error_never_in_a_sample(data: bytes) -> None:
    try:
        items = list(frames.decode(_feed(data)))
    except (EOFError, ValueError, KeyError, TypeError, Unreadable):
        return
    assert not any(isinstance(item, Sample) for item in items)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_damaged_frames_never_crash(place: int, byte: int) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(["张三", None, "x" * 50])], names=["0"])
    asset = Asset(source="s", path=("a",), kind=AssetKind.FILE, columns=(Column(name="c", position=1),))
    sent = bytearray(b"".join(frames.encode(Sample(asset, batch))) + frames.ended())
    sent[place % len(sent)] = byte
    try:
        for item in frames.decode(_feed(bytes(sent))):
            if isinstance(item, Sample):
                item.batch.to_pydict()
    except (EOFError, ValueError, KeyError, TypeError, AttributeError, Unreadable):
        return


def _feed(data: bytes):
    place = 0

    def exactly(count: int) -> bytes:
        nonlocal place
        part = data[place : place + count]
        place += count
        if len(part) < count:
            raise EOFError
        return part

    return exactly
