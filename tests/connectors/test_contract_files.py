"""The files connector under the contract of all connectors, as tab-separated files and as workbooks."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample, SourceSpec
from guard.sdk.testing import CANARY, HOSTILE_NAMES, ConnectorContract, Made, MadeTable
from guard_connectors.files import FilesConnector

ENDINGS = {"share": ".csv", "books": ".xlsx"}


class Known(FilesConnector):
    """Lists each file without its ending, with the columns that a file shows only when it is read."""

    def assets(self) -> Iterator[Asset | Problem]:
        for item in super().assets():
            if isinstance(item, Asset):
                sample = next(iter(super().sample(item, Budget(rows=1))))
                assert isinstance(sample, Sample)
                yield replace(item, path=(Path(item.name).stem,), columns=sample.asset.columns)
            else:
                yield item

    def sample(self, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
        if "." not in asset.name:
            asset = replace(asset, path=(asset.name + ENDINGS[self._spec.name],))
        return super().sample(asset, budget)


def fingerprint(folder: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.iterdir()))).hexdigest()


class TestSeparatedFiles(ConnectorContract):
    # Reading a file runs nothing of its own; how long a parser may take, test_sandbox says.
    test_hostile_object_cannot_write = None
    test_cancelled_in_time = None
    comments = False
    names = tuple(name for name in HOSTILE_NAMES if "/" not in name)

    def make(self, tables: Sequence[MadeTable], folder: Path) -> Made:
        for table in tables:
            with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter="\t")
                writer.writerow(table.columns)
                writer.writerows(table.rows)
        spec = SourceSpec(name="share", url=str(folder))
        return Made(spec=spec, open=Known, state=lambda: fingerprint(folder))

    def broken(self, folder: Path) -> tuple[Made, Asset]:
        (folder / "broken.xlsx").write_bytes(b"PK\x03\x04" + CANARY.encode() * 50)
        spec = SourceSpec(name="share", url=str(folder))
        return Made(spec=spec, open=FilesConnector), Asset(
            source="share", path=("broken.xlsx",), kind=AssetKind.FILE
        )


class TestWorkbooks(TestSeparatedFiles):
    big = 20_000
    names = tuple(name for name in TestSeparatedFiles.names if "\x1b" not in name)  # no XML can hold it

    def make(self, tables: Sequence[MadeTable], folder: Path) -> Made:
        for table in tables:
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("S")
            sheet.append(table.columns)
            for row in table.rows:
                sheet.append(row)
            book.save(folder / f"{table.name}.xlsx")
        spec = SourceSpec(name="books", url=str(folder))
        return Made(spec=spec, open=Known, state=lambda: fingerprint(folder))
