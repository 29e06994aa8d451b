"""Format name to reader: the one table of what can be read."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample

READERS = {
    "delimited": "delimited",
    "jsonl": "jsonl",
    "json": "json_document",
    "text": "text",
    "workbook": "workbook",
    "parquet": "parquet",
    "pdf": "pdf",
    "package": "package",
    "ole": "ole",
    "html": "html_table",
}


def read(format_: str, stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """Read ``stream`` as ``format_``; raises Unreadable where the file as a whole cannot be read."""
    module = import_module(f"guard_connectors.formats.{READERS[format_]}")
    found: Iterator[Sample | Problem] = module.read(stream, asset, budget)
    return found
