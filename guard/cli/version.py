"""``guard version``."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from guard import __version__
from guard.cli.output import payload
from guard.cli.verb import Verb

SHOWN = (
    "pyarrow", "google-re2", "sqlalchemy", "psycopg", "pymysql", "python-calamine", "kreuzberg",
    "sqlglot",
)  # fmt: skip


def run() -> int:
    """Print our version, Python's, and those of the libraries that read data and scripts."""
    payload(f"govguard {__version__}  Python {platform.python_version()}  {platform.machine()}")
    payload("  ".join(_installed()))
    return 0


def _installed() -> Iterator[str]:
    for name in SHOWN:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue  # installed to gate schema changes alone


command = Verb("version", callback=run)
