"""Which guard.yaml counts: the one named, or the nearest. One file, never a silent merge."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from guard.model import UsageError

NAME = "guard.yaml"
VARIABLE = "GUARD_CONFIG"


def find(
    explicit: str | None, environ: Mapping[str, str], folder: Path
) -> tuple[Path | None, tuple[str, ...]]:
    """The file to read, or None, and every place that was tried, in order.

    Order: ``explicit``, $GUARD_CONFIG, ``guard.yaml`` from ``folder`` up to the repository's
    root (only ``folder`` outside a repository: a stranger may write above it), the user's folder.
    Raises UsageError ``config-missing`` where a file that was named is not there.
    """
    for named, origin in ((explicit, "--config"), (environ.get(VARIABLE), VARIABLE)):
        if named:
            path = (folder / Path(named).expanduser()).absolute()
            if not path.is_file():
                raise UsageError("config-missing", file=str(path), origin=origin)
            return path, (str(path),)
    tried: list[str] = []
    for path in _usual(environ, folder):
        tried.append(str(path))
        if os.path.isfile(path):  # noqa: PTH113 - False too in a folder that may not be entered
            return path, tuple(tried)
    return None, tuple(tried)


def _usual(environ: Mapping[str, str], folder: Path) -> Iterator[Path]:
    here = folder.absolute()
    above = (here, *here.parents)
    root = next((at for at, parent in enumerate(above) if os.path.exists(parent / ".git")), 0)  # noqa: PTH110
    yield from (parent / NAME for parent in above[: root + 1])
    user = environ.get("XDG_CONFIG_HOME") or (f"{environ['HOME']}/.config" if environ.get("HOME") else "")
    if user:
        yield Path(user) / "guard" / NAME
