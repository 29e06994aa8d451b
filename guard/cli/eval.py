"""``guard eval [DIR]``: how often verdicts are right, and how far confidence can be trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verb, globals_of, option
from guard.model import UsageError

if TYPE_CHECKING:
    from guard.ops.evaluation import Evaluation

KINDS = ("table", "json", "md")


@click.pass_context
def run(context: click.Context, folder: Path | None, seed: int) -> int:
    """Score the generated set, or a labelled folder; 3 where part of it could not be read."""
    settings = globals_of(context)
    wanted = [_format(text) for text in settings.formats or ["table"]]
    if sum(path is None for _, path in wanted) > 1:
        raise UsageError("two-on-stdout")
    found = _evaluate(context, folder, seed)
    for kind, path in wanted:
        _write(_text(found, kind), path)
    for problem in found.problems:
        message(say("commands.eval.unread", path="/".join(problem.path), code=problem.code))
    return 3 if found.problems else 0


def _evaluate(context: click.Context, folder: Path | None, seed: int) -> Evaluation:
    from guard.demo import trial  # numpy and pyarrow only when it is used
    from guard.ops import evaluation
    from guard.sdk.sample import Sample

    session = session_of(globals_of(context))
    if folder is not None:
        return evaluation.of_folder(session, folder)
    message(say("commands.eval.generating"))
    cases = (
        evaluation.Case(
            group=table.style,
            sample=Sample(table.asset, table.batch, complete=True),
            labels=table.labels,
            titles=table.titles,
        )
        for table in trial.tables(seed)
    )
    return evaluation.of_cases(session, cases)


def _format(text: str) -> tuple[str, Path | None]:
    from guard.yamldoc import nearest

    kind, _, path = text.partition("=")
    if kind not in KINDS:
        raise UsageError(
            "unknown-format", word=kind, nearest=nearest(kind, KINDS) or "-", known=", ".join(KINDS)
        )
    return kind, Path(path) if path else None


def _text(found: Evaluation, kind: str) -> str:
    from guard.ops import accuracy

    if kind == "json":
        return json.dumps(accuracy.record(found), ensure_ascii=False, indent=2)
    lines = accuracy.lines(found, current(), markdown=kind == "md")
    return "\n".join(lines)


def _write(text: str, path: Path | None) -> None:
    from guard.sdk.whole import whole

    if path is None:
        payload(text)
        return
    try:
        with whole(path) as draft:
            draft.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        raise UsageError("cannot-write", path=str(path), why=error.strerror or type(error).__name__) from None


command = Verb(
    "eval",
    callback=run,
    params=[
        click.Argument(["folder"], required=False, type=click.Path(path_type=Path)),
        option("eval", "--seed", type=int, default=1, show_default=True),
    ],
)
