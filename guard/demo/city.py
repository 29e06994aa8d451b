"""Builds the demo city in a folder: a database for each department, and an office file share.

Everything is synthetic and depends on the seed alone. Names are put together at random, numbers
are random with right check digits, region codes and phone prefixes are ones in use: nobody and
nothing in it exists, and a match with a real number is chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from guard.demo import database, share
from guard.demo.fillings import City
from guard.demo.schema import DemoFile, Holding, holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSource:
    """One source to scan. ``kind`` is ``sqlite`` or ``files``; ``address`` is a file or folder;
    ``department`` and ``system`` are names by language (``zh``, ``en``)."""

    name: str
    address: Path
    kind: str
    department: Mapping[str, str]
    system: Mapping[str, str]


Label = tuple[str, str, str, str | None]


def build(folder: Path, seed: int) -> tuple[DemoSource, ...]:
    """Write the city of ``seed`` into ``folder``, replacing an earlier one; return its sources.

    The same seed gives the same bytes. Raises OSError when the folder cannot be written.
    """
    city = City.of(seed)
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_written(folder, holding, city) for holding in holdings())


def _written(folder: Path, holding: Holding, city: City) -> DemoSource:
    if holding.files:
        address, kind = folder / holding.name, "files"
        share.write(address, holding, city)
    else:
        address, kind = folder / f"{holding.name}.db", "sqlite"
        address.unlink(missing_ok=True)
        database.write(address, holding, city)
    return DemoSource(
        name=holding.name, address=address, kind=kind, department=holding.department, system=holding.system
    )


def labels() -> tuple[Label, ...]:
    """What is true: (source, asset path joined by ``/``, column, type id or None), nothing measured.

    Sheets and archive members follow their file's path. Documents have no columns, no labels.
    """
    return tuple(label for holding in holdings() for label in _labels(holding))


def _labels(holding: Holding) -> Iterator[Label]:
    for table in holding.tables:
        for column in table.columns:
            yield holding.name, table.name, column.name, column.type
    for view in holding.views:
        for name, kind in view.columns.items():
            yield holding.name, view.name, name, kind
    for item in holding.files:
        for table in item.tables:
            for column in table.columns:
                yield holding.name, _asset(item, table.name), column.name, column.type


def _asset(item: DemoFile, sheet: str) -> str:
    inner = item.member if item.format == "zip" else sheet
    return f"{item.path}/{inner}" if inner else item.path
