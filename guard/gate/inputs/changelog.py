"""Liquibase change logs in XML, YAML or JSON: what they include, and their change sets, in order."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from guard.gate.inputs import elements
from guard.gate.inputs.formatted import applies, delimited, formatted, hinted, is_formatted
from guard.gate.inputs.piece import Part
from guard.gate.inputs.reading import Reader, is_log, is_sql, unread
from guard.gate.inputs.tree import Node
from guard.gate.script.dialect import Dialect
from guard.gate.script.statement import Text
from guard.model import SourceError
from guard.model.gate import Change, Literals, Place, Unread
from guard.yamldoc import read

MAX_INCLUDED = 20_000
MAX_DEPTH = 16
MAX_VALUE = 256  # characters of a property that is filled in
MAX_ROWS = 100  # of a file of seed data

ROOT = "databaseChangeLog"


class ChangeLogs:
    """Reads change logs for one run. ``visited`` are the files that they applied, each once."""

    def __init__(self, reader: Reader, wanted: Dialect | None) -> None:
        self.visited: set[Path] = set()
        self._reader, self._wanted = reader, wanted
        self._values: dict[str, str] = {}

    def parts(self, path: Path, depth: int = 0) -> Iterator[Part]:
        """What the change log at ``path`` applies, and all that it includes. Raises SourceError."""
        self.visited.add(self._reader.path(path))
        root = self._reader.tree(path)
        self._define(root)
        if self._values and "${" in self._reader.text(path).text:
            root = self._reader.tree(path, self._values)
        for log in root.all(ROOT) if root.name != ROOT else (root,):
            for child in log.children:
                yield from self._entry(child, path, depth)

    def sql(self, path: Path) -> Iterator[Part]:
        """What the script at ``path`` applies. Raises SourceError."""
        self.visited.add(self._reader.path(path))
        text = self._reader.text(path)
        if is_formatted(text):
            yield from formatted(text, self._wanted)
        else:
            yield Part(file=text.file, content=text, dialect=self._wanted)

    def included(self, path: Path) -> set[Path]:
        """The files that the change log at ``path`` includes itself. Raises SourceError."""
        root = self._reader.tree(path)
        nodes = [child for log in (*root.all(ROOT), *[root] * (root.name == ROOT)) for child in log.children]
        found = (self._targets(node, path) for node in nodes if node.name in ("include", "includeAll"))
        return {
            self._reader.path(one) for targets in found if not isinstance(targets, Unread) for one in targets
        }

    def _define(self, root: Node) -> None:
        for log in (root, *root.all(ROOT)):
            for node in log.all("property"):
                short = len(node.get("value")) <= MAX_VALUE
                if node.get("name") and short and applies(node.get("dbms"), self._wanted):
                    self._values.setdefault(node.get("name"), node.get("value"))

    def _entry(self, node: Node, path: Path, depth: int) -> Iterator[Part]:
        if node.name in ("include", "includeAll"):
            targets = self._targets(node, path)
            if isinstance(targets, Unread):
                yield self._part(targets)
            elif depth >= MAX_DEPTH or len(self.visited) > MAX_INCLUDED:
                yield self._part(Unread(place=node.place, reason="include-depth", word=node.name))
            else:
                yield from self._include(node, targets, depth + 1)
        elif node.name == "changeSet" and applies(node.get("dbms"), self._wanted):
            yield from self._set(node, path)

    def _include(self, node: Node, targets: Iterable[Path], depth: int) -> Iterator[Part]:
        for target in targets:
            if not self._reader.inside(target, target):
                yield self._part(Unread(place=node.place, reason="include-outside", word=target.name))
                continue
            if self._reader.path(target) in self.visited:
                continue
            try:
                yield from self.parts(target, depth) if is_log(target) else self.sql(target)
            except SourceError as error:
                yield self._part(unread(error))

    def _targets(self, node: Node, path: Path) -> list[Path] | Unread:
        name = node.get("path") if node.name == "includeAll" else node.get("file")
        target = self._resolved(node, name, path)
        if isinstance(target, Unread) or target.is_file():
            return target if isinstance(target, Unread) else [target]
        ending = node.get("endsWithFilter")
        files = sorted(one for one in islice(target.rglob("*"), MAX_INCLUDED) if is_sql(one) or is_log(one))
        return [one for one in files if one.name.endswith(ending)]

    def _resolved(self, node: Node, name: str, path: Path) -> Path | Unread:
        """The file called ``name``: beside the log that names it, or under a folder above it."""
        name = name.removeprefix("classpath*:").removeprefix("classpath:").lstrip("/")
        here = self._reader.path(path)
        above = [one for one in here.parents if one.is_relative_to(self._reader.root)]
        relative = node.get("relativeToChangelogFile").lower() == "true"
        places = [here.parent] if relative else [self._reader.root, *above]
        word = name.rpartition("/")[2]
        for target in (one / name for one in places if name and "\0" not in name):
            if not self._reader.inside(target, here):
                return Unread(place=node.place, reason="include-outside", word=word)
            if target.exists():
                return self._reader.path(target)
        return Unread(place=node.place, reason="include-missing", word=word)

    def _set(self, node: Node, path: Path) -> Iterator[Part]:
        given = self._wanted or hinted(node.get("dbms"))
        for child in node.children:
            if child.name not in node.attributes and child.name not in _known()["quiet"]:
                for content in self._contents(child, path):
                    file = content.file if isinstance(content, Text) else child.place.file
                    own = file == child.place.file
                    yield Part(file=file, content=content, dialect=given, editable=not own)

    def _contents(self, node: Node, path: Path) -> Iterable[Text | Change]:
        ready = elements.changes(node)
        if ready is not None:
            return ready
        if node.get("path") and node.name in (*_known()["sql"], "sqlFile"):
            return self._file(node, path)
        if node.name in _known()["sql"]:
            inner = node.first("sql") or node.first("procedureText") or node
            return delimited(
                Text(file=node.place.file, text=inner.text, line=inner.line or 1), node.attributes
            )
        if node.name in ("loadData", "loadUpdateData"):
            return self._rows(node, path)
        return [Unread(place=node.place, reason="change-unknown", word=node.name)]

    def _file(self, node: Node, path: Path) -> Iterable[Text | Change]:
        target = self._resolved(node, node.get("path"), path)
        if isinstance(target, Unread):
            return [target]
        self.visited.add(target)
        try:
            return delimited(self._reader.text(target), node.attributes)
        except SourceError as error:
            return [unread(error)]

    def _rows(self, node: Node, path: Path) -> Iterable[Change]:
        """Seed data from a file of separated values: its first line names the columns."""
        target = self._resolved(node, node.get("file"), path)
        if isinstance(target, Unread):
            return [target]
        try:
            text = self._reader.text(target)
        except SourceError as error:
            return [unread(error)]
        separator = (node.get("separator") or ",").replace("\\t", "\t")[:1]
        lines = csv.reader(text.text.split("\n")[: MAX_ROWS + 2], delimiter=separator)
        return [self._seed(node, text.file, lines)]

    def _seed(self, node: Node, file: str, lines: Any) -> Change:
        rows: list[tuple[int, list[str]]] = []
        try:
            rows = [(lines.line_num, row) for row in lines if row]
        except csv.Error:
            return Unread(place=Place(file=file, line=lines.line_num or 1), reason="log-broken", word="csv")
        cells = (
            tuple((cell, Place(file=file, line=line)) for cell in row) for line, row in rows[1 : MAX_ROWS + 1]
        )
        return Literals(
            table=elements.table(node),
            place=node.place,
            columns=tuple(name.strip() for name in rows[0][1]) if rows else (),
            rows=tuple(cells),
            more=len(rows) > MAX_ROWS,
        )

    def _part(self, change: Unread) -> Part:
        return Part(file=change.place.file, content=change, dialect=self._wanted, editable=False)


@cache
def _known() -> Any:
    return read(Path(__file__).with_name("elements.yaml")).data
