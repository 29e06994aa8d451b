"""Hostile files: made here, never stored. Each ends as a reported skip, soon, and the next file is read."""

import io
import json
import random
import struct
import time
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from guard.sdk import Budget, Problem, Sample, SourceSpec, Unreadable
from guard.text import t
from guard_connectors.files import FilesConnector

CANARY = "11010119900307002X"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


def relations(kind: str, target: str) -> str:
    return (
        '<?xml version="1.0"?><Relationships '
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/>'
        "</Relationships>"
    )


def xlsx(cells: str, prologue: str = "") -> bytes:
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(overrides=""),
            "_rels/.rels": relations("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations("worksheet", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": f'{prologue}<worksheet xmlns="{MAIN}"><sheetData>{cells}'
            "</sheetData></worksheet>",
        }
    )


def docx(body: str, prologue: str = "") -> bytes:
    part = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(
                overrides=f'<Override PartName="/word/document.xml" ContentType="{part}"/>'
            ),
            "_rels/.rels": relations("officeDocument", "word/document.xml"),
            "word/document.xml": f'{prologue}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body>'
            "</w:document>",
        }
    )


def laughs(depth: int = 9) -> str:
    lines = ['<!ENTITY a0 "lol">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, depth + 1)]
    return f'<?xml version="1.0"?><!DOCTYPE x [{"".join(lines)}]>'


def pdf(stream: bytes, filters: str = "", trailer: str = "") -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d%s>>stream\n" % (len(stream), filters.encode()) + stream + b"\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out + (f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF").encode()
    )


def parquet(rows: int = 100) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array([CANARY] * rows)}), out)
    return out.getvalue()


def good_xlsx() -> bytes:
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{CANARY}</t></is></c></row>'
    return xlsx(row)


