"""Commands that know the global options, before and after the verb, in two languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click

from guard.cli.language import say


@dataclass(slots=True)
class Globals:
    """The global options as given; ``formats`` are ``KIND[=PATH]`` in order."""

    config: str | None = None
    catalog: str | None = None
    formats: list[str] = field(default_factory=list)
    show: str | None = None
    lang: str | None = None
    quiet: bool = False
    verbose: int = 0
    progress: str = "auto"
    color: str = "auto"
    log_format: str = "text"
    yes: bool = False


def globals_of(context: click.Context) -> Globals:
    """The Globals of this invocation, made on first use."""
    root = context.find_root()
    if not isinstance(root.obj, Globals):
        root.obj = Globals()
    return root.obj


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        store = globals_of(context)
        if name == "formats":
            store.formats.extend(value)
        elif name == "verbose":
            store.verbose += value
        elif value not in (None, False):
            setattr(store, name, value)
        return value

    return callback


def _global_options() -> list[click.Option]:
    def option(*names: str, to: str, **settings: Any) -> click.Option:
        text = say(f"cli.global.{to}")
        return click.Option(names, expose_value=False, callback=_keep(to), help=text, **settings)

    choice = click.Choice
    return [
        option("-c", "--config", to="config", metavar="FILE"),
        option("--catalog", to="catalog", metavar="FILE|URL"),
        option("-f", "--format", to="formats", multiple=True, metavar="KIND[=PATH]"),
        option("--show", to="show", metavar="LEVEL"),
        option("--lang", to="lang", type=choice(["zh", "en"])),
        option("-q", "--quiet", to="quiet", is_flag=True),
        option("-v", "--verbose", to="verbose", count=True),
        option("--progress", to="progress", type=choice(["auto", "plain", "none"])),
        option("--color", to="color", type=choice(["auto", "always", "never"])),
        option("--log-format", to="log_format", type=choice(["text", "json"])),
        option("--yes", to="yes", is_flag=True),
    ]


class _Spoken(click.Command):
    """Help with headings in the reader's language, our own options apart from the global ones."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, described in the reader's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("cli.global.help")
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{say('cli.usage')} ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, then the global ones."""
        own: list[tuple[str, str]] = []
        everywhere: list[tuple[str, str]] = []
        shared = {option.name for option in _global_options()}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                (everywhere if parameter.name in shared else own).append(record)
        for heading, rows in (("cli.options", own), ("cli.global_options", everywhere)):
            if rows:
                with formatter.section(say(heading)):
                    formatter.write_dl(rows)


class Verb(_Spoken):
    """A command. Its texts are ``commands.<name>.short`` and ``.help``; options in ``.options``."""

    def __init__(self, name: str, **settings: Any) -> None:
        text = say(f"commands.{name}.help")
        settings["params"] = [*settings.get("params", ()), *_global_options()]
        super().__init__(
            name.rpartition(".")[2], help=text, short_help=say(f"commands.{name}.short"), **settings
        )


class Verbs(_Spoken, click.Group):
    """A command with sub-commands, e.g. ``guard policy list``."""

    def __init__(self, name: str, **settings: Any) -> None:
        settings["params"] = [*settings.get("params", ()), *_global_options()]
        text = say(f"commands.{name}.help")
        super().__init__(name, help=text, short_help=say(f"commands.{name}.short"), **settings)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then the commands."""
        super().format_options(ctx, formatter)
        rows = [
            (name, command.get_short_help_str(100))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section(say("cli.commands")):
            formatter.write_dl(rows)

    def verb(self, name: str, *params: click.Parameter) -> Callable[[Callable[..., Any]], Verb]:
        """Register a function as the sub-command ``name``."""

        def register(function: Callable[..., Any]) -> Verb:
            command = Verb(f"{self.name}.{name}", callback=function, params=list(params))
            self.add_command(command, name)
            return command

        return register


def option(verb: str, *names: str, **settings: Any) -> click.Option:
    """An option of ``verb``, described by ``commands.<verb>.options.<its long name>``."""
    long = next(name for name in names if name.startswith("--")).lstrip("-").split("/")[0]
    return click.Option(names, help=say(f"commands.{verb}.options.{long}"), **settings)
