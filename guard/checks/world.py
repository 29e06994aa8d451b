"""Check digits used everywhere: Luhn, EAN, VIN, IBAN, LEI, ISO 7064 MOD 11-10, entropy."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from guard.checks.registry import Bools, Matrix, digits, every, table, upper

_VIN_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        [*range(10), *range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)],
        strict=True,
    )
)
VIN = table(_VIN_VALUES)
VIN_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
BASE36 = table({chr(code): code - (48 if code < 58 else 55) for code in (*range(48, 58), *range(65, 91))})
# total length by country (ISO 13616 registry)
_IBAN_LENGTHS = {
    15: "NO", 16: "BE BI", 18: "DK FI FO GL NL SD", 19: "MK SI FK", 20: "AT BA EE KZ LT LU MN XK",
    21: "CH CR HR LI LV", 22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC",
    33: "RU",
}  # fmt: skip
_IBAN = {width: frozenset(countries.split()) for width, countries in _IBAN_LENGTHS.items()}
# By country (26 x first letter + second letter) and length: whether the registry has it.
IBAN_WIDTHS = np.zeros((26 * 26, 34), dtype=np.bool_)
for _width, _countries in _IBAN.items():
    for _country in _countries:
        IBAN_WIDTHS[(ord(_country[0]) - 65) * 26 + ord(_country[1]) - 65, _width] = True
# A hair above 3.5, so that sums taken in another order agree on text that has 3.5 bits exactly.
ENTROPY_BITS = 3.5 + 1e-9


def luhn(matrix: Matrix) -> Bools:
    """ISO/IEC 7812 mod 10; a row of one repeated digit is refused."""
    values = digits(matrix)
    doubled = values[:, -2::-2] * 2
    total = values[:, -1::-2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    varied = (matrix != matrix[:, :1]).any(axis=1)
    return every((values < 10).all(axis=1), varied, total % 10 == 0)


def explain_luhn(text: str) -> str:
    """Scalar twin of ``luhn``."""
    if not (text.isascii() and text.isdigit()):
        return "characters"
    if len(set(text)) == 1:
        return "check-digit"
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + place % 2)
        total += value // 10 + value % 10
    return "" if total % 10 == 0 else "check-digit"


def luhn_or_hex(matrix: Matrix) -> Bools:
    """Luhn where every character is a digit (ICCID); values with letters pass."""
    lettered = (digits(matrix) > 9).any(axis=1)
    passes: Bools = lettered | luhn(matrix)
    return passes


def explain_luhn_or_hex(text: str) -> str:
    """Scalar twin of ``luhn_or_hex``."""
    return explain_luhn(text) if text.isascii() and text.isdigit() else ""


def ean(matrix: Matrix) -> Bools:
    """EAN-8, UPC-12, EAN-13, ISBN-13, GTIN-14: weights 3 and 1 from the right."""
    values = digits(matrix)
    weights = np.where(np.arange(values.shape[1])[::-1] % 2 == 1, 3, 1)
    return every((values < 10).all(axis=1), (values @ weights) % 10 == 0)


def explain_ean(text: str) -> str:
    """Scalar twin of ``ean``."""
    if len(text) not in (8, 12, 13, 14):
        return "length"
    if not (text.isascii() and text.isdigit()):
        return "characters"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return "" if total % 10 == 0 else "check-digit"


def mod_11_10(matrix: Matrix) -> Bools:
    """ISO 7064 hybrid MOD 11,10 over all digits (15-digit business registration number)."""
    values = digits(matrix)
    state = np.full(len(values), 10, dtype=np.int64)
    for place in range(values.shape[1] - 1):
        state = (state + values[:, place]) % 10
        state = np.where(state == 0, 10, state) * 2 % 11
    return every((values < 10).all(axis=1), (state + values[:, -1]) % 10 == 1)


def explain_mod_11_10(text: str) -> str:
    """Scalar twin of ``mod_11_10``."""
    if not (text.isascii() and text.isdigit()):
        return "characters"
    product = 10
    for digit in text[:-1]:
        product = (((product + int(digit)) % 10 or 10) * 2) % 11
    return "" if int(text[-1]) == (11 - product) % 10 else "check-digit"


def vin(matrix: Matrix) -> Bools:
    """17 characters without I O Q, check character at position 9 (GB 16735)."""
    codes = upper(matrix)
    values = VIN[codes]
    remainder = (values @ VIN_WEIGHTS) % 11
    wanted = np.where(remainder == 10, ord("X"), remainder + 48)
    return every((values >= 0).all(axis=1), codes[:, 8] == wanted, (codes != codes[:, :1]).any(axis=1))


def explain_vin(text: str) -> str:
    """Scalar twin of ``vin``."""
    if len(text) != 17:
        return "length"
    plain = text.upper() if text.isascii() else text
    if any(character not in _VIN_VALUES for character in plain):
        return "characters"
    total = sum(_VIN_VALUES[char] * int(weight) for char, weight in zip(plain, VIN_WEIGHTS, strict=True))
    right = len(set(plain)) > 1 and plain[8] == "0123456789X"[total % 11]
    return "" if right else "check-digit"


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


def explain_lei(text: str) -> str:
    """Scalar twin of ``lei``."""
    if len(text) != 20:
        return "length"
    if not (text.isascii() and text.isalnum()):
        return "characters"
    return "" if int("".join(str(int(char, 36)) for char in text)) % 97 == 1 else "check-digit"


def iban(matrix: Matrix) -> Bools:
    """Country of the right length, then MOD 97-10 with the first four characters moved last."""
    codes = upper(matrix)
    values = BASE36[codes]
    countries = np.array([ord(name[0]) * 256 + ord(name[1]) for name in _IBAN.get(codes.shape[1], ())])
    known = np.isin(codes[:, 0].astype(np.int64) * 256 + codes[:, 1], countries)
    rolled = np.roll(values, -4, axis=1)
    return every(known, (values >= 0).all(axis=1), _mod_97(rolled) == 1)


def explain_iban(text: str) -> str:
    """Scalar twin of ``iban``."""
    if not (text.isascii() and text.isalnum()):
        return "characters"
    if len(text) not in _IBAN:
        return "length"
    if text[:2].upper() not in _IBAN[len(text)]:
        return "country"
    rolled = text[4:] + text[:4]
    return "" if int("".join(str(int(char, 36)) for char in rolled)) % 97 == 1 else "check-digit"


def entropy(matrix: Matrix) -> Bools:
    """Shannon entropy of the characters above 3.5 bits."""
    counts = np.zeros((len(matrix), 256))
    np.add.at(counts, (np.arange(len(matrix))[:, None], matrix), 1)
    shares = counts / matrix.shape[1]
    logs = np.log2(shares, where=shares > 0, out=np.zeros_like(shares))
    answer: Bools = -(shares * logs).sum(axis=1) > ENTROPY_BITS
    return answer


def explain_entropy(text: str) -> str:
    """Scalar twin of ``entropy`` over UTF-8 bytes."""
    raw = text.encode()
    if not raw:
        return "entropy"
    bits = -sum(count / len(raw) * math.log2(count / len(raw)) for count in Counter(raw).values())
    return "" if bits > ENTROPY_BITS else "entropy"
