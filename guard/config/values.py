"""What a setting's text means: durations, sizes, lists, paths, references."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from guard.secrets import is_reference

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_LANGUAGES = {"zh": "zh", "zh-cn": "zh", "zh_cn": "zh", "en": "en", "en-us": "en", "en_us": "en"}


class LiteralSecretError(ValueError):
    """A secret stands where only a reference may."""


def seconds(raw: Any) -> float:
    """Seconds of ``30``, ``30s``, ``200ms``, ``5m`` or ``2h``. Raises ValueError."""
    return _positive(float(_amount(raw, _SECONDS, "s")))


def size(raw: Any) -> int:
    """Bytes of ``1000``, ``50MB`` (10**6) or ``64MiB`` (2**20). Raises ValueError."""
    return int(_positive(_amount(raw, _BYTES, "")))


def _amount(raw: Any, units: Mapping[str, float], plain: str) -> float:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return float(raw)
    found = _AMOUNT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise ValueError
    unit = found[2].lower() or plain
    if unit not in units:
        raise ValueError
    return float(found[1]) * units[unit]


def _positive(value: float) -> float:
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def absolute(raw: Any, base: Path) -> str:
    """``raw`` as an absolute path; relative ones start at ``base``."""
    return os.path.abspath(base / Path(_text(raw)).expanduser())  # noqa: PTH100 - a link keeps its name


def address(raw: Any, base: Path) -> str:
    """A source's URL as it is, except that a path in it or instead of it becomes absolute.

    ``sqlite:a.db`` and, as SQLAlchemy has it, ``sqlite:///a.db`` are relative to ``base``; what
    follows ``:///`` is percent-encoded, what follows ``sqlite:`` is a path.
    """
    text = _text(raw)
    rest = text.removeprefix("sqlite:")
    if rest == text:
        return text if _URL.match(text) else absolute(text, base)
    path = unquote(rest[3:], errors="surrogateescape") if rest.startswith("///") else rest
    return f"sqlite:///{quote(absolute(path, base), errors='surrogateescape')}"


def catalog(raw: Any, base: Path) -> str:
    """The catalogue's address: ``postgresql://…`` as it is, or ``sqlite:`` and an absolute path."""
    text = _text(raw)
    if _URL.match(text) and not text.startswith("sqlite:"):
        return text
    return f"sqlite:{absolute(text.removeprefix('sqlite:').removeprefix('///'), base)}"


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError
    return raw


def _texts(raw: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in (raw if isinstance(raw, list) else [raw]))


_ADOPTED_FIELDS = {"level": str, "category": str, "name": str, "personal": bool, "hints": list}


def adopted(raw: Any, base: Path) -> tuple[Mapping[str, Any], ...]:
    """presidio entities and registry files: each a name, a path that ends in .yaml, or a map of one
    of ``entity`` and ``registry`` with ``level``, ``category``, ``name``, ``personal`` or ``hints``.
    """
    return tuple(_one_adopted(item, base) for item in (raw if isinstance(raw, list) else [raw]))


def _one_adopted(raw: Any, base: Path) -> Mapping[str, Any]:
    if isinstance(raw, str):
        raw = {"registry" if raw.endswith((".yaml", ".yml")) else "entity": raw}
    if not isinstance(raw, Mapping) or len({"entity", "registry"} & raw.keys()) != 1:
        raise ValueError
    made: dict[str, Any] = {}
    for key, value in raw.items():
        if key == "registry":
            made[key] = absolute(value, base)
        elif key == "entity":
            made[key] = _text(value).strip().upper()
        elif key in _ADOPTED_FIELDS and isinstance(value, _ADOPTED_FIELDS[key]) and value != "":
            made[key] = _texts(value) if isinstance(value, list) else value
        else:
            raise ValueError
    return made


def _secret(raw: Any, base: Path) -> str:
    if not isinstance(raw, str) or not is_reference(raw):
        raise LiteralSecretError
    return f"file:{absolute(raw.removeprefix('file:'), base)}" if raw.startswith("file:") else raw


