"""The harness proves itself: every deliberate leak is found, and nothing where there is none."""

import base64
import gzip
import html
import io
import json
import random
import sqlite3
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from .canaries import PLAN, Canary, canaries
from .search import Searcher


@pytest.fixture(scope="module")
def planted() -> tuple[Canary, ...]:
    return canaries()


@pytest.fixture(scope="module")
def searcher(planted: tuple[Canary, ...]) -> Searcher:
    return Searcher(planted)


def zipped(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


def escaped(text: str) -> str:
    return "".join(rf"\u{ord(char):04x}" for char in text)


LEAKS: dict[str, Callable[[str], bytes]] = {
    "utf-8 in a sentence": lambda text: f"Key (phone)=({text}) already exists".encode(),
    "gb18030": lambda text: f"错误：{text}。".encode("gb18030"),
    "utf-16-le": lambda text: f"错误 {text}".encode("utf-16-le"),
    "utf-16-be": lambda text: f"错误 {text}".encode("utf-16-be"),
    "utf-16-le, shifted by a byte": lambda text: b"x" + text.encode("utf-16-le"),
    "base64, first alignment": lambda text: base64.b64encode(text.encode()),
    "base64, second alignment": lambda text: base64.b64encode(b"a" + text.encode() + b"zz"),
    "base64, third alignment": lambda text: base64.b64encode(b"ab" + text.encode()),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(b"???" + text.encode() + b">>>"),
    "hexadecimal": lambda text: b"0x" + text.encode().hex().encode(),
    "hexadecimal capitals": lambda text: text.encode().hex().upper().encode(),
    "percent-encoded": lambda text: f"/path?q={quote(text)}".encode(),
    "percent-encoded throughout": lambda text: "".join(f"%{b:02x}" for b in text.encode()).encode(),
    "json": lambda text: json.dumps({"detail": text}).encode(),
    "json, all escaped": lambda text: escaped(text).encode(),
    "html": lambda text: html.escape(f"<td>{text}</td>").encode(),
    "html entities": lambda text: "".join(f"&#{ord(char)};" for char in text).encode(),
    "bytes repr": lambda text: repr(text.encode()).encode(),
    "gzip": lambda text: b"junk" + gzip.compress(text.encode() * 3),
    "zlib in a blob": lambda text: b"\0\1\2" + zlib.compress(f"[{text}]".encode()) + b"rest",
    "member of a zip": lambda text: zipped("a.xml", text.encode()),
    "zip in a zip": lambda text: zipped("b.xlsx", zipped("a.xml", f"<t>{text}</t>".encode())),
    "truncated zip": lambda text: zipped("a.xml", (text + "x" * 5000).encode())[:-40],
}


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("kind", ["id", "name", "card", "password", "mobile", "mailbox", "key"])
def test_every_leak_is_found(leak: str, kind: str, planted: tuple[Canary, ...], searcher: Searcher) -> None:
    canary = next(item for item in planted if item.kind == kind)
    noise = random.Random(3).randbytes(4000)
    hits = searcher.data(noise + b" " + LEAKS[leak](canary.text) + b" " + noise)
    assert canary in {hit.canary for hit in hits}


@pytest.mark.parametrize("part", [slice(0, 8), slice(5, 14), slice(-8, None)])
def test_a_part_of_eight_characters_is_found(
    part: slice, planted: tuple[Canary, ...], searcher: Searcher
) -> None:
    for canary in (item for item in planted if len(item.text) > 10 and len(item.text[part]) >= 8):
        leak = f"value {canary.text[part]}*** rejected".encode()
        assert canary in {hit.canary for hit in searcher.data(leak)}


def test_every_single_canary_is_found(planted: tuple[Canary, ...], searcher: Searcher) -> None:
    everything = "\n".join(canary.text for canary in planted).encode("gb18030")
    assert {hit.canary for hit in searcher.data(everything)} == set(planted)


def test_masked_values_and_ordinary_text_are_no_leak(planted: tuple[Canary, ...], searcher: Searcher) -> None:
    masked = [canary.text[:3] + "*" * 9 + canary.text[-4:] for canary in planted if len(canary.text) > 10]
    assert searcher.data(json.dumps(masked).encode()) == []
    numbers = random.Random(5)
    lines = [f"{numbers.random():.17f} {numbers.randbytes(32).hex()} L3 公民身份号码" for _ in range(20000)]
    assert searcher.data("\n".join(lines).encode()) == []
    sources = sorted((Path(__file__).parents[2]).glob("tests/**/*.py"))
    assert searcher.paths(sources) == []


def test_the_name_of_a_file_and_a_database_are_searched(
    tmp_path: Path, planted: tuple[Canary, ...], searcher: Searcher
) -> None:
    named, stored = planted[0], planted[1]
    (tmp_path / f"名单_{named.text}.csv").write_bytes(b"")
    with sqlite3.connect(tmp_path / "catalogue.db") as database:
        database.execute("CREATE TABLE t (c)")
        database.execute("INSERT INTO t VALUES (?)", (zlib.compress(stored.text.encode()),))
    database.close()
    assert {hit.canary for hit in searcher.paths([tmp_path])} >= {named, stored}


def test_there_are_a_thousand_different_ones(planted: tuple[Canary, ...]) -> None:
    assert len({canary.text for canary in planted}) == sum(count for *_, count in PLAN) == 1000
    assert canaries(1) == planted
    assert canaries(2) != planted


def test_twenty_megabytes_take_seconds(searcher: Searcher) -> None:
    data = random.Random(2).randbytes(10_000_000) + b'{"rows": 12345678, "level": "L3"}\n' * 300_000
    start = time.process_time()
    assert searcher.data(data) == []
    assert time.process_time() - start < 10
