"""Bytes of a script to text."""

from __future__ import annotations

import codecs
import time
from pathlib import Path

import pytest

from guard.gate.script import encoding
from guard.gate.script.encoding import read_text
from guard.model import SourceError
from guard.text import t

SQL = "CREATE TABLE 人员 (姓名 varchar(20) COMMENT '居民姓名');\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sql" / "V1__人员.sql"


def write(file: Path, data: bytes) -> Path:
    file.parent.mkdir()
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "gb2312"])
def test_encodings(file: Path, name: str, tmp_path: Path) -> None:
    text = read_text(write(file, SQL.encode(name)), tmp_path)
    assert (text.text, text.file, text.line) == (SQL, "sql/V1__人员.sql", 1)


def test_big_endian_utf16(file: Path, tmp_path: Path) -> None:
    data = codecs.BOM_UTF16_BE + SQL.encode("utf-16-be")
    assert read_text(write(file, data), tmp_path).text == SQL


def test_four_byte_characters_of_gb18030(file: Path, tmp_path: Path) -> None:
    assert read_text(write(file, "-- 姓名：㐀𠮷\n".encode("gb18030")), tmp_path).text == "-- 姓名：㐀𠮷\n"


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n"])
def test_ends_of_lines(file: Path, end: bytes, tmp_path: Path) -> None:
    assert read_text(write(file, b"a" + end + b"b"), tmp_path).text == "a\nb"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"PGDMP\x01\x0e\x00", "script-binary"),
        (b"\x1f\x8b\x08\x00zip", "script-binary"),
        ("select 1".encode("utf-16-le"), "script-binary"),
        (b"select '\xff\xff'", "script-encoding"),
        ("-- 姓名、证件号码和联系电话".encode()[:-1], "script-encoding"),
        ("-- très étroit, à côté".encode("latin-1"), "script-encoding"),
        (b"select 'caf\xe9'", "script-encoding"),
        (codecs.BOM_UTF16_LE + b"\x00", "script-encoding"),
    ],
)
def test_what_is_refused(file: Path, data: bytes, error: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read_text(write(file, data), tmp_path)
    assert (raised.value.id, raised.value.params["file"]) == (error, "sql/V1__人员.sql")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="script-unreadable"):
        read_text(tmp_path / "none.sql", tmp_path)


def test_a_file_elsewhere_keeps_its_whole_path(file: Path, tmp_path: Path) -> None:
    write(file, b"select 1")
    assert read_text(file, tmp_path / "other").file == file.as_posix()


def test_a_line_of_200_mb_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "long.sql"
    with file.open("wb") as stream:
        stream.truncate(200 << 20)
    before = time.monotonic()
    with pytest.raises(SourceError) as raised:
        read_text(file, tmp_path)
    assert raised.value.id == "script-too-large"
    assert raised.value.params["size"] == 200
    assert raised.value.params["limit"] == encoding.LIMIT >> 20
    assert time.monotonic() - before < 2


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "error", ["script-dialect", "script-unreadable", "script-too-large", "script-binary", "script-encoding"]
)
def test_every_error_says_what_where_why_and_next(error: str, language: str) -> None:
    for part in ("what", "where", "why", "next"):
        assert t(f"errors.{error}.{part}", language, file="x") != f"errors.{error}.{part}"


def test_what_is_too_large_says_its_size_and_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from guard.gate.inputs import find

    monkeypatch.setattr(encoding, "LIMIT", 1 << 20)
    (tmp_path / "a.sql").write_bytes(b" " * (3 << 20))
    (unread,) = find([tmp_path], dialect=None, root=tmp_path).unread
    assert (unread.reason, unread.word) == ("script-too-large", "3 > 1 MB")
    assert all(
        "3 > 1 MB" in t("unread.script-too-large.what", lang, word=unread.word) for lang in ("en", "zh")
    )
