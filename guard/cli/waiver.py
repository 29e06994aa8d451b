"""``guard waiver``: exceptions from the gate's rules, each with a reason, an approver and an end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from guard.cli.language import say
from guard.cli.outcome import formats, put
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.model import UsageError
from guard.sdk.display import aligned, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guard.ops.waivers import Granted

command = Verbs("waiver")
_COLUMNS = ("rule", "where", "file", "expires", "approved_by", "author", "ticket", "reason")


@command.verb(
    "list",
    click.Argument(["paths"], nargs=-1, type=click.Path(path_type=Path)),
    option("waiver", "--unused", is_flag=True),
    option("waiver", "--expired", is_flag=True),
    option("waiver", "--expiring", type=click.IntRange(0, 100_000), metavar="DAYS"),
)
@click.pass_context
def list_(
    context: click.Context, paths: tuple[Path, ...], unused: bool, expired: bool, expiring: int | None
) -> int:
    """Every waiver, or those that are unused, have expired or will."""
    from guard.ops import waivers

    settings = globals_of(context)
    wanted = formats(settings.formats, ("table", "json"))
    every = waivers.listed(session_of(settings), paths, judged=unused or bool(paths))
    everything = not (unused or expired or expiring is not None)
    soon = -1 if expiring is None else expiring
    chosen = [
        one
        for one in every
        if everything or (unused and one.unused) or (expired and one.left < 0) or 0 <= one.left <= soon
    ]
    put(wanted, lambda kind, stream: _write(kind, chosen, stream))
    message(say("commands.waiver.counted", count=len(chosen), of=len(every)))
    return 0


def _write(kind: str, some: Sequence[Granted], stream: TextIO) -> None:
    if kind == "json":
        payload(json.dumps([_record(one) for one in some], ensure_ascii=False, indent=2), stream=stream)
    elif some:
        head = tuple(say(f"commands.waiver.columns.{name}") for name in ("standing", *_COLUMNS, "place"))
        payload("\n".join(aligned([head, *map(_row, some)])), stream=stream)


def _row(one: Granted) -> tuple[str, ...]:
    told = (visible(getattr(one.waiver, name)) or "-" for name in _COLUMNS)
    return (_standing(one), *told, visible(f"{one.waiver.place.file}:{one.waiver.place.line}"))


def _standing(one: Granted) -> str:
    if one.left < 0:
        return say("commands.waiver.expired", days=-one.left)
    return say("commands.waiver.unused" if one.unused else "commands.waiver.holds", days=one.left)


def _record(one: Granted) -> dict[str, object]:
    told = {name: getattr(one.waiver, name) for name in _COLUMNS}
    place = {"path": one.waiver.place.file, "line": one.waiver.place.line}
    return told | {"inline": one.waiver.inline, "days_left": one.left, "unused": one.unused, "place": place}


@command.verb(
    "add",
    option("waiver", "--rule", "rules", multiple=True, required=True, metavar="RULE"),
    option("waiver", "--where", required=True, metavar="GLOB"),
    option("waiver", "--file", default="", metavar="GLOB"),
    option("waiver", "--reason", required=True, metavar="TEXT"),
    option("waiver", "--ticket", required=True, metavar="TEXT"),
    option("waiver", "--approved-by", required=True, metavar="NAME"),
    option("waiver", "--expires", required=True, metavar="DATE"),
    option("waiver", "--author", default="", metavar="NAME"),
)
@click.pass_context
def add(context: click.Context, /, rules: tuple[str, ...], author: str, **told: Any) -> int:
    """Append an entry for each rule to the list."""
    from guard.model.gate import Place, Waiver
    from guard.ops import waivers

    session = session_of(globals_of(context))
    asking = author or waivers.author_of(session)
    nowhere = Place(file="", line=0)
    asked = [Waiver(rule=rule, author=asking, place=nowhere, **told) for rule in dict.fromkeys(rules)]
    path = waivers.add(session, asked)
    message(say("commands.waiver.added", count=len(asked), file=visible(path), author=visible(asking)))
    return 0


@command.verb(
    "prune",
    click.Argument(["paths"], nargs=-1, type=click.Path(path_type=Path)),
    option("waiver", "--only-expired", is_flag=True),
)
@click.pass_context
def prune(context: click.Context, paths: tuple[Path, ...], only_expired: bool) -> int:
    """Take out what has expired or excuses nothing, after asking."""
    from guard.ops import waivers

    settings = globals_of(context)
    session = session_of(settings)
    gone = waivers.going(session, paths, judged=not only_expired)
    if gone:
        _write("table", gone, sys.stdout)
        if not settings.yes:
            _ask(len(gone))
        waivers.prune(session, [one.waiver for one in gone])
    message(say("commands.waiver.pruned", count=len(gone)))
    return 0


def _ask(count: int) -> None:
    if not sys.stdin.isatty():
        raise UsageError("waiver-sure", count=count)
    click.confirm(say("commands.waiver.sure", count=count), abort=True, err=True)
