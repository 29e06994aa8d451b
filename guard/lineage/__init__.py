"""Where the columns of a query come from, and whether a mask lies between.

sqlglot parses; the walk over what it parsed is ours, because names that nobody told us of must not end it.
"""

from __future__ import annotations

from collections.abc import Collection

from guard.lineage.output import CannotRead, Output, Tables
from guard.lineage.templates import TEMPLATE

__all__ = ["TEMPLATE", "CannotRead", "Output", "Tables", "columns"]


def columns(query: str, reads: str, tables: Tables, functions: Collection[str] = ()) -> tuple[Output, ...]:
    """The output columns of ``query`` in order, each with the columns of relations that it shows.

    ``query`` is a SELECT, or a statement around one (INSERT, CREATE, MERGE: then one output for each column
    written); templates in it may be unfilled. ``reads`` is sqlglot's name of the dialect. ``tables`` gives
    the columns of a relation, None where it is not known: ``SELECT *`` of it is one output ``*``. A last
    column ``*`` says that there may be others; a function is asked for by the name ``name()``.
    ``functions`` are patterns (``util.mask_*``) of functions that mask, besides those of ``functions.yaml``.
    Raises CannotRead.
    """
    from guard.lineage.parsing import parsed
    from guard.lineage.walk import Walk

    try:
        return Walk(tables, frozenset(functions)).statement(parsed(query, reads))
    except RecursionError:
        raise CannotRead("depth") from None
    except (AttributeError, LookupError, TypeError, ValueError):
        raise CannotRead("syntax") from None  # sqlglot gives trees of half a statement, with parts missing
