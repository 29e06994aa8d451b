"""guard-schema.yaml: declarations kept beside the scripts, zones, and functions of one's own that mask.

::

    version: 1
    zones:
      internet: {schemas: [pub_*], servers: ["*_dmz"], accepts: L2}
    masking_functions: [hr.mask_id, fn_mask_phone]
    tables:
      hr.employee:
        retention: 3y
        columns:
          sfzh: {level: L3, category: 个人信息/个人身份信息/居民身份证号, mask: cn-id}

Every key is checked; whether a level, category or mask is one is told where it is declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard.model import UsageError
from guard.model.gate import Declaration, Name, Place, folded
from guard.yamldoc import Document, nearest, parse, read

VERSION = 1
_TOP = ("version", "zones", "tables", "masking_functions")
_ZONE = ("schemas", "servers", "accepts")
_SAYS = ("level", "category", "mask", "retention", "zone")
_TABLE = (*_SAYS, "columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A place with its own protection: the schemas and foreign servers in it (globs), and the highest level
    that it accepts, empty for any."""

    schemas: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    accepts: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaTable:
    """What the file says of a table: of it as a whole, and of its columns by name in small letters."""

    name: Name
    place: Place
    declaration: Declaration | None = None
    columns: Mapping[str, Declaration] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFile:
    """One guard-schema.yaml as read; empty where there is none. ``masking_functions`` are names of SQL
    functions whose result counts as masked."""

    path: str = ""
    zones: Mapping[str, Zone] = field(default_factory=dict)
    tables: tuple[SchemaTable, ...] = ()
    masking_functions: tuple[str, ...] = ()

    def table(self, name: Name) -> SchemaTable | None:
        """What is said of the table ``name``, in any letter case.

        A name without schema means a table in any schema, but one with its schema goes before.
        """
        wanted = folded(name)
        found = [one for one in self.tables if _ends(wanted, folded(one.name))]
        return max(found, key=lambda one: len(one.name), default=None)

    def column(self, name: Name, column: str) -> Declaration | None:
        """What is said of a column, in any letter case."""
        table = self.table(name)
        return table.columns.get(column.casefold()) if table else None

    def speaks_of(self, name: Name, column: str) -> bool:
        """Whether anything is said of a column."""
        return self.column(name, column) is not None


def schema_file(path: Path) -> SchemaFile:
    """The file ``path``; an empty one where there is none. Raises UsageError ``schema-field``,
    ``schema-key``, ``schema-version``, ``yaml-broken`` with file and line."""
    return _read(read(path)) if path.is_file() else SchemaFile()


def schema_text(text: str, path: str = "guard-schema.yaml") -> SchemaFile:
    """The same of a text; ``path`` names it in errors and places."""
    return _read(parse(text, path))


def _read(document: Document) -> SchemaFile:
    reader = _Reader(document)
    top = reader.mapping(document.data, (), _TOP)
    if top and top.get("version", VERSION) != VERSION:
        raise reader.error("schema-version", ("version",), found=str(top["version"])[:20], known=VERSION)
    zones = {str(name): reader.zone(str(name)) for name in reader.named(top.get("zones"), ("zones",))}
    tables = tuple(reader.table(str(name)) for name in reader.named(top.get("tables"), ("tables",)))
    functions = reader.words(top.get("masking_functions"), ("masking_functions",))
    return SchemaFile(path=document.path, zones=zones, tables=tables, masking_functions=functions)


class _Reader:
    """Reads the nodes of one document, by their keys."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def zone(self, name: str) -> Zone:
        at = ("zones", name)
        data = self.mapping(self._at(at), at, _ZONE)
        return Zone(
            schemas=self.words(data.get("schemas"), (*at, "schemas")),
            servers=self.words(data.get("servers"), (*at, "servers")),
            accepts=self.text(data.get("accepts", ""), (*at, "accepts")),
            place=self._place(at),
        )

    def table(self, name: str) -> SchemaTable:
        at = ("tables", name)
        data = self.mapping(self._at(at), at, _TABLE)
        columns = self.named(data.get("columns"), (*at, "columns"))
        return SchemaTable(
            name=tuple(part.strip() for part in name.split(".")),
            place=self._place(at),
            declaration=self._declaration(data, at),
            columns={str(one).casefold(): self._column((*at, "columns", str(one))) for one in columns},
            written={str(one).casefold(): str(one) for one in columns},
        )

    def _column(self, at: tuple[str, ...]) -> Declaration:
        data = self.mapping(self._at(at), at, _SAYS)
        return self._declaration(data, at) or Declaration(origin="schema", place=self._place(at))

    def _declaration(self, data: Mapping[Any, Any], at: tuple[str, ...]) -> Declaration | None:
        said = {key: self.text(data[key], (*at, key)) for key in _SAYS if key in data}
        return Declaration(**said, origin="schema", place=self._place(at)) if said else None

    def named(self, data: Any, at: tuple[str, ...]) -> Mapping[Any, Any]:
        """A mapping with names of people's own as keys."""
        if data is None:
            return {}
        if not isinstance(data, dict) or not all(isinstance(key, str) and key for key in data):
            raise self.error("schema-field", at, field=at[-1], wanted="mapping")
        return data

    def mapping(self, data: Any, at: tuple[str, ...], known: tuple[str, ...]) -> Mapping[Any, Any]:
        """A mapping with keys of ours."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            raise self.error("schema-field", at, field=at[-1] if at else "-", wanted="mapping")
        for key in data:
            if key not in known:
                near = nearest(str(key), known) or ""
                raise self.error(
                    "schema-key", (*at, str(key)), field=str(key)[:60], nearest=near, known=", ".join(known)
                )
        return data

    def words(self, data: Any, at: tuple[str, ...]) -> tuple[str, ...]:
        if data is None:
            return ()
        if not isinstance(data, list) or not all(isinstance(one, str) and one for one in data):
            raise self.error("schema-field", at, field=at[-1], wanted="list")
        return tuple(data)

    def text(self, data: Any, at: tuple[str, ...]) -> str:
        if isinstance(data, (str, int)) and not isinstance(data, bool):
            return str(data).strip()
        raise self.error("schema-field", at, field=at[-1], wanted="text")

    def error(self, code: str, at: tuple[str, ...], **params: object) -> UsageError:
        return UsageError(code, file=self.document.path, line=self.document.line(*at), **params)

    def _at(self, at: tuple[str, ...]) -> Any:
        node = self.document.data
        for key in at:
            node = node[key]
        return node

    def _place(self, at: tuple[str, ...]) -> Place:
        return Place(file=self.document.path, line=self.document.line(*at))


def _ends(whole: Name, part: Name) -> bool:
    return whole[-len(part) :] == part or part[-len(whole) :] == whole
