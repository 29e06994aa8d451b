"""Check digits used everywhere, one value at a time: Luhn, EAN, VIN, IBAN, LEI, MOD 11-10, entropy."""

from __future__ import annotations

import math
from collections import Counter

VIN_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        [*range(10), *range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)],
        strict=True,
    )
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
# total length by country (ISO 13616 registry)
_LENGTHS = {
    15: "NO", 16: "BE BI", 18: "DK FI FO GL NL SD", 19: "MK SI FK", 20: "AT BA EE KZ LT LU MN XK",
    21: "CH CR HR LI LV", 22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC",
    33: "RU",
}  # fmt: skip
IBAN = {width: frozenset(countries.split()) for width, countries in _LENGTHS.items()}
# A hair above 3.5, so that sums taken in another order agree on text that has 3.5 bits exactly.
ENTROPY_BITS = 3.5 + 1e-9


def explain_luhn(text: str) -> str:
    """Scalar twin of ``guard.checks.world.luhn``."""
    if not (text.isascii() and text.isdigit()):
        return "characters"
    if len(set(text)) == 1:
        return "check-digit"
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + place % 2)
        total += value // 10 + value % 10
    return "" if total % 10 == 0 else "check-digit"


def explain_luhn_or_hex(text: str) -> str:
    """Scalar twin of ``guard.checks.world.luhn_or_hex``."""
    return explain_luhn(text) if text.isascii() and text.isdigit() else ""


def explain_ean(text: str) -> str:
    """Scalar twin of ``guard.checks.world.ean``."""
    if len(text) not in (8, 12, 13, 14):
        return "length"
    if not (text.isascii() and text.isdigit()):
        return "characters"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return "" if total % 10 == 0 else "check-digit"


def explain_mod_11_10(text: str) -> str:
    """Scalar twin of ``guard.checks.world.mod_11_10``."""
    if not (text.isascii() and text.isdigit()):
        return "characters"
    product = 10
    for digit in text[:-1]:
        product = (((product + int(digit)) % 10 or 10) * 2) % 11
    return "" if int(text[-1]) == (11 - product) % 10 else "check-digit"


def explain_vin(text: str) -> str:
    """Scalar twin of ``guard.checks.world.vin``."""
    if len(text) != 17:
        return "length"
    plain = text.upper() if text.isascii() else text
    if any(character not in VIN_VALUES for character in plain):
        return "characters"
    total = sum(VIN_VALUES[char] * weight for char, weight in zip(plain, VIN_WEIGHTS, strict=True))
    right = len(set(plain)) > 1 and plain[8] == "0123456789X"[total % 11]
    return "" if right else "check-digit"


def explain_lei(text: str) -> str:
    """Scalar twin of ``guard.checks.world.lei``."""
    if len(text) != 20:
        return "length"
    if not (text.isascii() and text.isalnum()):
        return "characters"
    return "" if int("".join(str(int(char, 36)) for char in text)) % 97 == 1 else "check-digit"


def explain_iban(text: str) -> str:
    """Scalar twin of ``guard.checks.world.iban``."""
    if not (text.isascii() and text.isalnum()):
        return "characters"
    if len(text) not in IBAN:
        return "length"
    if text[:2].upper() not in IBAN[len(text)]:
        return "country"
    rolled = text[4:] + text[:4]
    return "" if int("".join(str(int(char, 36)) for char in rolled)) % 97 == 1 else "check-digit"


def explain_entropy(text: str) -> str:
    """Scalar twin of ``guard.checks.world.entropy`` over UTF-8 bytes."""
    raw = text.encode()
    if not raw:
        return "entropy"
    bits = -sum(count / len(raw) * math.log2(count / len(raw)) for count in Counter(raw).values())
    return "" if bits > ENTROPY_BITS else "entropy"
