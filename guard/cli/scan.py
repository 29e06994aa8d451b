"""``guard scan``: crawl, sample, detect, grade, store, print."""

from __future__ import annotations

import sys
from typing import Any

import click

from guard.cli import outcome
from guard.cli.language import say
from guard.cli.output import payload
from guard.cli.progress import watch
from guard.cli.standing import say_standing
from guard.cli.stored import session_of
from guard.cli.verb import Verb, globals_of, option
from guard.sdk.display import visible

_V = "scan"


@click.pass_context
def run(context: click.Context, /, addresses: tuple[str, ...], show_spans: bool, **given: Any) -> int:
    """Run the scan that the options describe; return its exit code."""
    from guard.ops import scan as ops  # pyarrow and re2 only when scanning

    settings = globals_of(context)
    formats = outcome.formats(settings.formats)
    session = session_of(settings)
    spans = outcome.locates(formats, asked=show_spans)
    request = ops.Request(addresses=addresses, ask_password=ask_password, spans=spans, **given)
    if given["dry_run"]:
        for line in ops.dry_run(session, request):
            payload(script(line))
        return 0
    prepared = ops.prepare(session, request)
    with watch(settings, prepared) as listener:
        result = prepared.run(listener)
    outcome.write(result.facts, formats, settings, fail_on=result.fail_on, spans=result.spans)
    if not settings.quiet:
        outcome.summary(result)
        say_standing(prepared.rules.policy.infos)
    return result.exit_code


def script(text: str) -> str:
    """``text`` with its own line breaks and tabs, every other unseen character written out."""
    return "\n".join("\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n"))


def ask_password(source: str) -> str:
    """Ask for a password on the terminal, without echo; without a terminal there is nobody to ask."""
    if not sys.stdin.isatty():
        return ""
    prompt = say("commands.scan.password", source=visible(source))
    return str(click.prompt(prompt, hide_input=True, err=True, default="", show_default=False))


command = Verb(
    _V,
    callback=run,
    params=[
        click.Argument(["addresses"], nargs=-1, metavar="[SOURCE|URL|PATH]..."),
        option(_V, "--as", "connector", metavar="CONNECTOR"),
        option(_V, "--password", metavar="REFERENCE", default=""),
        option(_V, "--include", multiple=True, metavar="GLOB"),
        option(_V, "--exclude", multiple=True, metavar="GLOB"),
        option(_V, "--only", multiple=True, metavar="TYPE"),
        option(_V, "--except", "leave", multiple=True, metavar="TYPE"),
        option(_V, "--sample", metavar="ROWS|P%|full"),
        option(_V, "--metadata-only", is_flag=True),
        option(_V, "--max-time", metavar="DURATION"),
        option(_V, "--jobs", type=click.IntRange(1, 64), default=2, show_default=True),
        option(_V, "--seed", type=int, default=0, show_default=True),
        option(_V, "--department", metavar="NAME"),
        option(_V, "--dry-run", is_flag=True),
        option(_V, "--show-sql", is_flag=True),
        option(_V, "--show-spans", is_flag=True),
        option(_V, "--resume", metavar="RUN"),
        option(_V, "--no-store", is_flag=True),
        option(_V, "--fail-on", metavar="LEVEL"),
        option(_V, "--allow-partial", is_flag=True),
    ],
)
