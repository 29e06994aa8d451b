"""Tokens of SQL in any dialect, with their places; nothing is ever an error here.

sqlparse and sqlglot each know other tokens than scripts hold (``DELIMITER``, ``GO``, q-quotes, templates,
half a statement): this one splits what people write, in one pass of one expression without backtracking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from guard.gate.script.dialect import Dialect
from guard.gate.script.quoting import comments, names, never_closed, templates, texts

_CLOSES = {"'": "'", '"': '"', "`": "`", "[": "]"}
_PREFIX = re.compile(r"(?i)^(?:[nebx]|u&)(?=['\"])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Token(NamedTuple):  # made by the million: three times as fast as a frozen dataclass
    """``kind``: ``word``, ``name`` (quoted), ``text`` (literal), ``number``, ``mark``, ``comment``, or
    ``open``: a quote or comment that never ends. ``text`` is as written, at ``start`` to ``end``."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The word or mark in capitals, by which keywords compare; empty for anything else."""
        return self.text.upper() if self.kind in ("word", "mark") else ""

    @property
    def value(self) -> str:
        """A name or literal without its quotes and escapes; anything else as written."""
        return unquoted(self.text) if self.kind in ("name", "text") else self.text


def tokenize(text: str, dialect: Dialect, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of ``text`` from ``start`` to ``end``, comments among them, white space not."""
    expression = _expression(dialect.traits)
    for found in expression.finditer(text, start, len(text) if end is None else end):
        kind = found.lastgroup
        if kind is not None:
            yield Token(kind, found[0], found.start(), found.end())


def unquoted(text: str) -> str:
    """What a quoted name or literal says. A backslash escapes a quote or itself, nothing else."""
    if text[:1] == "$":
        tag = text[: text.find("$", 1) + 1]
        return text[len(tag) : -len(tag)]
    if text[:2] in ("q'", "Q'"):
        return text[3:-2]
    if text[:3].lower() == "nq'":
        return text[4:-2]
    text = _PREFIX.sub("", text)
    closes = _CLOSES.get(text[:1])
    if closes is None:
        return text
    inner = text[1:-1].replace(closes * 2, closes)
    return _ESCAPED.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(found: re.Match[str]) -> str:
    return found[1] if found[1] in "'\"`\\" else found[0]


@lru_cache(maxsize=64)
def _expression(traits: frozenset[str]) -> re.Pattern[str]:
    groups = {
        "comment": "|".join((r"/\*M?!\d*", r"\*/", *comments(traits))),
        "text": "|".join(texts(traits)),
        "name": "|".join(names(traits)),
        "open": rf"(?:{'|'.join(never_closed(traits))})[\s\S]*+",
        "word": "|".join((*templates(), r"(?:[^\W\d]|[@#])[\w$#@]*+", r"\d++[^\W\d]\w*+")),
        "number": r"\d++(?>(?:\.\d*+)?)(?>(?:[eE][-+]?\d++)?)|\.\d++",
        "mark": r"::|:=|\|\||->|=>|<=|>=|<>|!=|[^\s\w]",
    }
    return re.compile("|".join(f"(?P<{kind}>{body})" for kind, body in groups.items()) + r"|\s++")
