"""``guard finding list|show``: the evidence."""

from __future__ import annotations

from typing import Any

import click

from guard.cli import outcome
from guard.cli.language import current
from guard.cli.output import payload
from guard.cli.stored import facts_of
from guard.cli.verb import Verbs, globals_of, option
from guard.model import UsageError
from guard.ops import listing
from guard.ops.listing import Filter

command = Verbs("finding")
_RUN = option("finding", "--run", metavar="RUN", default="latest", show_default=True)


@command.verb(
    "list",
    _RUN,
    option("finding", "--level", metavar="LEVEL", default=""),
    option("finding", "--category", metavar="PATH", default=""),
    option("finding", "--type", metavar="TYPE", default=""),
    option("finding", "--match", metavar="GLOB", default=""),
    option("finding", "--min-confidence", type=click.FloatRange(0, 1), default=0.0),
    option("finding", "--review", is_flag=True),
)
@click.pass_context
def list_(context: click.Context, /, run: str, **given: Any) -> int:
    """The columns that the filter keeps, in any format."""
    settings = globals_of(context)
    kept = listing.Only(facts_of(settings, run), Filter(**given), by_column=True)
    outcome.write(kept, outcome.formats(settings.formats), settings)
    return 0


@command.verb("show", click.Argument(["ref"]), _RUN)
@click.pass_context
def show(context: click.Context, ref: str, run: str) -> int:
    """One column, with all its evidence, to read; or in any format."""
    from guard.emit.evidence import lines

    settings = globals_of(context)
    asset, _, column = ref.rpartition("/")
    if not asset:
        raise UsageError("not-a-column", word=ref)
    facts = facts_of(settings, run)
    found = listing.find(facts, asset)
    one = listing.narrowed(found, column)
    if settings.formats:
        outcome.write(listing.One(facts, one), outcome.formats(settings.formats), settings)
        return 0
    payload("\n".join(lines(one, facts, current())))
    return 0
