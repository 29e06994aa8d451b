"""Elements of a Liquibase change set as changes. Attributes: Liquibase's reference of change types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from guard.gate.inputs.tree import Node
from guard.model.gate import (
    AddColumn,
    Change,
    ChangeColumn,
    CommentOn,
    Create,
    DdlColumn,
    Drop,
    DropColumn,
    Literals,
    Name,
    Place,
    Query,
    RelationKind,
    Rename,
    RenameColumn,
)

_VALUES = ("value", "valueNumeric", "valueDate", "valueBoolean", "valueComputed", "defaultValue")
MAX_CELLS = 2000


def changes(node: Node) -> tuple[Change, ...] | None:
    """The changes that ``node`` makes; None where it is no element that makes any of itself."""
    read = _READERS.get(node.name)
    return tuple(read(node)) if read else None


def table(node: Node) -> Name:
    """The table that ``node`` names."""
    return _name(node, "tableName")


def _name(node: Node, what: str, of: str = "") -> Name:
    """The attribute ``what`` with its schema and catalogue: ``schemaName``, ``<of>SchemaName``."""
    catalogue, schema = ("catalogName", "schemaName") if not of else (f"{of}CatalogName", f"{of}SchemaName")
    parts = (node.get(catalogue), node.get(schema), *node.get(what).split("."))
    return tuple(part for part in parts if part)


def _column(node: Node) -> DdlColumn:
    constraints = node.first("constraints")
    rules: Mapping[str, str] = constraints.attributes if constraints else {}
    key = "pk" if _true(rules, "primaryKey") else "unique" if _true(rules, "unique") else ""
    key = key or ("fk" if rules.get("foreignKeyName") or rules.get("references") else "")
    return DdlColumn(
        name=node.get("name"),
        place=node.place,
        type=" ".join(node.get("type").split()),
        comment=node.get("remarks"),
        nullable=rules.get("nullable", "true").lower() != "false",
        key=key,
        literal=node.get("defaultValue"),
        generated=_true(node.attributes, "computed"),
        expression=node.get("name") if _true(node.attributes, "computed") else "",
    )


def _true(attributes: Mapping[str, str], name: str) -> bool:
    return attributes.get(name, "").lower() == "true"


def _create_table(node: Node) -> Iterator[Change]:
    yield Create(
        name=_name(node, "tableName"),
        place=node.place,
        columns=tuple(map(_column, node.all("column"))),
        comment=node.get("remarks"),
        kind=RelationKind.TEMPORARY if "temp" in node.get("tableType").lower() else RelationKind.TABLE,
        keep=_true(node.attributes, "ifNotExists"),
    )


def _create_view(node: Node) -> Iterator[Change]:
    query = node.first("selectQuery")
    text, line = (query.text, query.line) if query else (node.text, node.line)
    place = Place(file=node.place.file, line=line or node.place.line, end=node.place.last)
    yield Create(
        name=_name(node, "viewName"),
        place=node.place,
        kind=RelationKind.VIEW,
        comment=node.get("remarks"),
        query=Query(text=text, place=place),
        replace=_true(node.attributes, "replaceIfExists"),
    )


def _add_column(node: Node) -> Iterator[Change]:
    for column in node.all("column"):
        yield AddColumn(
            table=_name(node, "tableName"),
            column=_column(column),
            place=column.place,
            after=column.get("afterColumn"),
            first=column.get("position") == "1",
        )


def _drop_column(node: Node) -> Iterator[Change]:
    named = [(node.get("columnName"), node.place)] if node.get("columnName") else []
    for name, place in (*named, *((one.get("name"), one.place) for one in node.all("column"))):
        yield DropColumn(table=_name(node, "tableName"), column=name, place=place)


def _rename_column(node: Node) -> Iterator[Change]:
    table, new = _name(node, "tableName"), node.get("newColumnName")
    yield RenameColumn(table=table, column=node.get("oldColumnName"), to=new, place=node.place)
    if node.get("remarks"):
        yield CommentOn(table=table, column=new, comment=node.get("remarks"), place=node.place)


def _rename(what: str) -> Callable[[Node], Iterator[Change]]:
    def renamed(node: Node) -> Iterator[Change]:
        yield Rename(name=_name(node, f"old{what}Name"), to=(node.get(f"new{what}Name"),), place=node.place)

    return renamed


def _drop(what: str) -> Callable[[Node], Iterator[Change]]:
    def dropped(node: Node) -> Iterator[Change]:
        yield Drop(name=_name(node, what), place=node.place)

    return dropped


def _modify_type(node: Node) -> Iterator[Change]:
    yield _change(node, type=" ".join(node.get("newDataType").split()))


def _nullable(value: bool) -> Callable[[Node], Iterator[Change]]:
    def changed(node: Node) -> Iterator[Change]:
        yield _change(node, nullable=value, literal=node.get("defaultNullValue"))

    return changed


def _default(node: Node) -> Iterator[Change]:
    yield _change(node, literal=node.get("defaultValue"))


def _change(
    node: Node,
    type: str | None = None,  # noqa: A002 - the field's name
    nullable: bool | None = None,
    literal: str = "",
) -> ChangeColumn:
    return ChangeColumn(
        table=_name(node, "tableName"),
        column=node.get("columnName"),
        place=node.place,
        type=type,
        nullable=nullable,
        literal=literal,
    )


def _remarks(node: Node) -> Iterator[Change]:
    yield CommentOn(
        table=_name(node, "viewName" if node.name == "setViewRemarks" else "tableName"),
        column=node.get("columnName"),
        comment=node.get("remarks"),
        place=node.place,
    )


def _merge(node: Node) -> Iterator[Change]:
    table, place = _name(node, "tableName"), node.place
    column = DdlColumn(name=node.get("finalColumnName"), type=node.get("finalColumnType"), place=place)
    yield AddColumn(table=table, column=column, place=place)
    for name in (node.get("column1Name"), node.get("column2Name")):
        yield DropColumn(table=table, column=name, place=place)


def _lookup(node: Node) -> Iterator[Change]:
    """``addLookupTable`` fills a new table with the values of a column."""
    name, column = _name(node, "newTableName", "newTable"), node.get("newColumnName")
    old, source = _name(node, "existingTableName", "existingTable"), node.get("existingColumnName")
    made = DdlColumn(name=column, type=node.get("newColumnDataType"), key="pk", place=node.place)
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in old)
    query = f'SELECT "{source}" AS "{column}" FROM {quoted}'  # noqa: S608 - read, never run
    yield Create(name=name, place=node.place, columns=(made,), query=Query(text=query, place=node.place))


def _literals(node: Node) -> Iterator[Change]:
    cells = list(node.all("column"))[:MAX_CELLS]
    yield Literals(
        table=_name(node, "tableName"),
        place=node.place,
        columns=tuple(cell.get("name") for cell in cells),
        rows=(tuple((cell.get(*_VALUES) or cell.text, cell.place) for cell in cells),),
        more=len(cells) == MAX_CELLS,
    )


_READERS: Mapping[str, Callable[[Node], Iterator[Change]]] = {
    "createTable": _create_table,
    "createView": _create_view,
    "addColumn": _add_column,
    "dropColumn": _drop_column,
    "renameColumn": _rename_column,
    "renameTable": _rename("Table"),
    "renameView": _rename("View"),
    "dropTable": _drop("tableName"),
    "dropView": _drop("viewName"),
    "modifyDataType": _modify_type,
    "addNotNullConstraint": _nullable(False),
    "dropNotNullConstraint": _nullable(True),
    "addDefaultValue": _default,
    "setColumnRemarks": _remarks,
    "setTableRemarks": _remarks,
    "setViewRemarks": _remarks,
    "mergeColumns": _merge,
    "addLookupTable": _lookup,
    "insert": _literals,
    "update": _literals,
}
