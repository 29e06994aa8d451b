"""Spreadsheets: xlsx, xlsm, xlsb, xls, et, ods. One asset a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample, Unreadable
from guard_connectors.formats import header
from guard_connectors.formats.rows import (
    TABLE_HEAD,
    batch,
    chance,
    columns,
    emptied,
    first_rows,
    part,
    shown,
    typed,
)

_LOOK_ROWS = 60


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """Every sheet, random rows of each; the text of title rows becomes the sheet's comment."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(stream)
        sheets = [sheet.name for sheet in book.sheets_metadata if "Sheet" in str(sheet.typ)]
    except calamine.PasswordError:
        raise Unreadable(Problem(code="encrypted", path=asset.path)) from None
    except (calamine.CalamineError, OSError):
        raise Unreadable(Problem(code="damaged-file", path=asset.path, params={"format": "xlsx"})) from None
    for name in sheets:
        found = part(asset, name, AssetKind.SHEET)
        try:
            rows = book.get_sheet_by_name(name).to_python()
        except (calamine.CalamineError, OSError):
            yield Problem(code="damaged-file", path=found.path, params={"format": "sheet"})
            continue
        yield sheet(rows, found, budget)


def sheet(rows: list[list[Any]], asset: Asset, budget: Budget) -> Sample:
    """The Sample of equally wide ``rows``: the first ones, and random ones of the rest."""
    rows = [row for row in rows if any(cell != "" for cell in row)]
    look = [[shown(cell) for cell in row] for row in rows[:_LOOK_ROWS]]
    layout = header.layout(look)
    rows = rows[layout.first :]
    asset = replace(asset, comment=layout.title)
    if not rows:
        return emptied(asset, layout.names)
    wanted = len(rows) if budget.rows is None else min(budget.rows, len(rows))
    head = min(wanted, first_rows(budget, TABLE_HEAD))
    places = [*range(head), *sorted(chance(budget, asset).sample(range(head, len(rows)), wanted - head))]
    width = len(layout.names)
    made = [typed(cells) for cells in zip(*(rows[place][:width] for place in places), strict=True)]
    found = replace(asset, columns=columns(layout.names, [kind for _, kind, _ in made]), rows=len(rows))
    notes = tuple(
        Problem(code="precision-lost", path=asset.path, params={"position": place})
        for place, (_, _, lost) in enumerate(made, 1)
        if lost
    )
    arrays = [array for array, _, _ in made]
    return Sample(found, batch(arrays, wanted), complete=wanted == len(rows), notes=notes)
