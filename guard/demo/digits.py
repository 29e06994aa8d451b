"""Check digits of invented numbers, one array at a time.

Sources: GB 11643-1999 (ISO 7064 MOD 11-2), ISO/IEC 7812 (Luhn), GB 32100-2015 (modulus 31),
GB 11714-1997, ISO 7064 MOD 11,10, GB 16735-2019 (VIN).
"""

from __future__ import annotations

import numpy as np

from guard.demo.forms import Strings, characters, joined, matrix

_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_MARKS = characters("10X98765432")
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_VIN_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)


def resident(body: Strings) -> Strings:
    """17-digit bodies with their MOD 11-2 check character."""
    numbers = matrix(body).astype(np.int64) - 48
    mark = _ID_MARKS[(numbers @ _ID_WEIGHTS) % 11]
    return joined(np.column_stack([matrix(body), mark]))


def luhn(body: Strings) -> Strings:
    """Digit strings of one length with their Luhn check digit."""
    numbers = matrix(body).astype(np.int64) - 48
    doubled = numbers.copy()
    doubled[:, ::-1][:, ::2] *= 2
    total = (doubled // 10 + doubled % 10).sum(axis=1)
    mark = ((10 - total % 10) % 10 + 48).astype(np.uint32)
    return joined(np.column_stack([matrix(body), mark]))


def organisation(body: Strings) -> Strings:
    """8-character organisation codes with their check character (GB 11714)."""
    cells = matrix(body).astype(np.int64)
    total = np.where(cells < 58, cells - 48, cells - 55) @ np.array([3, 7, 9, 10, 5, 8, 4, 2])
    mark = characters("0X987654321")[total % 11]
    return joined(np.column_stack([matrix(body), mark]))


def credit(body: Strings) -> Strings:
    """17-character bodies of unified social credit codes with their modulus-31 check character."""
    table = np.zeros(128, dtype=np.int64)
    table[characters(_CREDIT)] = np.arange(31)
    total = table[matrix(body)] @ _CREDIT_WEIGHTS
    mark = characters(_CREDIT)[(31 - total % 31) % 31]
    return joined(np.column_stack([matrix(body), mark]))


def hybrid(body: Strings) -> Strings:
    """Digit strings of one length with their ISO 7064 MOD 11,10 check digit."""
    product = np.full(len(body), 10)
    for place in (matrix(body).astype(np.int64) - 48).T:
        total = (product + place) % 10
        product = np.where(total == 0, 10, total) * 2 % 11
    mark = ((11 - product) % 10 + 48).astype(np.uint32)
    return joined(np.column_stack([matrix(body), mark]))


def vin(body: Strings) -> Strings:
    """17-character bodies whose 9th place is replaced by the VIN check character."""
    table = np.zeros(128, dtype=np.int64)
    table[48:58] = np.arange(10)
    table[[ord(letter) for letter in _VIN_VALUES]] = list(_VIN_VALUES.values())
    cells = matrix(body).copy()
    total = (table[cells] @ _VIN_WEIGHTS) % 11
    cells[:, 8] = characters("0123456789X")[total]
    return joined(cells)
