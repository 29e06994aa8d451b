"""Puts the canaries where a scan meets them: cells, names, comments, view texts, and errors."""

import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from .canaries import Canary, at

COLUMNS = {
    "name": "xm",
    "id": "sfzh",
    "card": "yhkh",
    "mobile": "sjhm",
    "password": "mm",
    "mailbox": "email",
    "key": "access_key",
}


@dataclass(frozen=True)
class Garden:
    """Where things were planted: a database and a folder of files."""

    database: Path
    share: Path


def plant(folder: Path, planted: tuple[Canary, ...]) -> Garden:
    """Write a database and a file share full of ``planted`` below ``folder``."""
    garden = Garden(folder / "garden.db", folder / "share")
    garden.share.mkdir(parents=True)
    _database(garden.database, planted)
    _tables(garden.share, planted)
    _names(garden.share, planted)
    _damaged(garden.share, planted)
    return garden


def rows(planted: tuple[Canary, ...]) -> list[tuple[str, ...]]:
    """Every cell canary in its column; shorter columns start again."""
    cells = {
        kind: [item.text for item in planted if item.kind == kind and item.place == "cell"]
        for kind in COLUMNS
    }
    cells["mailbox"] = [f"{text}@example.org" for text in cells["mailbox"]]
    height = max(map(len, cells.values()))
    return list(zip(*(islice(cycle(values), height) for values in cells.values()), strict=True))


def _database(path: Path, planted: tuple[Canary, ...]) -> None:
    comments, cards = at("comment", planted), at("view_text", planted)
    header = list(COLUMNS.values())
    lines = [f'"{name}" TEXT -- 例如 {next(comments)}' for name in header]
    with closing(sqlite3.connect(path)) as database, database:
        body = "\n,".join(lines)
        database.execute(f"CREATE TABLE people ( /* 人员 {next(comments)} */\n{body}\n)")
        database.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(header))})", rows(planted))
        for number, comment in enumerate(comments):
            database.execute(f"CREATE TABLE t{number} (a TEXT -- {comment}\n)")
        for number, card in enumerate(cards):
            database.execute(f"CREATE VIEW v{number} AS SELECT xm FROM people WHERE yhkh <> '{card}'")
        _failing(database, list(at("error", planted)))


def _failing(database: sqlite3.Connection, texts: Sequence[str]) -> None:
    """Objects whose reading fails with a message that quotes a value or a name made of one."""
    database.execute("CREATE VIEW bad_json AS SELECT json_extract(mm, '$.a') AS a FROM people")
    database.execute("CREATE VIEW bad_sum AS SELECT abs(-9223372036854775808) AS a, xm FROM people")
    database.execute(f"CREATE VIEW bad_column AS SELECT [{texts[0]}] FROM people")
    database.execute(f"CREATE VIEW bad_table AS SELECT * FROM [{texts[1]}]")
    database.execute(f"CREATE TABLE [档案 {texts[2]}] (a TEXT, [{texts[3]}] TEXT)")
    database.execute(f"INSERT INTO [档案 {texts[2]}] VALUES ('x', 'y')")
    database.execute("CREATE TABLE bad_text (a TEXT, b INTEGER UNIQUE)")
    wrong = [(sqlite3.Binary(text.encode() + b"\xff\xfe"), text) for text in texts[4:]]
    database.executemany("INSERT INTO bad_text VALUES (CAST(? AS TEXT), ?)", wrong)


def _tables(share: Path, planted: tuple[Canary, ...]) -> None:
    header, lines = list(COLUMNS.values()), rows(planted)
    text = "\n".join(",".join(line) for line in [header, *lines]) + "\n"
    for codec in ("utf-8", "gb18030", "utf-16"):
        (share / f"people_{codec}.csv").write_bytes(text.encode(codec))
    records = [dict(zip(header, line, strict=True)) for line in lines]
    (share / "people.json").write_text(json.dumps(records), "utf-8")
    (share / "people.jsonl").write_text("".join(json.dumps(item) + "\n" for item in records), "utf-8")
    (share / "people.txt").write_text("\n".join("，".join(line) for line in lines), "utf-8")
    columns = dict(zip(header, map(list, zip(*lines, strict=True)), strict=True))
    pq.write_table(pa.table(columns), share / "people.parquet")
    with xlsxwriter.Workbook(str(share / "people.xlsx")) as book:
        for name in ("名单", *(f"表{text}" for text in at("sheet_name", planted))):
            sheet = book.add_worksheet(name)
            for place, line in enumerate([header, *lines[:50]]):
                sheet.write_row(place, 0, line)
    with zipfile.ZipFile(share / "people.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", text)


def _names(share: Path, planted: tuple[Canary, ...]) -> None:
    names = at("file_name", planted)
    (share / f"dir_{next(names)}").mkdir()
    for number, name in enumerate(names):
        folder = share if number % 2 else next(share.glob("dir_*"))
        (folder / f"名单_{name}.{('csv', 'txt')[number % 2]}").write_text("a,b\n1,2\n", "utf-8")
    keys = list(at("json_key", planted))
    (share / "keyed.json").write_text(json.dumps([dict.fromkeys(keys, 1), dict.fromkeys(keys, "x")]), "utf-8")
    (share / "keyed.jsonl").write_text(json.dumps({"d": {key: {"v": 1} for key in keys}}) + "\n", "utf-8")


def _damaged(share: Path, planted: tuple[Canary, ...]) -> None:
    """Files that cannot be parsed, and whose parsers like to quote what they choked on."""
    texts = list(at("broken", planted))
    joined = ",".join(texts)
    for name in ("people.xlsx", "people.parquet", "people.zip"):
        whole = (share / name).read_bytes()
        (share / f"cut_{name}").write_bytes(whole[: len(whole) // 2])
    for name, content in _unparsable(texts, joined):
        (share / name).write_bytes(content)
    with zipfile.ZipFile(share / "bad_xml.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"<Types><{joined}")
        archive.writestr("xl/workbook.xml", f"<workbook><sheets><sheet name={joined}>")


def _unparsable(texts: Sequence[str], joined: str) -> Iterator[tuple[str, bytes]]:
    yield "bad.json", f'{{"a": "{joined}", "b": {joined} oops'.encode()
    yield "bad.jsonl", "\n".join(f'{{"a": {text}x' for text in texts).encode()
    yield "ragged.csv", "\n".join(joined[: 20 * place] for place in range(1, 30)).encode()
    yield "nul.csv", f"a,b\n{joined}\0{joined}\n".encode()
    yield "latin.csv", f"a,b\n{joined}".encode() + b"\xff\xfe\x80,1\n"
    yield "wrong.xlsx", joined.encode()
    yield "wrong.parquet", b"PAR1" + joined.encode() + b"PAR1"
    yield "wrong.pdf", b"%PDF-1.7\n" + joined.encode()
    yield "wrong.docx", b"PK\x03\x04" + joined.encode()
    yield "wrong.db", b"SQLite format 3\0" + joined.encode()
