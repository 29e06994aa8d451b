"""A JSON document: a list of records, columns of lists, or an envelope with tables inside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample, Unreadable
from guard_connectors.formats import encoding, jsonl, keyed, records

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """Tables of the document; JSON lines under the wrong name are read as such."""
    found = encoding.detect(encoding.probe(stream))
    try:
        document = _DECODER.decode(stream.read().decode(found.name, "replace").strip().lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" and error.lineno <= 1:
            raise Unreadable(
                Problem(code="damaged-file", path=asset.path, params={"format": "json"})
            ) from None
        yield from _lines(stream, asset, budget)
        return
    except RecursionError:
        raise Unreadable(Problem(code="too-deep", path=asset.path, params={"format": "json"})) from None
    yield from records.samples(_records(document), asset, budget)


def _lines(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """The file as JSON lines, refused where most lines are none."""
    stream.seek(0)
    items = list(jsonl.read(stream, asset, budget))
    for item in items:
        for note in item.notes if isinstance(item, Sample) else ():
            if note.code == "broken-lines" and int(note.params["lines"]) > items[0].rows:  # type: ignore[union-attr]
                raise Unreadable(Problem(code="damaged-file", path=asset.path, params={"format": "json"}))
    yield from items


def _records(document: Any) -> list[Any]:
    """The rows of a document: its items, the rows of its parallel lists, its values by key, or itself."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return [document]
    values = list(document.values())
    if len(values) > 1 and all(isinstance(value, list) for value in values) and _parallel(values):
        return [dict(zip(document, row, strict=True)) for row in zip(*values, strict=True)]
    if len(values) > 1 and all(isinstance(value, dict) for value in values) and keyed.alike(values):
        return keyed.rows(document)
    if keyed.is_keyed(document):
        return keyed.rows(document)
    return [document]


def _parallel(lists: list[list[Any]]) -> bool:
    same = len({len(each) for each in lists}) == 1
    return same and not any(isinstance(item, (dict, list)) for each in lists for item in each)
