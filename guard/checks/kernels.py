"""The checks as machine code: each function judges the ASCII bytes of one value, ``v``.

Numba compiles them on first use and keeps them in its cache; ``guard.checks.compiled`` is the way in.
Each agrees with the numpy form of the same check. Sums run over all characters before anything is
refused, and in 32 bits, because that is what becomes vector instructions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.checks import china, phone, world
from guard.checks.machine import njit
from guard.checks.scalar.dates import FIRST, LAST
from guard.checks.scalar.phone import LONGEST_TEXT
from guard.checks.scalar.world import ENTROPY_BITS

_OTHER = 99
_START = np.uint64(0)
_TEN, _ELEVEN, _MODULUS = np.uint32(10), np.uint32(11), np.uint32(31)
_PROVINCE = china.PROVINCE
_ID_WEIGHTS, _ID_CODES = china.ID_WEIGHTS.astype(np.int32), china.ID_CODES
_USCC_WEIGHTS, _ORG_WEIGHTS = china.USCC_WEIGHTS.astype(np.int32), china.ORG_WEIGHTS.astype(np.int32)
_VIN_WEIGHTS = world.VIN_WEIGHTS.astype(np.int32)
_IBAN_WIDTHS, _COUNTRY_DIGITS = world.IBAN_WIDTHS, phone.LENGTHS
_LONGEST, _LONGEST_PHONE = 32, LONGEST_TEXT
_ENTROPY_BITS = ENTROPY_BITS
_MONTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def _folded(table: Any) -> Any:
    """A look-up by character code that also takes lower case; what has no number is 99."""
    found = np.where(table >= 0, table, _OTHER).astype(np.int32)
    found[97:123] = found[65:91]
    return found


_BASE36, _USCC = _folded(world.BASE36), _folded(china.USCC)
_VIN, _TW = _folded(world.VIN), _folded(china.TW)


@njit(nogil=True, cache=True)
def _upper(code: int) -> int:
    return code - 32 if 97 <= code <= 122 else code


@njit(nogil=True, cache=True)
def _number(v: Any) -> Any:
    """The digits as a number; -1 where one is no digit or there are none."""
    value: Any = 0 if len(v) else -1
    for code in v:
        if code < 48 or code > 57 or value < 0:
            return -1
        value = value * 10 + np.int64(code) - 48
    return value


@njit(nogil=True, cache=True)
def _all_digits(v: Any) -> bool:
    largest = np.uint8(0)
    for code in v:
        largest = max(largest, np.uint8(code - 48))
    return bool(largest <= 9)


@njit(nogil=True, cache=True)
def _real(year: int, month: int, day: int) -> bool:
    if month < 1 or month > 12 or day < 1 or year < FIRST or year > LAST:
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return bool(day <= _MONTHS[month] + leap)


@njit(nogil=True, cache=True)
def _pair(v: Any, place: int) -> Any:
    """Two digits as a number."""
    return (np.int64(v[place]) - 48) * 10 + np.int64(v[place + 1]) - 48


@njit(nogil=True, cache=True)
def _at(d: Any, s: Any, place: int) -> Any:
    # An unsigned index is never compared with zero, which halves the cost of the checks asked most.
    return d[s + np.uint64(place)]


@njit(nogil=True, cache=True)
def _two(d: Any, s: Any, place: int) -> Any:
    """Two digits as a number."""
    return (np.int64(_at(d, s, place)) - 48) * 10 + np.int64(_at(d, s, place + 1)) - 48


@njit(nogil=True, cache=True)
def resident_id(d: Any, s: Any, n: int) -> bool:
    """GB 11643-1999, 18 characters, in the ``n`` bytes of ``d`` from the unsigned offset ``s`` on."""
    if n != 18:
        return False
    total, largest = np.int32(0), np.uint8(0)
    for i in range(17):
        digit = np.uint8(_at(d, s, i) - 48)
        largest = max(largest, digit)
        total += np.int32(digit) * _ID_WEIGHTS[i]
    if largest > 9 or _upper(_at(d, s, 17)) != _ID_CODES[np.uint32(total) % _ELEVEN]:
        return False
    return bool(_real(_two(d, s, 6) * 100 + _two(d, s, 8), _two(d, s, 10), _two(d, s, 12)))


@njit(nogil=True, cache=True)
def region(v: Any) -> bool:
    """Known province in the first two digits."""
    if len(v) < 2 or len(v) > _LONGEST:
        return False
    province = _number(v[:2])
    return bool(province >= 0 and _PROVINCE[province])


@njit(nogil=True, cache=True)
def resident_id_15(v: Any) -> bool:
    """The retired 15 digits."""
    if len(v) != 15 or not _all_digits(v) or not region(v):
        return False
    return bool(_real(1900 + _pair(v, 6), _pair(v, 8), _pair(v, 10)))


@njit(nogil=True, cache=True)
def student(v: Any) -> bool:
    """After G an ID number; other letters have no published check."""
    return bool(len(v) == 19 and (_upper(v[0]) != 71 or resident_id(v[1:], _START, 18)))


@njit(nogil=True, cache=True)
def disability(v: Any) -> bool:
    """An ID number, then kind, grade and reissue."""
    return bool((len(v) == 20 or len(v) == 22) and resident_id(v, _START, 18))


@njit(nogil=True, cache=True)
def credit_code(d: Any, s: Any, n: int) -> bool:
    """GB 32100, in the ``n`` bytes of ``d`` from the unsigned offset ``s`` on."""
    if n != 18:
        return False
    total, largest = np.int32(0), np.int32(0)
    for i in range(17):
        value = _USCC[_at(d, s, i)]
        largest = max(largest, value)
        total += value * _USCC_WEIGHTS[i]
    last = _USCC[_at(d, s, 17)]
    return bool(max(largest, last) < _OTHER and np.uint32(total + last) % _MODULUS == 0)


@njit(nogil=True, cache=True)
def organisation_code(v: Any) -> bool:
    """GB 11714, with or without its hyphen."""
    if len(v) != 9 and not (len(v) == 10 and v[8] == 45):
        return False
    total, largest = np.int32(0), np.int32(0)
    for i in range(8):
        value = _BASE36[v[i]]
        largest = max(largest, value)
        total += value * _ORG_WEIGHTS[i]
    expected = np.int64(11) - np.int64(total) % 11
    wanted = 88 if expected == 10 else 48 if expected == 11 else 48 + expected
    return bool(largest < _OTHER and _upper(v[len(v) - 1]) == wanted)


@njit(nogil=True, cache=True)
def hong_kong_id(v: Any) -> bool:
    """With or without brackets."""
    width = len(v)
    bracketed = width >= 10
    if width < 8 or width > 11 or (bracketed and (v[width - 3] != 40 or v[width - 1] != 41)):
        return False
    code = _upper(v[width - 2] if bracketed else v[width - 1])
    if code != 88 and (code < 48 or code > 57):
        return False
    end = width - 3 if bracketed else width - 1
    letters = end - 6
    total = (36 * 9 if letters == 1 else 0) + (10 if code == 88 else code - 48)
    for i in range(end):
        value = _BASE36[v[i]]
        if value == _OTHER or (value >= 10) != (i < letters):
            return False
        total += value * (7 - i + letters)
    return bool(total % 11 == 0)


@njit(nogil=True, cache=True)
def taiwan_id(v: Any) -> bool:
    """A letter and nine digits."""
    if len(v) != 10 or _TW[v[0]] == _OTHER or not _all_digits(v[1:]):
        return False
    letter = _TW[v[0]]
    total = letter // 10 + letter % 10 * 9 + np.int64(v[9]) - 48
    for i in range(1, 9):
        total += (np.int64(v[i]) - 48) * (9 - i)
    return bool(total % 10 == 0)


@njit(nogil=True, cache=True)
def luhn(d: Any, s: Any, n: int) -> bool:
    """ISO/IEC 7812, in the ``n`` bytes of ``d`` from ``s`` on; one repeated digit is refused."""
    if n < 2 or n > _LONGEST:
        return False
    total, largest, varied = np.int32(0), np.uint8(0), np.uint8(0)
    first, odd = _at(d, s, 0), np.int32(n & 1)
    for i in range(n):
        code = _at(d, s, i)
        digit = np.uint8(code - 48)
        largest = max(largest, digit)
        varied |= code ^ first
        weighed = np.int32(digit) << ((i & 1) ^ odd ^ 1)
        total += weighed - 9 if weighed > 9 else weighed
    return bool(largest <= 9 and varied != 0 and np.uint32(total) % _TEN == 0)


@njit(nogil=True, cache=True)
def luhn_or_hex(v: Any) -> bool:
    """Luhn where every character is a digit."""
    return bool((len(v) == 19 or len(v) == 20) and (not _all_digits(v) or luhn(v, _START, len(v))))


@njit(nogil=True, cache=True)
def ean(v: Any) -> bool:
    """Weights 3 and 1 from the right."""
    if (len(v) != 8 and (len(v) < 12 or len(v) > 14)) or not _all_digits(v):
        return False
    total: Any = 0
    for i in range(len(v)):
        total += (np.int64(v[i]) - 48) * (1 if (len(v) - i) % 2 else 3)
    return bool(total % 10 == 0)


@njit(nogil=True, cache=True)
def mod_11_10(v: Any) -> bool:
    """ISO 7064 MOD 11,10."""
    if len(v) < 2 or len(v) > _LONGEST or not _all_digits(v):
        return False
    state: Any = 10
    for i in range(len(v) - 1):
        state = (state + np.int64(v[i]) - 48) % 10
        state = (10 if state == 0 else state) * 2 % 11
    return bool((state + np.int64(v[len(v) - 1]) - 48) % 10 == 1)


@njit(nogil=True, cache=True)
def permit(v: Any) -> bool:
    """MOD 11,10 after two letters."""
    return bool(len(v) == 16 and mod_11_10(v[2:]))


@njit(nogil=True, cache=True)
def vin(v: Any) -> bool:
    """GB 16735."""
    if len(v) != 17:
        return False
    total, largest, varied = np.int32(0), np.int32(0), 0
    first = _upper(v[0])
    for i in range(17):
        value = _VIN[v[i]]
        largest = max(largest, value)
        varied |= _upper(v[i]) ^ first
        total += value * _VIN_WEIGHTS[i]
    code = np.uint32(total) % _ELEVEN
    wanted = 88 if code == 10 else 48 + code
    return bool(largest < _OTHER and varied != 0 and _upper(v[8]) == wanted)


@njit(nogil=True, cache=True)
def _mod_97(v: Any, state: int) -> int:
    """Remainder after the characters of ``v``; -1 where one is no letter or digit."""
    for code in v:
        value = _BASE36[code]
        if value == _OTHER or state < 0:
            return -1
        state = (state * (100 if value > 9 else 10) + value) % 97
    return state


@njit(nogil=True, cache=True)
def lei(v: Any) -> bool:
    """ISO 17442."""
    return bool(len(v) == 20 and _mod_97(v, 0) == 1)


@njit(nogil=True, cache=True)
def iban(v: Any) -> bool:
    """ISO 13616."""
    if len(v) < 15 or len(v) > 33:
        return False
    first, second = np.int64(_upper(v[0])) - 65, np.int64(_upper(v[1])) - 65
    if min(first, second) < 0 or max(first, second) > 25 or not _IBAN_WIDTHS[first * 26 + second, len(v)]:
        return False
    return bool(_mod_97(v[:4], _mod_97(v[4:], 0)) == 1)


@njit(nogil=True, cache=True)
def _run(v: Any, start: int) -> int:
    """Where the digits that begin at ``start`` end."""
    end = start
    while end < len(v) and 48 <= v[end] <= 57:
        end += 1
    return end


@njit(nogil=True, cache=True)
def _gap(v: Any, start: int) -> int:
    """Where the next digit is."""
    place = start
    while place < len(v) and not 48 <= v[place] <= 57:
        place += 1
    return place


@njit(nogil=True, cache=True)
def text_date(v: Any) -> bool:
    """A day of the calendar, year first."""
    if len(v) > _LONGEST:
        return False
    year = _run(v, 0)
    if year == 8:
        return bool(_real(_number(v[:4]), _number(v[4:6]), _number(v[6:8])))
    month = _gap(v, year)
    month_end = _run(v, month)
    day = _gap(v, month_end)
    day_end = _run(v, day)
    if year != 4 or month_end - month > 2 or day_end - day > 2:
        return False
    return bool(_real(_number(v[:4]), _number(v[month:month_end]), _number(v[day:day_end])))


@njit(nogil=True, cache=True)
def e164(v: Any) -> bool:
    """As many digits as numbers of that country have."""
    if len(v) == 0 or len(v) > _LONGEST_PHONE or v[0] != 43:
        return False
    head: Any = 0
    total = 0
    for code in v:
        if 48 <= code <= 57:
            total += 1
            head = head * 10 + np.int64(code) - 48 if total <= 3 else head
    return bool(7 <= total <= 15 and _COUNTRY_DIGITS[head, total])


@njit(nogil=True, cache=True)
def entropy(v: Any) -> bool:
    """Above 3.5 bits a byte."""
    counts = np.zeros(256, dtype=np.int64)
    for code in v:
        counts[code] += 1
    bits = 0.0
    for count in counts:
        if count:
            bits -= count / len(v) * np.log2(count / len(v))
    return bool(bits > _ENTROPY_BITS)
