"""Every way a text can be written into bytes on its way out."""

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote


def spellings(text: str) -> Iterator[tuple[str, bytes]]:
    """(encoding, bytes) of ``text``: whole character sets, escapes, base64 at three alignments, hex."""
    yield "utf-8", text.encode()
    for codec in ("gb18030", "utf-16-le", "utf-16-be"):
        yield codec, text.encode(codec)
    raw = text.encode()
    yield from _base64(raw)
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    yield from ((name, written.encode()) for name, written in _escaped(text, raw))


def _base64(raw: bytes) -> Iterator[tuple[str, bytes]]:
    for skip in range(3):
        written = base64.b64encode(b"\0" * skip + raw)
        inner = written[(0, 2, 3)[skip] : (skip + len(raw)) * 8 // 6]
        yield "base64", inner
        yield "base64", inner.translate(bytes.maketrans(b"+/", b"-_"))


def _escaped(text: str, raw: bytes) -> Iterator[tuple[str, str]]:
    units = [
        f"{high << 8 | low:04x}" for high, low in zip(*[iter(text.encode("utf-16-be"))] * 2, strict=True)
    ]
    yield "url", quote(text)
    yield "url", "".join(f"%{byte:02X}" for byte in raw)
    yield "url", "".join(f"%{byte:02x}" for byte in raw)
    yield "json", json.dumps(text)[1:-1]
    yield "json", json.dumps(text, ensure_ascii=False)[1:-1]
    yield "json", "".join(rf"\u{unit}" for unit in units)
    yield "json", "".join(rf"\u{unit.upper()}" for unit in units)
    yield "html", html.escape(text)
    yield "html", "".join(f"&#{ord(char)};" for char in text)
    yield "html", "".join(f"&#x{ord(char):x};" for char in text)
    yield "html", "".join(f"&#x{ord(char):X};" for char in text)
    yield "html", "".join(char if char.isascii() else f"&#{ord(char)};" for char in text)
    yield "repr", repr(raw)[2:-1]
