"""Names written in one encoding and read in another, read again as they were meant.

``ÐÕÃû`` is 姓名 in GB 18030 read as Latin-1, ``å§“å`` is UTF-8 read as Windows-1252, ``濮撳悕`` is
UTF-8 read as GBK. A name is repaired only where the other reading is wholly sound Chinese; what is
read again as GB 2312 needs two characters in a row, for ``öß`` in ``größe`` would be one.
"""

from __future__ import annotations

import re

_ONE, _TWO = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[\u4e00-\u9fff]{2}")
_WRONG = (
    ("latin-1", "utf-8", _ONE),
    ("cp1252", "utf-8", _ONE),
    ("gb18030", "utf-8", _ONE),
    ("latin-1", "gb2312", _TWO),
    ("cp1252", "gb2312", _TWO),
)
_SOUND = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_（）()、：:/-]+")


def repaired(text: str) -> str:
    """``text`` as it was meant, or itself where no other reading is sound."""
    if text.isascii():
        return text
    for read_as, written_in, proof in _WRONG:
        try:
            meant = text.encode(read_as).decode(written_in)
        except UnicodeError:
            continue
        if proof.search(meant) and _SOUND.fullmatch(meant):
            return meant
    return text
