"""Adds entries to a YAML text that people wrote: their comments, order and way of writing stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import yaml

from guard.model import UsageError
from guard.yamldoc import parse

Tree = Mapping[str, Any]
"""Keys to texts, or to further trees."""

_Edit = tuple[int, int, str]  # from, to, what stands there instead
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP = 2
_PLAIN = re.compile(r"(?!-|\.)[^\W\d](?:[\w./-]*\w)?")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def put(text: str, tree: Tree, path: str) -> str:
    """``text`` with all of ``tree``: its keys are found in any letter case, else added behind their siblings.

    A text that is there already and differs is replaced. ``path`` names the file in errors. Raises UsageError
    ``yaml-broken``, and ``fix-schema`` where ``text`` cannot be added to without rewriting it.
    """
    document = parse(text, path)
    wanted = _merged(deepcopy(document.data), tree)
    ended = text if not text or text.endswith("\n") else text + _newline(text)
    edits = list(_edits(ended, None, yaml.compose(ended, Loader=_Loader), tree))
    done = _applied(ended, edits) if edits else text
    if wanted is None or parse(done, path).data != wanted:
        raise UsageError("fix-schema", file=path)
    return done


def scalar(text: str) -> str:
    """``text`` as a scalar of YAML that is read as that text: plain where it can be, else quoted."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def line_after(text: str, node: yaml.Node) -> int:
    """Where the line begins that follows the last thing in ``node``."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    end = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        end = len(text[:end].rstrip())
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1


def _merged(data: Any, tree: Tree) -> Any:
    """``data`` with ``tree`` in it, None where something else stands in its way."""
    data = {} if data is None else data
    if not isinstance(data, dict):
        return None
    names = {str(key).casefold(): key for key in data}
    for key, value in tree.items():
        name = names.get(key.casefold(), key)
        data[name] = value if isinstance(value, str) else _merged(data.get(name), value)
    return None if None in (data[names.get(key.casefold(), key)] for key in tree) else data


def _edits(text: str, name: yaml.Node | None, node: yaml.Node | None, tree: Tree) -> Iterator[_Edit]:
    """The edits that bring ``tree`` into ``node``, the value of ``name``."""
    if not isinstance(node, yaml.MappingNode) or not node.value:
        yield from _filled(text, name, node, tree)
        return
    pairs = {key.value.casefold(): (key, value) for key, value in node.value}
    new = {}
    for key, value in tree.items():
        pair = pairs.get(key.casefold())
        if pair is None:
            new[key] = value
        elif not isinstance(value, str):
            yield from _edits(text, *pair, value)
        elif pair[1].value != value:
            yield _replaced(text, pair[1], scalar(value))
    if new and node.flow_style:
        at = node.value[-1][1].end_mark.index
        yield at, at, f", {_flow(new)[1:-1]}"
    elif new:
        yield _below(text, node, node.start_mark.column, new)


def _filled(text: str, name: yaml.Node | None, node: yaml.Node | None, tree: Tree) -> Iterator[_Edit]:
    """The edits that bring ``tree`` to where nothing, null or ``{}`` is."""
    if name is None or node is None:
        yield len(text), len(text), block(tree, 0, _newline(text))
    elif text[: name.start_mark.index].rpartition("\n")[2].strip():  # within braces
        yield _replaced(text, node, _flow(tree))
    else:
        yield len(text[: node.start_mark.index].rstrip(" ")), node.end_mark.index, ""
        yield _below(text, name, name.start_mark.column + _STEP, tree)


def _replaced(text: str, node: yaml.Node, by: str) -> _Edit:
    start, end = node.start_mark.index, node.end_mark.index
    return start, end, (" " if text[start - 1] == ":" else "") + by


def _below(text: str, node: yaml.Node, indent: int, tree: Tree) -> _Edit:
    at = line_after(text, node)
    return at, at, block(tree, indent, _newline(text))


def _applied(text: str, edits: Sequence[_Edit]) -> str:
    # Of two at one place, the inner one comes first: it was found first.
    parts, at = [], 0
    for start, end, new in sorted(edits, key=lambda one: one[0]):
        parts += [text[at:start], new]
        at = end
    return "".join((*parts, text[at:]))


def block(tree: Tree, indent: int = 0, newline: str = "\n") -> str:
    """``tree`` as lines of YAML, each ``indent`` to the right."""
    lines = []
    for key, value in tree.items():
        head = f"{' ' * indent}{scalar(key)}:"
        if isinstance(value, str):
            lines.append(f"{head} {scalar(value)}{newline}")
        elif all(isinstance(one, str) for one in value.values()):
            lines.append(f"{head} {_flow(value)}{newline}")
        else:
            lines.append(f"{head}{newline}{block(value, indent + _STEP, newline)}")
    return "".join(lines)


def _flow(tree: Tree) -> str:
    told = ((key, scalar(value) if isinstance(value, str) else _flow(value)) for key, value in tree.items())
    return "{" + ", ".join(f"{scalar(key)}: {value}" for key, value in told) + "}"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
