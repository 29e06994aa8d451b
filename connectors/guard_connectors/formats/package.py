"""What starts like a zip: a spreadsheet, a document, or an archive, told apart by its members.

An archive is read one level deep. Members are unpacked in memory within the limits of
``Unpacking``, counting what really comes out; a member's name is only ever a label.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample, Unreadable
from guard_connectors.formats import kinds, office, reading, workbook
from guard_connectors.formats.rows import part


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacking:
    """How much an archive may hold: members, bytes of one and of all, ratio beyond ``free`` bytes."""

    members: int = 10_000
    one: int = 192 << 20
    all: int = 1 << 30
    ratio: int = 200
    free: int = 10 << 20


LIMITS = Unpacking()


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """Whatever the package is; raises Unreadable where it is damaged, encrypted or a bomb."""
    try:
        package = zipfile.ZipFile(stream)
        infos = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unreadable(Problem(code="damaged-file", path=asset.path, params={"format": "zip"})) from None
    _refuse_bombs(infos, asset)
    flavour = _flavour(package, infos)
    stream.seek(0)
    if flavour == "workbook":
        yield from workbook.read(stream, asset, budget)
    elif flavour in office.MEDIA:
        yield from office.read(stream, asset, budget, kind=flavour)
    elif flavour:
        raise Unreadable(Problem(code="unsupported-format", path=asset.path, params={"format": flavour}))
    else:
        yield from _archive(package, infos, asset, budget)


def _refuse_bombs(infos: list[zipfile.ZipInfo], asset: Asset) -> None:
    declared = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    too_big = declared > LIMITS.all or (declared > LIMITS.free and declared > LIMITS.ratio * max(1, packed))
    if too_big or len(infos) > LIMITS.members:
        params: dict[str, str | int | float] = {"members": len(infos), "megabytes": declared >> 20}
        raise Unreadable(Problem(code="bomb", path=asset.path, params=params))


def _flavour(package: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> str:
    """``workbook``, a key of office.MEDIA, another media type, or empty for a plain archive."""
    names = {info.filename for info in infos}
    if "[Content_Types].xml" in names:
        for start, flavour in (("xl/", "workbook"), ("word/", "docx"), ("ppt/", "pptx")):
            if any(name.startswith(start) for name in names):
                return flavour
    if infos and infos[0].filename == "mimetype" and infos[0].file_size < 200:
        media = package.read("mimetype").decode("ascii", "replace")
        if "opendocument.spreadsheet" in media:
            return "workbook"
        return "odt" if "opendocument.text" in media else media[:80]
    return "ofd" if "OFD.xml" in names else ""


def _archive(
    package: zipfile.ZipFile, infos: list[zipfile.ZipInfo], asset: Asset, budget: Budget
) -> Iterator[Sample | Problem]:
    left = LIMITS.all
    for info in infos:
        if info.is_dir():
            continue
        member = part(asset, _label(info), AssetKind.FILE)
        try:
            data = _unpacked(package, info, member, left)
            left -= len(data)
            yield from _member(data, replace(member, bytes=len(data)), budget)
        except Unreadable as refusal:
            yield refusal.problem


def _label(info: zipfile.ZipInfo) -> str:
    """The member's name; where it is not marked as UTF-8, the bytes as UTF-8 or GB18030."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for name in ("utf-8", "gb18030"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unpacked(package: zipfile.ZipFile, info: zipfile.ZipInfo, member: Asset, left: int) -> bytes:
    if info.flag_bits & 1:
        raise Unreadable(Problem(code="encrypted", path=member.path))
    most = min(LIMITS.one, left, max(LIMITS.free, LIMITS.ratio * info.compress_size))
    try:
        with package.open(info) as source:
            data = source.read(most + 1)
    except NotImplementedError:
        raise Unreadable(Problem(code="unsupported-compression", path=member.path)) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        raise Unreadable(Problem(code="damaged-file", path=member.path, params={"format": "zip"})) from None
    if len(data) > most:
        params: dict[str, str | int | float] = {"megabytes": most >> 20}
        raise Unreadable(Problem(code="member-too-large", path=member.path, params=params))
    return data


def _member(data: bytes, member: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    kind = kinds.kind_of(member.name, data[: kinds.HEAD_BYTES], len(data))
    if kind.problem:
        params = {"format": kinds.ending(member.name) or "?", "path": member.name}
        raise Unreadable(Problem(code=kind.problem, path=member.path, params=params))
    stream = io.BytesIO(data)
    if kind.format == "package" and not _document(stream):
        raise Unreadable(Problem(code="nested-archive", path=member.path))
    yield from reading.read(kind.format, stream, member, budget)


def _document(stream: BinaryIO) -> bool:
    """Whether the package in ``stream`` is a document (or broken, which its reader reports)."""
    try:
        package = zipfile.ZipFile(stream)
        return bool(_flavour(package, package.infolist()))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return True
    finally:
        stream.seek(0)
