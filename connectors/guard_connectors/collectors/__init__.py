"""Collector scripts: read-only SQL that a DBA reads, runs with their own client, and hands over as csv.

What a script prints is a data dictionary for ``guard scan FILE.csv --as dictionary``. None has
been run against a live server of its product by this project; each says so in its first lines.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.resources import files


def collectors() -> tuple[str, ...]:
    """The products that have a script, in alphabetical order."""
    names = (resource.name for resource in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".sql") for name in names if name.endswith(".sql")))


def scripts() -> dict[str, Callable[[], str]]:
    """Every product with the function that gives its script; what the manifest names."""
    return {name: partial(collector, name) for name in collectors()}


def collector(dialect: str) -> str:
    """The script for ``dialect``, one of ``collectors()``; raises KeyError for any other."""
    if dialect not in collectors():
        raise KeyError(dialect)
    return files(__name__).joinpath(f"{dialect}.sql").read_text("utf-8")
