"""``guard init``: write a commented guard.yaml for the sources given."""

from __future__ import annotations

from pathlib import Path

import click

from guard.cli.language import current, say
from guard.cli.output import message
from guard.cli.verb import Verb, globals_of, option


@click.pass_context
def run(context: click.Context, addresses: tuple[str, ...], to: Path) -> int:
    """Write the file; an existing one is never overwritten without ``--yes``."""
    from guard.ops import starter

    path = starter.write(addresses, to, language=current(), overwrite=globals_of(context).yes)
    message(say("commands.init.written", path=path))
    return 0


command = Verb(
    "init",
    callback=run,
    params=[
        click.Argument(["addresses"], nargs=-1, metavar="[URL|PATH]..."),
        option("init", "--to", type=click.Path(path_type=Path), default="guard.yaml", show_default=True),
    ],
)
