"""``guard policy list|show|check|test|try``: packs and types, without a guard.yaml."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.sdk.display import aligned, visible

command = Verbs("policy")
_FOLDER = option(
    "policy", "--policy", "folders", metavar="PATH", multiple=True, type=click.Path(path_type=Path)
)


@command.verb("list", _FOLDER)
@click.pass_context
def list_(context: click.Context, folders: tuple[Path, ...]) -> int:
    """Every pack that can be used."""
    from guard.ops import policies

    rows = [
        (row.id, row.version, row.name, row.standard, str(row.folder))
        for row in policies.packs(session_of(globals_of(context)), folders, current())
    ]
    payload("\n".join(aligned([tuple(map(visible, row)) for row in rows])))
    return 0


@command.verb("show", click.Argument(["pack"], default="gov_cn"), _FOLDER)
@click.pass_context
def show(context: click.Context, pack: str, folders: tuple[Path, ...]) -> int:
    """Levels, categories, domains, rules and types of one pack."""
    from guard.ops import policies

    for line in policies.describe(session_of(globals_of(context)), pack, folders, current()):
        payload(line)
    return 0


@command.verb("check", click.Argument(["folders"], nargs=-1, type=click.Path(path_type=Path)))
@click.pass_context
def check(context: click.Context, folders: tuple[Path, ...]) -> int:
    """Say everything that is wrong in packs and types, with file and line; 2 when anything is."""
    from guard.ops import policies

    issues = policies.check(session_of(globals_of(context)), folders)
    for issue in issues:
        what = say(
            f"errors.{issue.code}.what", **{key: visible(value) for key, value in issue.params.items()}
        )
        payload(f"{issue.file}:{issue.line}: {issue.code}: {what}")
    message(say("commands.policy.checked", issues=len(issues)))
    return 2 if issues else 0


@command.verb("test", click.Argument(["folders"], nargs=-1, type=click.Path(path_type=Path)))
@click.pass_context
def test(context: click.Context, folders: tuple[Path, ...]) -> int:
    """Run every type's samples and every pack's golden cases; 1 when one fails."""
    from guard.ops import policies

    outcome = policies.test(session_of(globals_of(context)), folders)
    for failure in outcome.failures:
        payload(visible(failure))
    message(
        say(
            "commands.policy.tested",
            types=outcome.types,
            samples=outcome.samples,
            cases=outcome.cases,
            failures=len(outcome.failures),
        )
    )
    return 1 if outcome.failures else 0


@command.verb("try", click.Argument(["type_id"], metavar="TYPE"), _FOLDER)
@click.pass_context
def try_(context: click.Context, type_id: str, folders: tuple[Path, ...]) -> int:
    """Say for each line of standard input whether it is of the type, and why; never echoes it."""
    from guard.ops import policies

    judge = policies.trier(session_of(globals_of(context)), type_id, folders)
    every = True
    for number, line in enumerate(sys.stdin, start=1):
        verdict = judge(line.rstrip("\r\n"))
        every &= verdict.matched
        word = say("commands.policy.match" if verdict.matched else "commands.policy.no_match")
        payload(f"{number}\t{word}\t{say(f'verdicts.{verdict.why}', **verdict.params)}")
    return 0 if every else 1
