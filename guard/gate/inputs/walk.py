"""The files that paths, folders and globs mean: sorted, bounded, never out of the root by a link."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Any

from guard.model import UsageError
from guard.model.gate import Place, Unread
from guard.yamldoc import nearest, read

MAX_ENTRIES = 200_000

_MAGIC = re.compile(r"[*?\[]")


@cache
def layouts() -> Any:
    """``layouts.yaml``."""
    return read(Path(__file__).with_name("layouts.yaml")).data


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file to look at. ``rank`` is the place of the path that led to it, ``named``: it was that path."""

    path: Path
    rank: int
    named: bool = False


@dataclass(slots=True, kw_only=True)
class Walk:
    """What was found; ``left_out`` counts what was not looked into."""

    root: Path
    found: dict[Path, Found] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    left_out: int = 0
    _left: int = MAX_ENTRIES


def shown(path: Path, root: Path) -> str:
    """``path`` as it is shown: from ``root`` where it lies in it, with ``/``."""
    for base in (root, root.resolve()):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return path.as_posix()


def walk(paths: Sequence[Path], root: Path) -> Walk:
    """The files that ``paths`` mean. Raises UsageError ``no-such-path`` for one that means none."""
    walked = Walk(root=root)
    for rank, path in enumerate(paths):
        if _leads_out(path, root) or _leads_out(fixed(path), root):
            _refuse(walked, path)
        elif path.is_dir():
            _folder(walked, path, rank)
        elif path.exists():
            # Files that are named one by one are in no order of their own.
            walked.found.setdefault(path.absolute(), Found(path=path, rank=-1, named=True))
        elif not _MAGIC.search(str(path)) or not _glob(walked, path, rank):
            raise UsageError("no-such-path", path=str(path), nearest=_near(path))
    return walked


def _folder(walked: Walk, folder: Path, rank: int) -> None:
    for path in _files(walked, folder):
        if path.suffix.lower() in _endings() or path.is_dir():
            _take(walked, path, rank, folder)
        else:
            walked.left_out += path.is_symlink()


def _take(walked: Walk, path: Path, rank: int, top: Path) -> None:
    """``path`` is one of the files found below ``top``, unless it is a link that leads out."""
    if path.is_symlink() and _leads_out(path, walked.root) and _leads_out(path, top):
        _refuse(walked, path)
    elif path.is_file():
        walked.found.setdefault(path.absolute(), Found(path=path, rank=rank))
    else:
        walked.left_out += 1


def _refuse(walked: Walk, path: Path) -> None:
    full = Path(os.path.abspath(path))  # noqa: PTH100 - links stay
    place = Place(file=shown(full, walked.root), line=1)
    walked.unread.append(Unread(place=place, reason="link-outside", word=path.name))


def _leads_out(path: Path, root: Path) -> bool:
    """Whether a link leads from ``path`` out of ``root``, or where it does not lie there, of its folder."""
    full, base = Path(os.path.abspath(path)), Path(os.path.abspath(root))  # noqa: PTH100 - links stay
    if not full.is_relative_to(base):
        return full.is_symlink() and not _really(full).is_relative_to(_really(full.parent))
    return not _really(full).is_relative_to(_really(base))


def _really(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path  # links in a circle lead nowhere


@cache
def _endings() -> frozenset[str]:
    return frozenset((*layouts()["sql"], *layouts()["log"]))


def fixed(path: Path) -> Path:
    """The folder from which a glob looks; a path without one itself."""
    parts = path.parts
    return Path(*parts[: next((at for at, part in enumerate(parts) if _MAGIC.search(part)), len(parts))])


def _glob(walked: Walk, pattern: Path, rank: int) -> bool:
    base = fixed(pattern)
    if not base.is_dir():
        return False
    matches = _matcher(pattern.parts[len(base.parts) :])
    said = pattern.suffix and not _MAGIC.search(pattern.suffix)  # it says itself which files are scripts
    files = (one for one in _files(walked, base) if said or one.suffix.lower() in _endings())
    hits = [one for one in files if matches(one.relative_to(base).as_posix())]
    for path in hits:
        _take(walked, path, rank, base)
    return bool(hits)


def _matcher(parts: Sequence[str]) -> Callable[[str], re.Match[str] | None]:
    """``**`` is any folders; ``*`` and ``?`` are characters of one name. A last ``**`` is all below."""
    expressions = [_ANY_FOLDERS if part == "**" else _name(part) + "/" for part in parts[:-1]]
    last = ".*" if parts[-1] == "**" else _name(parts[-1])
    return re.compile("".join(expressions) + last, re.DOTALL).fullmatch


_ANY_FOLDERS = "(?:[^/]+/)*"


def _name(part: str) -> str:
    """One name of a glob as an expression; several ``*`` in a row are one, so that it stays linear."""
    inner = translate(re.sub(r"\*+", "*", part)).removeprefix("(?s:").removesuffix(r")\Z")
    return inner.replace(".*", "[^/]*")


def _files(walked: Walk, folder: Path) -> Iterator[Path]:
    """All below ``folder`` that is no folder, and links to folders, which are not followed."""
    pending = [folder]
    while pending:
        try:
            entries = sorted(pending.pop().iterdir())
        except OSError:
            walked.left_out += 1
            continue
        walked._left -= len(entries)
        if walked._left < 0:
            place = Place(file=shown(folder, walked.root), line=1)
            walked.unread.append(Unread(place=place, reason="too-many-files", word=folder.name))
            return
        for path in entries:
            if path.is_dir() and not path.is_symlink():
                pending += [path] * _looked_into(walked, path)
            elif not path.is_dir() or _looked_into(walked, path):
                yield path


def _looked_into(walked: Walk, folder: Path) -> bool:
    name = folder.name
    beside = layouts()["skip_beside"].get(name, ())
    skipped = name.startswith(".") or name in layouts()["skip"]
    skipped = skipped or any((folder.parent / one).exists() for one in beside)
    walked.left_out += skipped
    return not skipped


def _near(path: Path) -> str:
    try:
        return nearest(path.name, [one.name for one in path.parent.iterdir()][:1000]) or ""
    except OSError:
        return ""
