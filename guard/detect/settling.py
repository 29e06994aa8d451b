"""The loops behind ``settle``: compiled as in ``kernels``."""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.checks.machine import njit


@njit(nogil=True, cache=True)
def unsettled(data: Any, offsets: Any, about: Any, out: Any) -> None:
    """For every value the bits of ``about`` (uint8 by code point below 65,536) of all its characters.

    Bit 1 is set too where a value begins or ends with a space or holds a character beyond 65,535.
    """
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        flags = np.uint8(0)
        if at < end and (data[at] == 32 or data[end - 1] == 32):
            flags = np.uint8(1)
        while at < end:
            lead = data[at]
            if lead < 0x80:
                flags |= about[lead]
                at += 1
            elif lead < 0xE0:
                flags |= about[(lead & 0x1F) << 6 | data[at + 1] & 0x3F]
                at += 2
            elif lead < 0xF0:
                flags |= about[(lead & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | data[at + 2] & 0x3F]
                at += 3
            else:
                flags |= np.uint8(1)
                at += 4
        out[row] = flags


@njit(nogil=True, cache=True)
def fold(data: Any, offsets: Any, narrow: Any, out: Any, ends: Any) -> None:
    """The values with every three-byte character replaced by its one-byte twin in ``narrow``, if any.

    ``narrow``: uint8 by code point below 65,536, 0 for none. ``out``: uint8, as long as the values at
    most; ``ends``: int32, values + 1, where each ends in it.
    """
    to = 0
    ends[0] = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            lead = data[at]
            if lead & 0xF0 == 0xE0:
                twin = narrow[(lead & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | data[at + 2] & 0x3F]
                if twin:
                    out[to] = twin
                    to += 1
                else:
                    out[to] = lead
                    out[to + 1] = data[at + 1]
                    out[to + 2] = data[at + 2]
                    to += 3
                at += 3
            else:
                out[to] = lead
                to += 1
                at += 1
        ends[row + 1] = to
