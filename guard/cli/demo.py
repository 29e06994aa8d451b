"""``guard demo``: build a demo city, scan it, show what it holds."""

from __future__ import annotations

from pathlib import Path

import click

from guard.cli import outcome
from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.progress import watch
from guard.cli.verb import Verb, globals_of, option


@click.pass_context
def run(context: click.Context, seed: int, to: Path) -> int:
    """Build, scan and report; 0 when everything was read, whatever was found."""
    from guard.demo import show  # numpy and pyarrow only when it is used

    settings = globals_of(context)
    message(say("commands.demo.building", folder=to.absolute()))
    prepared = show.prepare(to, seed, current())
    with watch(settings, prepared) as listener:
        result = prepared.run(listener)
    outcome.write(result.facts, outcome.formats(settings.formats), settings)
    outcome.summary(result)
    files = show.reports(result.facts, to, current())
    payload(f"HTML {files.html}")
    payload(f"Excel {files.excel}")
    return result.exit_code


command = Verb(
    "demo",
    callback=run,
    params=[
        option("demo", "--seed", type=int, default=1, show_default=True),
        option("demo", "--to", type=click.Path(path_type=Path), default="guard-demo", show_default=True),
    ],
)
