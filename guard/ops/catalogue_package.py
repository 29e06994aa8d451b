"""What a reader of values does not see in an xlsx or ods file: formulas, merged cells, how far sheets go.

Members are unpacked by hand and counted, so that no header can lie about their size; only the parts
that make a sheet are kept, in a package of our own. No document type, hence no entity, is accepted.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from guard.ops.catalogue_limits import Limits, TooLargeError
from guard.policy.sheet.grid import Span

_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:workbook|sharedStrings|styles)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/worksheets/[^/]+\.xml|mimetype|content\.xml|META-INF/manifest\.xml"
)
_CHUNK = 1 << 16
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Attributes = dict[str, str]


class BrokenError(Exception):
    """The file is no package of that kind, or is damaged."""


@dataclass(slots=True)
class Seen:
    """One sheet: places of formulas, merged ranges, and the last row and column with content, from 0."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    last_row: int = -1
    last_column: int = -1

    def reach(self, row: int, column: int, limits: Limits) -> None:
        """Note content at a place. Raises TooLargeError beyond the limits."""
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        if self.last_row >= limits.rows:
            raise TooLargeError("rows", limits.rows)
        if self.last_column >= limits.columns:
            raise TooLargeError("columns", limits.columns)


def members(data: bytes, limits: Limits) -> dict[str, bytes]:
    """The parts of the package that make sheets. Raises BrokenError, or TooLargeError for a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = [info for info in package.infolist() if _PARTS.fullmatch(info.filename)]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        raise BrokenError from None
    if len(infos) > limits.sheets + 20:
        raise TooLargeError("sheets", limits.sheets)
    found: dict[str, bytes] = {}
    left = limits.unpacked
    for info in infos:
        found[info.filename] = _unpacked(data, info, left, limits)
        left -= len(found[info.filename])
    return found


def _unpacked(data: bytes, info: zipfile.ZipInfo, most: int, limits: Limits) -> bytes:
    head = data[info.header_offset : info.header_offset + 30]
    if len(head) < 30 or head[:4] != b"PK\x03\x04" or info.flag_bits & 1:
        raise BrokenError
    name, extra = struct.unpack("<HH", head[26:30])
    start = info.header_offset + 30 + name + extra
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        found = packed
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        try:
            found = zlib.decompressobj(-15).decompress(packed, most + 1)
        except zlib.error:
            raise BrokenError from None
    else:
        raise BrokenError
    if len(found) > most:
        raise TooLargeError("unpacked", limits.unpacked)
    return found


def repacked(parts: Mapping[str, bytes]) -> bytes:
    """A package that holds ``parts`` and nothing else."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def _parse(content: bytes, start: Callable[[str, Attributes], None], end: Callable[[str], None]) -> None:
    """Walk an XML part; names come without their prefix."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, given: start(name.rpartition(":")[2], given)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for at in range(0, len(content), _CHUNK):
            parser.Parse(content[at : at + _CHUNK], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError):
        raise BrokenError from None


def _refuse(*_: object) -> None:
    raise BrokenError


def _local(given: Attributes) -> Attributes:
    return {name.rpartition(":")[2]: text for name, text in given.items()}


def workbook(parts: Mapping[str, bytes], limits: Limits) -> dict[str, Seen]:
    """The worksheets of an xlsx package, by name."""
    targets: dict[str, str] = {}

    def related(name: str, given: Attributes) -> None:
        if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            target = given.get("Target", "")
            full = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[given.get("Id", "")] = full

    sheets: dict[str, str] = {}

    def listed(name: str, given: Attributes) -> None:
        if name == "sheet":
            own = _local(given)
            sheets[own.get("name", "")] = own.get("id", "")

    _parse(parts.get("xl/_rels/workbook.xml.rels", b""), related, _nothing)
    _parse(parts.get("xl/workbook.xml", b""), listed, _nothing)
    return {
        name: _worksheet(parts[targets[id]], limits)
        for name, id in sheets.items()
        if id in targets and targets[id] in parts
    }


def _nothing(_: str) -> None:
    return


def _worksheet(content: bytes, limits: Limits) -> Seen:
    seen = Seen()
    at = [-1, -1]

    def start(name: str, given: Attributes) -> None:
        if name == "row":
            at[0], at[1] = (int(given["r"]) - 1 if given.get("r", "").isdigit() else at[0] + 1), -1
        elif name == "c":
            place = _place(given.get("r", ""))
            at[0], at[1] = place or (max(at[0], 0), at[1] + 1)
            seen.reach(at[0], at[1], limits)
        elif name == "f":
            seen.formulas.add((at[0], at[1]))
        elif name == "mergeCell" and len(seen.spans) < limits.cells:
            ends = [_place(part) for part in given.get("ref", "").split(":")]
            first, last = ends[0], ends[-1]
            if first and last:
                seen.spans.append(Span(top=first[0], left=first[1], bottom=last[0], right=last[1]))

    _parse(content, start, _nothing)
    return seen


def _place(reference: str) -> tuple[int, int] | None:
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def document(parts: Mapping[str, bytes], limits: Limits) -> dict[str, Seen]:
    """The tables of an ods package, by name."""
    reader = _Tables(limits)
    _parse(parts.get("content.xml", b""), reader.start, reader.end)
    return reader.found


class _Tables:
    """Walks the tables of an ods document; repeated cells and rows count as often as they are repeated."""

    def __init__(self, limits: Limits) -> None:
        self.found: dict[str, Seen] = {}
        self._limits = limits
        self._seen = Seen()
        self._row, self._column, self._rows, self._width = 0, 0, 1, 0

    def start(self, name: str, given: Attributes) -> None:
        own = _local(given)
        if name == "table":
            self._seen = self.found[own.get("name", "")] = Seen()
            self._row = 0
        elif name == "table-row":
            self._rows, self._column, self._width = _count(own, "number-rows-repeated"), 0, 0
        elif name in ("table-cell", "covered-table-cell"):
            self._cell(own)

    def _cell(self, own: Attributes) -> None:
        times = _count(own, "number-columns-repeated")
        if "formula" in own or "value-type" in own:
            self._width = self._column + times
            self._seen.reach(self._row + self._rows - 1, self._width - 1, self._limits)
        if "formula" in own:
            for row in range(self._row, self._row + self._rows):
                self._seen.formulas |= {(row, self._column + at) for at in range(times)}
        down, right = _count(own, "number-rows-spanned"), _count(own, "number-columns-spanned")
        if down > 1 or right > 1:
            bottom, end = self._row + down - 1, self._column + right - 1
            self._seen.spans.append(Span(top=self._row, left=self._column, bottom=bottom, right=end))
        self._column += times

    def end(self, name: str) -> None:
        if name == "table-row":
            self._row += self._rows


def _count(own: Attributes, name: str) -> int:
    text = own.get(name, "1")
    return max(1, int(text)) if text.isdigit() and len(text) < 9 else 1