def _count(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 1:
        raise ValueError
    return raw


def _rows(raw: Any) -> int | None:
    return None if raw == "full" else _count(raw)


def _number(raw: Any) -> float:
    if isinstance(raw, str):
        raise ValueError
    return seconds(raw)


def _numbers(raw: Any) -> Mapping[str, float]:
    if not isinstance(raw, Mapping):
        raise ValueError
    return {_text(key): _finite(value) for key, value in raw.items()}


_SEVERITIES = ("error", "warning", "note", "off")


def _severities(raw: Any) -> Mapping[str, str]:
    if not isinstance(raw, Mapping) or not all(value in _SEVERITIES for value in raw.values()):
        raise ValueError
    return {_text(key): value for key, value in raw.items()}


def _ratchet(raw: Any) -> str:
    if raw != "table":
        raise ValueError
    return "table"


def _finite(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not math.isfinite(raw):
        raise ValueError
    return float(raw)


def _language(raw: Any) -> str:
    if not isinstance(raw, str) or raw.lower() not in _LANGUAGES:
        raise ValueError
    return _LANGUAGES[raw.lower()]


def _version(raw: Any) -> int:
    if isinstance(raw, bool) or raw != 1:
        raise ValueError
    return 1


def _plain(make: Callable[[Any], Any]) -> Callable[[Any, Path], Any]:
    return lambda raw, _base: make(raw)


_AMOUNT_PATTERN = r"^[0-9]+(\.[0-9]+)? ?[A-Za-z]*$"
_STRING: Mapping[str, Any] = {"type": "string", "minLength": 1}
_STRINGS: Mapping[str, Any] = {"oneOf": [_STRING, {"type": "array", "items": _STRING}]}
_ADOPTED: Mapping[str, Any] = {
    "oneOf": [
        _STRING,
        {
            "type": "object",
            "properties": {
                "entity": _STRING,
                "registry": _STRING,
                "level": _STRING,
                "category": _STRING,
                "name": _STRING,
                "personal": {"type": "boolean"},
                "hints": {"type": "array", "items": _STRING},
            },
            "additionalProperties": False,
            "oneOf": [{"required": ["entity"]}, {"required": ["registry"]}],
        },
    ]
}
_DURATION: Mapping[str, Any] = {
    "oneOf": [
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?(ms|s|m|h)?$"},
    ]
}

# kind -> how to read it, and its JSON Schema.
KINDS: Mapping[str, tuple[Callable[[Any, Path], Any], Mapping[str, Any]]] = {
    "version": (_plain(_version), {"const": 1}),
    "language": (_plain(_language), {"enum": ["zh-CN", "zh", "en"]}),
    "text": (_plain(_text), _STRING),
    "texts": (_plain(_texts), _STRINGS),
    "path": (absolute, _STRING),
    "paths": (lambda raw, base: tuple(absolute(item, base) for item in _texts(raw)), _STRINGS),
    "adopted": (adopted, {"oneOf": [*_ADOPTED["oneOf"], {"type": "array", "items": _ADOPTED}]}),
    "url": (address, _STRING),
    "catalog": (catalog, _STRING),
    "secret": (_secret, {"type": "string", "pattern": "^(env|file|keyring):.+"}),
    "count": (_plain(_count), {"type": "integer", "minimum": 1}),
    "rows": (_plain(_rows), {"oneOf": [{"type": "integer", "minimum": 1}, {"const": "full"}]}),
    "number": (_plain(_number), {"type": "number", "exclusiveMinimum": 0}),
    "numbers": (
        _plain(_numbers),
        {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
    ),
    "severities": (
        _plain(_severities),
        {"type": "object", "additionalProperties": {"enum": list(_SEVERITIES)}},
    ),
    "ratchet": (_plain(_ratchet), {"const": "table"}),
    "seconds": (_plain(seconds), _DURATION),
    "bytes": (
        _plain(size),
        {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": _AMOUNT_PATTERN}]},
    ),
}

# What a wrong value is answered with.
EXAMPLES: Mapping[str, str] = {
    "version": "1",
    "language": "zh-CN, en",
    "text": "abc",
    "texts": "[a, b]",
    "path": "./folder",
    "paths": "[./a, ./b]",
    "adopted": "[US_NPI, {entity: UK_NHS, level: L4}, ./presidio.yaml]",
    "url": "postgresql://user@host/db",
    "catalog": "sqlite:guard.db, postgresql://user@host/db",
    "secret": "env:NAME, file:path, keyring:service/name",
    "count": "1, 2, 3",
    "rows": "2000, full",
    "number": "0.5, 10",
    "numbers": "{population: 8900000}",
    "severities": "{grant-public: warning, minors-data: off} (error, warning, note, off)",
    "ratchet": "table",
    "seconds": "30s, 5m",
    "bytes": "50MB, 64MiB",
    "map": "{key: value}",
}
