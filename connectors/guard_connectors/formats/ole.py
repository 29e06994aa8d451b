"""Old Office files (OLE2): spreadsheets are read, encrypted ones and old documents are refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample, Unreadable
from guard_connectors.formats import workbook

_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "legacy-office"),
    ("PowerPoint Document", "legacy-office"),
)
_BOOKS = ("Workbook", "Book")


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """The sheets of an xls or et file, by the streams its directory names."""
    content = stream.read()
    stream.seek(0)
    if any(_entry(name) in content for name in _BOOKS):
        yield from workbook.read(stream, asset, budget)
        return
    for name, code in _STREAMS:
        if _entry(name) in content:
            raise Unreadable(Problem(code=code, path=asset.path))
    raise Unreadable(Problem(code="damaged-file", path=asset.path, params={"format": "ole"}))


def _entry(name: str) -> bytes:
    """How a directory entry spells ``name``: UTF-16, closed by a NUL."""
    return (name + "\0").encode("utf-16-le")
