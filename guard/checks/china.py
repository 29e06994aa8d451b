"""Check digits of Chinese identifiers: GB 11643, GB 32100, GB 11714, GB/T 2260 prefixes.

Identity numbers of Hong Kong and Taiwan are here too.
"""

from __future__ import annotations

import numpy as np

from guard.checks.dates import number, real
from guard.checks.registry import Bools, Matrix, digits, every, table, upper
from guard.checks.scalar import china as scalar

ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
ID_CODES = np.frombuffer(scalar.ID_CHECK.encode(), dtype=np.uint8)
PROVINCE = np.zeros(10000, dtype=np.bool_)
PROVINCE[sorted(scalar.PROVINCES)] = True
USCC = table({character: number for number, character in enumerate(scalar.USCC_ALPHABET)})
USCC_WEIGHTS = np.array([3**power % 31 for power in range(17)])
_BASE36 = table({chr(code): code - (48 if code < 58 else 55) for code in (*range(48, 58), *range(65, 91))})
ORG_WEIGHTS = np.array(scalar.ORG_WEIGHTS)
TW = table(scalar.TW_LETTERS)


def region(matrix: Matrix) -> Bools:
    """Whether the first two digits are a province or a known special prefix (GB/T 2260)."""
    values = digits(matrix[:, :2])
    return every((values < 10).all(axis=1), PROVINCE[number(values)])


def resident_id(matrix: Matrix) -> Bools:
    """18 characters of GB 11643-1999: digits, a real birth date, the MOD 11-2 check character."""
    values = digits(matrix[:, :17])
    born = real(number(values[:, 6:10]), number(values[:, 10:12]), number(values[:, 12:14]))
    expected = ID_CODES[(values @ ID_WEIGHTS) % 11]
    return every((values < 10).all(axis=1), born, upper(matrix[:, 17]) == expected)


def resident_id_15(matrix: Matrix) -> Bools:
    """15 digits of the retired number: known province, a real birth date in 19YY; no check digit."""
    values = digits(matrix)
    born = real(1900 + number(values[:, 6:8]), number(values[:, 8:10]), number(values[:, 10:12]))
    return every((values < 10).all(axis=1), region(matrix), born)


def credit_code(matrix: Matrix) -> Bools:
    """18 characters of GB 32100: alphabet without I O S V Z, modulus 31."""
    values = USCC[upper(matrix)]
    expected = (-(values[:, :17] @ USCC_WEIGHTS)) % 31
    return every((values >= 0).all(axis=1), values[:, 17] == expected)


def organisation_code(matrix: Matrix) -> Bools:
    """9 characters of GB 11714, or 10 with the hyphen before the check character."""
    codes = upper(matrix)
    hyphen = np.ones(len(codes), dtype=np.bool_) if codes.shape[1] == 9 else codes[:, 8] == 45
    values = _BASE36[codes[:, :8]]
    expected = 11 - (values @ ORG_WEIGHTS) % 11
    wanted = np.where(expected == 10, ord("X"), np.where(expected == 11, 48, expected + 48))
    return every((values >= 0).all(axis=1), hyphen, codes[:, -1] == wanted)


def hong_kong_id(matrix: Matrix) -> Bools:
    """One or two letters, six digits, a check character, in brackets or not; modulus 11."""
    codes = upper(matrix)
    bracketed = codes.shape[1] >= 10
    fenced = np.ones(len(codes), dtype=np.bool_)
    if bracketed:
        fenced = (codes[:, -3] == 40) & (codes[:, -1] == 41)
        codes = np.concatenate([codes[:, :-3], codes[:, -2:-1]], axis=1)
    single = codes.shape[1] == 8
    if single:
        codes = np.concatenate([np.full((len(codes), 1), 32, np.uint8), codes], axis=1)
    letters, values = codes[:, :2].astype(np.int64) - 55, digits(codes[:, 2:8])
    if single:
        letters[:, 0] = 36
    ok = (codes[:, 1] >= 65) & (codes[:, 1] <= 90) & (values < 10).all(axis=1)
    ok &= single | ((codes[:, 0] >= 65) & (codes[:, 0] <= 90))
    last = np.where(codes[:, 8] == ord("X"), 10, digits(codes[:, 8:])[:, 0])
    total = letters @ np.array([9, 8]) + values @ np.arange(7, 1, -1) + last
    return every(fenced, ok, last < 11, total % 11 == 0)


def taiwan_id(matrix: Matrix) -> Bools:
    """A letter and nine digits, modulus 10."""
    letter, values = TW[upper(matrix[:, 0])], digits(matrix[:, 1:])
    weights = np.array([8, 7, 6, 5, 4, 3, 2, 1, 1])
    total = letter // 10 + letter % 10 * 9 + values @ weights
    return every(letter > 0, (values < 10).all(axis=1), total % 10 == 0)
