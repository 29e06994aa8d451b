"""Check digits used everywhere: Luhn, EAN, VIN, IBAN, LEI, ISO 7064 MOD 11-10, entropy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from guard.checks.registry import Bools, Matrix, digits, every, table, upper
from guard.checks.scalar import world as scalar

VIN = table(scalar.VIN_VALUES)
VIN_WEIGHTS = np.array(scalar.VIN_WEIGHTS)
BASE36 = table({chr(code): code - (48 if code < 58 else 55) for code in (*range(48, 58), *range(65, 91))})
# By country (26 x first letter + second letter) and length: whether the registry has it.
IBAN_WIDTHS = np.zeros((26 * 26, 34), dtype=np.bool_)
for _width, _countries in scalar.IBAN.items():
    for _country in _countries:
        IBAN_WIDTHS[(ord(_country[0]) - 65) * 26 + ord(_country[1]) - 65, _width] = True


def luhn(matrix: Matrix) -> Bools:
    """ISO/IEC 7812 mod 10; a row of one repeated digit is refused."""
    values = digits(matrix)
    doubled = values[:, -2::-2] * 2
    total = values[:, -1::-2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    varied = (matrix != matrix[:, :1]).any(axis=1)
    return every((values < 10).all(axis=1), varied, total % 10 == 0)


def luhn_or_hex(matrix: Matrix) -> Bools:
    """Luhn where every character is a digit (ICCID); values with letters pass."""
    lettered = (digits(matrix) > 9).any(axis=1)
    passes: Bools = lettered | luhn(matrix)
    return passes


def ean(matrix: Matrix) -> Bools:
    """EAN-8, UPC-12, EAN-13, ISBN-13, GTIN-14: weights 3 and 1 from the right."""
    values = digits(matrix)
    weights = np.where(np.arange(values.shape[1])[::-1] % 2 == 1, 3, 1)
    return every((values < 10).all(axis=1), (values @ weights) % 10 == 0)


def mod_11_10(matrix: Matrix) -> Bools:
    """ISO 7064 hybrid MOD 11,10 over all digits (15-digit business registration number)."""
    values = digits(matrix)
    state = np.full(len(values), 10, dtype=np.int64)
    for place in range(values.shape[1] - 1):
        state = (state + values[:, place]) % 10
        state = np.where(state == 0, 10, state) * 2 % 11
    return every((values < 10).all(axis=1), (state + values[:, -1]) % 10 == 1)


def vin(matrix: Matrix) -> Bools:
    """17 characters without I O Q, check character at position 9 (GB 16735)."""
    codes = upper(matrix)
    values = VIN[codes]
    remainder = (values @ VIN_WEIGHTS) % 11
    wanted = np.where(remainder == 10, ord("X"), remainder + 48)
    return every((values >= 0).all(axis=1), codes[:, 8] == wanted, (codes != codes[:, :1]).any(axis=1))


def _mod_97(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Remainder by 97 of base-36 digits, each written with one or two decimal digits."""
    state = np.zeros(len(values), dtype=np.int64)
    for place in range(values.shape[1]):
        value = values[:, place]
        state = (state * np.where(value > 9, 100, 10) + value) % 97
    return state


def lei(matrix: Matrix) -> Bools:
    """20 characters of ISO 17442, ISO 7064 MOD 97-10."""
    values = BASE36[upper(matrix)]
    return every((values >= 0).all(axis=1), _mod_97(values) == 1)


def iban(matrix: Matrix) -> Bools:
    """Country of the right length, then MOD 97-10 with the first four characters moved last."""
    codes = upper(matrix)
    values = BASE36[codes]
    countries = np.array([ord(name[0]) * 256 + ord(name[1]) for name in scalar.IBAN.get(codes.shape[1], ())])
    known = np.isin(codes[:, 0].astype(np.int64) * 256 + codes[:, 1], countries)
    rolled = np.roll(values, -4, axis=1)
    return every(known, (values >= 0).all(axis=1), _mod_97(rolled) == 1)


def entropy(matrix: Matrix) -> Bools:
    """Shannon entropy of the characters above 3.5 bits."""
    counts = np.zeros((len(matrix), 256))
    np.add.at(counts, (np.arange(len(matrix))[:, None], matrix), 1)
    shares = counts / matrix.shape[1]
    logs = np.log2(shares, where=shares > 0, out=np.zeros_like(shares))
    answer: Bools = -(shares * logs).sum(axis=1) > scalar.ENTROPY_BITS
    return answer
