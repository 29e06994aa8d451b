"""``guard config show|check|schema``: what is set, where it came from, and what may be."""

from __future__ import annotations

import click

from guard.cli.language import say
from guard.cli.output import emit_json, message, payload
from guard.cli.standing import say_standing
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.sdk.display import visible

command = Verbs("config")


@command.verb("show", option("config", "--origin", is_flag=True))
@click.pass_context
def show(context: click.Context, origin: bool) -> int:
    """Every setting in force; with ``--origin``, where it came from."""
    from guard.ops import settings

    for row in settings.rows(session_of(globals_of(context))):
        tail = f"  # {row.origin}" if origin else ""
        payload(visible(f"{row.key} = {row.value}{tail}"))
    return 0


@command.verb("check")
@click.pass_context
def check(context: click.Context) -> int:
    """Read guard.yaml and everything it names."""
    session = session_of(globals_of(context))
    rules = session.rules()
    place = str(session.config.path or say("commands.config.defaults"))
    message(say("commands.config.fine", file=visible(place)))
    say_standing(rules.policy.infos)
    return 0


@command.verb(
    "schema",
    click.Argument(["name"], default="guard", type=click.Choice(["guard", "findings", "drift", "gate"])),
)
def schema(name: str) -> int:
    """The JSON Schema of guard.yaml, or of what ``--format json`` writes."""
    from guard.ops import settings

    emit_json(settings.schema(name))
    return 0
