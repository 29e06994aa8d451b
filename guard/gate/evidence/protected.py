"""How a column is protected: by what is declared, by a clause of its own, or because it holds ciphertext."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from guard.gate.declare.methods import Method, method
from guard.model.gate import DdlColumn, Relation, RelationColumn
from guard.yamldoc import read

_TYPE = re.compile(r"\s*+([^\W\d]\w*+(?>(?: [^\W\d]\w*+)*))\s*+(?>(?:\(\s*+(\d++))?)")
_SETS = ("bytes", "text", "numbers", "natural", "names", "digests", "digest_lengths", "masked")
_PARTS = re.compile(r"[a-z]++|[A-Z]++(?![a-z])|[A-Z][a-z]++")


def declared(column: RelationColumn) -> str:
    """The mask or cipher that is declared for ``column``, empty where there is none or none on purpose."""
    word = column.declaration.mask if column.declaration else ""
    known = method(word) if word else None
    return "" if known is not None and known.kind == "none" else word


def declared_method(column: RelationColumn) -> Method | None:
    """What the declared word means, None where nothing is declared or it means nothing."""
    word = declared(column)
    return method(word) if word else None


def stored(column: RelationColumn, kind: str = "") -> bool:
    """Whether ``column``, of data type ``kind``, holds the protected form itself: nobody who reads it sees
    the value. By a declared cipher, digest or token, a clause of the database, bytes, or by its name."""
    known = declared_method(column)
    if known is not None and known.stored:
        return True
    return bool(column.column.protection) or ciphertext(column.column, kind)


def protected(column: RelationColumn, kind: str = "") -> bool:
    """Whether ``column``, of data type ``kind``, is protected in any way."""
    return bool(declared(column)) or stored(column, kind)


def as_text(relation: Relation) -> Relation:
    """``relation`` with its columns of bytes as if they were text, by which what they encrypt is judged."""
    columns = tuple(
        replace(one, column=replace(one.column, type="")) if is_bytes(one.column.type) else one
        for one in relation.columns
    )
    return replace(relation, columns=columns)


def ciphertext(column: DdlColumn, kind: str = "") -> bool:
    """Whether type, name or comment tell that ``column`` holds ciphertext. Bytes tell it only of a data
    type ``kind`` that is text by nature."""
    data = _data()
    if is_bytes(column.type):
        return bool(kind) and kind not in data["natural"]
    said = column.comment.casefold()
    parts = _parts(column.name)
    if (column.type and not is_text(column.type)) or 0 < width(column.type) < data["shortest"]:
        return False
    return not parts.isdisjoint(data["names"]) or any(word in said for word in data["comments"])


def digest(column: DdlColumn) -> bool:
    """Whether name, comment or length tell that ``column`` holds a digest."""
    data, size, said = _data(), width(column.type), f"{column.name} {column.comment}".casefold()
    if (column.type and not is_text(column.type) and not is_bytes(column.type)) or 0 < size < data[
        "shortest"
    ]:
        return False
    told = any(word in said for word in data["digest_words"]) or (
        "摘要" in said and size in data["digest_lengths"]
    )
    return told or not _parts(column.name).isdisjoint(data["digests"])


def masked(column: DdlColumn) -> bool:
    """Whether name or comment tell that what ``column`` holds was masked before."""
    data = _data()
    return bool(re.search(data["masked_comments"], column.comment)) or not _parts(column.name).isdisjoint(
        data["masked"]
    )


def concealed(column: RelationColumn, kind: str = "") -> bool:
    """Whether ``column``, of data type ``kind``, is said to hold no plain value: it is ``stored`` protected,
    or by its name or comment a digest or masked. What such a column is given may be plain nevertheless."""
    return stored(column, kind) or digest(column.column) or masked(column.column)


def told_method(column: RelationColumn, kind: str = "") -> str:
    """What made the content of ``column`` of data type ``kind``, or is to make it: as its name or comment
    says, in general words where they name nothing; empty where it is to be plain."""
    hashed = digest(column.column)
    if not hashed and not stored(column, kind):
        return str(_data()["kept_as"].get(kind, ""))
    said = f"{column.name} {column.column.comment}".casefold()
    named = next((method for word, method in _data()["makers"].items() if word in said), "")
    return named or ("hash" if hashed else "encrypted")


def _parts(name: str) -> set[str]:
    """The words of a name, in small letters."""
    return {part.casefold() for part in _PARTS.findall(name)}


def is_bytes(type_: str) -> bool:
    """Whether ``type_`` is one of bytes."""
    return type_word(type_) in _data()["bytes"]


def is_text(type_: str) -> bool:
    """Whether ``type_`` is one of text."""
    return type_word(type_) in _data()["text"]


def is_number(type_: str) -> bool:
    """Whether ``type_`` is one of numbers, times or truth values."""
    return type_word(type_) in _data()["numbers"]


def type_word(type_: str) -> str:
    """The words of a type without its length, in small letters: ``character varying``."""
    found = _TYPE.match(type_)
    return found[1].casefold() if found else ""


def width(type_: str) -> int:
    """The length that a type gives, 0 where it gives none."""
    found = _TYPE.match(type_)
    return min(int(found[2]), 1 << 31) if found and found[2] and len(found[2]) < 12 else 0


def shortest() -> int:
    """The characters that the shortest ciphertext takes."""
    return int(_data()["shortest"])


@cache
def _data() -> Mapping[str, Any]:
    data: dict[str, Any] = read(Path(__file__).with_name("protected.yaml")).data
    return {**data, **{key: frozenset(data[key]) for key in _SETS}}
