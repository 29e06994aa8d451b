"""Walks a folder without ever leaving it: by descriptors, following no link, opening only plain files.

Names are bytes to the system. Those that are not UTF-8 are shown as GB18030 where they are
that, else with the odd bytes escaped; ``Tree.open`` finds the file again from the shown name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from guard.sdk import Problem, Unreadable

MOST_DEPTH = 128
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A plain file: its shown path below the root, its raw name parts, its size in bytes."""

    path: tuple[str, ...]
    raw: tuple[str, ...]
    size: int


def shown(name: str) -> str:
    """A name from the system (surrogate-escaped) as text that can be printed."""
    raw = os.fsencode(name)
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")


class Tree:
    """One file, or one folder with all below it. ``hidden`` are paths that are never listed or opened."""

    def __init__(self, root: str, hidden: tuple[str, ...] = ()) -> None:
        self.root = os.path.realpath(root)
        self._hidden_paths = {os.path.realpath(path) for path in hidden}
        self._hidden = {_identity(status) for path in hidden if (status := _status(path))}

    def entries(self) -> Iterator[Entry | Problem]:
        """Every file; a Problem for what is neither file nor folder, or cannot be opened.

        Raises Unreadable ``file-missing`` or ``folder-denied`` for the root itself.
        """
        status = _status(self.root)
        if status is None:
            raise Unreadable(Problem(code="file-missing", params={"path": shown(self.root)}))
        if not stat.S_ISDIR(status.st_mode):
            yield from self._single(status)
            return
        pending: list[tuple[tuple[str, ...], frozenset[tuple[int, int]]]] = [((), frozenset())]
        while pending:
            raw, above = pending.pop()
            yield from self._folder(raw, above, pending)

    def _single(self, status: os.stat_result) -> Iterator[Entry | Problem]:
        name = os.path.basename(self.root)  # noqa: PTH119 - bytes-safe
        if not stat.S_ISREG(status.st_mode):
            yield Problem(code="special-file", path=(shown(name),))
        elif _identity(status) not in self._hidden:
            yield Entry(path=(shown(name),), raw=(), size=status.st_size)

    def _folder(
        self,
        raw: tuple[str, ...],
        above: frozenset[tuple[int, int]],
        pending: list[tuple[tuple[str, ...], frozenset[tuple[int, int]]]],
    ) -> Iterator[Entry | Problem]:
        path = tuple(map(shown, raw))
        try:
            folder = self._open_folder(raw)
        except OSError:
            if not raw:
                raise Unreadable(Problem(code="folder-denied", params={"path": shown(self.root)})) from None
            yield Problem(code="folder-denied", path=path)
            return
        try:
            here = _identity(os.fstat(folder))
            names = sorted(os.listdir(folder))  # noqa: PTH208 - a descriptor
            inside: list[tuple[str, ...]] = []
            for name in names:
                yield from self._entry(folder, (*raw, name), inside)
        except OSError:
            yield Problem(code="folder-denied", path=path)
            return
        finally:
            os.close(folder)
        if here in above:
            return
        if len(raw) >= MOST_DEPTH and inside:
            yield Problem(code="too-deep", path=path, params={"format": "folder"})
            return
        pending += [(each, above | {here}) for each in reversed(inside)]

    def _entry(
        self, folder: int, raw: tuple[str, ...], inside: list[tuple[str, ...]]
    ) -> Iterator[Entry | Problem]:
        path = tuple(map(shown, raw))
        try:
            status = os.stat(raw[-1], dir_fd=folder, follow_symlinks=False)
        except OSError:
            yield Problem(code="file-denied", path=path)
            return
        if _identity(status) in self._hidden or self._join(raw) in self._hidden_paths:
            return
        if stat.S_ISDIR(status.st_mode):
            inside.append(raw)
        elif stat.S_ISREG(status.st_mode):
            yield Entry(path=path, raw=raw, size=status.st_size)
        elif stat.S_ISLNK(status.st_mode):
            yield from self._link(raw, path)
        else:
            yield Problem(code="special-file", path=path)

    def _link(self, raw: tuple[str, ...], path: tuple[str, ...]) -> Iterator[Problem]:
        """Nothing for a link to something inside the root (that is listed itself), else why it is skipped."""
        target = os.path.realpath(self._join(raw))
        if not (target + os.sep).startswith(self.root.rstrip(os.sep) + os.sep):
            yield Problem(code="link-outside", path=path)
        elif not os.path.lexists(target) or os.path.islink(target):  # noqa: PTH114
            yield Problem(code="link-broken", path=path)

    def _join(self, raw: tuple[str, ...]) -> str:
        return os.path.join(self.root, *raw)  # noqa: PTH118 - names may be no UTF-8

    def place(self, path: tuple[str, ...]) -> str:
        """The absolute path of the file shown as ``path``."""
        return os.path.join(self.root, *path) if os.path.isdir(self.root) else self.root  # noqa: PTH112, PTH118

    def open(self, path: tuple[str, ...]) -> int:
        """A read-only descriptor of the plain file shown as ``path``; raises Unreadable."""
        try:
            descriptor = self._open_file(path)
        except FileNotFoundError:
            raise Unreadable(Problem(code="file-missing", path=path, params={"path": path[-1]})) from None
        except OSError:
            raise Unreadable(Problem(code="file-denied", path=path)) from None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or _identity(status) in self._hidden:
            os.close(descriptor)
            raise Unreadable(Problem(code="special-file", path=path))
        return descriptor

    def _open_file(self, path: tuple[str, ...]) -> int:
        if not os.path.isdir(self.root):  # noqa: PTH112
            return os.open(self.root, _FILE)
        folder = os.open(self.root, _FOLDER)
        try:
            for name in path[:-1]:
                inner = _open_shown(folder, name, _FOLDER)
                os.close(folder)
                folder = inner
            return _open_shown(folder, path[-1], _FILE)
        finally:
            os.close(folder)

    def _open_folder(self, raw: tuple[str, ...]) -> int:
        folder = os.open(self.root, _FOLDER)
        for name in raw:
            try:
                inner = os.open(name, _FOLDER, dir_fd=folder)
            finally:
                os.close(folder)
            folder = inner
        return folder


def _open_shown(folder: int, name: str, flags: int) -> int:
    """Open the entry of ``folder`` that is shown as ``name``, trying the plain spelling first."""
    if "/" in name or name in ("", ".", ".."):
        raise FileNotFoundError
    try:
        return os.open(name, flags, dir_fd=folder)
    except (FileNotFoundError, UnicodeEncodeError):
        raw = next((each for each in os.listdir(folder) if shown(each) == name), None)
        if raw is None:
            raise FileNotFoundError from None
        return os.open(raw, flags, dir_fd=folder)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
