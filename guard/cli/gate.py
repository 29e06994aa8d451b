"""``guard gate``: judge a schema change from its SQL, without a database."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guard.cli.language import current, say
from guard.cli.outcome import formats, put
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Globals, Verb, globals_of, option
from guard.model import UsageError
from guard.ops.levels import own_level
from guard.sdk.display import visible

if TYPE_CHECKING:
    from guard.emit.gate.options import GateOptions
    from guard.ops.gate import Outcome

_V = "gate"
KINDS = ("table", "json", "sarif", "junit", "gitlab", "github", "md", "schema")


@click.pass_context
def run(
    context: click.Context,
    /,
    paths: tuple[str, ...],
    fix: bool,
    dry_run: bool,
    show_waived: bool,
    **given: Any,
) -> int:
    """Judge the scripts; with ``--fix`` write the declarations that were proposed first."""
    gc.disable()  # a seventh of the time, for hardly any memory: what is read stays until the end
    try:
        return _run(context, paths, fix=fix, dry_run=dry_run, show_waived=show_waived, given=given)
    finally:
        gc.enable()


def _run(
    context: click.Context,
    paths: tuple[str, ...],
    *,
    fix: bool,
    dry_run: bool,
    show_waived: bool,
    given: dict[str, Any],
) -> int:
    from guard.ops import gate as ops

    settings = globals_of(context)
    # The difference is what stdout carries in a dry run.
    wanted = formats(settings.formats, KINDS) if settings.formats or not dry_run else ()
    if dry_run and any(path is None for _, path in wanted):
        raise UsageError("two-on-stdout")
    session = session_of(settings)
    _together(given, fix=fix, dry_run=dry_run)
    live = settings.catalog is not None or bool(given["source"])
    given["ratchet"] = given["ratchet"] or ""
    request = ops.Request(paths=tuple(map(Path, paths)), live=live, **given)
    found = ops.judge(session, request)
    if fix and _mended(ops.mend(found, write=not dry_run), written=not dry_run):
        found = ops.judge(session, request)
    options = _options(found, settings, show_waived=show_waived)
    _write(found, wanted, options)
    if not settings.quiet:
        for line in ops.summary(found, current(), options):
            message(line)
    return found.exit_code


def _together(given: dict[str, Any], *, fix: bool, dry_run: bool) -> None:
    """Raises UsageError ``gate-needs`` for an option that does nothing without another."""
    if dry_run and not fix:
        raise UsageError("gate-needs", option="--dry-run", needed="--fix")
    for name in ("new_only", "ratchet"):
        if given[name] and not given["against"]:
            raise UsageError("gate-needs", option=f"--{name.replace('_', '-')}", needed="--against")


def _mended(edits: Any, *, written: bool) -> bool:
    """Say what was written, or print what would be; whether anything was."""
    if not written:
        payload("".join(edit.diff for edit in edits), end="")
        hidden = [visible(edit.file) for edit in edits if not edit.exact]
        if hidden:
            message(say("commands.gate.hidden", files=", ".join(hidden)))
        return False
    for edit in edits:
        message(say("commands.gate.fixed", file=visible(edit.file), count=edit.count))
    return bool(edits)


def _options(found: Outcome, settings: Globals, *, show_waived: bool) -> GateOptions:
    from guard.emit.gate.options import GateOptions
    from guard.gate.rule import rules
    from guard.ops.gate_lines import lengths

    color = settings.color == "always" or (
        settings.color == "auto" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    )
    levels = found.verdict.levels
    return GateOptions(
        show=own_level(settings.show, levels, {}) if settings.show else "",
        fail_on=found.fail_on,
        color=color,
        width=max(shutil.get_terminal_size((120, 40)).columns, 80),
        show_waived=show_waived,
        root=found.places.root,
        today=date.today(),
        types=found.types,
        rules=rules(),
        length=lengths(found.places.root),
        concealed=found.engine.concealed.text,
    )


def _write(found: Outcome, wanted: Any, options: GateOptions) -> None:
    from guard.emit.gate import write

    def emit(kind: str, stream: Any) -> None:
        if kind == "schema":
            for line in found.schema_lines():
                payload(line, stream=stream)
        else:
            write(kind, found.verdict, stream, language=current(), options=options)

    put(wanted, emit)


command = Verb(
    _V,
    callback=run,
    params=[
        click.Argument(["paths"], nargs=-1, metavar="[PATH]..."),
        option(_V, "--dialect", metavar="NAME", default=""),
        option(_V, "--against", metavar="REF", default=""),
        option(_V, "--new-only", is_flag=True),
        option(_V, "--isolated", is_flag=True),
        option(_V, "--fail-on", metavar="SEVERITY|LEVEL", default=""),
        option(_V, "--show-waived", is_flag=True),
        option(_V, "--schema", metavar="FILE", default=""),
        option(_V, "--waivers", metavar="FILE", default=""),
        option(_V, "--baseline", metavar="FILE", default=""),
        option(_V, "--ratchet", type=click.Choice(["table"])),
        option(_V, "--source", metavar="NAME", default=""),
        option(_V, "--fix", is_flag=True),
        option(_V, "--dry-run", is_flag=True),
        option(_V, "--allow-partial", is_flag=True),
    ],
)
