"""What is installed: connectors, reports, data types and packs, found by entry points.

Each entry of the group ``guard.plugins`` names a manifest, a plain dict in a package that
imports nothing else. What a manifest names is imported on first use.
"""

from __future__ import annotations

import importlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from guard.model import GuardError, UsageError
from guard.sdk.sql.address import parse_file_address
from guard.yamldoc import nearest

GROUP = "guard.plugins"
_TABLES = ("connectors", "schemes", "reports", "packs")
_FOLDERS = ("types", "lexicon")
_KEYS = (*_TABLES, *_FOLDERS, "collectors")
_ADDRESS = "postgresql://user@host/db"  # as errors show one
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9.\-]*)(?:\+[A-Za-z0-9.\-]+)?:")
_SQLITE_ENDINGS = (".db", ".sqlite", ".sqlite3")
_SQLITE_HEADER = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One package's manifest. ``package`` is the module its folders are relative to."""

    name: str
    package: str
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A plugin, or one thing of it, that is left out. ``code`` has a text ``errors.plugin-broken``."""

    name: str
    target: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """Everything found; ``tables`` maps a kind to name -> target or folder."""

    plugins: tuple[Plugin, ...]
    broken: tuple[Broken, ...]
    tables: Mapping[str, Mapping[str, str]]
    folders: Mapping[str, tuple[Path, ...]]


@cache
def installed() -> Installed:
    """What the entry points of this interpreter offer; read once."""
    return collect(entry_points(group=GROUP))


def collect(entries: Iterable[EntryPoint]) -> Installed:
    """Read the manifests of ``entries``; ours first, then by name. One that fails stops no other."""
    plugins: list[Plugin] = []
    broken: list[Broken] = []
    for entry in sorted(set(entries), key=lambda item: (not item.module.startswith("guard_"), item.name)):
        try:
            manifest = entry.load()
        except Exception as error:
            broken.append(Broken(name=entry.name, target=entry.value, code=type(error).__name__))
            continue
        if _is_manifest(manifest):
            plugins.append(Plugin(name=entry.name, package=entry.module, manifest=manifest))
        else:
            broken.append(Broken(name=entry.name, target=entry.value, code="manifest"))
    tables = {kind: _table(kind, plugins, broken) for kind in _TABLES}
    folders = {kind: _folders(kind, plugins, broken) for kind in _FOLDERS}
    return Installed(plugins=tuple(plugins), broken=tuple(broken), tables=tables, folders=folders)


def _is_manifest(found: object) -> bool:
    if not isinstance(found, Mapping) or set(found) - set(_KEYS):
        return False
    texts = (found.get(kind, "") for kind in (*_FOLDERS, "collectors"))
    return all(isinstance(text, str) for text in texts) and all(
        isinstance(part := found.get(kind, {}), Mapping)
        and all(isinstance(text, str) for item in part.items() for text in item)
        for kind in _TABLES
    )


def _table(kind: str, plugins: Iterable[Plugin], broken: list[Broken]) -> dict[str, str]:
    found: dict[str, str] = {}
    for plugin in plugins:
        for name, target in plugin.manifest.get(kind, {}).items():
            if kind == "packs":
                target = str(_folder(plugin, target))  # noqa: PLW2901 - a pack is where its folder is
            if kind == "packs" and not Path(target).is_dir():
                broken.append(Broken(name=plugin.name, target=f"{kind}.{name}", code="no-folder"))
            elif name in found:
                broken.append(Broken(name=plugin.name, target=f"{kind}.{name}", code="name-taken"))
            else:
                found[name] = target
    return found


def _folders(kind: str, plugins: Iterable[Plugin], broken: list[Broken]) -> tuple[Path, ...]:
    found = []
    for plugin in plugins:
        if kind not in plugin.manifest:
            continue
        folder = _folder(plugin, plugin.manifest[kind])
        if folder.is_dir():
            found.append(folder)
        else:
            broken.append(Broken(name=plugin.name, target=kind, code="no-folder"))
    return tuple(found)


def _folder(plugin: Plugin, name: str) -> Path:
    return Path(str(files(plugin.package).joinpath(name)))


def broken() -> tuple[Broken, ...]:
    """What is installed and left out, with the reason; ``guard doctor`` and ``guard version`` show it."""
    return installed().broken


def connectors() -> Mapping[str, str]:
    """Connector name -> target for ``load``."""
    return installed().tables["connectors"]


def schemes() -> Mapping[str, str]:
    """URL scheme -> connector name."""
    return installed().tables["schemes"]


def reports() -> Mapping[str, str]:
    """Report name -> target for ``load``."""
    return installed().tables["reports"]


def collectors() -> tuple[str, ...]:
    """Targets of the tables of collector scripts."""
    found = (plugin.manifest.get("collectors") for plugin in installed().plugins)
    return tuple(target for target in found if target)


def types_folders() -> tuple[Path, ...]:
    """Folders of data-type files."""
    return installed().folders["types"]


def lexicon_folders() -> tuple[Path, ...]:
    """Folders of lexicon files."""
    return installed().folders["lexicon"]


def pack_folders() -> Mapping[str, Path]:
    """Policy pack name -> its folder."""
    return {name: Path(folder) for name, folder in installed().tables["packs"].items()}


def load(target: str) -> Any:
    """Import ``module:attr``. Raises GuardError ``plugin-broken`` with the name of the failure's class."""
    module, _, attribute = target.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise GuardError("plugin-broken", plugin=target, code=type(error).__name__) from None


