"""``guard policy diff|simulate``: what differs between packs, and what a draft would change."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from guard.cli import outcome
from guard.cli.language import say
from guard.cli.output import message
from guard.cli.policy_flips import HEADERS, row, table
from guard.cli.standing import say_standing
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.sdk.display import cell, visible

if TYPE_CHECKING:
    from guard.ops import policy_simulate
    from guard.policy.diff import Change, Field

_MARKS = {"added": "+", "removed": "-", "changed": "~"}
_WIDE = 100


def register(command: Verbs, folder: click.Option) -> None:
    """Register ``diff`` and ``simulate`` as verbs of ``command``."""
    command.verb("diff", click.Argument(["before"]), click.Argument(["after"]), folder)(diff)
    command.verb(
        "simulate",
        _option("--policy", "drafts", metavar="PATH", multiple=True, type=click.Path(path_type=Path)),
        _option("--pack", "packs", metavar="PACK", multiple=True),
        _option("--run", metavar="RUN", default="latest", show_default=True),
    )(simulate)


def _option(*names: str, **settings: Any) -> click.Option:
    return option("policy.simulate", *names, **settings)


@click.pass_context
def diff(context: click.Context, before: str, after: str, folders: tuple[Path, ...]) -> int:
    """Print what differs from one pack or folder to another; 1 when anything does."""
    from guard.ops.policy_diff import compare

    settings = globals_of(context)
    wanted = outcome.formats(settings.formats, ("table", "json"))
    changes = compare(session_of(settings), before, after, folders)
    outcome.put(wanted, lambda kind, stream: _write_diff(kind, changes, stream))
    if not changes:
        message(say("commands.policy.changes.none"))
        return 0
    counts = {what: sum(change.what == what for change in changes) for what in _MARKS}
    message(say("commands.policy.changes.count", **counts))
    return 1


def _write_diff(kind: str, changes: Sequence[Change], stream: TextIO) -> None:
    if kind == "json":
        json.dump({"changes": [asdict(change) for change in changes]}, stream, ensure_ascii=False, indent=2)
        stream.write("\n")
        return
    for part, group in groupby(changes, key=lambda change: change.part):
        stream.write(say(f"commands.policy.changes.parts.{part}") + "\n")
        for change in group:
            stream.write(f"  {_MARKS[change.what]} {visible(change.id)}\n")
            for field in change.fields if change.what == "changed" else ():
                stream.write(f"      {visible(field.name)}: {_values(field)}\n")


def _values(field: Field) -> str:
    """Two values; of two lists of words, what came and what went."""
    before, after = field.before, field.after
    if (
        isinstance(before, list)
        and isinstance(after, list)
        and all(isinstance(x, str) for x in before + after)
    ):
        gone = [f"-{word}" for word in before if word not in after]
        come = [f"+{word}" for word in after if word not in before]
        if gone or come:
            return visible(" ".join((*gone, *come)))
    return f"{_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = visible(text)
    return text if len(text) <= _WIDE else f"{text[:_WIDE]}…"


@click.pass_context
def simulate(context: click.Context, drafts: tuple[Path, ...], packs: tuple[str, ...], run: str) -> int:
    """Print every column that a draft would grade otherwise; stores nothing."""
    from guard.ops.policy_simulate import simulate as run_draft  # sqlalchemy only when it is needed

    settings = globals_of(context)
    wanted = outcome.formats(settings.formats, ("table", "csv", "json"))
    told = run_draft(session_of(settings), packs, drafts, run)
    outcome.put(wanted, lambda kind, stream: _write_flips(kind, told, stream))
    counts = {"columns": told.columns, "flips": len(told.changed), "kept": len(told.kept)}
    message(say("commands.policy.flips.done", **counts))
    if told.left_out:
        message(say("commands.policy.flips.left_out", packs=visible(", ".join(told.left_out))))
    say_standing(told.packs)
    return 0


def _write_flips(kind: str, told: policy_simulate.Simulated, stream: TextIO) -> None:
    if kind == "csv":
        lines = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        lines.writerow(HEADERS)
        lines.writerows([cell(text) for text in row(flip)] for flip in (*told.flips, *told.tables))
    elif kind == "json":
        json.dump(_as_json(told), stream, ensure_ascii=False, indent=2)
        stream.write("\n")
    else:
        stream.writelines(f"{line}\n" for line in table(told))


def _as_json(told: policy_simulate.Simulated) -> dict[str, Any]:
    return {
        "run": told.run,
        "policy": told.policy,
        "draft": told.draft,
        "columns": told.columns,
        "matrix": [
            {"before": before, "after": after, "columns": count}
            for (before, after), count in sorted(told.matrix.items())
        ],
        "also": dict(told.also),
        "also_names": [
            {"what": what, "name": name, "columns": count}
            for (what, name), count in sorted(told.named.items())
        ],
        "flips": [asdict(flip) for flip in told.flips],
        "tables": [asdict(flip) for flip in told.tables],
    }
