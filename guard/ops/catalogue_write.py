"""A pack's folder, written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from guard.model import RefusedError, UsageError

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_Dumper):  # type: ignore[misc]
    """Writes without anchors, which no reader of packs accepts."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def dump(data: object, comment: str) -> str:
    """One document as people read it, led by a comment."""
    text = yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110)
    lines = "".join(f"# {line}\n" for line in comment.splitlines())
    return f"{lines}{text}"


def fill(folder: Path, documents: Mapping[str, Any], comment: str) -> None:
    """Write ``documents``, by their names, into ``folder``."""
    for name, data in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump(data, comment), encoding="utf-8")


@contextmanager
def drafting(target: Path, *, aside: bool) -> Iterator[Path]:
    """An empty folder named as ``target`` to draft in, gone at the end; ``aside`` keeps it away from there.

    Raises UsageError ``cannot-write``.
    """
    try:
        # On the same disk as the target, so that it can be put there in one step.
        beside = next(folder for folder in target.absolute().parents if folder.is_dir())
        with TemporaryDirectory(prefix=".guard-", dir=None if aside else beside) as around:
            draft = Path(around) / target.name
            draft.mkdir()
            yield draft
    except OSError as error:
        raise UsageError("cannot-write", path=str(target), why=error.strerror or "OSError") from None


def place(draft: Path, target: Path, *, replace: bool) -> Callable[[], None]:
    """Put ``draft`` at ``target`` in one step; an older folder waits beside ``draft``.

    Returns how to take it back. Raises RefusedError ``catalogue-exists`` where there is one and it may not
    be replaced, OSError where it cannot be done: then everything stands as before.
    """
    waiting = draft.parent / "before"
    if os.path.lexists(target):
        if not replace:
            raise RefusedError("catalogue-exists", path=str(target))
        target.rename(waiting)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        draft.rename(target)
    except OSError:
        if waiting.exists():
            waiting.rename(target)
        raise

    def back() -> None:
        shutil.rmtree(target, ignore_errors=True)
        if waiting.exists():
            waiting.rename(target)

    return back
