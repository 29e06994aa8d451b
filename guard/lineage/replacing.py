"""Whether putting something in the place of part of a value hides it, told by doing it to values made up.

``overlay(x placing '*' from 1 for 1)`` and ``translate(x, 'X', 'x')`` look like masks and hide hardly
anything.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from difflib import SequenceMatcher

from sqlglot import exp

from guard.lineage.functions import said

Expression = exp.Expr
_Replace = Callable[[str], str]

_POSIX = {"[:digit:]": r"\d", "[:alpha:]": "A-Za-z", "[:alnum:]": r"\w", "[:space:]": r"\s"}
_LONGEST = 60  # characters of a pattern that is tried
_MOST = 8  # things that a pattern repeats: on short values, these take no time
_REPEATS = re.compile(r"[*+?{]")
_NESTED = re.compile(r"[*+}?]\)[*+{]|\|[^()]*+\)[*+{]")
_GROUP = re.compile(r"\$(\d)|\$\{(\d)\}")


def hides(node: Expression, name: str) -> bool:
    """Whether the function ``name`` with the arguments of ``node`` hides enough of every value that it
    changes; false where its constants do not tell."""
    given = _constants(node)
    replace = _regexp(node, name, given) if _is_regexp(name) else _other(node, name, given)
    if replace is None:
        return False
    changed = [(value, after) for value in said("samples") if (after := _tried(replace, value)) != value]
    return bool(changed) and all(_gone(value, after) >= said("hidden") for value, after in changed)


def _tried(replace: _Replace, value: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return replace(value)
    except (re.error, IndexError, ValueError, OverflowError, RecursionError):
        return value


def _gone(value: str, after: str) -> int:
    """How many characters of ``value`` do not stand in ``after`` any longer."""
    same = SequenceMatcher(None, value, after, autojunk=False).get_matching_blocks()
    return len(value) - sum(block.size for block in same)


def _is_regexp(name: str) -> bool:
    return "regexp" in name.rpartition(".")[2].casefold()


def _constants(node: Expression) -> list[str | None]:
    """The arguments behind the first one, None for those that are no constants."""
    given = [one for one in node.iter_expressions() if isinstance(one, exp.Expr)][1:]
    return [one.name if isinstance(one, exp.Literal) else _repeated(one) for one in given]


def _repeated(node: Expression) -> str | None:
    """``repeat('*', 8)``; where the number is no constant, as many as may be."""
    if not isinstance(node, exp.Repeat) or not isinstance(node.this, exp.Literal):
        return None
    times = node.args.get("times")
    count = int(times.name) if isinstance(times, exp.Literal) and times.name.isdecimal() else said("hidden")
    return node.this.name * min(count, 64)


def _regexp(node: Expression, name: str, given: list[str | None]) -> _Replace | None:
    pattern, put = (*given, None, None)[:2]
    if pattern is None or put is None or len(pattern) > _LONGEST or _NESTED.search(pattern):
        return None
    if len(_REPEATS.findall(pattern)) > _MOST:
        return None
    for posix, own in _POSIX.items():
        pattern = pattern.replace(posix, own)
    modifiers = node.args.get("modifiers")
    every = modifiers is not None and "g" in modifiers.name
    once = name.casefold().endswith("one") or (bool(node.args.get("single_replace")) and not every)
    written = _GROUP.sub(r"\\\g<1>\g<2>", put)
    return lambda value: re.sub(pattern, written, value, count=1 if once else 0)


def _other(node: Expression, name: str, given: list[str | None]) -> _Replace | None:
    if name.rpartition(".")[2].casefold() == "translate":
        wanted, to = (*given, None, None)[:2]
        if wanted is None or to is None:
            return None
        table = {ord(one): to[at] if at < len(to) else None for at, one in enumerate(wanted)}
        return lambda value: value.translate(table)
    return _overlay(node)


def _overlay(node: Expression) -> _Replace | None:
    """OVERLAY, STUFF, INSERT. A place or length that is computed is taken for one that hides enough."""
    put = node.args.get("expression")
    start, length = node.args.get("from_") or node.args.get("start"), node.args.get("for_")
    length = length or node.args.get("length")
    if put is None and len(given := list(node.iter_expressions())) > 1:
        put, start, length = (*given[1:], None, None)[:3]
    text = put.name if isinstance(put, exp.Literal) else _repeated(put) if put is not None else None
    if text is None:
        return None
    first, count = _number(start, 1), _number(length, len(text) if length is None else said("hidden"))
    return lambda value: value[: first - 1] + text + value[first - 1 + count :]


def _number(node: Expression | None, otherwise: int) -> int:
    constant = isinstance(node, exp.Literal) and node.name.isdecimal() and len(node.name) < 6
    return max(1, int(node.name)) if constant and node is not None else otherwise
