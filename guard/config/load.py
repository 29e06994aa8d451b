"""The configuration of one invocation: one guard.yaml, then the environment over it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from guard.config.locate import find
from guard.config.read import Entry, Key, entries
from guard.config.settings import BY_KEY, SETTINGS
from guard.config.values import EXAMPLES, KINDS
from guard.model import UsageError
from guard.sdk import Budget, Limits
from guard.secrets import split_url
from guard.yamldoc import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One source of guard.yaml. ``password`` is a reference, or empty; ``url`` may be an absolute path.

    ``connector`` is empty where the URL's scheme decides. ``location`` is ``file:line``.
    """

    name: str
    connector: str
    url: str
    password: str
    department: str
    system: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    budget: Budget
    limits: Limits
    options: Mapping[str, object]
    file: str
    line: int

    @property
    def location(self) -> str:
        """Where the source stands, for SARIF and errors."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """``gate`` of guard.yaml. Files are absolute paths, or empty for the usual names beside guard.yaml.

    ``rules`` gives rules another severity, or switches them ``off``; ``ratchet`` is ``table`` or empty.
    """

    dialect: str
    paths: tuple[str, ...]
    fail_on: str
    declare_from: str
    mask_from: str
    rules: Mapping[str, str]
    schema: str
    waivers: str
    waiver_days: int
    baseline: str
    ratchet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What is set. ``path`` is the guard.yaml read, None for defaults; ``tried`` where it was looked for.

    ``language`` is ``zh``, ``en`` or None (the locale decides). ``policies`` are pack names,
    ``policy_paths`` folders; ``thresholds`` replace those of the packs. ``catalog_password`` is a
    reference, or empty. ``presidio`` are the recognizers to adopt, each a map with ``entity`` or
    ``registry``.
    """

    language: str | None
    catalog: str
    catalog_password: str
    policies: tuple[str, ...]
    policy_paths: tuple[Path, ...]
    thresholds: Mapping[str, float]
    fail_on: str
    presidio: tuple[Mapping[str, Any], ...]
    sources: Mapping[str, SourceConfig]
    gate: GateConfig
    path: Path | None = None
    tried: tuple[str, ...] = ()
    entries: Mapping[Key, Entry] = field(default_factory=dict)

    @property
    def presidio_origin(self) -> str:
        """Where ``types.presidio`` is set, for errors."""
        entry = self.entries.get(("types", "presidio"))
        return entry.origin if entry else "-"

    def source(self, name: str) -> SourceConfig:
        """The source of that name. Raises UsageError ``unknown-source`` with the nearest and the list."""
        if name in self.sources:
            return self.sources[name]
        known = sorted(self.sources)
        where = str(self.path) if self.path else ", ".join(self.tried)
        raise UsageError(
            "unknown-source",
            name=name,
            nearest=nearest(name, known) or "-",
            known=", ".join(known) or "-",
            where=where,
        )


def load(
    explicit: str | None = None, environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Config:
    """Find and read guard.yaml; without one, the defaults. Raises UsageError with file and line."""
    environ = os.environ if environ is None else environ
    folder = Path.cwd() if folder is None else folder
    path, tried = find(explicit, environ, folder)
    found = {} if path is None else entries(path)
    found |= _overrides(environ, folder)
    top = _Reader(found, folder if path is None or _of_user(path, tried) else path.parent)
    return Config(
        language=top.get("language"),
        catalog=top.get("catalog"),
        catalog_password=top.get("catalog_password"),
        policies=top.get("policies.use"),
        policy_paths=tuple(Path(item) for item in top.get("policies.paths")),
        thresholds=top.get("policies.thresholds"),
        fail_on=top.get("fail_on"),
        presidio=top.get("types.presidio"),
        sources={key[1]: _source(top, key[1]) for key in found if len(key) == 2 and key[0] == "sources"},
        gate=GateConfig(**{field.name: top.get(f"gate.{field.name}") for field in fields(GateConfig)}),
        path=path,
        tried=tried,
        entries=found,
    )


def _of_user(path: Path, tried: tuple[str, ...]) -> bool:
    # The user's own file is no project: its catalogue stays in the working directory.
    return len(tried) > 1 and tried[-1] == str(path) and path.parent.name == "guard"


def _overrides(environ: Mapping[str, str], folder: Path) -> dict[Key, Entry]:
    found: dict[Key, Entry] = {}
    for setting in SETTINGS:
        text = environ.get(setting.variable) if setting.variable else None
        if not text:
            continue
        raw: Any = text
        if setting.kind in ("texts", "paths"):
            raw = [item.strip() for item in text.split(",") if item.strip()]
        elif setting.kind == "secret":
            raw = f"env:{setting.variable}"
        if split_url(text)[1] and setting.kind != "secret":
            raise UsageError("literal-password", where=setting.variable, key=setting.key)
        try:
            value = KINDS[setting.kind][0](raw, folder)
        except (ValueError, OverflowError, RuntimeError):
            raise UsageError(
                "config-value", where=setting.variable, key=setting.key, wanted=EXAMPLES[setting.kind]
            ) from None
        found[tuple(setting.key.split("."))] = Entry(value=value, file=setting.variable)
    return found


class _Reader:
    """Values by setting key; a default where nothing is set."""

    def __init__(self, found: Mapping[Key, Entry], folder: Path) -> None:
        self.found = found
        self.folder = folder

    def get(self, key: str, name: str = "") -> Any:
        entry = self.found.get(tuple(key.replace("*", name, 1).split(".")) if not name else _key(key, name))
        if entry is not None:
            return entry.value
        setting = BY_KEY[key]
        if setting.kind == "catalog":
            return KINDS["catalog"][0](setting.default, self.folder)
        return setting.default


def _key(key: str, name: str) -> Key:
    return tuple(name if word == "*" else word for word in key.split("."))


def _source(top: _Reader, name: str) -> SourceConfig:
    def get(word: str) -> Any:
        return top.get(f"sources.*.{word}", name)

    here = top.found["sources", name]
    url, path = get("url"), get("path")
    if bool(url) == bool(path):
        code = "config-two-addresses" if url else "config-no-address"
        raise UsageError(code, file=here.file, line=here.line, where=here.origin, key=f"sources.{name}")
    prefix = ("sources", name, "options")
    return SourceConfig(
        name=name,
        connector=get("connector"),
        url=url or path,
        password=get("password"),
        department=get("department"),
        system=get("system"),
        include=get("include"),
        exclude=get("exclude"),
        budget=Budget(rows=get("sample.rows"), bytes=get("sample.bytes"), seconds=get("sample.seconds")),
        limits=_limits(get),
        options={key[3]: entry.value for key, entry in top.found.items() if key[:3] == prefix},
        file=here.file,
        line=here.line,
    )


def _limits(get: Any) -> Limits:
    return Limits(
        connections=get("limits.connections"),
        per_second=get("limits.per_second"),
        statement_seconds=get("limits.statement"),
        lock_seconds=get("limits.lock"),
        wall_seconds=get("limits.wall"),
    )
