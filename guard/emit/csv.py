"""csv: one line a column, safe to open in a spreadsheet. Open files as ``utf-8-sig`` for Excel's sake."""

from __future__ import annotations

import csv
from typing import TextIO

from guard.emit.flat import HEADERS, flat
from guard.emit.options import EmitOptions, shown
from guard.sdk import Facts
from guard.sdk.display import cell


def write(facts: Facts, stream: TextIO, language: str, options: EmitOptions) -> None:
    """Write a header line and one line a column; an asset without columns has one line with its status."""
    lines = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    lines.writerow(HEADERS)
    for result in facts.results():
        for row in shown(result, facts, options):
            lines.writerow([cell(text) for text in flat(result, row, facts, language)])
        if not result.classifications:
            asset, read = result.asset, result.coverage
            known = {"department": asset.department, "system": asset.system, "source": asset.source}
            known |= {"asset": "/".join(asset.path), "comment": asset.comment, "status": read.status.value}
            known |= {"reason": ", ".join(problem.code for problem in read.problems)}
            known |= {"ref": asset.ref, "asset_level": result.table.level if result.table else ""}
            lines.writerow([cell(known.get(name, "")) for name in HEADERS])
