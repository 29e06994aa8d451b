"""The checks over Arrow buffers, compiled: one loop over spans, without a Python object for a value.

Importing this imports numba; ``guard.checks.judge`` gives the same answers without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from guard.checks import CHECKS, judge, loops
from guard.checks.machine import njit
from guard.checks.registry import DASHES, SEPARATORS, Bools

_DASH_LEAD, _DASH_SECOND, _DASH_FIRST = DASHES[0]
_DASH_LAST = DASHES[-1][2]
_DROP = np.zeros(256, dtype=np.bool_)
_DROP[list(SEPARATORS)] = True
COMPILED = tuple(name for name in CHECKS if hasattr(loops, name))


def evaluate(
    check_id: str,
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    skip_separators: bool = False,
) -> Bools:
    """Whether each value ``data[starts[i]:ends[i]]`` passes a check of ``guard.checks.CHECKS``.

    Offsets are bytes into ``data``; spans may overlap; an empty one fails. ``skip_separators`` leaves out
    spaces, tabs, hyphens, dashes, quotes and equals signs inside a value. The interpreter lock is released.
    A check without machine code is judged by ``guard.checks.judge``. Raises KeyError for an unknown check.
    """
    if check_id not in COMPILED:
        return judge(CHECKS[check_id], data, starts, ends, skip_separators)
    starts, ends = np.ascontiguousarray(starts, np.int64), np.ascontiguousarray(ends, np.int64)
    if skip_separators:
        data, starts, ends = _bare(data, starts, ends)
    passed = np.empty(len(starts), dtype=np.bool_)
    getattr(loops, check_id)(data, starts, ends, passed)
    return passed


@njit(nogil=True, cache=True)
def _bare(data: Any, starts: Any, ends: Any) -> Any:
    """The same values without separators, one after another."""
    room = np.int64(0)
    for row in range(len(starts)):
        room += ends[row] - starts[row]
    kept = np.empty(room, dtype=np.uint8)
    offsets = np.zeros(len(starts) + 1, dtype=np.int64)
    size = 0
    for row in range(len(starts)):
        i, end = starts[row], ends[row]
        while i < end:
            dash = i + 2 < end and data[i] == _DASH_LEAD and data[i + 1] == _DASH_SECOND
            if dash and _DASH_FIRST <= data[i + 2] <= _DASH_LAST:
                i += 3
                continue
            kept[size] = data[i]
            size += not _DROP[data[i]]
            i += 1
        offsets[row + 1] = size
    return kept, offsets[:-1], offsets[1:]
