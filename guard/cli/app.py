"""The command ``guard``: one module a command, imported when it is used."""

from __future__ import annotations

import importlib

import click

from guard import __version__
from guard.cli.language import say
from guard.cli.verb import Verbs, listed
from guard.yamldoc import nearest

COMMANDS = (
    "scan", "asset", "finding", "review", "grade", "drift", "gate", "explain", "report", "policy", "audit",
    "waiver", "baseline", "bundle", "eval", "source", "demo", "init", "config", "doctor", "version",
    "completion",
)  # fmt: skip


class Root(Verbs):
    """The root command: lists its commands without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; a wrong name is answered with the nearest."""
        if cmd_name not in COMMANDS:
            close = nearest(cmd_name, COMMANDS)
            hint = say("cli.did_you_mean", word=close) if close else ""
            listed = ", ".join(COMMANDS)
            ctx.fail(say("cli.no_such_command", word=cmd_name, hint=hint, listed=listed))
        module = importlib.import_module(f"guard.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands first, then the global options."""
        rows = [(name, say(f"commands.{name}.short")) for name in COMMANDS]
        with formatter.section(say("cli.commands")):
            listed(formatter, rows)
        super(Verbs, self).format_options(ctx, formatter)


def root() -> Root:
    """Build the root command in the current language."""
    command = Root(
        "guard", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
    )
    version = click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_version,
        help=say("cli.global.version"),
    )
    command.params.append(version)
    return command


def _version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"govguard {__version__}")
        context.exit()
