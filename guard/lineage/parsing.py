"""The tree of a query, within limits."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING

from guard.lineage.output import CannotRead
from guard.lineage.templates import filled

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Expression

MAX_CHARACTERS = 120_000
MAX_DEPTH = 150
_PARENTHESIS = re.compile(r"[()]")
# Clauses of the statement around a query that stand behind it, and end it where its grammar has none of them.
_BEHIND = re.compile(
    r"(?i)\bWITH\s++(?>(?:NO\s++)?)DATA\b(?!\s++AS\b)|\bCOMMENT\s++IS\b|\bON\s++(?:CONFLICT|COMMIT|DUPLICATE)\b"
    r"|\bWITH\s++(?:READ\s++ONLY|CHECK\s++OPTION)\b|\bRETURNING\b"
)
_WORD = re.compile(r"[^\W\d]\w{0,60}")


def parsed(query: str, reads: str) -> Expression:
    """The tree of the one statement ``query``. Raises CannotRead."""
    if len(query) > MAX_CHARACTERS:
        raise CannotRead("size")
    text = filled(query)
    if _depth(text) > MAX_DEPTH:
        raise CannotRead("depth")
    _quiet()
    try:
        return _one(_trees(text, reads))
    except CannotRead:
        behind = _BEHIND.search(text)
        if behind is None:
            raise
        return _one(_trees(text[: behind.start()], reads))


def _trees(text: str, reads: str) -> list[Expression]:
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError

    try:
        return [tree for tree in sqlglot.parse(text, read=reads or None) if tree is not None]
    except ParseError as error:
        raise CannotRead(_word(str(error.errors[0].get("highlight") or "") if error.errors else "")) from None
    except RecursionError:
        raise CannotRead("depth") from None
    except (SqlglotError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        raise CannotRead("syntax") from None


def _one(trees: list[Expression]) -> Expression:
    from sqlglot import exp

    if len(trees) != 1:
        raise CannotRead("statements" if trees else "empty")
    if isinstance(trees[0], exp.Command):
        raise CannotRead(_word(trees[0].name))
    return trees[0]


def _word(near: str) -> str:
    """``near`` where it is one bare word, in capitals: what stands in quotes never gets out."""
    return near.upper() if _WORD.fullmatch(near) else "syntax"


def _depth(text: str) -> int:
    depth = deepest = 0
    for mark in _PARENTHESIS.finditer(text):
        depth += 1 if mark[0] == "(" else -1
        deepest = max(deepest, depth)
    return deepest


@cache
def _quiet() -> None:
    """sqlglot logs statements that it cannot read, with their literals."""
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL + 1)
