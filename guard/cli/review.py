"""``guard review``: what the machine proposes, answered by people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from guard.cli.language import say
from guard.cli.output import emit_json, message, payload
from guard.cli.review_exchange import add as add_exchange
from guard.cli.review_show import (
    decision_lines,
    decision_record,
    fall_lines,
    group_lines,
    group_record,
    json_wanted,
    plan_lines,
    question_lines,
    question_record,
    totals_line,
)
from guard.cli.stored import session_of
from guard.cli.verb import Globals, Verbs, globals_of, option
from guard.model import Act, UsageError
from guard.sdk.display import visible

if TYPE_CHECKING:
    from guard.ops.review import Answer, Plan, Selection, Work
    from guard.ops.review_list import Listed
    from guard.ops.review_minimum import Below

MANY = 100
"""From so many columns on, a decision is asked about once more."""

command = Verbs("review")
_REFS = ("refs",)


def _run() -> click.Option:
    return option("review", "--run", metavar="RUN", default="latest", show_default=True)


def _selecting(*, correcting: bool = False) -> list[click.Parameter]:
    """The options that say which columns are meant; a correction has another use for --type and --level."""
    found = ("--found",) if correcting else ("--found", "--type")
    proposed = ("--proposed",) if correcting else ("--proposed", "--level")
    return [
        click.Argument(["refs"], nargs=-1),
        option("review", "--match", metavar="GLOB", default=""),
        option("review", "--name", metavar="NAME", default=""),
        option("review", *found, "found", metavar="TYPE", default=""),
        option("review", *proposed, "proposed", metavar="LEVEL", default=""),
        option("review", "--group", metavar="ID", default=""),
    ]


def _deciding(*, correcting: bool = False) -> list[click.Parameter]:
    return [
        *_selecting(correcting=correcting),
        option("review", "--reason", metavar="TEXT", default=""),
        option("review", "--again", is_flag=True),
        option("review", "--table", is_flag=True),
        option("review", "--dry-run", is_flag=True),
        _run(),
    ]


def _work(settings: Globals, run: str) -> Work:
    from guard.ops.review import Work  # sqlalchemy only when it is needed

    return Work.open(session_of(settings), run)


def _selection(given: dict[str, Any], *, confirmable: bool = False, candidate: bool = False) -> Selection:
    from guard.ops.review import Selection

    return Selection(
        refs=tuple(given.get("refs", ())),
        match=given.get("match", ""),
        name=given.get("name", ""),
        type=given.get("found", ""),
        level=given.get("proposed", ""),
        group=given.get("group", ""),
        confirmable=confirmable,
        again=given.get("again", False),
        table=given.get("table", False),
        candidate=candidate,
    )


@command.verb(
    "next",
    *_selecting(),
    option("review", "--confirmable", is_flag=True),
    option("review", "--limit", type=click.IntRange(1, 1000), default=1, show_default=True),
    _run(),
)
@click.pass_context
def next_(context: click.Context, /, run: str, limit: int, confirmable: bool, **given: Any) -> int:
    """The next question, with why, examples and the commands that answer it."""
    from guard.ops.review import groups, questions
    from guard.ops.review_words import shown

    settings = globals_of(context)
    as_json = json_wanted(settings)
    with _work(settings, run) as work:
        wanted = _selection(given, confirmable=confirmable)
        moved = [] if not wanted.empty else [one for one in questions(work, carried=False) if one.news]
        found = groups(work, wanted)
        first = [group for group in found if not wanted.empty or group.kind != "confirmable"]
        several = [shown(work, group) for group in first[:limit]]
        if as_json:
            emit_json(
                {
                    "schema": "guard.review/1",
                    "run": work.run.id,
                    "left": totals_line(work, found)[1],
                    "moved": [question_record(one) for one in moved],
                    "groups": [group_record(one) for one in several],
                }
            )
            return 0
        for question in moved[:limit]:
            payload("\n".join(question_lines(work, question)) + "\n")
        for one in several:
            payload("\n".join(group_lines(work, one)) + "\n")
        message(totals_line(work, found)[0])
    return 0


@command.verb(
    "confirm",
    *_deciding(),
    option("review", "--confirmable", is_flag=True),
    option("review", "--candidate", is_flag=True),
    option("review", "--moved", is_flag=True),
)
@click.pass_context
def confirm(
    context: click.Context, /, run: str, confirmable: bool, candidate: bool, moved: bool, **given: Any
) -> int:
    """Say that the machine is right."""
    from guard.ops.review import Answer, rename

    settings = globals_of(context)
    if moved:
        with _work(settings, run) as work:
            made = rename(work)
        message(say("commands.review.moved", columns=len(made), batch=made[0].batch))
        return 0
    answer = Answer(act=Act.CONFIRM, candidate=candidate, reason=given["reason"])
    return _decide(settings, run, answer, given, confirmable=confirmable)


@command.verb(
    "correct",
    *_deciding(correcting=True),
    option("review", "--level", "new_level", metavar="LEVEL", default=""),
    option("review", "--type", "new_type", metavar="TYPE", default=""),
    option("review", "--category", metavar="PATH", default=""),
)
@click.pass_context
def correct(
    context: click.Context, /, run: str, new_level: str, new_type: str, category: str, **given: Any
) -> int:
    """Say what is right instead."""
    from guard.ops.review import Answer

    answer = Answer(
        act=Act.CORRECT, level=new_level, type=new_type, category=category, reason=given["reason"]
    )
    return _decide(globals_of(context), run, answer, given)


@command.verb("reject", *_deciding())
@click.pass_context
def reject(context: click.Context, /, run: str, **given: Any) -> int:
    """Say that the type found is not there."""
    from guard.ops.review import Answer

    return _decide(globals_of(context), run, Answer(act=Act.REJECT, reason=given["reason"]), given)


def _decide(
    settings: Globals, run: str, answer: Answer, given: dict[str, Any], *, confirmable: bool = False
) -> int:
    from guard.ops.review import Wish, carry_out, check_answer, plan, select

    with _work(settings, run) as work:
        check_answer(work, answer)
        items = select(work, _selection(given, confirmable=confirmable, candidate=answer.candidate))
        made = plan(work, [Wish(item=item, answer=answer) for item in items])
        if given["dry_run"]:
            payload("\n".join(plan_lines(made, all_=True)))
            _warned(made)
            message(say("commands.review.would", columns=len(made.planned), pending=made.pending))
            return 0
        _sure(settings, len(made.planned), lambda: plan_lines(made))
        outcome = carry_out(work, made)
    _told(made)
    _warned(made)
    if outcome.active:
        message(say("commands.review.done", columns=outcome.active, batch=outcome.batch))
    if outcome.pending:
        message(say("commands.review.pending", columns=outcome.pending, batch=outcome.batch))
    return 0


def _warned(made: Plan) -> None:
    below = sum(bool(item.below) for item in made.planned)
    if below:
        message(say("commands.review.below_count", columns=below))


def _told(made: Plan) -> None:
    if len(made.planned) <= MANY:
        payload("\n".join(plan_lines(made, all_=True)))
    elif made.falls:
        payload("\n".join(fall_lines(made.falls)))


def _sure(settings: Globals, columns: int, what: Callable[[], Iterator[str]]) -> None:
    """Ask before many columns are decided upon; UsageError ``review-many`` where nobody can answer."""
    if settings.yes or columns <= MANY:
        return
    if not sys.stdin.isatty():
        raise UsageError("review-many", columns=columns, most=MANY)
    message("\n".join(what()))
    click.confirm(say("commands.review.sure", columns=columns), abort=True, err=True)


def _waiting(*more: click.Parameter) -> list[click.Parameter]:
    return [
        click.Argument(["ids"], nargs=-1),
        option("review", "--all", "every", is_flag=True),
        *more,
        option("review", "--dry-run", is_flag=True),
        _run(),
    ]


@command.verb("approve", *_waiting())
@click.pass_context
def approve(context: click.Context, /, run: str, ids: tuple[str, ...], every: bool, dry_run: bool) -> int:
    """Bring decisions that wait for a second person into force."""
    from guard.ops.review import approve as approving
    from guard.ops.review_account import same_account
    from guard.ops.review_minimum import below_minimum

    with _work(globals_of(context), run) as work:
        chosen = approving(work, ("all",) if every else ids, dry_run=dry_run)
        below, same = below_minimum(work, chosen), same_account(work, chosen, approving=True)
    code = _changed("approved", chosen, dry_run=dry_run, below=below, same=same)
    if below:
        message(say("commands.review.below_count", columns=len(below)))
    if same:
        message(say("commands.review.same_warning", columns=len(same)))
    return code


@command.verb("refuse", *_waiting(option("review", "--reason", metavar="TEXT", default="")))
@click.pass_context
def refuse(
    context: click.Context, /, run: str, ids: tuple[str, ...], every: bool, reason: str, dry_run: bool
) -> int:
    """Turn decisions that wait for a second person down."""
    from guard.ops.review import refuse as refusing

    with _work(globals_of(context), run) as work:
        chosen = refusing(work, ("all",) if every else ids, reason, dry_run=dry_run)
    return _changed("refused", chosen, dry_run=dry_run)


@command.verb(
    "undo", click.Argument(["id"], default="last"), option("review", "--dry-run", is_flag=True), _run()
)
@click.pass_context
def undo(context: click.Context, /, run: str, id: str, dry_run: bool) -> int:
    """Take a decision or a batch back."""
    from guard.ops.review import undo as undoing

    with _work(globals_of(context), run) as work:
        chosen = undoing(work, id, dry_run=dry_run)
    return _changed("undone", chosen, dry_run=dry_run)


@command.verb("rename", click.Argument(["old"]), click.Argument(["new"]), _run())
@click.pass_context
def rename(context: click.Context, /, run: str, old: str, new: str) -> int:
    """Let decisions go with a column or table that has a new name."""
    from guard.ops.review import rename as renaming

    with _work(globals_of(context), run) as work:
        made = renaming(work, {old: new})
    return _changed("renamed", made, dry_run=False)


def _changed(
    how: str,
    chosen: Sequence[Any],
    *,
    dry_run: bool,
    below: Below = MappingProxyType({}),
    same: frozenset[str] = frozenset(),
) -> int:
    if len(chosen) <= MANY or dry_run:
        told = (decision_lines(one, below=below.get(one.id, ()), same=one.id in same) for one in chosen)
        payload("\n".join(line for lines in told for line in lines))
    done = "would_change" if dry_run else how
    message(say(f"commands.review.{done}", columns=len(chosen)))
    return 0


@command.verb(
    "list",
    option("review", "--pending", is_flag=True),
    option("review", "--differs", is_flag=True),
    option("review", "--moved", is_flag=True),
    option("review", "--expired", is_flag=True),
    option("review", "--every", is_flag=True),
    option("review", "--match", metavar="GLOB", default=""),
    _run(),
)
@click.pass_context
def list_(context: click.Context, /, run: str, moved: bool, **given: Any) -> int:
    """Decisions: those in force and those that wait, or only some."""
    from guard.ops.review import questions
    from guard.ops.review_list import decided

    settings = globals_of(context)
    as_json = json_wanted(settings)
    with _work(settings, run) as work:
        if moved:
            found = questions(work)
            if as_json:
                emit_json({"schema": "guard.review/1", "moved": [question_record(one) for one in found]})
                return 0
            for question in found:
                payload("\n".join(question_lines(work, question)) + "\n")
            message(say("commands.review.questions", count=len(found)))
            return 0
        listed = decided(work, **given)
        _listed(work, listed, as_json=as_json)
        if as_json:
            return 0
    message(say("commands.review.listed", count=len(listed)))
    return 0


def _listed(work: Work, listed: Sequence[Listed], *, as_json: bool) -> None:
    """Print decisions, each with what the catalogue and the audit log say of it now."""
    from guard.ops.review_account import same_account
    from guard.ops.review_list import gone

    made = [one for one, _ in listed]
    same, lost = same_account(work, made), gone(work, listed)
    if as_json:
        records = [decision_record(*one, same=one[0].id in same, gone=one[0].id in lost) for one in listed]
        emit_json({"schema": "guard.review/1", "decisions": records})
        return
    for one, now in listed:
        payload("\n".join(decision_lines(one, now, same=one.id in same, gone=one.id in lost)))


@command.verb("show", click.Argument(["ref"]), _run())
@click.pass_context
def show(context: click.Context, /, run: str, ref: str) -> int:
    """Every decision ever made about a column, or one decision or batch."""
    from guard.ops.review_list import about

    settings = globals_of(context)
    as_json = json_wanted(settings)
    with _work(settings, run) as work:
        listed = about(work, ref)
        _listed(work, listed, as_json=as_json)
    if not listed and not as_json:
        message(say("commands.review.never", ref=visible(ref)))
    return 0


add_exchange(command)
