"""``guard grade``: decide again from stored evidence."""

from __future__ import annotations

import click

from guard.cli.language import say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verb, globals_of, option
from guard.sdk.display import visible


@click.pass_context
def run(context: click.Context, run: str, dry_run: bool) -> int:
    """Grade a stored run again and print every flip."""
    from guard.ops.grading import regrade  # sqlalchemy only when it is needed

    flips = regrade(session_of(globals_of(context)), run, dry_run=dry_run)
    for flip in flips:
        payload(f"{flip.before} → {flip.after}  {visible(flip.asset)}/{visible(flip.column)}  {flip.rule}")
    message(say("commands.grade.done" if not dry_run else "commands.grade.would", flips=len(flips)))
    return 0


command = Verb(
    "grade",
    callback=run,
    params=[
        click.Argument(["run"], default="latest"),
        option("grade", "--dry-run", is_flag=True),
    ],
)