def sparse_xlsx() -> bytes:
    return xlsx(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def lying_zip() -> bytes:
    """Declares ten bytes where 300 MB come out."""
    data = bytearray(zipped({"bomb.csv": b"0" * (300 << 20)}))
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    return bytes(data)


def locked_zip() -> bytes:
    data = bytearray(zipped({"secret.csv": f"id\n{CANARY}\n"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def flate_bomb() -> bytes:
    twice = zlib.compress(zlib.compress(b"\0" * (400 << 20), 1), 9)
    return pdf(twice, "/Filter[/FlateDecode/FlateDecode]")


def ole(name: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + (name + "\0").encode("utf-16-le") + b"\0" * 3000
    )


PDF_TEXT = f"BT /F1 12 Tf 20 200 Td ({CANARY}) Tj ET".encode()
ENCRYPT = (
    "/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<" + "41" * 32 + ">/U<" + "42" * 32 + ">>>"
    "/ID[<00><00>]"
)
CASES = {
    "sparse.xlsx": (sparse_xlsx, {"parser-memory", "parser-crashed"}),
    "entities.xlsx": (lambda: xlsx("<row r='1'><c r='A1' t='str'><v>&a9;</v></c></row>", laughs()), None),
    "entities.docx": (lambda: docx("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", laughs()), None),
    "spaces.xlsx": (lambda: xlsx(" " * (200 << 20)), {"bomb"}),
    "bomb.zip": (lambda: zipped({"zeros.csv": b"0" * (300 << 20)}), {"bomb"}),
    "lying.zip": (lying_zip, {"member-too-large", "damaged-file", "bomb"}),
    "many.zip": (lambda: zipped({f"{n}.txt": b"" for n in range(10_001)}), {"bomb"}),
    "locked.zip": (locked_zip, {"encrypted"}),
    "nested.zip": (lambda: zipped({"inner.zip": zipped({"a.csv": "a\n1\n"})}), {"nested-archive"}),
    "flate.pdf": (flate_bomb, {"parser-memory", "parser-crashed", "parser-timeout", "no-text-layer"}),
    "locked.pdf": (lambda: pdf(PDF_TEXT, trailer=ENCRYPT), {"encrypted"}),
    "blank.pdf": (lambda: pdf(b""), {"no-text-layer"}),
    "locked.xlsx": (lambda: ole("EncryptedPackage"), {"encrypted"}),
    "letter.docx": (lambda: ole("WordDocument"), {"legacy-office"}),
    "odd.xls": (lambda: ole("Nothing"), {"damaged-file"}),
    "book.xls": (lambda: ole("Workbook"), {"damaged-file"}),
    "short.xlsx": (lambda: good_xlsx()[:300], {"damaged-file"}),
    "short.zip": (lambda: zipped({"a.csv": "a\n1\n"})[:40], {"damaged-file"}),
    "short.parquet": (lambda: parquet()[:200], {"damaged-file"}),
    "short.pdf": (lambda: pdf(PDF_TEXT)[:30], {"damaged-file"}),
    "noise.parquet": (lambda: b"PAR1" + bytes(range(256)) * 20 + b"PAR1", {"damaged-file"}),
    "noise.xlsx": (lambda: bytes(range(256)) * 20, {"damaged-file"}),
    "deep.json": (lambda: b"[" * 200_000, {"too-deep", "damaged-file"}),
    "empty.xlsx": (lambda: b"", {"empty-file"}),
    "empty.zip": (lambda: b"", {"empty-file"}),
    "empty.parquet": (lambda: b"", {"empty-file"}),
    "empty.pdf": (lambda: b"", {"empty-file"}),
    "memo.wps": (lambda: ole("WordDocument"), {"legacy-office"}),
    "photo.png": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), {"unsupported-format"}),
    "base.db": (lambda: b"SQLite format 3\0" + bytes(200), {"database-file"}),
    "ls.docx": (lambda: b"\x7fELF" + bytes(200), {"wrong-content"}),
    "photo.xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), {"wrong-content"}),
    "page.xls": (lambda: b"<html><p>nothing here</p></html>", {"no-table"}),
    "archive.xls": (lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related\n", {"web-archive"}),
    "pack.rar": (lambda: b"Rar!\x1a\x07\x01\0" + bytes(200), {"unsupported-archive"}),
}


def test_a_database_says_how_it_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "a b.db").write_bytes(b"SQLite format 3\0" + bytes(200))
    (tmp_path / "c.txt").write_bytes(b"SQLite format 3\0" + bytes(200))
    problems, _ = outcome(FilesConnector(SourceSpec(name="s", url=str(tmp_path))))
    lines = [t("problems.database-file.next", "en", **problem.params) for problem in problems]
    root = quote(str(tmp_path.resolve()))
    assert [line.partition("guard scan ")[2] for line in lines] == [
        f"sqlite:///{root}/a%20b.db",
        f"sqlite:///{root}/c.txt",
    ]


def outcome(connector: FilesConnector) -> tuple[list[Problem], list[Sample]]:
    """Problems and samples of everything the connector lists."""
    problems, samples = [], []
    for asset in connector.assets():
        if isinstance(asset, Problem):
            problems.append(asset)
            continue
        try:
            for item in connector.sample(asset, Budget()):
                (problems if isinstance(item, Problem) else samples).append(item)
        except Unreadable as refusal:
            problems.append(refusal.problem)
    return problems, samples


@pytest.fixture(scope="module")
def shared_parser():
    """One connector whose parser process serves every case: no case may spoil it for the next."""
    connector = FilesConnector(SourceSpec(name="s", url="."))
    yield connector.sandbox
    connector.close()


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_a_reported_skip(name: str, tmp_path: Path, shared_parser) -> None:
    make, codes = CASES[name]
    (tmp_path / name).write_bytes(make())
    connector = FilesConnector(SourceSpec(name="s", url=str(tmp_path)))
    connector.sandbox = shared_parser
    began = time.monotonic()
    problems, samples = outcome(connector)
    assert time.monotonic() - began < 10
    text = json.dumps([[p.code, p.path, dict(p.params)] for p in problems])
    assert CANARY not in text
    if codes is None:
        assert problems or all(sample.rows <= 1 for sample in samples)
        return
    assert [problem.code for problem in problems if problem.code in codes], text
    assert all(sample.rows == 0 for sample in samples)


def test_the_parser_serves_the_next_file_after_a_bomb(tmp_path: Path) -> None:
    (tmp_path / "1.xlsx").write_bytes(sparse_xlsx())
    (tmp_path / "2.xlsx").write_bytes(good_xlsx())
    (tmp_path / "3.pdf").write_bytes(pdf(PDF_TEXT))
    connector = FilesConnector(SourceSpec(name="s", url=str(tmp_path)))
    problems, samples = outcome(connector)
    connector.close()
    assert [problem.path for problem in problems] == [("1.xlsx",)]
    assert [sample.batch.column(0).to_pylist() for sample in samples] == [[CANARY], [CANARY]]


def test_hiding_under_another_name_does_not_help(tmp_path: Path) -> None:
    disguises = {
        "a.csv": good_xlsx(),
        "b.pdf": parquet(3),
        "c.xlsx": f"id,phone,city\n{CANARY},13800138000,x\n1,2,3\n4,5,6\n".encode(),
        "d.zip": docx(f"<w:p><w:r><w:t>{CANARY}</w:t></w:r></w:p>"),
        "e": pdf(PDF_TEXT),
        "f.xyz": f"{CANARY}\n".encode(),
    }
    for name, data in disguises.items():
        (tmp_path / name).write_bytes(data)
    connector = FilesConnector(SourceSpec(name="s", url=str(tmp_path)))
    problems, samples = outcome(connector)
    connector.close()
    assert not problems
    found = {s.asset.path[0] for s in samples if any(CANARY in map(str, c.to_pylist()) for c in s.batch)}
    assert found == set(disguises)
    noted = {s.asset.path[0] for s in samples if any(note.code == "mislabelled" for note in s.notes)}
    assert {"a.csv", "b.pdf", "c.xlsx"} <= noted


SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def pptx(text: str) -> bytes:
    part = "application/vnd.openxmlformats-officedocument.presentationml."
    overrides = (
        f'<Override PartName="/ppt/presentation.xml" ContentType="{part}presentation.main+xml"/>'
        f'<Override PartName="/ppt/slides/slide1.xml" ContentType="{part}slide+xml"/>'
    )
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(overrides=overrides),
            "_rels/.rels": relations("officeDocument", "ppt/presentation.xml"),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{SLIDES}" xmlns:r="{OFFICE}"><p:sldIdLst>'
            '<p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations("slide", "slides/slide1.xml"),
            "ppt/slides/slide1.xml": f'<p:sld xmlns:p="{SLIDES}" xmlns:a="{DRAWING}"><p:cSld><p:spTree><p:sp>'
            f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>",
        }
    )


