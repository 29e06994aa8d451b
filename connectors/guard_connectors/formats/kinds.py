"""What a file is: by its first bytes, and by its name where the bytes do not say."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import PurePath

HEAD_BYTES = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# format -> may it be read in the scan process (text), and the endings that announce it.
TEXT_FORMATS = ("delimited", "jsonl", "text")
ENDINGS: dict[str, str] = {
    "csv": "delimited",
    "tsv": "delimited",
    "tab": "delimited",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "json",
    "geojson": "json",
    "txt": "text",
    "log": "text",
    "md": "text",
    "xlsx": "workbook",
    "xlsm": "workbook",
    "xlsb": "workbook",
    "ods": "workbook",
    "xls": "workbook",
    "et": "workbook",
    "parquet": "parquet",
    "docx": "office",
    "pptx": "office",
    "odt": "office",
    "pdf": "pdf",
    "zip": "package",
}
# Endings of text that is no table whatever its lines look like, and of text that may be one.
PROSE = frozenset(
    (
        *("md", "log", "sql", "xml", "html", "htm", "yaml", "yml", "ini", "conf", "cfg"),
        *("properties", "env", "rst", "tex", "srt", "eml", "vcf", "toml"),
    )
)
PLAIN = PROSE | frozenset(("text", "dat", "bak", "out"))
# endings that are known and not read -> the problem that says what to do instead.
REFUSED: dict[str, str] = {
    **dict.fromkeys(("doc", "ppt", "wps", "dps"), "legacy-office"),
    **dict.fromkeys(("rar", "7z", "gz", "tgz", "bz2", "xz", "zst", "tar"), "unsupported-archive"),
    **dict.fromkeys(("db", "sqlite", "sqlite3"), "database-file"),
}
# first bytes -> format, or "!" and the problem.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "package"),
    (b"PK\x05\x06", "package"),
    (b"PK\x07\x08", "package"),
    (b"PAR1", "parquet"),
    (b"PARE", "!encrypted"),
    (b"%PDF-", "pdf"),
    (_OLE, "ole"),
    (b"SQLite format 3\x00", "!database-file"),
    (b"Rar!\x1a\x07", "!unsupported-archive"),
    (b"7z\xbc\xaf\x27\x1c", "!unsupported-archive"),
    (b"\x1f\x8b", "!unsupported-archive"),
    (b"BZh", "!unsupported-archive"),
    (b"\xfd7zXZ\x00", "!unsupported-archive"),
    (b"\x28\xb5\x2f\xfd", "!unsupported-archive"),
    (b"\x89PNG", "!unsupported-format"),
    (b"\xff\xd8\xff", "!unsupported-format"),
    (b"GIF8", "!unsupported-format"),
    (b"\x7fELF", "!unsupported-format"),
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a file turned out to be: a ``format`` to read it as, or a ``problem`` why not.

    ``mislabelled`` is True where the content is another kind than the name announces.
    """

    format: str = ""
    problem: str = ""
    mislabelled: bool = False


def ending(name: str) -> str:
    """The lower-case ending of ``name`` without its dot, or empty."""
    return PurePath(name).suffix[1:].lower()


def book(name: str) -> bool:
    """Whether the name announces a spreadsheet."""
    return ENDINGS.get(ending(name)) == "workbook"


def known(name: str) -> bool:
    """Whether the name alone says that the file can be read."""
    return ending(name) in ENDINGS or ending(name) in PLAIN


def kind_of(name: str, head: bytes, size: int) -> Kind:
    """What the file ``name`` is, whose first HEAD_BYTES are ``head``; ``size`` in bytes."""
    announced = ENDINGS.get(ending(name), "text" if ending(name) in PLAIN else "")
    if size == 0:
        return _empty(name, announced)
    for magic, meaning in _MAGIC:
        if head.startswith(magic):
            if meaning == "!unsupported-format" and announced:
                return Kind(problem="wrong-content")
            return _by_magic(announced, meaning)
    if announced == "pdf" and b"%PDF-" in head[:1024]:
        return Kind(format="pdf")
    if announced == "workbook" and looks_like_text(head):
        return _text_as_book(head)
    plain = looks_like_text(head) or (announced in (*TEXT_FORMATS, "json") and padded(head))
    return _by_name(name, announced) if plain else Kind(problem=_not_text(name, announced))


def _text_as_book(head: bytes) -> Kind:
    """Text under a spreadsheet's name: markup as programs export it, else separated cells."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<"):
        return Kind(format="html", mislabelled=True)
    if start.startswith(b"mime-version:"):
        return Kind(problem="web-archive")
    return Kind(format="text", mislabelled=True)


def _by_name(name: str, announced: str) -> Kind:
    """What text is: what its name says, where that is a kind of text."""
    if announced in (*TEXT_FORMATS, "json"):
        return Kind(format=announced)
    refusal = REFUSED.get(ending(name), "")
    if refusal and refusal != "legacy-office":
        return Kind(problem=refusal)
    return Kind(format="text", mislabelled=bool(announced or refusal))


def _empty(name: str, announced: str) -> Kind:
    """Empty text has no rows; anything else that is empty is not what it says."""
    if announced in (*TEXT_FORMATS, "json") or (not announced and ending(name) not in REFUSED):
        return Kind(format="delimited" if announced == "delimited" else "text")
    return Kind(problem="empty-file")


def _by_magic(announced: str, meaning: str) -> Kind:
    if meaning.startswith("!"):
        return Kind(problem=meaning[1:])
    if meaning == "ole":
        return Kind(format="ole", mislabelled=announced in (*TEXT_FORMATS, "json", "pdf", "parquet"))
    zipped = ("package", "workbook", "office")
    same = announced == meaning or (meaning == "package" and announced in zipped)
    return Kind(format=meaning, mislabelled=bool(announced) and not same)


def _not_text(name: str, announced: str) -> str:
    if ending(name) in REFUSED:
        return REFUSED[ending(name)]
    return "damaged-file" if announced else "unsupported-format"


def looks_like_text(head: bytes) -> bool:
    """Whether ``head`` can be text in some encoding: few control bytes, NULs only as in UTF-16."""
    if head.startswith(_BOMS):
        return True
    control = sum(head.count(byte) for byte in range(1, 32) if byte not in b"\t\n\v\f\r\x1b\x08")
    nuls = head.count(0)
    if nuls > max(4, len(head) // 50) and not _wide(head):
        return False
    return control <= max(2, len(head) // 50)


def padded(head: bytes) -> bool:
    """Whether ``head`` is lines of text but for the NULs that fill up its cells."""
    bare = head.replace(b"\0", b"")
    if any(byte < 32 and byte not in b"\t\n\r\x01" for byte in bare) or b"\n" not in bare:
        return False
    return any(_decodes(bare, name) for name in ("utf-8", "gb18030"))


def _decodes(raw: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> bool:
    """Whether the NULs of ``head`` stand where UTF-16 puts them."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return max(even, odd) >= 4 * max(1, min(even, odd)) and max(even, odd) >= len(head) // 16
