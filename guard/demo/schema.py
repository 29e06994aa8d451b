"""What the demo city holds: ``data/*.yaml`` as tables, columns and true types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoColumn:
    """One column: declaration, comment, true type (None: nothing to find) and how values are made."""

    name: str
    declared: str
    comment: str
    type: str | None
    recipe: str | Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTable:
    """One table or sheet. ``people`` names a group of ``guard.demo.fillings``."""

    name: str
    comment: str = ""
    rows: int = 0
    people: str = "adults"
    columns: tuple[DemoColumn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoView:
    """A view, and the true type of each of its columns."""

    name: str
    sql: str
    columns: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFile:
    """One file of the share: tables (sheets, or the only one), or a document about a ``topic``."""

    path: str
    format: str
    tables: tuple[DemoTable, ...] = ()
    encoding: str = "utf-8"
    header: bool = True
    member: str = ""
    heading: str = ""
    topic: str = ""
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One source: a department's database, or its file share."""

    name: str
    department: Mapping[str, str]
    system: Mapping[str, str]
    tables: tuple[DemoTable, ...] = ()
    views: tuple[DemoView, ...] = ()
    files: tuple[DemoFile, ...] = field(default=())


@cache
def words() -> Mapping[str, Any]:
    """The word lists that values are made of."""
    data: Mapping[str, Any] = _read("words.yaml")
    return data


@cache
def holdings() -> tuple[Holding, ...]:
    """Every source of the city, databases first, in the order of their file names."""
    names = sorted(item.name for item in (files("guard.demo") / "data").iterdir())
    found = [_holding(_read(name)) for name in names if name.endswith(".yaml") and name != "words.yaml"]
    return tuple(sorted(found, key=lambda holding: bool(holding.files)))


def _read(name: str) -> Any:
    return read_data(files("guard.demo") / "data" / name)


def read_data(file: Traversable) -> Any:
    """A YAML file of this package."""
    return yaml.load(file.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader


def _holding(data: Mapping[str, Any]) -> Holding:
    return Holding(
        name=data["name"],
        department=data["department"],
        system=data["system"],
        tables=tuple(map(_table, data.get("tables", ()))),
        views=tuple(DemoView(**view) for view in data.get("views", ())),
        files=tuple(map(_file, data.get("files", ()))),
    )


def _table(data: Mapping[str, Any]) -> DemoTable:
    keys = ("name", "declared", "comment", "type", "recipe")
    columns = tuple(DemoColumn(**dict(zip(keys, row, strict=True))) for row in data["columns"])
    return DemoTable(
        name=data.get("name", ""),
        comment=data.get("comment", ""),
        rows=data["rows"],
        people=data.get("people", "adults"),
        columns=columns,
    )


def _file(data: Mapping[str, Any]) -> DemoFile:
    tables = tuple(map(_table, data["sheets"])) if "sheets" in data else ()
    if "columns" in data:
        tables = (_table(data),)
    own = ("path", "format", "encoding", "header", "member", "heading", "topic", "lines")
    return DemoFile(tables=tables, **{key: data[key] for key in own if key in data})
