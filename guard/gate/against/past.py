"""The scripts of a project as they were where a branch was left, in a folder for as long as it takes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from guard.gate.against.repository import git, merge_base
from guard.gate.inputs.changelog import ROOT
from guard.gate.inputs.reading import is_log, is_sql
from guard.gate.inputs.walk import fixed, walk
from guard.model import SourceError, UsageError

MAX_FILES = 50_000
MAX_BYTES = 512 << 20

_BESIDE = ("migration_lock.toml", "dbt_project.yml", "pom.xml")
_BATCH = 32 << 20
_FILES = ("100644", "100755")


@contextmanager
def at(root: Path, ref: str, paths: Sequence[Path]) -> Iterator[tuple[Path, tuple[Path, ...]]]:
    """The scripts under ``root`` as they were where HEAD left ``ref``: a folder, and ``paths`` in it.

    ``find`` reads them like the ones of today: ``find(paths, root=folder, …)``. A path that did not exist
    then is left out, one outside ``root`` too. Only what may be an input is written there, and no links.
    Raises as ``guard.gate.against.git.changed``; SourceError ``gate-git`` too beyond 50,000 files or 512 MB.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - links in it stay as they are
    blobs = _blobs(root, merge_base(root, ref))
    full = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100
    names = [path.relative_to(root) for path in full if path.is_relative_to(root)]
    with TemporaryDirectory(prefix="guard-gate-") as folder:
        old = Path(folder)
        asked = [blob for blob in blobs if _asked(blob, names)]
        _write(root, asked, old)
        if any(_includes(old / blob.name) for blob in asked):
            rest = set(blobs).difference(asked)
            _write(root, [blob for blob in rest if is_sql(Path(blob.name)) or is_log(Path(blob.name))], old)
        yield old, tuple(old / name for name in names if _is_there(old / name, old))


@dataclass(frozen=True, slots=True)
class _Blob:
    name: str
    id: str
    size: int


def _blobs(root: Path, commit: str) -> list[_Blob]:
    found = []
    for entry in git(root, "ls-tree", "-r", "-l", "-z", commit).split(b"\0")[:-1]:
        facts, _, raw = entry.partition(b"\t")
        mode, kind, number, size = facts.decode().split()
        name = os.fsdecode(raw)
        if mode in _FILES and kind == "blob" and ".." not in PurePosixPath(name).parts:
            found.append(_Blob(name, number, int(size)))
    return found


def _asked(blob: _Blob, names: Sequence[Path]) -> bool:
    path = Path(blob.name)
    if path.name in _BESIDE or path in names:
        return True
    return (is_sql(path) or is_log(path)) and any(path.is_relative_to(fixed(name)) for name in names)


def _includes(path: Path) -> bool:
    return is_log(path) and ROOT.encode() in path.read_bytes()


def _write(root: Path, blobs: Sequence[_Blob], folder: Path) -> None:
    if len(blobs) > MAX_FILES or sum(blob.size for blob in blobs) > MAX_BYTES:
        raise SourceError("gate-git", command="ls-tree")
    batch: list[_Blob] = []
    waiting = 0
    for blob in blobs:
        if batch and waiting + blob.size > _BATCH:
            _put(root, batch, folder)
            batch, waiting = [], 0
        batch.append(blob)
        waiting += blob.size
    _put(root, batch, folder)


def _put(root: Path, batch: Sequence[_Blob], folder: Path) -> None:
    said = git(root, "cat-file", "--batch", given="".join(f"{blob.id}\n" for blob in batch).encode())
    at = 0
    for blob in batch:
        at = said.index(b"\n", at) + 1
        path = folder / blob.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(said[at : at + blob.size])
        at += blob.size + 1


def _is_there(path: Path, root: Path) -> bool:
    try:
        return bool(walk([path], root).found) or path.is_dir()
    except UsageError:
        return False
