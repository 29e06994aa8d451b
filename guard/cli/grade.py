"""``guard grade``: decide again from stored evidence."""

from __future__ import annotations

import click

from guard.cli.language import say
from guard.cli.output import message, payload
from guard.cli.standing import say_standing
from guard.cli.stored import session_of
from guard.cli.verb import Verb, globals_of, option
from guard.sdk.display import visible


@click.pass_context
def run(context: click.Context, run: str, dry_run: bool) -> int:
    """Grade a stored run again and print every flip."""
    from guard.ops.grading import regrade  # sqlalchemy only when it is needed

    session = session_of(globals_of(context))
    rules = session.rules()
    flips = regrade(session, run, dry_run=dry_run, rules=rules)
    for flip in flips:
        where = "/".join(visible(part) for part in (flip.asset, flip.column) if part)
        payload(f"{flip.before or '-'} → {flip.after or '-'}  {where}  {flip.rule}")
    columns = sum(1 for flip in flips if flip.column)
    ending = "would" if dry_run else "done"
    message(say(f"commands.grade.{ending}", flips=columns, tables=len(flips) - columns))
    say_standing(rules.policy.infos)
    return 0


command = Verb(
    "grade",
    callback=run,
    params=[
        click.Argument(["run"], default="latest"),
        option("grade", "--dry-run", is_flag=True),
    ],
)