GOOD = {
    "a.xlsx": good_xlsx,
    "a.docx": lambda: docx(f"<w:p><w:r><w:t>身份证 {CANARY}</w:t></w:r></w:p>"),
    "a.pptx": lambda: pptx(f"身份证 {CANARY}"),
    "a.pdf": lambda: pdf(PDF_TEXT),
    "a.parquet": parquet,
    "a.zip": lambda: zipped({"a.csv": f"id,name\n{CANARY},x\n"}),
    "a.json": lambda: json.dumps([{"id": CANARY}]).encode(),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_read(name: str, tmp_path: Path, shared_parser) -> None:
    (tmp_path / name).write_bytes(GOOD[name]())
    connector = FilesConnector(SourceSpec(name="s", url=str(tmp_path)))
    connector.sandbox = shared_parser
    problems, samples = outcome(connector)
    assert not problems
    assert all(sample.complete for sample in samples)
    assert any(CANARY in str(cell) for s in samples for c in s.batch.columns for cell in c.to_pylist())


@pytest.mark.parametrize("name", GOOD)
def test_damage_anywhere_ends_in_an_answer(name: str, tmp_path: Path, shared_parser) -> None:
    luck = random.Random(name)
    good = GOOD[name]()
    for turn in range(12):
        data = bytearray(good)
        for _ in range(luck.choice((1, 4, 40))):
            data[luck.randrange(len(data))] = luck.randrange(256)
        if turn % 3 == 0:
            del data[luck.randrange(len(data)) :]
        (tmp_path / name).write_bytes(data)
        connector = FilesConnector(SourceSpec(name="s", url=str(tmp_path)))
        connector.sandbox = shared_parser
        began = time.monotonic()
        problems, samples = outcome(connector)
        assert problems or samples
        assert time.monotonic() - began < 10


def long_pdf(pages: int) -> bytes:
    import pypdfium2 as pdfium

    whole = pdfium.PdfDocument.new()
    for number in range(pages):
        words = "\n".join(f"0 -14 Td (page {number} line {line}) Tj" for line in range(12))
        whole.import_pages(pdfium.PdfDocument(pdf(f"BT /F1 12 Tf 20 200 Td {words} ET".encode())))
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


@pytest.mark.parametrize("seed", range(3))
def test_the_head_of_a_document_is_read_first(seed: int, tmp_path: Path, shared_parser) -> None:
    body = "".join(f"<w:p><w:r><w:t>line {n}</w:t></w:r></w:p>" for n in range(400))
    (tmp_path / "a.docx").write_bytes(docx(body))
    (tmp_path / "a.pdf").write_bytes(long_pdf(12))
    for name, first in (("a.docx", "line 0"), ("a.pdf", "page 0 line 0")):
        connector = FilesConnector(SourceSpec(name="s", url=str(tmp_path / name)))
        connector.sandbox = shared_parser
        (asset,) = connector.assets()
        head, rest = connector.sample(asset, Budget(rows=60, seed=seed))
        assert head.batch.column(0).to_pylist()[0] == first
        assert (head.rows, rest.rows) == (30, 30)
