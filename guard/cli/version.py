"""``guard version``."""

from __future__ import annotations

import platform
from importlib.metadata import version

from guard import __version__
from guard.cli.output import payload
from guard.cli.verb import Verb

SHOWN = ("pyarrow", "google-re2", "sqlalchemy", "psycopg", "pymysql", "python-calamine", "kreuzberg")


def run() -> int:
    """Print our version, Python's, and those of the libraries that read data."""
    payload(f"govguard {__version__}  Python {platform.python_version()}  {platform.machine()}")
    payload("  ".join(f"{name} {version(name)}" for name in SHOWN))
    return 0


command = Verb("version", callback=run)
