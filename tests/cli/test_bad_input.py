"""Bad input gets a clear error, nothing is lost, and nothing ends as clean."""

import os
import sqlite3
import zipfile
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "missing.csv"], "missing.csv"),
        (["scan", "oracel://host/db"], "oracel"),
        (["scan", "postgresql://me:hunter2@localhost/db"], "password"),
        (["scan", "--fail-on", "L33", "."], "L3"),
        (["scan", "--format", "jsn", "."], "json"),
        (["scan", "--sample", "many", "."], "many"),
        (["scan", "--only", "resident_id_81", "."], "resident_id_18"),
        (["scan", "--max-time", "soon", "."], "soon"),
        (["scan", "--resume", "nothing"], "no run"),
        (["scna", "."], "scan"),
        (["scan", "--fail-onn", "L3"], "--fail-on"),
        (["explain", "resident_id"], "resident_id_18"),
        (["report", "build", "inventry", "--format", "html=x.html"], "inventory"),
        (["report", "build", "inventory", "--format", "pdf=x.pdf"], "html"),
        (["asset", "list", "--catalog", "none.db"], "none.db"),
    ],
)
def test_wrong_words_are_answered_with_right_ones(guard, arguments, said) -> None:
    done = guard(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert said in done.err
    assert "hunter2" not in done.err


def test_chinese_errors_are_chinese(guard) -> None:
    done = guard("scan", "没有.csv", "--lang", "zh")
    assert done.code == 2
    assert "没有.csv" in done.err and "下一步" in done.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("empty.zip", b""),
        ("empty.parquet", b""),
        ("cut.xlsx", b"PK\x03\x04 cut"),
        ("cut.parquet", b"PAR1 cut"),
        ("cut.pdf", b"%PDF-1.7 cut"),
        ("not.xlsx", bytes(range(256))),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"),
    ],
)
def test_an_unreadable_file_is_a_skip_never_clean(guard, tmp_path: Path, name, content) -> None:
    (tmp_path / name).write_bytes(content)
    done = guard("scan", name, "-f", "jsonl")
    assert done.code == 3
    (asset,) = [r for r in done.records if r["record"] == "asset"]
    assert asset["coverage"]["status"] == "skipped"
    assert asset["coverage"]["problems"]
    assert guard("scan", name, "--allow-partial").code == 0


def test_an_empty_text_file_is_scanned_with_no_rows(guard, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "empty.txt").write_bytes(b"")
    done = guard("scan", "empty.csv", "empty.txt", "-f", "jsonl")
    assert done.code == 0
    assert {r["coverage"]["status"] for r in done.records if r["record"] == "asset"} == {"scanned"}


def test_a_folder_of_horrors(guard, tmp_path: Path) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop").symlink_to(folder)
    (folder / "gone.csv").symlink_to(folder / "nowhere")
    (folder / "out.csv").symlink_to("/etc/passwd")
    (folder / "ragged.csv").write_text("a,b\n1\n1,2,3,4\n\x00,\x00\n")
    (folder / "latin.csv").write_bytes(b"name\n\xff\xfe\xfa\n")
    with open(os.fsencode(folder) + b"/" + "身份证.csv".encode("gb18030"), "wb") as file:
        file.write(b"sfzh\n11010119900307002X\n")
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * 300_000_000)
    (folder / "[red]bold[red].csv").write_text("'; DROP TABLE x;--,\x1b[31m\n1,2\n")
    done = guard("scan", "share", "-f", "jsonl", timeout=60)
    assert done.code == 3
    assets = [r for r in done.records if r["record"] == "asset"]
    names = " ".join(r["asset"] for r in assets)
    for expected in ("pipe.csv", "ragged.csv", "bomb.zip", "身份证.csv", "[red]bold[red].csv"):
        assert expected in names
    assert "root:" not in done.out + done.err
    assert "\x1b" not in guard("asset", "list").out


def test_identity_numbers_stored_as_numbers_are_reported(guard, tmp_path: Path) -> None:
    rows = "\n".join(f"1.1010119900307{n:02d}E+17" for n in range(50))
    (tmp_path / "float.csv").write_text(f"sfzh\n{rows}\n")
    done = guard("scan", "float.csv", "-f", "jsonl")
    (column,) = done.columns().values()
    assert "precision-lost" in str(column)


def test_two_thousand_columns(guard, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "wide.db") as db:
        db.execute(f"create table wide ({', '.join(f'c{n} text' for n in range(1999))}, sfzh text)")
    done = guard("scan", "wide.db", "-f", "jsonl")
    assert len(done.columns()) == 2000


def test_broken_yaml_names_file_line_and_the_right_word(guard, tmp_path: Path) -> None:
    (tmp_path / "guard.yaml").write_text("version: 1\nsorces: {}\n")
    done = guard("scan")
    assert done.code == 2
    assert "guard.yaml:2" in done.err and "sources" in done.err
    (tmp_path / "guard.yaml").write_text("version: 1\nsources: {a: [}\n")
    done = guard("scan")
    assert done.code == 2 and "guard.yaml:2" in done.err


def test_a_literal_password_in_guard_yaml_is_refused(guard, tmp_path: Path) -> None:
    (tmp_path / "guard.yaml").write_text(
        "version: 1\nsources:\n  hr: {url: 'postgresql://me@localhost/hr', password: hunter2}\n"
    )
    done = guard("scan")
    assert done.code == 2
    assert "hunter2" not in done.out + done.err
    assert "guard.yaml:3" in done.err


def test_an_unreachable_host_is_incomplete(guard) -> None:
    done = guard("scan", "postgresql://localhost:1/db", "-f", "jsonl", timeout=30)
    assert done.code == 3
    assert "unreachable" in done.out


def test_a_catalogue_that_cannot_be_written(guard, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sfzh\n11010119900307002X\n")
    (tmp_path / "guard.db").write_bytes(b"this is not a catalogue, it is 64 bytes of something else......")
    before = (tmp_path / "guard.db").read_bytes()
    done = guard("scan", "a.csv")
    assert done.code in (2, 3, 4)
    assert (tmp_path / "guard.db").read_bytes() == before


def test_disk_full_while_writing_the_catalogue(guard, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sfzh\n11010119900307002X\n")
    done = guard("scan", "a.csv", "--catalog", "/dev/full")
    assert done.code in (2, 3, 4)
    done = guard("scan", "a.csv", "--no-store", "-f", "json=/dev/full")
    assert done.code in (2, 3)
