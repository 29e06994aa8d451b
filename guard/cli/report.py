"""``guard report list|build``: compliance reports of a stored run."""

from __future__ import annotations

from pathlib import Path

import click

from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.standing import say_standing
from guard.cli.stored import facts_of
from guard.cli.verb import Verbs, globals_of, option
from guard.model import UsageError
from guard.sdk.display import aligned

command = Verbs("report")


@command.verb("list")
def list_() -> int:
    """Every report that is installed, with its formats."""
    from guard.ops import reports

    rows = []
    for info in reports.installed():
        key = f"reports.{info.id}.what"
        text = say(key)
        rows.append((info.id, ", ".join(info.formats), "" if text == key else text))
    payload("\n".join(aligned(rows)))
    return 0


@command.verb(
    "build",
    click.Argument(["report"]),
    option("report", "--run", metavar="RUN", default="latest", show_default=True),
)
@click.pass_context
def build(context: click.Context, report: str, run: str) -> int:
    """Write one report in every format asked for with ``--format KIND=PATH``."""
    from guard.ops import reports

    settings = globals_of(context)
    targets = [_target(text) for text in settings.formats]
    if not targets:
        raise UsageError("report-no-target", report=report)
    reports.check(report, [kind for kind, _ in targets])
    facts = facts_of(settings, run)
    for kind, path in targets:
        reports.build(report, facts, kind, path, current())
        message(say("commands.report.written", kind=kind, path=path.absolute()))
    say_standing(facts.packs)
    return 0


def _target(text: str) -> tuple[str, Path]:
    kind, _, path = text.partition("=")
    if not path:
        raise UsageError("report-no-path", word=text)
    return kind, Path(path)
