"""``guard source list|test|grant|collector``: reach a source, and the rights it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from guard.cli.language import say
from guard.cli.output import message, payload
from guard.cli.scan import ask_password, script
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.sdk.display import visible

if TYPE_CHECKING:
    from guard.ops.sources import Wanted

command = Verbs("source")
_HOW = (
    option("source", "--as", "connector", metavar="CONNECTOR"),
    option("source", "--password", metavar="REFERENCE", default=""),
)


@command.verb("list")
@click.pass_context
def list_(context: click.Context) -> int:
    """The sources of guard.yaml."""
    from guard.ops import sources

    for row in sources.configured(session_of(globals_of(context))):
        payload(f"{row.name:<16} {row.connector:<10} {visible(row.url)}  {row.location}")
    return 0


@command.verb("test", click.Argument(["address"]), *_HOW)
@click.pass_context
def test(context: click.Context, address: str, connector: str | None, password: str) -> int:
    """Open the source and list what this account can see; 3 when something cannot be read."""
    from guard.ops import sources

    reached = sources.reach(session_of(globals_of(context)), _wanted(address, connector, password))
    for problem in reached.problems:
        where = visible("/".join(problem.path))
        what = say(f"problems.{problem.code}.what", **problem.params)
        payload(f"{problem.code}  {where}  {what}")
        payload(f"    {say('cli.next')} {say(f'problems.{problem.code}.next', **problem.params)}")
    message(
        say(
            "commands.source.reached",
            assets=reached.assets,
            columns=reached.columns,
            problems=len(reached.problems),
        )
    )
    return 3 if reached.problems else 0


@command.verb(
    "grant",
    click.Argument(["address"]),
    *_HOW,
    option("source", "--account", metavar="NAME", default=""),
)
@click.pass_context
def grant(context: click.Context, address: str, connector: str | None, password: str, account: str) -> int:
    """Print the least-privilege statements a DBA must run."""
    from guard.ops import sources

    wanted = _wanted(address, connector, password, account)
    statements = 0
    for statement in sources.grants(session_of(globals_of(context)), wanted):
        statements += 1
        payload(script(statement))
    if not statements:
        message(say("commands.source.no_grants"))
    return 0


def _wanted(address: str, connector: str | None, password: str, account: str = "") -> Wanted:
    from guard.ops.sources import Wanted  # pyarrow only when a source is opened

    return Wanted(
        addresses=(address,),
        connector=connector,
        password=password,
        account=account,
        ask_password=ask_password,
    )


@command.verb("collector", click.Argument(["dialect"], required=False))
def collector(dialect: str | None) -> int:
    """Print a read-only SQL script whose CSV output is a data dictionary."""
    from guard.ops import sources

    if dialect is None:
        payload("\n".join(sources.collectors()))
        return 0
    payload(sources.collector(dialect))
    return 0
