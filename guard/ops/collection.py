"""Python's cycle collector, held back while many small nouns come and go."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 100_000


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for cycles seldom, and not among what is there already.

    Findings and classifications hold no cycles, so reference counts free them; the collector would walk the
    catalogue of types and rules again and again: a third of the time that grading takes.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
