"""YAML that people write: safe, bounded, and every node knows its line.

No aliases, no tags, no duplicate keys, at most 4 MB and 32 levels deep: an alias bomb
or a hostile document ends in one error with file and line.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from guard.model import UsageError

MAX_CHARACTERS = 4 * 1024 * 1024
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


def parse(text: str, path: str) -> Document:
    """Parse ``text``; ``path`` names it in errors. Raises UsageError ``yaml-broken``."""
    if len(text) > MAX_CHARACTERS:
        raise _broken(path, 1, "too-large")
    try:
        _refuse_unsafe(text, path)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _broken(path, mark.line + 1 if mark else 1, error.problem or "syntax") from None
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError):
        raise _broken(path, 1, "syntax") from None
    lines: dict[_Key, int] = {}
    data = _plain(node, (), lines, path) if node is not None else None
    return Document(data=data, path=path, lines=lines)


def nearest(word: str, options: Iterable[str]) -> str | None:
    """The option most like ``word``, or None where none is close.

    A slip of one letter comes first, then the shortest that begins with or holds the word, then the like.
    """
    listed = sorted(options, key=len)
    typed = word.casefold()
    begun = [one for one in listed if len(typed) > 1 and one.casefold().startswith(typed)]
    holding = [one for one in listed if len(typed) > 2 and typed in one.casefold()]
    slips, likes = (difflib.get_close_matches(word, listed, n=1, cutoff=share) for share in (0.85, 0.6))
    return next(iter((*slips, *begun, *holding, *likes)), None)


def _refuse_unsafe(text: str, path: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _broken(path, line, "alias")
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise _broken(path, line, "tag")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _broken(path, line, "depth")


def _plain(node: yaml.Node, at: _Key, lines: dict[_Key, int], path: str) -> Any:
    lines[at] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, lines, path)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*at, index), lines, path) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path)
    raise _broken(path, lines[at], "syntax")


def _mapping(node: yaml.MappingNode, at: _Key, lines: dict[_Key, int], path: str) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _broken(path, line, "key")
        key = _scalar(key_node, path)
        if key in result:
            raise _broken(path, line, "duplicate-key", key=str(key))
        result[key] = _plain(value_node, (*at, key), lines, path)
        lines[(*at, key)] = line
    return result


_BUILD = yaml.constructor.SafeConstructor()
_SIMPLE: Mapping[str, Callable[[yaml.ScalarNode], Any]] = {
    "tag:yaml.org,2002:int": _BUILD.construct_yaml_int,
    "tag:yaml.org,2002:float": _BUILD.construct_yaml_float,
    "tag:yaml.org,2002:bool": _BUILD.construct_yaml_bool,
    "tag:yaml.org,2002:null": _BUILD.construct_yaml_null,
}


def _scalar(node: yaml.ScalarNode, path: str) -> Any:
    # A date stays the text that was written: policies compare names and versions, never clocks.
    build = _SIMPLE.get(node.tag)
    try:
        return build(node) if build else node.value
    except ValueError:
        raise _broken(path, node.start_mark.line + 1, "syntax") from None


def _broken(path: str, line: int, detail: str, **params: object) -> UsageError:
    return UsageError("yaml-broken", file=path, line=line, detail=detail, **params)
