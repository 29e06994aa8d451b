"""Commands that know the global options, before and after the verb, in two languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from guard.cli.language import current, say
from guard.sdk.display import cells, folded, padded
from guard.text import lookup

_TERM = 30  # cells of a term before its meaning goes to a line of its own


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
    actor: str = ""


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


def _global_options(own: Sequence[click.Parameter] = ()) -> list[click.Option]:
    taken = {name for one in own for name in one.opts}
    acting = [name for name in ("--as", "--actor") if name not in taken]  # scan --as names a connector

    def option(*names: str, to: str, **settings: Any) -> click.Option:
        text = say(f"cli.global.{to}")
        return _Option(names, expose_value=False, callback=_keep(to), help=text, **settings)

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
        option(*acting, "actor", to="actor", metavar="NAME"),
    ]


class _Spoken(click.Command):
    """Help with headings in the reader's language, our own options apart from the global ones."""

    text: str  # where its texts are: ``commands.<text>``

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, described in the reader's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("cli.global.help")
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """``[OPTIONS]`` and the arguments, by their names in the reader's language."""
        own = [one.make_metavar(ctx) for one in self.get_params(ctx) if isinstance(one, click.Argument)]
        more = [say("cli.usage_command")] if isinstance(self, click.Group) else []
        return [say("cli.usage_options"), *own, *more]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{say('cli.usage')} ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The arguments, the command's own options, then the global ones."""
        shared = {option.name for option in _global_options()}
        rows: dict[str, list[tuple[str, str]]] = {"arguments": [], "options": [], "global_options": []}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Argument):
                help_ = say(f"commands.{self.text}.arguments.{parameter.name}")
                rows["arguments"].append((parameter.make_metavar(ctx), help_))
            elif (record := parameter.get_help_record(ctx)) is not None:
                if parameter.name == "format" and (own := lookup(f"commands.{self.text}.formats", current())):
                    record = record[0], own
                rows["global_options" if parameter.name in shared else "options"].append(record)
        for heading, some in rows.items():
            if some:
                with formatter.section(say(f"cli.{heading}")):
                    listed(formatter, some)


def listed(formatter: click.HelpFormatter, rows: Sequence[tuple[str, str]]) -> None:
    """Terms and what they mean, in two columns that stand right with wide characters too."""
    width = min(max(cells(term) for term, _ in rows), _TERM) + 2
    lead = " " * formatter.current_indent
    room = max(formatter.width - formatter.current_indent - width, _TERM)
    for term, meaning in rows:
        lines = folded(meaning, room)
        first = [padded(term, width) + lines.pop(0)] if cells(term) <= width - 2 else [term]
        for line in (*first, *(" " * width + more for more in lines)):
            formatter.write(f"{lead}{line}".rstrip() + "\n")


def _metavar(verb: str, argument: click.Argument) -> str:
    """``[URL|PATH]...``: the argument's name in the reader's language, marked where optional or repeated."""
    if isinstance(argument.type, click.Choice):
        name = "|".join(map(str, argument.type.choices))
        return f"[{name}]" if not argument.required else f"{{{name}}}"
    name = say(f"commands.{verb}.metavars.{argument.name}")
    return (name if argument.required else f"[{name}]") + ("..." if argument.nargs != 1 else "")


class _Option(click.Option):
    """An option whose default and range are told in the reader's language, its value by name."""

    def __init__(self, *names: Any, **settings: Any) -> None:
        if settings.get("metavar"):
            settings["metavar"] = say_metavar(settings["metavar"])
        super().__init__(*names, **settings)

    def make_metavar(self, ctx: click.Context) -> str:
        """The name of its value; a number is called a number."""
        if self.metavar is None and isinstance(
            self.type, (click.types.IntParamType, click.types.FloatParamType)
        ):
            return say("cli.metavars.NUMBER")
        if self.metavar is None and isinstance(self.type, click.Path):
            return say("cli.metavars.PATH")
        return super().make_metavar(ctx)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """What stands left and right in the list of options."""
        if self.hidden:
            return None
        extra = self.get_help_extra(ctx)
        parts = []
        if "default" in extra:
            parts.append(say("cli.default", value=extra["default"]))
        if isinstance(self.type, (click.IntRange, click.FloatRange)) and not self.count:
            parts.append(say("cli.range", least=self.type.min, most=self.type.max))
        more = say("cli.extra", parts=say("cli.comma").join(parts)) if parts else ""
        return self.get_help_spec(ctx), f"{self.help or ''}{more}"


def say_metavar(names: str) -> str:
    """``ROWS|P%|full``, each word that has a name in the reader's language by it."""
    return re.sub(r"[A-Z]{2,}|\bP(?=%)", lambda word: _named(word[0]), names)


def _named(word: str) -> str:
    key = f"cli.metavars.{word}"
    text = say(key)
    return word if text == key else text


class Verb(_Spoken):
    """A command.

    Its texts are ``commands.<name>.short`` and ``.help``, those of its arguments in ``.metavars`` and
    ``.arguments``, of its options in ``.options``.
    """

    def __init__(self, name: str, **settings: Any) -> None:
        self.text = name
        text = say(f"commands.{name}.help")
        own = settings.get("params", ())
        settings["params"] = [*own, *_global_options(own)]
        for one in settings["params"]:
            if isinstance(one, click.Argument):
                one.metavar = _metavar(name, one)
        super().__init__(
            name.rpartition(".")[2], help=text, short_help=say(f"commands.{name}.short"), **settings
        )


class Verbs(_Spoken, click.Group):
    """A command with sub-commands, e.g. ``guard policy list``."""

    def __init__(self, name: str, **settings: Any) -> None:
        self.text = name
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
            listed(formatter, rows)

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
    return _Option(names, help=say(f"commands.{verb}.options.{long}"), **settings)
