"""International telephone numbers, one at a time: how many digits those of each country have (E.164)."""

from __future__ import annotations

LONGEST_TEXT = 32
SHORTEST, LONGEST = 7, 15
# Country code to the digits that follow it; a code that is not here has from 4 to 12.
_NATIONAL = {
    "1": (10,), "7": (10,), "20": (8, 9, 10), "27": (9,), "30": (10,), "31": (9,), "32": (8, 9), "33": (9,),
    "34": (9,), "36": (8, 9), "39": (6, 7, 8, 9, 10, 11), "41": (9,), "44": (9, 10), "45": (8,),
    "46": (7, 8, 9), "47": (5, 8), "48": (9,), "49": tuple(range(6, 14)), "52": (10,), "54": (10, 11),
    "55": (8, 9, 10, 11), "56": (9,), "57": (8, 10), "60": (8, 9, 10), "61": (9, 10),
    "62": (8, 9, 10, 11, 12),
    "63": (8, 10), "64": (8, 9, 10), "65": (8, 10, 11), "66": (8, 9), "81": (9, 10), "82": (8, 9, 10, 11),
    "84": (9, 10), "86": (10, 11), "90": (10,), "91": (10, 11, 12, 13), "92": (9, 10), "98": (10,),
    "852": (8, 9, 11), "853": (8,), "855": (8, 9), "856": (8, 9, 10), "886": (8, 9, 10), "880": (8, 9, 10),
    "966": (9,), "971": (8, 9),
}  # fmt: skip


def _lengths() -> tuple[frozenset[int], ...]:
    """By the first three digits: how many digits such a number can have in all."""
    table = [frozenset[int]()] * 100 + [frozenset(range(SHORTEST + 1, LONGEST + 1))] * 900
    for code in sorted(_NATIONAL, key=len):
        first = int(code.ljust(3, "0"))
        allowed = frozenset(len(code) + more for more in _NATIONAL[code] if len(code) + more <= LONGEST)
        for head in range(first, first + 10 ** (3 - len(code))):
            table[head] = allowed
    return tuple(table)


LENGTHS = _lengths()


def explain_e164(text: str) -> str:
    """Scalar twin of ``guard.checks.phone.e164``."""
    if text[:1] != "+" or not text.isascii():
        return "characters"
    number = "".join(character for character in text if character.isdigit())
    known = len(number) >= SHORTEST and len(number) in LENGTHS[int(number[:3])]
    return "" if known and len(text) <= LONGEST_TEXT else "length"
