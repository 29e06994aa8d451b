"""The words for protection that a declaration may use, and how long what each of them makes is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil
from pathlib import Path
from typing import Any

from guard.yamldoc import read

_WORD = re.compile(r"([^()\s]++)\s*+(?>(?:\(\s*+([^()]*+)\))?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long a result is: ``fixed`` characters, a ``digest`` of bytes, or with ``cipher`` that of
    ``nonce``, payload in whole ``block`` and ``tag`` bytes; as long as the input where it is none of them."""

    fixed: int = 0
    digest: int = 0
    cipher: bool = False
    nonce: int = 0
    block: int = 0
    tag: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to protect a column. ``name`` is the canonical word with its arguments: ``keep(6,4)``.

    ``kind`` is ``mask``, ``encrypt``, ``hash``, ``token``, ``null``, or ``none`` where someone says on
    purpose that nothing is masked. ``text`` is how ciphertext is written: ``base64`` or ``hex``.
    """

    name: str
    kind: str
    length: Length
    text: str = "base64"

    @property
    def sized(self) -> bool:
        """Whether the result is longer than what goes in, or may be."""
        return bool(self.length.fixed or self.length.digest or self.length.cipher)

    @property
    def stored(self) -> bool:
        """Whether the column holds the protected form itself, not the plain value."""
        return self.kind in ("encrypt", "hash", "token")


@cache
def methods() -> Mapping[str, Method]:
    """Every word that is accepted (names, other words for them, aliases) -> what it means.

    A method that takes arguments is here without them; ``method`` reads them.
    """
    found: dict[str, Method] = {}
    for name, entry in _data()["methods"].items():
        one = _made(name, entry, ())
        found |= dict.fromkeys((name, *entry.get("also", ())), one)
    for alias, word in _data()["aliases"].items():
        meant = method(word)
        if meant is not None:
            found[alias] = meant
    return found


@lru_cache(maxsize=4096)
def method(word: str) -> Method | None:
    """What ``word`` means (``cn-id``, ``keep(6, 4)``, ``SM4``), or None where it means nothing."""
    split = _WORD.fullmatch(word.strip())
    if split is None:
        return None
    name, inside = _plain(split[1]), split[2]
    if inside is None and name in _aliases():
        return method(_aliases()[name])
    canonical = _names().get(name)
    if canonical is None:
        return None
    given = () if inside is None else tuple(part.strip().lower() for part in inside.split(","))
    entry = _data()["methods"][canonical]
    return _made(canonical, entry, given) if not given or _fits(entry, given) else None


def needed(method: Method, characters: int, encoding: str = "utf-8", *, binary: bool = False) -> int:
    """How long a column must be to hold what ``method`` makes of ``characters`` characters.

    ``encoding`` is that of the plain text (``ascii`` for digits and Latin letters); the answer counts
    characters, bytes for a ``binary`` column. Raises KeyError for an encoding that is not known.
    """
    length = method.length
    if length.digest:
        return length.digest if binary else 2 * length.digest
    if not length.cipher:
        return length.fixed or characters
    payload = characters * int(_data()["encodings"][encoding.lower()])
    if length.block:
        payload = (payload // length.block + 1) * length.block
    size = length.nonce + payload + length.tag
    if binary:
        return size
    return size * 2 if method.text == "hex" else ceil(size / 3) * 4


def _made(name: str, entry: Mapping[str, Any], given: tuple[str, ...]) -> Method:
    rule = entry["length"]
    length = Length() if rule == "same" else Length(cipher="nonce" in rule, **rule)
    text = given[0] if given and given[0] in ("base64", "hex") else "base64"
    said = f"{name}({','.join(given)})" if given else name
    return Method(name=said, kind=entry["kind"], length=length, text=text)


def _fits(entry: Mapping[str, Any], given: tuple[str, ...]) -> bool:
    wanted = entry.get("arguments", ())
    return len(wanted) == len(given) and all(
        one.isdecimal() if kind == "n" else one in entry["words"]
        for kind, one in zip(wanted, given, strict=True)
    )


def _plain(word: str) -> str:
    return word.casefold().replace("_", "-")


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read(Path(__file__).with_name("methods.yaml")).data
    return data


@cache
def _names() -> Mapping[str, str]:
    return {
        _plain(word): name
        for name, entry in _data()["methods"].items()
        for word in (name, *entry.get("also", ()))
    }


@cache
def _aliases() -> Mapping[str, str]:
    return {_plain(alias): word for alias, word in _data()["aliases"].items()}
