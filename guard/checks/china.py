"""Check digits of Chinese identifiers: GB 11643, GB 32100, GB 11714, GB/T 2260 prefixes.

Identity numbers of Hong Kong and Taiwan are here too.
"""

from __future__ import annotations

import numpy as np

from guard.checks.dates import is_real, number, real
from guard.checks.registry import Bools, Matrix, digits, every, table, upper

ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECK = "10X98765432"
ID_CODES = np.frombuffer(_ID_CHECK.encode(), dtype=np.uint8)
# 71 Taiwan, 81 Hong Kong, 82 Macau, 83 Taiwan residents' permits, 9x foreign permanent residents
PROVINCES = frozenset(
    number
    for first, last in (
        (11, 15),
        (21, 23),
        (31, 37),
        (41, 46),
        (50, 54),
        (61, 66),
        (71, 71),
        (81, 83),
        (90, 99),
    )
    for number in range(first, last + 1)
)
PROVINCE = np.zeros(10000, dtype=np.bool_)
PROVINCE[sorted(PROVINCES)] = True
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC = table({character: number for number, character in enumerate(_USCC_ALPHABET)})
USCC_WEIGHTS = np.array([3**power % 31 for power in range(17)])
_BASE36 = table({chr(code): code - (48 if code < 58 else 55) for code in (*range(48, 58), *range(65, 91))})
ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_TW_LETTERS = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))
TW = table(_TW_LETTERS)


def region(matrix: Matrix) -> Bools:
    """Whether the first two digits are a province or a known special prefix (GB/T 2260)."""
    values = digits(matrix[:, :2])
    return every((values < 10).all(axis=1), PROVINCE[number(values)])


def explain_region(text: str) -> str:
    """Scalar twin of ``region``."""
    head = text[:2]
    known = head.isascii() and head.isdigit() and len(head) == 2 and int(head) in PROVINCES
    return "" if known else "region"


def resident_id(matrix: Matrix) -> Bools:
    """18 characters of GB 11643-1999: digits, a real birth date, the MOD 11-2 check character."""
    values = digits(matrix[:, :17])
    born = real(number(values[:, 6:10]), number(values[:, 10:12]), number(values[:, 12:14]))
    expected = ID_CODES[(values @ ID_WEIGHTS) % 11]
    return every((values < 10).all(axis=1), born, upper(matrix[:, 17]) == expected)


def explain_resident_id(text: str) -> str:
    """Scalar twin of ``resident_id``."""
    if len(text) != 18:
        return "length"
    body, last = text[:17], text[17].upper() if text[17].isascii() else text[17]
    if not (body.isascii() and body.isdigit()) or last not in "0123456789X":
        return "characters"
    if not is_real(int(text[6:10]), int(text[10:12]), int(text[12:14])):
        return "date"
    return "" if _mod_11_2(body) == last else "check-digit"


def _mod_11_2(body: str) -> str:
    """ISO 7064 MOD 11-2 check character of ``body``, by the recursive method."""
    remainder = 0
    for digit in body:
        remainder = (remainder + int(digit)) * 2 % 11
    value = (12 - remainder) % 11
    return "X" if value == 10 else str(value)


def resident_id_15(matrix: Matrix) -> Bools:
    """15 digits of the retired number: known province, a real birth date in 19YY; no check digit."""
    values = digits(matrix)
    born = real(1900 + number(values[:, 6:8]), number(values[:, 8:10]), number(values[:, 10:12]))
    return every((values < 10).all(axis=1), region(matrix), born)


def explain_resident_id_15(text: str) -> str:
    """Scalar twin of ``resident_id_15``."""
    if len(text) != 15:
        return "length"
    if not (text.isascii() and text.isdigit()):
        return "characters"
    if explain_region(text):
        return "region"
    return "" if is_real(1900 + int(text[6:8]), int(text[8:10]), int(text[10:12])) else "date"


def credit_code(matrix: Matrix) -> Bools:
    """18 characters of GB 32100: alphabet without I O S V Z, modulus 31."""
    values = USCC[upper(matrix)]
    expected = (-(values[:, :17] @ USCC_WEIGHTS)) % 31
    return every((values >= 0).all(axis=1), values[:, 17] == expected)


def explain_credit_code(text: str) -> str:
    """Scalar twin of ``credit_code``."""
    if len(text) != 18:
        return "length"
    values = [_USCC_ALPHABET.find(character) for character in (text.upper() if text.isascii() else text)]
    if min(values) < 0:
        return "characters"
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    return "" if (total + values[17]) % 31 == 0 else "check-digit"


def organisation_code(matrix: Matrix) -> Bools:
    """9 characters of GB 11714, or 10 with the hyphen before the check character."""
    codes = upper(matrix)
    hyphen = np.ones(len(codes), dtype=np.bool_) if codes.shape[1] == 9 else codes[:, 8] == 45
    values = _BASE36[codes[:, :8]]
    expected = 11 - (values @ ORG_WEIGHTS) % 11
    wanted = np.where(expected == 10, ord("X"), np.where(expected == 11, 48, expected + 48))
    return every((values >= 0).all(axis=1), hyphen, codes[:, -1] == wanted)


def explain_organisation_code(text: str) -> str:
    """Scalar twin of ``organisation_code``."""
    plain = text[:8] + text[9:] if len(text) == 10 and text[8] == "-" else text
    if len(plain) != 9:
        return "length" if len(text) not in (9, 10) else "characters"
    if not (plain.isascii() and plain.isalnum()):
        return "characters"
    total = sum(int(char, 36) * int(weight) for char, weight in zip(plain[:8], ORG_WEIGHTS, strict=True))
    value = 11 - total % 11
    return "" if plain[8].upper() == {10: "X", 11: "0"}.get(value, str(value)) else "check-digit"


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


def explain_hong_kong_id(text: str) -> str:
    """Scalar twin of ``hong_kong_id``."""
    if len(text) not in (8, 9, 10, 11):
        return "length"
    plain = text.upper() if text.isascii() else text
    if len(plain) >= 10:
        if plain[-3] != "(" or plain[-1] != ")":
            return "characters"
        plain = plain[:-3] + plain[-2]
    letters, body, last = plain[:-7], plain[-7:-1], plain[-1]
    if not (letters.isascii() and letters.isalpha() and body.isascii() and body.isdigit()):
        return "characters"
    if last not in "0123456789X":
        return "characters"
    values = [36] * (2 - len(letters)) + [ord(char) - 55 for char in letters] + [int(char) for char in body]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "" if (total + (10 if last == "X" else int(last))) % 11 == 0 else "check-digit"


def taiwan_id(matrix: Matrix) -> Bools:
    """A letter and nine digits, modulus 10."""
    letter, values = TW[upper(matrix[:, 0])], digits(matrix[:, 1:])
    weights = np.array([8, 7, 6, 5, 4, 3, 2, 1, 1])
    total = letter // 10 + letter % 10 * 9 + values @ weights
    return every(letter > 0, (values < 10).all(axis=1), total % 10 == 0)


def explain_taiwan_id(text: str) -> str:
    """Scalar twin of ``taiwan_id``."""
    if len(text) != 10:
        return "length"
    letter = _TW_LETTERS.get(text[0].upper() if text[0].isascii() else text[0])
    if letter is None or not (text[1:].isascii() and text[1:].isdigit()):
        return "characters"
    total = letter // 10 + letter % 10 * 9 + int(text[9])
    total += sum(int(char) * weight for char, weight in zip(text[1:9], range(8, 0, -1), strict=True))
    return "" if total % 10 == 0 else "check-digit"
