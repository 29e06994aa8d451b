"""Whether a type's pattern can be used: what RE2 refuses, what is too large, what matches anything."""

from __future__ import annotations

from dataclasses import dataclass

import re2

LARGEST = 20_000
"""RE2 instructions of one pattern: beyond, it would slow every scan by itself."""
_TOO_OFTEN = "repetition size"
_BYTE = r"\C"


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
