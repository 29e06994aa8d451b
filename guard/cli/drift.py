"""``guard drift``: what changed between two runs."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

import click

from guard.cli import outcome
from guard.cli.language import current
from guard.cli.stored import session_of
from guard.cli.verb import Verb, globals_of, option

_V = "drift"


@click.pass_context
def run(context: click.Context, /, fail_on: tuple[str, ...], runs: tuple[str, ...], **given: Any) -> int:
    """Compare two stored runs and print every change; return the exit code."""
    from guard.emit import drift as formats
    from guard.ops import drift as ops  # sqlalchemy only when it is needed

    settings = globals_of(context)
    wanted = outcome.formats(settings.formats, formats.KINDS)
    session = session_of(settings)
    request = ops.Request(runs=runs, fail_on=fail_on, **given)
    color = settings.color == "always" or (
        settings.color == "auto" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    )
    width = max(shutil.get_terminal_size((120, 40)).columns, 80)
    with session.store(create=False) as store:
        found = ops.compare(session, store, request)
        told = formats.Told(
            head=found.head,
            facts=found.facts,
            circumstances=found.terms.rules.triggers,
            language=current(),
            width=width,
            color=color,
        )
        outcome.put(wanted, lambda kind, stream: formats.write(kind, told, found.changes(), stream))
        return found.code()


command = Verb(
    _V,
    callback=run,
    params=[
        click.Argument(["runs"], nargs=-1),
        option(_V, "--since", metavar="DATE", default=""),
        option(_V, "--regraded", is_flag=True),
        option(_V, "--match", metavar="GLOB", default=""),
        option(_V, "--level", metavar="LEVEL", default=""),
        option(_V, "--fail-on", multiple=True, metavar="CHANGE"),
        option(_V, "--allow-partial", is_flag=True),
    ],
)
