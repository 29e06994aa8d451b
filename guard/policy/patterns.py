"""Whether a type's pattern can be used: what RE2 refuses, what is too large, what matches anything.

Where RE2 is not installed (the gate alone, which matches no values with it), Python's own parser stands in:
it refuses the same constructs, but cannot tell how large RE2's program would be nor check ``\\p{…}``.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

LARGEST = 20_000
"""RE2 instructions of one pattern: beyond, it would slow every scan by itself."""
_TOO_OFTEN = "repetition size"
_BYTE = r"\C"
_MOST_REPEATS = 1000  # RE2's own bound
_LONGEST = 200_000  # characters that Python's parser is given
_OF_RE2 = re.compile(r"\\[pPQEz]|\[\[[:=.]|\\x\{|\(\?[a-zA-Z]*-|\(\?[a-zA-Z]*U")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a pattern is refused: an error id, and RE2's own words or a size."""

    code: str
    found: str


def fault(pattern: str) -> Fault | None:
    """What is wrong with ``pattern``, or None.

    ``type-bad-pattern``: not RE2 (look-around, back-reference, syntax); ``type-pattern-size``: a
    repeat or a program beyond bounds; ``type-pattern-empty``: it matches the empty text, so anything.
    """
    try:
        import re2
    except ImportError:
        return fault_without_re2(pattern)
    return _fault(pattern, re2)


def _fault(pattern: str, re2: ModuleType) -> Fault | None:
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        return Fault(code="type-pattern-size" if _TOO_OFTEN in said else "type-bad-pattern", found=said[:80])
    if _BYTE in pattern.replace(r"\\", ""):
        return Fault(code="type-bad-pattern", found=_BYTE)
    if compiled.programsize > LARGEST:
        return Fault(code="type-pattern-size", found=f"{compiled.programsize:,} > {LARGEST:,}")
    if pattern and compiled.fullmatch(""):
        return Fault(code="type-pattern-empty", found="")
    return None


def fault_without_re2(pattern: str) -> Fault | None:
    """``fault`` as far as Python's parser can tell: what only RE2 can read is taken as right."""
    if _BYTE in pattern.replace(r"\\", ""):
        return Fault(code="type-bad-pattern", found=_BYTE)
    if len(pattern) > _LONGEST:
        return Fault(code="type-pattern-size", found=f"{len(pattern):,} > {_LONGEST:,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sets that a later Python may read otherwise
            parsed = parser.parse(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        return None if _OF_RE2.search(pattern) else Fault(code="type-bad-pattern", found=str(error)[:80])
    empty = Fault(code="type-pattern-empty", found="") if pattern and parsed.getwidth()[0] == 0 else None
    return next(filter(None, (_odd(kind, value) for kind, value in _walk(parsed))), empty)


def _odd(kind: Any, value: Any) -> Fault | None:
    """What RE2 refuses of one node."""
    if kind in _FOREIGN:
        return Fault(code="type-bad-pattern", found=_FOREIGN[kind])
    if kind in _REPEATS and max(_counts(value)) > _MOST_REPEATS:
        return Fault(code="type-pattern-size", found=f"{{{max(_counts(value))}}}")
    return None


_FOREIGN = {
    codes.ASSERT: "(?=",
    codes.ASSERT_NOT: "(?!",
    codes.GROUPREF: r"\1",
    codes.GROUPREF_EXISTS: "(?(",
    codes.ATOMIC_GROUP: "(?>",
    codes.POSSESSIVE_REPEAT: "++",
}
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


def _walk(items: Any) -> Iterator[tuple[Any, Any]]:
    """Every node of a parsed pattern, outer ones first."""
    waiting = [items]
    while waiting:
        for node in waiting.pop():
            yield node
            parts = node[1] if isinstance(node[1], (tuple, list)) else (node[1],)
            for part in parts:
                inner = part if isinstance(part, list) else [part]
                waiting += [one for one in inner if isinstance(one, parser.SubPattern)]


def _counts(repeat: Any) -> tuple[int, ...]:
    low, high, _ = repeat
    return (int(low), *(() if high is codes.MAXREPEAT else (int(high),)))
