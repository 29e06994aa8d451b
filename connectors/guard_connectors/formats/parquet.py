"""Parquet: random rows from random row groups, with the types the file declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample, Unreadable
from guard_connectors.formats.header import unique
from guard_connectors.formats.rows import (
    TABLE_HEAD,
    Clock,
    batch,
    chance,
    columns,
    emptied,
    first_rows,
    last_marked,
)

_BATCH = 8192
_WHOLE = 65_536
_MOST_GROUPS = 16
_LEAST_GROUPS = 4
_DECODED = 250_000  # rows read through for a sample, from where on fewer groups do
_JOINED = 1024


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """The table; structs become dotted columns, lists and maps text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(stream)
        yield from _samples(file, asset, budget)
    except (pa.ArrowException, OSError) as error:
        code = "encrypted" if "ncrypt" in str(error) else "damaged-file"
        raise Unreadable(Problem(code=code, path=asset.path, params={"format": "parquet"})) from None


def _samples(file: Any, asset: Asset, budget: Budget) -> Iterator[Sample]:
    total = int(file.metadata.num_rows)
    found = replace(asset, rows=total)
    empty = file.schema_arrow.empty_table().to_batches() or []
    if not total:
        names = unique(file.schema_arrow.names, len(file.schema_arrow.names))
        yield _sample(empty[0], found, complete=True) if empty else emptied(found, names)
        return
    rows = total if budget.rows is None else min(budget.rows, total)
    picked = _everything(file) if rows == total else _chosen(file, rows, asset, budget)
    clock = Clock(budget)
    left = budget.bytes
    for piece, last in last_marked(picked):
        left -= piece.nbytes
        over = clock.over or left < 0
        yield _sample(piece, found, complete=last and rows == total)
        if over and not last:
            return


def _everything(file: Any) -> Iterator[Any]:
    yield from (piece for piece in file.iter_batches(batch_size=_WHOLE, use_threads=False) if piece.num_rows)


def _chosen(file: Any, rows: int, asset: Asset, budget: Budget) -> Iterator[Any]:
    """About ``rows`` random rows: some row groups at random, evenly sampled along their length."""
    luck = chance(budget, asset)
    head = first_rows(budget, TABLE_HEAD)
    sizes = [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)]
    groups = [place for place, size in enumerate(sizes) if size]
    chosen: list[int] = []
    decoded = 0
    while groups and (
        decoded < rows or len(chosen) < (_MOST_GROUPS if decoded < _DECODED else _LEAST_GROUPS)
    ):
        chosen.append(groups.pop(luck.randrange(len(groups))))
        decoded += sizes[chosen[-1]]
    start = next(place for place, size in enumerate(sizes) if size)
    head = min(head, sizes[start])
    if head:
        yield next(file.iter_batches(batch_size=head, row_groups=[start], use_threads=False))
    share = (rows - head) / decoded
    owed = 0.0
    waiting: list[Any] = []
    for group in sorted(chosen):
        skipped = head if group == start else 0
        for piece in file.iter_batches(batch_size=_BATCH, row_groups=[group], use_threads=False):
            owed += piece.num_rows * share
            take = min(int(owed + 1e-9), piece.num_rows - skipped)
            owed -= take
            if take:
                waiting.append(
                    piece.take(_indices(sorted(luck.sample(range(skipped, piece.num_rows), take))))
                )
            skipped = 0
            if sum(each.num_rows for each in waiting) >= _JOINED:
                yield _joined(waiting)
                waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(pieces: list[Any]) -> Any:
    """Few rows from many places as one batch: each batch costs the detector alike."""
    import pyarrow as pa

    return pa.Table.from_batches(pieces).combine_chunks().to_batches()[0]


def _indices(places: list[int]) -> Any:
    import pyarrow as pa

    return pa.array(places, pa.int64())


def _sample(piece: Any, asset: Asset, *, complete: bool) -> Sample:
    arrays: list[Any] = []
    names: list[str] = []
    types: list[str] = []
    for field, array in zip(piece.schema, piece.columns, strict=True):
        for name, flat in _flattened(field.name, array):
            names.append(name)
            types.append(str(flat.type))
            arrays.append(_primitive(flat))
    made = unique(names, len(names))
    found = replace(asset, columns=columns(made, types))
    return Sample(found, batch(arrays, piece.num_rows), complete=complete)


def _flattened(name: str, array: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa

    if pa.types.is_struct(array.type) and depth < 6:
        for field, child in zip(array.type, array.flatten(), strict=True):
            yield from _flattened(f"{name}.{field.name}", child, depth + 1)
    else:
        yield name, array


def _primitive(array: Any) -> Any:
    """``array`` as strings, numbers, booleans, dates or timestamps; anything else as text."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        return _primitive(array.dictionary_decode())
    if hasattr(kind, "storage_type"):
        return _primitive(array.storage)
    plain = (
        pa.types.is_string(kind),
        pa.types.is_large_string(kind),
        pa.types.is_integer(kind),
        pa.types.is_floating(kind),
        pa.types.is_decimal(kind),
        pa.types.is_boolean(kind),
        pa.types.is_date(kind),
        pa.types.is_timestamp(kind),
        pa.types.is_binary(kind),
        pa.types.is_large_binary(kind),
    )
    if any(plain):
        return array
    texts = [None if value is None else str(value) for value in _listed(array)]
    return pa.array(texts, pa.large_string())


def _listed(array: Any) -> list[Any]:
    values = array.to_pylist()
    return [" ".join(map(str, value)) if isinstance(value, list) else value for value in values]
