"""Find, parse and check a pack's folder. Reading pack files is the only I/O of this package.

A folder holds ``pack.yaml``, ``categories.yaml``, ``domains.yaml``, ``kinds.yaml``, ``words.yaml``,
``rules/*.yaml``, its golden cases ``*.test.yaml`` and, where it has them, ``controls.yaml``, ``masking.yaml``
and ``certainty.yaml``. A pack that ``extends`` another needs none of them but ``pack.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.model import UsageError
from guard.policy.assemble import Parts, assemble, read_alone
from guard.policy.head import HEAD
from guard.policy.issues import Issue, Issues
from guard.policy.pack import Pack
from guard.yamldoc import Document, nearest, read

_NEEDED = ("categories", "domains", "kinds", "words")
_ALSO = ("controls", "masking", "certainty")
_BASE = "gov_cn"
_DEEP = 8
# What is noted of a name that a file defines.
_DEFINED = {
    "words": "policy-words",
    "categories": "policy-category",
    "domains": "policy-domain",
    "kinds": "policy-kind",
}


def load_pack(folder: Path, known: Mapping[str, Path] | None = None) -> Pack:
    """The pack in ``folder``, whole. Raises UsageError with file, line and nearest right name.

    ``known`` are the folders of the packs it may extend, by name; those beside it where None.
    """
    pack, issues = read_pack(folder, known)
    if issues or pack is None:
        raise issues[0].error()
    return pack


def read_pack(folder: Path, known: Mapping[str, Path] | None = None) -> tuple[Pack | None, tuple[Issue, ...]]:
    """The pack in ``folder`` with everything that is wrong in it and in what it extends.

    None where its files do not make a pack: then its issues say why. A file that is no YAML hides nothing
    of the others; where ``extends`` names no pack, the pack that is meant, or gov_cn, stands in for it.
    """
    issues = Issues()
    place = _Place(folder, known if known is not None else _beside(folder), ())
    return _read(place, issues), tuple(issues.found)


@dataclass(frozen=True, slots=True)
class _Place:
    """A pack's folder, the packs it may extend, and the folders that led here."""

    folder: Path
    known: Mapping[str, Path]
    chain: tuple[Path, ...]


def _beside(folder: Path) -> dict[str, Path]:
    around = folder.absolute().parent
    return {path.name: path for path in around.iterdir() if (path / "pack.yaml").is_file()}


def _read(place: _Place, issues: Issues) -> Pack | None:
    head = _parsed(place.folder / "pack.yaml", issues)
    paths = {name: place.folder / f"{name}.yaml" for name in (*_NEEDED, *_ALSO)}
    present = [name for name, path in paths.items() if path.is_file()]
    found = {name: _parsed(paths[name], issues) for name in present}
    documents = {name: document for name, document in found.items() if document is not None}
    rules = [_parsed(path, issues) for path in sorted((place.folder / "rules").glob("*.yaml"))]
    if head is None:
        return None
    above = _above(head, place, present, issues)
    parent = _read(above, issues) if above else None
    if (above and parent is None) or (above is None and not documents.keys() >= set(_NEEDED)):
        if above is None:
            read_alone(head, issues)
        return None
    before = len(issues.found)
    whole = [document for document in rules if document is not None]
    pack = assemble(Parts(place.folder, head, documents, whole, parent), issues)
    _forgive(issues, before, set(present) - documents.keys(), rules=len(whole) == len(rules))
    return pack


def _forgive(issues: Issues, before: int, broken: AbstractSet[str], *, rules: bool) -> None:
    """Take back what was noted only because a file that defines it is no YAML."""
    untold = {_DEFINED[name] for name in broken if name in _DEFINED}
    if broken or not rules:
        untold.add("policy-override")
    issues.found[before:] = [issue for issue in issues.found[before:] if issue.code not in untold]


def _above(head: Document, place: _Place, present: Collection[str], issues: Issues) -> _Place | None:
    """Where the extended pack is; None for a pack that stands alone, or where no pack can stand in."""
    data = head.data if isinstance(head.data, dict) else {}
    said = "extends" if "extends" in data else _slip(data)
    missing = [f"{name}.yaml" for name in _NEEDED if name not in present]
    if not said:
        if not missing:
            return None
        issues.add("policy-alone", head, (), missing=", ".join(missing))
        name = "" if "levels" in data else _BASE
    else:
        name = _named(data[said], head, said, place, issues)
    if name not in place.known:
        return None
    chain = (*place.chain, place.folder.resolve())
    folder = place.known[name]
    if folder.resolve() in chain or len(chain) > _DEEP:
        if "extends" in data:
            named = " > ".join(path.name for path in (*chain, folder))
            issues.add("policy-cycle", head, ("extends",), chain=named)
        return None
    return _Place(folder, place.known, chain)


def _slip(data: Mapping[Any, Any]) -> str:
    """The field that is meant to be ``extends``."""
    odd = (key for key in data if isinstance(key, str) and key not in HEAD)
    return next((key for key in odd if nearest(key, HEAD) == "extends"), "")


def _named(word: object, head: Document, key: str, place: _Place, issues: Issues) -> str:
    """The folder's name of the pack that ``word`` names, or of the one that can stand in for it."""
    name = str(word).replace("-", "_")
    if isinstance(word, str) and name in place.known:
        return name
    close = nearest(name, place.known) or ""
    issues.add("policy-extends", head, (key,), word=str(word), nearest=close)
    return close or _BASE


def _parsed(path: Path, issues: Issues) -> Document | None:
    """The file, or None where it is no YAML; that is noted."""
    try:
        return _document(path)
    except UsageError as error:
        issues.caught(error)
        return None


def _document(path: Path) -> Document:
    try:
        return read(path)
    except OSError:
        raise UsageError("policy-file", file=str(path), line=1) from None
