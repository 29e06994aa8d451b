"""YAML that people write: safe, bounded, and every node knows its line.

No aliases, no tags, no duplicate keys, at most 4 MB, 200,000 nodes and 32 levels deep: an alias bomb
or a hostile document ends in one error with file and line. Only what looks like nothing else is no
text: ``true`` and ``false``, ``null``, and numbers. Dates, times, ``yes``, ``on``, ``010`` and ``.inf``
stay the text that was written.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from guard.model import UsageError

MAX_CHARACTERS = 4 * 1024 * 1024
MAX_NODES = 200_000
MAX_DEPTH = 32

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed document: plain ``data`` and the 1-based line of every node in it."""

    data: Any
    path: str
    lines: Mapping[_Key, int]

    def line(self, *keys: str | int) -> int:
        """The line of the node at ``keys``, or of its nearest ancestor that has one."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


def read(path: Path) -> Document:
    """Parse the file ``path``. Raises UsageError ``yaml-broken``, also where it is no UTF-8, and OSError."""
    with path.open("rb") as stream:
        content = stream.read(MAX_CHARACTERS + 1)
    if len(content) > MAX_CHARACTERS:
        raise _broken(str(path), 1, "too-large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken(str(path), content.count(b"\n", 0, error.start) + 1, "encoding") from None
    return parse(text, str(path))


def parse(text: str, path: str) -> Document:
    """Parse ``text``; ``path`` names it in errors. Raises UsageError ``yaml-broken``."""
    if len(text) > MAX_CHARACTERS:
        raise _broken(path, 1, "too-large")
    reader = _Reader(path)
    try:
        data = reader.document(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _broken(path, mark.line + 1 if mark else 1, error.problem or "syntax") from None
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position]
        raise _broken(path, before.count(b"\n") + 1, "character") from None
    except UnicodeEncodeError as error:
        raise _broken(path, text.count("\n", 0, error.start) + 1, "character") from None
    return Document(data=data, path=path, lines=reader.lines)


def nearest(word: str, options: Iterable[str]) -> str | None:
    """The option most like ``word``, or None where none is close.

    A slip of one letter comes first, then the shortest that begins with or holds the word, then the like.
    """
    word = word[:_LONGEST_WORD]
    listed = sorted(options, key=len)
    typed = word.casefold()
    begun = [one for one in listed if len(typed) > 1 and one.casefold().startswith(typed)]
    holding = [one for one in listed if len(typed) > 2 and typed in one.casefold()]
    slips, likes = (difflib.get_close_matches(word, listed, n=1, cutoff=share) for share in (0.85, 0.6))
    return next(iter((*slips, *begun, *holding, *likes)), None)


_LONGEST_WORD = 200  # likeness takes time that grows with the square of the length


class _Reader:
    """Builds the data of one document from its events, in one pass."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[_Key, int] = {}
        self._left = MAX_NODES

    def document(self, events: Iterator[Any]) -> Any:
        data: Any = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.lines:
                    raise self._wrong(event, "documents")
                data = self._node(next(events), events, ())
        return data

    def _node(self, event: Any, events: Iterator[Any], at: _Key) -> Any:
        self._check(event, at)
        self.lines[at] = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, at)
        return self._mapping(events, at)

    def _sequence(self, events: Iterator[Any], at: _Key) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*at, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], at: _Key) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self._check(event, at)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._wrong(event, "key")
            key = _scalar(event)
            if key in result:
                raise self._wrong(event, "duplicate-key", key=str(key))
            result[key] = self._node(next(events), events, (*at, key))
            self.lines[(*at, key)] = _line(event)
        return result

    def _check(self, event: Any, at: _Key) -> None:
        self._left -= 1
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._wrong(event, "alias")
        if event.tag and event.tag != "!":
            raise self._wrong(event, "tag")
        if len(at) >= MAX_DEPTH and not isinstance(event, yaml.ScalarEvent):
            raise self._wrong(event, "depth")
        if self._left < 0:
            raise self._wrong(event, "too-large")

    def _wrong(self, event: Any, detail: str, **params: object) -> UsageError:
        return _broken(self.path, _line(event), detail, **params)


_WORDS: Mapping[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F]+)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+")
_DIGITS = 40  # what is longer is a code that happens to be made of digits


def _scalar(event: yaml.ScalarEvent) -> Any:
    # Quoted and block scalars are text.
    return _plain(event.value) if event.implicit[0] and len(event.value) <= _DIGITS else event.value


@lru_cache(maxsize=65536)
def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text.replace("_", ""), 0)
    if _DECIMAL.fullmatch(text) and isfinite(number := float(text)):
        return number
    return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _broken(path: str, line: int, detail: str, **params: object) -> UsageError:
    return UsageError("yaml-broken", file=path, line=line, detail=detail, **params)
