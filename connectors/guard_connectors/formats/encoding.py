"""Which encoding a text is in: UTF-8, UTF-16, GB18030, Big5, or a guess that is marked doubtful."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

_BLOCK = 1 << 20
_PROBE = 1 << 18
_MOST = 64 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """A Python codec name, and whether the bytes bear it out without a single error."""

    name: str
    sure: bool = True


def probe(stream: BinaryIO) -> bytes:
    """Bytes that show the encoding: the start, or the first stretch that is not ASCII. Rewinds."""
    stream.seek(0)
    head = stream.read(_PROBE)
    found, passed = head, len(head)
    while found.isascii() and passed < _MOST:
        block = stream.read(_BLOCK)
        if not block:
            break
        passed += len(block)
        if not block.isascii():
            found = _from_first_high_byte(block)
    stream.seek(0)
    return head if found.isascii() else found


def _from_first_high_byte(block: bytes) -> bytes:
    first = next(place for place in range(0, len(block), 4096) if not block[place : place + 4096].isascii())
    line = block.rfind(b"\n", 0, first) + 1
    return block[line : line + _PROBE]


def detect(sample: bytes) -> Encoding:
    """The encoding of text that contains ``sample`` (which may end inside a character)."""
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return Encoding(name=name)
    wide = _utf16(sample)
    if wide:
        return Encoding(name=wide)
    if _decodes(sample, "utf-8"):
        return Encoding(name="utf-8")
    if _mostly_utf8(sample):
        return Encoding(name="utf-8", sure=False)
    chinese = [name for name in ("gb18030", "big5") if _decodes(sample, name)]
    if chinese and _high_pairs(sample):
        scores = {name: _commonness(sample[: 1 << 16], name) for name in chinese}
        best = max(chinese, key=lambda name: scores[name])
        return Encoding(name=best, sure=scores[best] >= 0.5)
    return _guess(sample)


def _utf16(sample: bytes) -> str:
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    enough = max(2, len(sample) // 50)
    if odd >= enough and odd >= 4 * max(1, even):
        return "utf-16-le"
    return "utf-16-be" if even >= enough and even >= 4 * max(1, odd) else ""


def _decodes(sample: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(sample: bytes) -> bool:
    """Whether good multi-byte characters outnumber broken bytes ten to one."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(1 for letter in text if letter >= "\x80") - broken
    return good >= 10 * broken


def _high_pairs(sample: bytes) -> int:
    return sum(1 for first, second in pairwise(sample) if first > 0x80 and second >= 0x40)


def _commonness(sample: bytes, name: str) -> float:
    """Share of the double-byte characters that are among the everyday ones of ``name``."""
    first_lead, last_lead, any_trail = (0xB0, 0xD7, False) if name == "gb18030" else (0xA4, 0xC6, True)
    common = total = place = 0
    while place < len(sample) - 1:
        lead, trail = sample[place], sample[place + 1]
        if lead < 0x81:
            place += 1
            continue
        total += 1
        punctuation = lead in (0xA1, 0xA3)
        common += punctuation or (first_lead <= lead <= last_lead and (any_trail or trail >= 0xA1))
        place += 2
    return common / total if total else 0.0


def _guess(sample: bytes) -> Encoding:
    """What charset_normalizer makes of it; Latin-1 keeps every byte where it has no idea."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample[: 1 << 14]).best()
    name = best.encoding if best is not None else "latin-1"
    return Encoding(name=name if _decodes(sample, name) else "latin-1", sure=False)
