"""``guard asset list|show|tree|export``: what exists, at which level, and that as SQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from guard.cli import outcome
from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.stored import facts_of
from guard.cli.verb import Verbs, globals_of, option
from guard.model import UsageError
from guard.ops import listing
from guard.ops.listing import Filter
from guard.sdk.display import padded, visible
from guard.sdk.risk import read_text
from guard.sdk.wording import level_word

command = Verbs("asset")
_RUN = option("asset", "--run", metavar="RUN", default="latest", show_default=True)


def _filters() -> list[click.Option]:
    return [
        option("asset", "--level", metavar="LEVEL", default=""),
        option("asset", "--category", metavar="PATH", default=""),
        option("asset", "--department", metavar="NAME", default=""),
        option("asset", "--match", metavar="GLOB", default=""),
        option("asset", "--unscanned", is_flag=True),
    ]


@command.verb("list", _RUN, *_filters())
@click.pass_context
def list_(context: click.Context, /, run: str, **given: Any) -> int:
    """One line an asset: level, columns, coverage."""
    settings = globals_of(context)
    facts = facts_of(settings, run)
    if settings.formats:
        kept = listing.Only(facts, Filter(**given), by_column=False)
        outcome.write(kept, outcome.formats(settings.formats), settings)
        return 0
    for result in listing.assets(facts, Filter(**given)):
        level = level_word(facts, result.table.level) if result.table else "-"
        count = say("commands.asset.columns", count=len(result.asset.columns))
        parts = (padded(level, 12), padded(count, 12), visible(result.asset.ref), read_text(facts, result))
        payload("  ".join(parts))
    return 0


@command.verb("show", click.Argument(["ref"]), _RUN)
@click.pass_context
def show(context: click.Context, ref: str, run: str) -> int:
    """One asset, whole."""
    settings = globals_of(context)
    facts = facts_of(settings, run)
    found = listing.find(facts, ref)
    kept = listing.One(facts, found)
    outcome.write(kept, outcome.formats(settings.formats), settings)
    return 0


@command.verb("tree", _RUN, *_filters())
@click.pass_context
def tree(context: click.Context, /, run: str, **given: Any) -> int:
    """The assets as a tree of sources, schemas and tables."""
    facts = facts_of(globals_of(context), run)
    before: tuple[str, ...] = ()
    for result in listing.assets(facts, Filter(**given)):
        parts = (result.asset.source, *result.asset.path)
        same = next((n for n, (a, b) in enumerate(zip(before, parts, strict=False)) if a != b), len(before))
        for depth in range(min(same, len(parts) - 1), len(parts)):
            level = (
                f"  [{level_word(facts, result.table.level)}]"
                if result.table and depth == len(parts) - 1
                else ""
            )
            payload(f"{'  ' * depth}{visible(parts[depth])}{level}")
        before = parts
    return 0


@command.verb(
    "export",
    _RUN,
    option("asset", "--dialect", metavar="DIALECT", default=None),
    option("asset", "-o", "--output", metavar="FILE", default=""),
    option("asset", "--confirmed", is_flag=True),
    *_filters()[:1],
    *_filters()[2:4],
)
@click.pass_context
def export(context: click.Context, /, run: str, dialect: str | None, output: str, **given: Any) -> int:
    """The levels as SQL for a DBA to review: comments or sensitivity labels. Nothing is run."""
    from guard.ops import labels

    settings = globals_of(context)
    target = _target(settings.formats, output)
    if dialect is None:
        raise UsageError("labels-no-dialect", known=", ".join(labels.known()))
    chosen = labels.chosen(dialect)
    facts = facts_of(settings, run)
    wanted = labels.Wanted(**given)
    if target is None:
        labels.write(facts, sys.stdout, chosen, wanted, current())
        return 0
    labels.save(facts, target, chosen, wanted, current())
    message(say("commands.asset.exported", path=visible(target.absolute())))
    return 0


def _target(formats: list[str], output: str) -> Path | None:
    """Where to write: ``--format sql``, ``--format sql=FILE`` or ``--output FILE``; None for stdout."""
    paths = [output] if output else []
    for text in formats:
        kind, _, path = text.partition("=")
        if kind != "sql":
            raise UsageError("unknown-format", word=kind, nearest="sql", known="sql")
        paths += [path] if path else []
    if len(paths) > 1:
        raise UsageError("labels-two-targets")
    return Path(paths[0]) if paths else None
