"""The settings table shown: as JSON Schema, as documentation, and with where each value came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from guard.config.load import Config
from guard.config.settings import SETTINGS, Setting
from guard.config.values import KINDS
from guard.text import t


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value in force. ``origin`` is ``file:line``, an environment variable, or ``default``."""

    key: str
    value: str
    origin: str


def rows(config: Config) -> tuple[Row, ...]:
    """Every top setting and every setting of a source that is written, with its origin."""
    found = []
    for setting in SETTINGS:
        if setting.key in ("extends", "version") or "*" in setting.key:
            continue
        entry = config.entries.get(tuple(setting.key.split(".")))
        value = _in_force(config, setting.key)
        found.append(Row(key=setting.key, value=_shown(value), origin=entry.origin if entry else "default"))
    for key, entry in config.entries.items():
        if key[0] == "sources" and len(key) > 2:
            found.append(Row(key=".".join(key), value=_shown(entry.value), origin=entry.origin))
    return tuple(found)


def _in_force(config: Config, key: str) -> object:
    attribute = {
        "policies.use": "policies",
        "policies.paths": "policy_paths",
        "policies.thresholds": "thresholds",
        "types.presidio": "presidio",
    }.get(key, key)
    return attrgetter(attribute)(config)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (tuple, list)):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, Mapping):
        return " ".join(f"{key}={_shown(item)}" for key, item in value.items())
    return str(value)


def describe(language: str) -> tuple[tuple[Setting, str], ...]:
    """Every setting with its documentation line."""
    return tuple((setting, t(f"settings.{setting.id}.what", language)) for setting in SETTINGS)


def schema(language: str = "en") -> dict[str, Any]:
    """The JSON Schema (2020-12) of guard.yaml."""
    root: dict[str, Any] = _object()
    for setting, line in describe(language):
        for key in _spellings(setting):
            _place(root, key.split("."), _leaf(setting, line))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "guard.yaml", **root}


def _spellings(setting: Setting) -> Sequence[str]:
    other = f"{setting.key.rpartition('.')[0]}.{setting.also}" if setting.also else ""
    return (setting.key, other) if other else (setting.key,)


def _object() -> dict[str, Any]:
    return {"type": ["object", "null"], "additionalProperties": False, "properties": {}}


def _leaf(setting: Setting, line: str) -> dict[str, Any]:
    made: dict[str, Any] = {"description": line}
    if setting.kind == "options":
        return made | {"type": ["object", "null"]}
    made |= KINDS[setting.kind][1]
    if setting.default not in (None, "", ()):
        default = setting.default
        made["default"] = list(default) if isinstance(default, tuple) else default
    return made


def _place(node: dict[str, Any], words: Sequence[str], leaf: dict[str, Any]) -> None:
    first, *rest = words
    if first == "*":
        node["additionalProperties"] = node["additionalProperties"] or _object()
        _place(node["additionalProperties"], rest, leaf)
    elif rest:
        _place(node["properties"].setdefault(first, _object()), rest, leaf)
    else:
        node["properties"][first] = leaf
