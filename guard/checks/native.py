"""Whether compiled code may run here, and the folder in which it is kept.

Numba keeps compiled code as pickles, so the folder must be this user's own and closed to others:
whoever can write there can run code as this user.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import stat
import sys
from functools import cache
from pathlib import Path


class NativeUnavailable(RuntimeError):  # noqa: N818 - a state of the machine
    """Compiled automata were asked for and cannot run. ``args[0]``: numba-missing or cache-unsafe."""


@cache
def unavailable() -> str | None:
    """Why compiled code cannot run (``numba-missing``, ``cache-unsafe``), or None.

    The first call chooses the cache folder for numba, before numba is imported.
    """
    if importlib.util.find_spec("numba") is None:
        return "numba-missing"
    place = folder()
    if place is None:
        return "cache-unsafe"
    kernels = str(place / f"kernels-{_sources()}")
    os.environ["NUMBA_CACHE_DIR"] = kernels
    if "numba" in sys.modules:  # imported by somebody else, who may keep its cache anywhere
        sys.modules["numba"].config.CACHE_DIR = kernels
    return None


@cache
def folder() -> Path | None:
    """This user's own cache folder, mode 0700; None where there is none to be had."""
    try:
        base = os.environ.get("XDG_CACHE_HOME")
        place = (Path(base) if base else Path("~/.cache").expanduser()) / "govguard"
        kernels = place / f"kernels-{_sources()}"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        kernels.mkdir(exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):
        return None
    return place if safe(place) and safe(kernels) else None


@cache
def _sources() -> str:
    """What the compiled code is made of: numba itself sees no change in a function it inlined."""
    own = [
        Path(__file__).parents[1] / "detect" / name
        for name in ("kernels.py", "places.py", "settling.py", "subsets.py")
    ]
    files = sorted([*Path(__file__).parent.rglob("*.py"), *own])
    told = hashlib.sha256()
    for file in files:
        told.update(file.read_bytes())
    return told.hexdigest()[:16]


def safe(place: Path) -> bool:
    """Whether ``place`` is a folder of this user that nobody else may read or write."""
    try:
        found = place.lstat()
    except OSError:
        return False
    for above in place.absolute().parents:
        open_ = above.stat().st_mode
        if open_ & stat.S_IWOTH and not open_ & stat.S_ISVTX:
            return False
    private = not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    return (
        stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and private and os.access(place, os.W_OK)
    )
