"""A change log of any form as one tree of elements that know their lines.

XML is read without document types that define entities, and nothing outside the file is ever opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from guard.gate.script.statement import Text
from guard.model import SourceError, UsageError
from guard.model.gate import Place
from guard.yamldoc import Document, parse

MAX_DEPTH = 32
MAX_NODES = 200_000

_BLOCK = re.compile(r"[|>][-+\d]*+\s*+(?:#.*)?$")
_FLAT = ("changes", "columns")  # lists that only wrap what they hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element: its name without prefix, its attributes, what it holds, and its text from ``line`` on."""

    name: str
    place: Place
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    text: str = field(default="", repr=False)
    line: int = 0

    def get(self, *names: str) -> str:
        """The first of the attributes, or elements of one text, that says something; else nothing."""
        found = (self.attributes.get(name) or self._inner(name) for name in names)
        return next((value for value in found if value), "")

    def all(self, name: str) -> Iterator[Node]:
        """The elements of that name in it."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        """The first element of that name in it."""
        return next(self.all(name), None)

    def _inner(self, name: str) -> str:
        child = self.first(name)
        return child.text.strip() if child else ""


def tree(text: Text) -> Node:
    """The root of ``text``.

    Raises SourceError ``log-broken``, ``log-entity``, ``log-too-large``, each with the line.
    """
    return _xml(text) if text.text.lstrip("\ufeff \t\n").startswith("<") else _yaml(text)


class _Open:
    """An XML element while it is being read."""

    def __init__(self, name: str, attributes: Mapping[str, str], line: int, at: int) -> None:
        self.name, self.attributes, self.line, self.at = name, attributes, line, at
        self.children: list[Node] = []
        self.texts: list[str] = []
        self.text_line = 0


class _Xml:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._stack = [_Open("", {}, 1, 1)]
        self._left = MAX_NODES
        self._parser = expat.ParserCreate(encoding="utf-8")  # whatever the file says: it is decoded
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity
        self._parser.ExternalEntityRefHandler = self._entity
        self._parser.buffer_text = False

    def root(self) -> Node:
        try:
            self._parser.Parse(self._text.text.lstrip("\ufeff").encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            detail = expat.ErrorString(error.code).replace(" ", "-")
            raise SourceError("log-broken", file=self._text.file, line=error.lineno, detail=detail) from None
        return self._stack[0].children[0]

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._left -= 1
        if self._left < 0 or len(self._stack) > MAX_DEPTH:
            raise SourceError("log-too-large", file=self._text.file, line=self._parser.CurrentLineNumber)
        line, at = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        self._stack.append(_Open(name.rpartition(":")[2], attributes, line, at))

    def _end(self, _name: str) -> None:
        done = self._stack.pop()
        place = Place(file=self._text.file, line=done.line, end=self._parser.CurrentLineNumber, at=done.at)
        node = Node(
            name=done.name,
            place=place,
            attributes=done.attributes,
            children=tuple(done.children),
            text="".join(done.texts),
            line=done.text_line,
        )
        self._stack[-1].children.append(node)

    def _characters(self, characters: str) -> None:
        top = self._stack[-1]
        if not top.texts:
            top.text_line = self._parser.CurrentLineNumber
        top.texts.append(characters)

    def _entity(self, *_: object) -> int:
        raise SourceError("log-entity", file=self._text.file, line=self._parser.CurrentLineNumber)


def _xml(text: Text) -> Node:
    return _Xml(text).root()


def _yaml(text: Text) -> Node:
    written = text.text
    if written.lstrip().startswith("{"):
        written = re.sub(r"(?m)^\t++", "", written)  # JSON may be indented so, YAML may not
    try:
        document = parse(written, text.file)
    except UsageError as error:
        line, detail = error.params.get("line", 1), error.params.get("detail", "")
        raise SourceError("log-broken", file=text.file, line=line, detail=detail) from None
    data = document.data if isinstance(document.data, dict) else {}
    return _Yaml(text.file, document, text.text.split("\n")).node("", data, ())


class _Yaml:
    def __init__(self, file: str, document: Document, lines: Sequence[str]) -> None:
        self._file, self._document, self._lines = file, document, lines

    def node(self, name: str, data: Any, at: tuple[str | int, ...]) -> Node:
        line = self._document.line(*at)
        place = Place(file=self._file, line=line)
        if isinstance(data, dict):
            plain = {
                str(key): _word(value) for key, value in data.items() if not isinstance(value, dict | list)
            }
            return Node(name=name, place=place, attributes=plain, children=tuple(self._mapping(data, at)))
        if isinstance(data, list):
            return Node(name=name, place=place, children=tuple(self._list(name, data, at)))
        return Node(name=name, place=place, text=_word(data), line=self._starts(line))

    def _mapping(self, data: Mapping[Any, Any], at: tuple[str | int, ...]) -> Iterator[Node]:
        for key, value in data.items():
            if isinstance(value, list) and key in _FLAT:
                yield from self._list(key, value, (*at, key))
            else:
                yield self.node(str(key), value, (*at, key))

    def _list(self, name: str, data: Sequence[Any], at: tuple[str | int, ...]) -> Iterator[Node]:
        for index, item in enumerate(data):
            inside = (*at, index)
            if isinstance(item, dict) and len(item) == 1:
                yield from self._mapping(item, inside)
            else:
                yield self.node(name.removesuffix("s"), item, inside)

    def _starts(self, line: int) -> int:
        """A block begins on the line after its key."""
        written = self._lines[line - 1] if line <= len(self._lines) else ""
        return line + 1 if _BLOCK.search(written[-80:]) else line


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
