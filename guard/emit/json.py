"""json: one envelope with run, coverage and findings, written as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from guard.emit.options import EmitOptions, shown
from guard.emit.record import SCHEMA, Record, asset_record, column_record, compact, run_record, totals_record
from guard.sdk import Facts


def write(facts: Facts, stream: TextIO, language: str, options: EmitOptions) -> None:  # noqa: ARG001 - one face
    """Write the envelope ``guard.findings/1``."""
    head = run_record(facts.run, facts.totals, facts.packs)
    totals = totals_record(facts.totals)
    stream.write(f'{{"schema": "{SCHEMA}",\n"run": {compact(head)},\n')
    stream.write(f'"coverage": {{"totals": {compact(totals)}, "assets": [')
    _lines(stream, (asset_record(result, facts) for result in facts.results()))
    stream.write(']},\n"findings": [')
    _lines(stream, _columns(facts, options))
    stream.write("]}\n")


def _columns(facts: Facts, options: EmitOptions) -> Iterator[Record]:
    for result in facts.results():
        for row in shown(result, facts, options):
            yield column_record(result, row)


def _lines(stream: TextIO, records: Iterator[Record]) -> None:
    for number, record in enumerate(records):
        stream.write(("," if number else "") + "\n" + compact(record))
