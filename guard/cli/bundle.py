"""``guard bundle``: results without values, carried between isolated networks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from guard.cli.language import say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.sdk.display import aligned, visible

if TYPE_CHECKING:
    from guard.ops.bundle import Exported, Mix

command = Verbs("bundle")
_MOST_CLASHES = 20


@command.verb(
    "export",
    option("bundle", "--output", "-o", metavar="FILE", default="guard-bundle.zip", show_default=True),
    option("bundle", "--run", metavar="RUN", default="latest", show_default=True),
    option("bundle", "--site", metavar="NAME", default=""),
    option("bundle", "--hash", "algorithm", type=click.Choice(["sha256", "sm3"]), default="sha256"),
)
@click.pass_context
def export(context: click.Context, output: str, run: str, site: str, algorithm: str) -> int:
    """Write one run as a bundle; print its digest."""
    from guard.ops import bundle  # sqlalchemy only when it is needed

    made = bundle.export(session_of(globals_of(context)), Path(output), run, site=site, algorithm=algorithm)
    message(say("commands.bundle.written", path=visible(str(Path(output).absolute())), **_counts(made)))
    message(say("commands.bundle.note_digest"))
    payload(made.digest)
    return 0


_DIGEST = option("bundle", "--digest", "told", metavar="HASH", multiple=True)


@command.verb("show", click.Argument(["file"]), _DIGEST)
@click.pass_context
def show(context: click.Context, file: str, told: tuple[str, ...]) -> int:
    """Check a bundle whole and say what is in it."""
    from guard.ops import bundle

    session_of(globals_of(context))  # the language of guard.yaml
    found = bundle.show(Path(file), told)
    about = found.manifest
    packs = ", ".join(f"{pack.get('id', '')} {pack.get('version', '')}" for pack in about.packs)
    rows = {
        "digest": found.digest,
        "site": about.site,
        "catalogue": about.catalogue,
        "run": f"{about.run}  {about.started} – {about.finished or '?'}  {about.status}",
        "whole": say(f"commands.bundle.{'all' if about.whole else 'part'}"),
        "policy": f"{packs or about.pack}  {about.policy}",
        "sources": ", ".join(about.sources),
        "counts": say("commands.bundle.counts", **_counts(found)),
        "audit": about.audit,
        "format": f"{about.format} (govguard {about.govguard})",
    }
    named = [(say(f"commands.bundle.fields.{name}"), visible(text)) for name, text in rows.items()]
    payload("\n".join(aligned(named)))
    return 0


@command.verb(
    "merge",
    click.Argument(["files"], nargs=-1, required=True),
    _DIGEST,
    option("bundle", "--into", metavar="RUN", default=""),
)
@click.pass_context
def merge(context: click.Context, files: tuple[str, ...], told: tuple[str, ...], into: str) -> int:
    """Merge bundles into a new run of this catalogue."""
    from guard.ops import bundle

    done = bundle.merge(session_of(globals_of(context)), [Path(file) for file in files], told=told, into=into)
    for taken in done.taken:
        payload(say("commands.bundle.taken", **_about(taken)))
    for left, why in done.skipped:
        payload(say(f"commands.bundle.skipped.{why}", **_about(left)))
    _say_clashes(done)
    if done.run is None:
        message(say("commands.bundle.nothing"))
        return 0
    message(say("commands.bundle.merged", run=done.run.id, assets=done.assets, decisions=done.decisions))
    if done.waiting:
        message(say("commands.bundle.waiting", count=done.waiting))
    if not done.alike:
        message(say("commands.bundle.unlike", run=done.run.id))
    return 0


def _say_clashes(done: Mix) -> None:
    if done.clashes:
        message(say("commands.bundle.clashes", count=len(done.clashes)))
    for clash in done.clashes[:_MOST_CLASHES]:
        line = say("commands.bundle.clash", column=clash.column, ours=clash.ours, theirs=clash.theirs)
        message(visible(line))


def _counts(made: Exported) -> dict[str, int]:
    about = made.manifest
    return {
        "sources": len(about.sources),
        "assets": about.assets,
        "columns": about.columns,
        "decisions": about.decisions,
    }


def _about(made: Exported) -> dict[str, object]:
    about = made.manifest
    return {
        "site": visible(about.site),
        "run": visible(about.run),
        "started": visible(about.started),
        **_counts(made),
    }