def connector(name: str) -> str:
    """The target of the connector ``name``. Raises UsageError ``unknown-connector``."""
    known = connectors()
    if name not in known:
        raise _unknown("unknown-connector", name, known)
    return known[name]


def connector_for(url: str) -> str:
    """The connector name for ``url``'s scheme. Raises UsageError ``unknown-scheme``."""
    found = _SCHEME.match(url)
    scheme = found[1].lower() if found else "-"
    known = schemes()
    if scheme not in known:
        raise _unknown("unknown-scheme", scheme, known)
    return known[scheme]


def _unknown(code: str, name: str, known: Iterable[str]) -> UsageError:
    names = sorted(known)
    return UsageError(code, name=name, nearest=nearest(name.lower(), names) or "-", known=", ".join(names))


def resolve(address: str) -> tuple[str, str]:
    """The connector and the URL of what a person typed: a URL, or a path that exists.

    A path comes back absolute, as ``sqlite:////…`` where the file is a SQLite database.
    Raises UsageError ``unknown-scheme``, ``no-such-path``.
    """
    path = Path(address).expanduser()
    scheme = _SCHEME.match(address)
    if "://" not in address and os.path.lexists(path):
        return _at_path(path)
    if scheme and ("://" in address or scheme[1].lower() in schemes()):
        name = connector_for(address)
        if name == "sqlite" and ":///" in address:
            _refuse_missing(address)
        return name, address
    raise UsageError("no-such-path", path=address, nearest=_near(path), address=_ADDRESS)


def _refuse_missing(url: str) -> None:
    file = parse_file_address(url)
    if not os.path.lexists(file):
        raise UsageError("no-such-path", path=url, nearest=_near(file))


def _at_path(path: Path) -> tuple[str, str]:
    full = os.path.abspath(path)  # noqa: PTH100 - a link stays the name that was typed
    if path.suffix.lower() in _SQLITE_ENDINGS and _is_sqlite(path):
        return "sqlite", f"sqlite:///{quote(full, errors='surrogateescape')}"
    return "files", full


def _is_sqlite(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as stream:
            return stream.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except OSError:
        return False  # the files connector reports what cannot be read


def _near(path: Path) -> str:
    try:
        names = os.listdir(path.parent)  # noqa: PTH208 - names, not paths
    except OSError:
        return "-"
    found = nearest(path.name, names)
    return str(path.parent / found) if found else "-"
