"""Paths to pieces: which files are inputs, of which kind, and in which order they are applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from guard.gate.inputs import dbt
from guard.gate.inputs.changelog import ROOT, ChangeLogs
from guard.gate.inputs.formatted import is_formatted
from guard.gate.inputs.includes import Includes
from guard.gate.inputs.layout import Key, location, natural, order, told, undone
from guard.gate.inputs.piece import Inputs, Part, pieces
from guard.gate.inputs.reading import Reader, is_log, unread
from guard.gate.inputs.walk import Found, walk
from guard.gate.script.dialect import Dialect
from guard.gate.script.dialect import dialect as named
from guard.model import SourceError
from guard.model.gate import Place, Unread


def find(paths: Sequence[Path], *, dialect: str | None, root: Path) -> Inputs:
    """The inputs that ``paths`` (files, folders, globs) mean, in the order in which they are applied.

    Files are named by their path under ``root``, which nothing that they include may leave. ``dialect``
    is that of all of them; None leaves it to each. A file that cannot be read is in ``unread``.
    Raises UsageError: ``no-such-path``, ``script-dialect``.
    """
    return _Finder(paths, named(dialect) if dialect else None, root).inputs()


class _Finder:
    def __init__(self, paths: Sequence[Path], wanted: Dialect | None, root: Path) -> None:
        self._reader = Reader(root)
        self._wanted = wanted
        self._walk = walk(paths, self._reader.root)
        self._logs = ChangeLogs(self._reader, wanted)
        self._includes = Includes(self._reader, wanted, self._logs.visited)
        self._unread = list(self._walk.unread)
        self._dialects: dict[str, Dialect | None] = {}

    def inputs(self) -> Inputs:
        found = [one for one in self._walk.found.values() if not undone(one.path)]
        left_out = self._walk.left_out + len(self._walk.found) - len(found)
        groups: list[tuple[Key, Iterable[Part]]] = []
        projects: dict[Path, list[Found]] = {}
        logs: list[Found] = []
        scripts: list[Found] = []
        for one in found:
            path = self._reader.path(one.path)
            if folder := dbt.project(path, self._reader.root):
                if dbt.is_part(path, folder):
                    projects.setdefault(folder, []).append(one)
            elif is_log(path):
                logs += [one] * self._is_log(one)
            else:
                scripts.append(one)
        for folder, members in projects.items():
            groups.append((self._key(members[0], folder), self._project(members)))
        groups += self._change_logs(logs)
        groups += self._scripts(scripts)
        ordered = (part for _, parts in sorted(groups, key=lambda pair: pair[0]) for part in parts)
        done = tuple(pieces(map(self._told, ordered)))
        return Inputs(pieces=done, unread=tuple(self._unread), left_out=left_out)

    def _told(self, part: Part) -> Part:
        """``part`` with the dialect that names tell, where nothing nearer to it does."""
        if part.dialect is not None:
            return part
        if part.file not in self._dialects:
            self._dialects[part.file] = told(self._reader.root / part.file, self._reader.root)
        return replace(part, dialect=self._dialects[part.file])

    def _key(self, one: Found, folder: Path | None = None) -> Key:
        path = self._reader.path(one.path)
        home = folder or location(path)
        return (
            one.rank,
            tuple(map(natural, home.parts)),
            () if folder else order(path),
            natural(path.as_posix()),
        )

    def _is_log(self, one: Found) -> bool:
        """Whether it holds a change log; one that was named and does not cannot be read."""
        try:
            if ROOT in self._reader.text(one.path).text:
                return True
        except SourceError as error:
            self._unread += [unread(error)] * one.named
            return False
        if one.named:
            place = Place(file=self._reader.text(one.path).file, line=1)
            self._unread.append(Unread(place=place, reason="no-changes"))
        return False

    def _change_logs(self, logs: Sequence[Found]) -> Iterator[tuple[Key, Iterable[Part]]]:
        """The logs that no other includes first: the others are then applied already."""
        inner = {path for one in logs for path in self._included(one)}
        roots = [one for one in logs if self._reader.path(one.path) not in inner]
        ordered = sorted(logs, key=lambda one: (one not in roots, self._key(one)))
        for one in ordered:
            if self._reader.path(one.path) not in self._logs.visited:
                yield self._key(one), list(self._tried(self._logs.parts(one.path)))

    def _included(self, one: Found) -> set[Path]:
        try:
            return self._logs.included(one.path)
        except SourceError:
            return set()  # said when it is applied

    def _project(self, members: Sequence[Found]) -> Iterator[Part]:
        paths = sorted((one.path for one in members), key=lambda path: natural(path.as_posix()))
        return dbt.parts(paths, self._reader, self._wanted)

    def _scripts(self, found: Sequence[Found]) -> Iterator[tuple[Key, Iterable[Part]]]:
        """The scripts that no change log has applied; first those that no other includes."""
        inner = {path for one in found for path in self._inner(one)}
        for one in sorted(found, key=lambda one: (self._reader.path(one.path) in inner, self._key(one))):
            if self._reader.path(one.path) not in self._logs.visited:
                yield self._key(one), list(self._tried(self._sql(one.path)))

    def _inner(self, one: Found) -> set[Path]:
        try:
            return self._includes.included(one.path)
        except SourceError:
            return set()  # said when it is applied

    def _sql(self, path: Path) -> Iterator[Part]:
        formatted = is_formatted(self._reader.text(path))
        yield from self._logs.sql(path) if formatted else self._includes.parts(path)

    def _tried(self, parts: Iterator[Part]) -> Iterator[Part]:
        try:
            yield from parts
        except SourceError as error:
            self._unread.append(unread(error))
