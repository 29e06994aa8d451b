"""``guard baseline``: what was there before the gate was, which only becomes less."""

from __future__ import annotations

from pathlib import Path

import click

from guard.cli.language import say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.sdk.display import visible

command = Verbs("baseline")


@command.verb(
    "show",
    option("baseline", "--rule", default="", metavar="RULE"),
    option("baseline", "--where", default="", metavar="GLOB"),
)
@click.pass_context
def show(context: click.Context, rule: str, where: str) -> int:
    """The entries, by place; how many there are."""
    from fnmatch import fnmatchcase

    from guard.ops import baseline

    known = baseline.known(session_of(globals_of(context)))
    glob = where.casefold() or "*"
    chosen = sorted(
        (one.where, one.rule, one.since, one.fingerprint)
        for one in known.entries.values()
        if (not rule or one.rule == rule) and fnmatchcase(one.where.casefold(), glob)
    )
    for told in chosen:
        payload(visible("  ".join(told)))
    for remark in known.remarks:
        message(visible(remark))
    message(say("commands.baseline.counted", count=len(chosen), of=len(known.entries)))
    return 0


@command.verb(
    "write",
    click.Argument(["paths"], nargs=-1, type=click.Path(path_type=Path)),
    option("baseline", "--grow", is_flag=True),
    option("baseline", "--reason", default="", metavar="TEXT"),
)
@click.pass_context
def write(context: click.Context, paths: tuple[Path, ...], grow: bool, reason: str) -> int:
    """Judge the scripts and write what is found; more than before only with a reason."""
    from guard.ops import baseline

    session = session_of(globals_of(context))
    done = baseline.write(session, paths, grow=grow, reason=reason)
    count, file = len(done.baseline.entries), visible(baseline.file_of(session))
    message(say("commands.baseline.written", count=count, added=done.added, removed=done.removed, file=file))
    return 0
