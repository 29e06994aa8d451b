"""``guard policy``: packs, rules and types. Only ``simulate`` reads a catalogue; none needs guard.yaml."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guard.cli import policy_compare, policy_exchange, policy_pages
from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.sdk.display import aligned, visible

if TYPE_CHECKING:
    from guard.policy.issues import Issue

command = Verbs("policy")
_FOLDER = option(
    "policy", "--policy", "folders", metavar="PATH", multiple=True, type=click.Path(path_type=Path)
)


@command.verb("list", _FOLDER)
@click.pass_context
def list_(context: click.Context, folders: tuple[Path, ...]) -> int:
    """Every pack that can be used."""
    from guard.ops import policies

    columns = (
        "id", "version", "status", "effective", "until", "levels", "mark", "standard", "name", "folder",
    )  # fmt: skip
    rows = [tuple(say(f"commands.policy.columns.{name}") for name in columns)]
    for one in policies.packs(session_of(globals_of(context)), folders, current()):
        words = {name: visible(getattr(one, name)) for name in columns}
        words["status"] = say(f"commands.policy.statuses.{one.status}")
        rows.append(tuple(words[name] or "-" for name in columns))
    payload("\n".join(aligned(rows)))
    return 0


@command.verb("show", click.Argument(["pack"], default="gov_cn"), _FOLDER)
@click.pass_context
def show(context: click.Context, pack: str, folders: tuple[Path, ...]) -> int:
    """Levels, categories, domains, rules and types of one pack."""
    from guard.ops import policies

    for line in policies.describe(session_of(globals_of(context)), pack, folders, current()):
        payload(line)
    return 0


@command.verb("check", click.Argument(["paths"], nargs=-1, type=click.Path(path_type=Path)), _FOLDER)
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...], folders: tuple[Path, ...]) -> int:
    """Say everything that is wrong in packs and types, with file and line; 2 when anything is."""
    from guard.ops import policy_check

    issues = policy_check.check(session_of(globals_of(context)), (*paths, *folders))
    for issue in issues:
        payload(_told(issue))
    message(say("commands.policy.checked", issues=len(issues)))
    return 2 if issues else 0


def _told(issue: Issue) -> str:
    """An issue as one line: where, what, why or from what to choose, and the nearest right name."""
    params = {key: visible(value) for key, value in issue.params.items()}
    params |= {"file": visible(issue.file), "line": str(issue.line)}
    what, why = (say(f"errors.{issue.code}.{part}", **params).strip() for part in ("what", "why"))
    close = params.get("nearest")
    near = say("cli.did_you_mean", word=close) if close and close != "-" else ""
    said = say("commands.policy.issue", what=what, why="" if why.startswith("errors.") else why, near=near)
    return f"{params['file']}:{issue.line}: {issue.code}: {said}"


@command.verb("test", click.Argument(["paths"], nargs=-1, type=click.Path(path_type=Path)), _FOLDER)
@click.pass_context
def test(context: click.Context, paths: tuple[Path, ...], folders: tuple[Path, ...]) -> int:
    """Run every type's samples and every pack's golden cases; 1 when one fails."""
    from guard.ops import policy_check

    outcome = policy_check.test(session_of(globals_of(context)), (*paths, *folders))
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


policy_compare.register(command, _FOLDER)
policy_exchange.register(command)
policy_pages.register(command, _FOLDER)
