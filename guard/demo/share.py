"""The office file share: workbooks, delimited text in old encodings, documents, an archive."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from guard.demo.fillings import City
from guard.demo.schema import DemoFile, Holding

_MOMENT = datetime(2025, 6, 30, tzinfo=UTC)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def write(folder: Path, holding: Holding, city: City) -> None:
    """Write every file of ``holding`` below ``folder``."""
    for item in holding.files:
        path = folder / item.path
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[item.format](path, item, city)


def _csv(path: Path, item: DemoFile, city: City) -> None:
    path.write_bytes(_delimited(item, city).encode(item.encoding))


def _zip(path: Path, item: DemoFile, city: City) -> None:
    _archive(path, {item.member: _delimited(item, city)})


def _delimited(item: DemoFile, city: City) -> str:
    table = item.tables[0]
    stream = io.StringIO()
    writer = csv.writer(stream)
    if item.header:
        writer.writerow(column.name for column in table.columns)
    writer.writerows(zip(*city.fill(table, item.path), strict=True))
    return stream.getvalue()


def _records(item: DemoFile, city: City) -> Iterator[dict[str, Any]]:
    names = [column.name for column in item.tables[0].columns]
    for row in zip(*city.fill(item.tables[0], item.path), strict=True):
        yield dict(zip(names, row, strict=True))


def _json(path: Path, item: DemoFile, city: City) -> None:
    path.write_text(json.dumps(list(_records(item, city)), ensure_ascii=False, indent=1), "utf-8")


def _jsonl(path: Path, item: DemoFile, city: City) -> None:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in _records(item, city))
    path.write_text("".join(lines), "utf-8")


def _parquet(path: Path, item: DemoFile, city: City) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [column.name for column in item.tables[0].columns]
    pq.write_table(pa.table(dict(zip(names, city.fill(item.tables[0], item.path), strict=True))), path)


def _xlsx(path: Path, item: DemoFile, city: City) -> None:
    from xlsxwriter.exceptions import FileCreateError

    try:
        _workbook(path, item, city)
    except FileCreateError as error:
        # The library hides what the system said in an exception of its own.
        raise next((part for part in error.args if isinstance(part, OSError)), OSError()) from None


def _workbook(path: Path, item: DemoFile, city: City) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": _MOMENT.replace(tzinfo=None)})
        for table in item.tables:
            sheet = book.add_worksheet(table.name)
            sheet.write_row(0, 0, [column.name for column in table.columns])
            for place, values in enumerate(city.fill(table, item.path)):
                sheet.write_column(1, place, values)


def _txt(path: Path, item: DemoFile, city: City) -> None:
    lines = [item.heading] if item.heading else []
    path.write_text("\n".join([*lines, *city.sentences(item.topic, item.lines, item.path)]) + "\n", "utf-8")


def _docx(path: Path, item: DemoFile, city: City) -> None:
    lines = [item.heading] if item.heading else []
    lines += city.sentences(item.topic, item.lines, item.path)
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    types = (
        f'<Default Extension="rels" ContentType="{rels}"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>'
    )
    link = (
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="word/document.xml"/>'
    )
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>',
        "word/document.xml": f'{head}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
    }
    _archive(path, parts)


def _archive(path: Path, members: Mapping[str, str]) -> None:
    """A zip whose bytes depend on nothing but its members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _MOMENT.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.encode())


WRITERS: Mapping[str, Callable[[Path, DemoFile, City], None]] = {
    "csv": _csv,
    "zip": _zip,
    "json": _json,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "xlsx": _xlsx,
    "txt": _txt,
    "docx": _docx,
}
