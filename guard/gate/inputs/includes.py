"""Scripts that apply others at a place of their own: psql's ``\\i``, SQL*Plus' ``@``, ``source``, ``:r``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guard.gate.inputs.layout import told
from guard.gate.inputs.piece import Part
from guard.gate.inputs.reading import Reader, unread
from guard.gate.inputs.sections import cut, up
from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token
from guard.gate.script.passing import including
from guard.gate.script.sniff import sniff
from guard.gate.script.split import walk
from guard.gate.script.statement import Text
from guard.model import SourceError
from guard.model.gate import Unread

MAX_DEPTH = 16
MAX_INCLUDED = 20_000

_LINE = re.compile(
    r"""(?P<how>\\\w++|\\\.|@@?+|:r|[.\w]++)\s*+(?:"(?P<a>[^"]++)"|'(?P<b>[^']++)'|(?P<c>\S++))"""
)
_BESIDE = {"\\ir", "\\include_relative", "@@"}  # what the client itself looks for beside the script
_VARIABLES = re.compile(r"[$&`]|(?<!\w):(?!/)")


@dataclass(frozen=True, slots=True)
class _Session:
    """What all files share that one script includes: its name, its dialect, the schema that it sets."""

    file: str
    dialect: Dialect

    def part(self, content: Text | Unread) -> Part:
        file = content.file if isinstance(content, Text) else content.place.file
        return Part(file=file, content=content, dialect=self.dialect, session=self.file)


class Includes:
    """Follows includes for one run. ``visited`` are the files that were applied, each once."""

    def __init__(self, reader: Reader, wanted: Dialect | None, visited: set[Path]) -> None:
        self._reader, self._wanted, self._visited = reader, wanted, visited

    def parts(self, path: Path) -> Iterator[Part]:
        """What the script at ``path`` applies, with what it includes at its place. Raises SourceError."""
        text = self._reader.text(path)
        self._visited.add(self._reader.path(path))
        if not _somewhere().search(text.text):
            yield from (Part(file=text.file, content=part, dialect=self._wanted) for part in up(text))
        else:
            yield from self._applied(path, _Session(text.file, self._dialect(path)), 0)

    def included(self, path: Path) -> set[Path]:
        """The files that the script at ``path`` includes itself. Raises SourceError."""
        text = self._reader.text(path)
        if not _somewhere().search(text.text):
            return set()
        found = (self._found(one, path) for part in up(text) for one in _lines(part, self._dialect(path)))
        return {one for one in found if isinstance(one, Path)}

    def _dialect(self, path: Path) -> Dialect:
        """Told here, because the parts of a script tell less than all of it."""
        full = self._reader.path(path)
        return self._wanted or told(full, self._reader.root) or sniff(self._reader.text(path))

    def _applied(self, path: Path, session: _Session, depth: int) -> Iterator[Part]:
        text = self._reader.text(path)
        for part in up(text):
            at = 0
            for line in _lines(part, session.dialect) if _somewhere().search(part.text) else ():
                yield session.part(cut(part, at, line.start))
                yield from self._entry(line, part, path, session, depth)
                at = line.end
            yield session.part(cut(part, at, len(part.text)))

    def _entry(self, line: Token, source: Text, path: Path, session: _Session, depth: int) -> Iterator[Part]:
        target = self._found(line, path)
        if isinstance(target, Path) and target in self._visited:
            return
        place = source.place(line.start, line.end)
        try:
            if isinstance(target, str):
                yield session.part(Unread(place=place, reason=target, word=_name(line)))
            elif depth >= MAX_DEPTH or len(self._visited) > MAX_INCLUDED:
                yield session.part(Unread(place=place, reason="include-depth", word=target.name))
            else:
                self._visited.add(target)
                yield from self._applied(target, session, depth + 1)
        except SourceError as error:
            yield session.part(unread(error))

    def _found(self, line: Token, path: Path) -> Path | str:
        """The file that ``line`` means, beside its script or under a folder above; or why there is none."""
        said = _LINE.match(line.text)
        name = _file(said) if said else ""
        if said is None or not name or "\0" in name or _VARIABLES.search(name):
            return "include"
        here = self._reader.path(path)
        above = [one for one in here.parents if one.is_relative_to(self._reader.root)] or [here.parent]
        folders = above[:1] if said["how"].lower() in _BESIDE else above
        names = [name] if Path(name).suffix else [name, f"{name}.sql"]
        try:
            if not self._reader.inside(folders[0] / name, here):
                return "include-outside"
            found = (folder / one for folder in folders for one in names)
            inside = (one for one in found if self._reader.inside(one, here) and one.is_file())
            target = next(inside, None)
        except (OSError, RuntimeError, ValueError):  # no name of a file
            return "include-missing"
        return self._reader.path(target) if target else "include-missing"


def _lines(text: Text, dialect: Dialect) -> Iterator[Token]:
    return (one for one in walk(text, dialect) if isinstance(one, Token) and one.kind == "include")


def _file(said: re.Match[str]) -> str:
    plain: str = said["a"] or said["b"] or said["c"].rstrip(";")
    return plain.replace("\\", "/")


def _name(line: Token) -> str:
    said = _LINE.match(line.text)
    return _file(said).rpartition("/")[2] if said else ""


@cache
def _somewhere() -> re.Pattern[str]:
    """Finds in one pass whether a script may include others: most do not."""
    return re.compile(rf"(?m)^[ \t]*+(?:{including().pattern})")
