"""Writing results in the formats asked for, and the summary a person reads at the end."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from guard.cli.language import current, say
from guard.cli.output import message
from guard.cli.verb import Globals
from guard.model import UsageError
from guard.model.standard import standing_for
from guard.ops.levels import maps_of, own_level
from guard.sdk.display import visible
from guard.sdk.whole import whole
from guard.yamldoc import nearest

if TYPE_CHECKING:
    from guard.emit.options import Spans
    from guard.ops.scan import Result
    from guard.sdk.report import Facts


def formats(given: Sequence[str], kinds: Sequence[str] = ()) -> tuple[tuple[str, Path | None], ...]:
    """Parse ``KIND[=PATH]`` of ``kinds`` (those of findings); default: a table on stdout.

    Raises UsageError for an unknown kind.
    """
    from guard.emit import KINDS  # a table of names, nothing heavy

    known = tuple(kinds) or KINDS
    wanted = []
    for text in given or ("table",):
        kind, _, path = text.partition("=")
        if kind not in known:
            raise UsageError(
                "unknown-format", word=kind, nearest=nearest(kind, known) or "-", known=", ".join(known)
            )
        wanted.append((kind, Path(path) if path else None))
    for _, target in wanted:
        if target is not None and not target.absolute().parent.is_dir():
            raise UsageError("no-such-folder", path=str(target.absolute().parent))
    if sum(path is None for _, path in wanted) > 1:
        raise UsageError("two-on-stdout")
    return tuple(wanted)


def locates(wanted: Sequence[tuple[str, Path | None]], *, asked: bool) -> bool:
    """Whether places in text files are needed: for jsonl, or because they were ``asked`` for.

    Raises UsageError where they were asked for and no format shows them.
    """
    kinds = {kind for kind, _ in wanted}
    if asked and kinds.isdisjoint(("table", "jsonl")):
        raise UsageError("spans-unseen", formats=", ".join(sorted(kinds)))
    return asked or "jsonl" in kinds


def write(
    facts: Facts,
    wanted: Sequence[tuple[str, Path | None]],
    settings: Globals,
    *,
    fail_on: str = "L3",
    spans: Spans | None = None,
) -> None:
    """Write every format: to stdout, or whole to its file."""
    from guard.emit import EmitOptions
    from guard.emit import write as emit

    color = settings.color == "always" or (
        settings.color == "auto" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    )
    limit = "" if fail_on == "never" else fail_on
    if limit not in facts.levels:
        limit = standing_for(limit, maps_of(facts))
    width = shutil.get_terminal_size((120, 40)).columns
    options = EmitOptions(
        show=_shown(settings.show, facts), width=max(width, 80), color=color, fail_on=limit, spans=spans
    )
    put(wanted, lambda kind, stream: emit(kind, facts, stream, language=current(), options=options))


def put(wanted: Sequence[tuple[str, Path | None]], writer: Callable[[str, TextIO], None]) -> None:
    """Call ``writer`` for every format: to stdout, or whole to its file."""
    for kind, path in wanted:
        if path is None:
            writer(kind, sys.stdout)
            continue
        try:
            with whole(path) as draft, draft.open("w", encoding=_encoding(kind), newline="") as stream:
                writer(kind, stream)
        except OSError as error:
            raise UsageError("cannot-write", path=str(path), why=os.strerror(error.errno or 0)) from None


def _encoding(kind: str) -> str:
    # Chinese Excel takes a CSV without the mark for GBK.
    return "utf-8-sig" if kind == "csv" else "utf-8"


def _shown(level: str | None, facts: Facts) -> str:
    known = (*facts.levels, "undetermined")
    return "" if level is None else own_level(level, known, maps_of(facts))


def summary(result: Result) -> None:
    """Say on stderr how it ended: coverage, what is missing and what to do, the run's id."""
    totals = result.facts.totals
    message(
        say(
            "commands.scan.summary",
            assets=totals.assets,
            scanned=totals.scanned,
            sampled=totals.sampled,
            skipped=totals.skipped,
            columns=totals.columns,
        )
    )
    for trouble in result.troubles:
        params = {name: visible(value) for name, value in trouble.problem.params.items()}
        reason = say(f"problems.{trouble.problem.code}.what", **params)
        line = say("commands.scan.trouble", count=trouble.count, reason=reason)
        message(f"{line}  (guard explain {trouble.problem.code})")
    if result.resume:
        message(say("commands.scan.resume", command=visible(result.resume)))
    ending = "done" if result.fail_on == "never" and not result.exit_code else f"exit_{result.exit_code}"
    message(say(f"commands.scan.{ending}", run=result.facts.run.id, fail_on=result.fail_on))
