"""How samples come back from a parser process: length-prefixed frames on a pipe, never on disk.

A frame is a kind (one byte), a length (four bytes, big endian) and that many bytes:
``S`` a sample's asset and notes as JSON, followed by ``A`` its rows as one Arrow IPC stream;
``P`` a problem; ``U`` a problem that ended the whole file; ``E`` the end of a file read whole.
The reading side trusts nothing: sizes are capped and arrays are validated in full.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from guard.sdk import Asset, AssetKind, Column, Problem, Sample, Unreadable

HEAD = struct.Struct(">cI")
MOST = {b"S": 16 << 20, b"A": 512 << 20, b"P": 1 << 20, b"U": 1 << 20, b"E": 0}


def problem_from(data: dict[str, Any]) -> Problem:
    """The Problem that ``asdict`` and JSON made ``data`` of."""
    return Problem(code=str(data["code"]), path=tuple(data["path"]), params=dict(data["params"]))


def asset_from(data: dict[str, Any]) -> Asset:
    """The Asset that ``asdict`` and JSON made ``data`` of."""
    columns = tuple(Column(**item) for item in data["columns"])
    return Asset(
        **(data | {"path": tuple(data["path"]), "kind": AssetKind(data["kind"]), "columns": columns})
    )


def encode(item: Sample | Problem) -> Iterator[bytes]:
    """The frames of one sample or problem."""
    if isinstance(item, Problem):
        yield _frame(b"P", json.dumps(asdict(item)).encode("ascii"))
        return
    import pyarrow as pa

    about = {
        "asset": asdict(item.asset),
        "complete": item.complete,
        "notes": [asdict(note) for note in item.notes],
        "rows": item.rows,
    }
    yield _frame(b"S", json.dumps(about).encode("ascii"))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, item.batch.schema) as writer:
        writer.write_batch(item.batch)
    yield _frame(b"A", memoryview(sink.getvalue()))


def ended(problem: Problem | None = None) -> bytes:
    """The last frame: all was read, or ``problem`` ended it."""
    return _frame(b"U", json.dumps(asdict(problem)).encode("ascii")) if problem else _frame(b"E", b"")


def _frame(kind: bytes, body: bytes | memoryview) -> bytes:
    return HEAD.pack(kind, len(body)) + bytes(body)


def decode(read: Callable[[int], bytes]) -> Iterator[Sample | Problem]:
    """Turn frames into samples; ``read(n)`` returns exactly n bytes or raises EOFError.

    Raises Unreadable where the parser said so, EOFError where the stream breaks off or lies.
    """
    while True:
        kind, body = _next(read)
        if kind == b"E":
            return
        if kind == b"S":
            yield _sample(json.loads(body), _next(read, expected=b"A")[1])
            continue
        problem = problem_from(json.loads(body))
        if kind == b"U":
            raise Unreadable(problem)
        yield problem


def _next(read: Callable[[int], bytes], expected: bytes = b"") -> tuple[bytes, bytes]:
    kind, length = HEAD.unpack(read(HEAD.size))
    if length > MOST.get(kind, -1) or (expected and kind != expected):
        raise EOFError
    return kind, read(length)


def _sample(about: dict[str, Any], body: bytes) -> Sample:
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(body) as reader:
            batch = reader.read_next_batch()
        batch.validate(full=True)
    except (pa.ArrowException, OSError, StopIteration):
        raise EOFError from None
    if batch.num_rows != about["rows"] or batch.num_columns != len(about["asset"]["columns"]):
        raise EOFError
    return Sample(
        asset_from(about["asset"]),
        batch,
        complete=bool(about["complete"]),
        notes=tuple(problem_from(note) for note in about["notes"]),
    )
