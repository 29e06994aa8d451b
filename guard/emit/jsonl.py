"""jsonl: one bare object a line; ``record`` says whether it is a run, asset, column or span."""

from __future__ import annotations

from typing import TextIO

from guard.emit.options import EmitOptions, shown
from guard.emit.record import asset_record, column_record, compact, run_record, span_records
from guard.sdk import Facts


def write(facts: Facts, stream: TextIO, language: str, options: EmitOptions) -> None:  # noqa: ARG001 - one face
    """Write the run, then each asset followed by its columns and spans."""
    stream.write(compact(run_record(facts.run, facts.totals, facts.packs)) + "\n")
    for result in facts.results():
        stream.write(compact(asset_record(result, facts)) + "\n")
        for row in shown(result, facts, options):
            for record in (column_record(result, row), *span_records(result, row, options.spans)):
                stream.write(compact(record) + "\n")
