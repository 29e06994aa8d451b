"""Identifiers of China, one value at a time: GB 11643, GB 32100, GB 11714, Hong Kong, Taiwan."""

from __future__ import annotations

from guard.checks.scalar.dates import is_real

ID_CHECK = "10X98765432"
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
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
TW_LETTERS = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))


def explain_region(text: str) -> str:
    """Scalar twin of ``guard.checks.china.region``."""
    head = text[:2]
    known = head.isascii() and head.isdigit() and len(head) == 2 and int(head) in PROVINCES
    return "" if known else "region"


def explain_resident_id(text: str) -> str:
    """Scalar twin of ``guard.checks.china.resident_id``."""
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


def explain_resident_id_15(text: str) -> str:
    """Scalar twin of ``guard.checks.china.resident_id_15``."""
    if len(text) != 15:
        return "length"
    if not (text.isascii() and text.isdigit()):
        return "characters"
    if explain_region(text):
        return "region"
    return "" if is_real(1900 + int(text[6:8]), int(text[8:10]), int(text[10:12])) else "date"


def explain_credit_code(text: str) -> str:
    """Scalar twin of ``guard.checks.china.credit_code``."""
    if len(text) != 18:
        return "length"
    values = [USCC_ALPHABET.find(character) for character in (text.upper() if text.isascii() else text)]
    if min(values) < 0:
        return "characters"
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    return "" if (total + values[17]) % 31 == 0 else "check-digit"


def explain_organisation_code(text: str) -> str:
    """Scalar twin of ``guard.checks.china.organisation_code``."""
    plain = text[:8] + text[9:] if len(text) == 10 and text[8] == "-" else text
    if len(plain) != 9:
        return "length" if len(text) not in (9, 10) else "characters"
    if not (plain.isascii() and plain.isalnum()):
        return "characters"
    total = sum(int(char, 36) * weight for char, weight in zip(plain[:8], ORG_WEIGHTS, strict=True))
    value = 11 - total % 11
    return "" if plain[8].upper() == {10: "X", 11: "0"}.get(value, str(value)) else "check-digit"


def explain_hong_kong_id(text: str) -> str:
    """Scalar twin of ``guard.checks.china.hong_kong_id``."""
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


def explain_taiwan_id(text: str) -> str:
    """Scalar twin of ``guard.checks.china.taiwan_id``."""
    if len(text) != 10:
        return "length"
    letter = TW_LETTERS.get(text[0].upper() if text[0].isascii() else text[0])
    if letter is None or not (text[1:].isascii() and text[1:].isdigit()):
        return "characters"
    total = letter // 10 + letter % 10 * 9 + int(text[9])
    total += sum(int(char) * weight for char, weight in zip(text[1:9], range(8, 0, -1), strict=True))
    return "" if total % 10 == 0 else "check-digit"
