"""``guard review export|import|learn``: a review in a spreadsheet and back, and what decisions teach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.review_show import fall_lines
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.model import UsageError
from guard.sdk.display import visible
from guard.text import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guard.ops.learn import Measured, Taught
    from guard.ops.review_import import Imported, RowProblem


def add(command: Verbs) -> None:
    """Add the verbs to ``guard review``."""
    _add_export(command)
    _add_import(command)
    _add_learn(command)


def _add_export(command: Verbs) -> None:
    @command.verb(
        "export",
        click.Argument(["file"], required=False, default="review.xlsx"),
        option("review", "--groups", is_flag=True),
        option("review", "--again", is_flag=True),
        option("review", "--match", metavar="GLOB", default=""),
        option("review", "--name", metavar="NAME", default=""),
        option("review", "--found", "--type", "found", metavar="TYPE", default=""),
        option("review", "--proposed", "--level", "proposed", metavar="LEVEL", default=""),
        option("review", "--run", metavar="RUN", default="latest", show_default=True),
    )
    @click.pass_context
    def export(context: click.Context, /, file: str, run: str, groups: bool, **given: Any) -> int:
        """What is to be decided, as a spreadsheet with cells to answer in."""
        from guard.ops import review_sheet
        from guard.ops.review import Selection, Work

        path = Path(file)
        chosen = Selection(type=given.pop("found"), level=given.pop("proposed"), **given)
        with Work.open(session_of(globals_of(context)), run) as work:
            done = review_sheet.export(work, path, chosen, grouped=groups, language=current())
        key = "exported_groups" if groups else "exported"
        shown = visible(path.absolute())
        message(say(f"commands.review.{key}", rows=done.rows, columns=done.columns, path=shown))
        return 0


def _add_import(command: Verbs) -> None:
    @command.verb(
        "import",
        click.Argument(["file"]),
        option("review", "--run", metavar="RUN", default="latest", show_default=True),
        option("review", "--only-good", is_flag=True),
        option("review", "--dry-run", is_flag=True),
    )
    @click.pass_context
    def import_(context: click.Context, file: str, run: str, only_good: bool, dry_run: bool) -> int:
        """A spreadsheet that people filled in: every row is checked, all of it is applied or nothing."""
        from guard.ops import review_import
        from guard.ops.review import Work

        with Work.open(session_of(globals_of(context)), run) as work:
            done = review_import.import_sheet(work, Path(file), only_good=only_good, dry_run=dry_run)
        for problem in done.problems:
            payload(_row_text(problem))
        message(say("commands.review.read", answered=done.answered, untouched=done.untouched, same=done.same))
        if done.problems and not only_good and not dry_run:
            raise UsageError("review-import-bad", rows=len(done.problems), path=file)
        for line in fall_lines(done.falls):
            payload(line)
        _ending(done, dry_run=dry_run)
        return 1 if done.problems else 0


def _row_text(problem: RowProblem) -> str:
    """What is wrong with a row, and what to write in which cell, where there are words for a sheet."""
    params = {name: visible(value) for name, value in problem.params.items()}
    params |= _words(problem)
    parts = []
    for part in ("what", "next"):
        own, general = f"reviewsheet.rows.{problem.code}.{part}", f"errors.{problem.code}.{part}"
        texts = ((key, say(key, **params)) for key in (own, general))
        parts.append(next((text for key, text in texts if text != key), ""))
    ref = visible(problem.ref) or "-"
    what, then = parts
    return say("commands.review.row", row=problem.row, ref=ref, what=what, next=then, code=problem.code)


def _words(problem: RowProblem) -> dict[str, str]:
    """Levels and acts as the sheet's words: what is chosen in its cells."""
    found: dict[str, str] = {}
    if "candidate" in problem.params:
        level = str(problem.params["candidate"])
        found |= {"level": level, "candidate": named("levels", level, current())}
    if "act" in problem.params:
        found["word"] = say(f"reviewsheet.acts.{problem.params['act']}")
    return found


def _ending(done: Imported, *, dry_run: bool) -> None:
    if done.below:
        message(say("commands.review.below_count", columns=done.below))
    if dry_run or done.outcome is None:
        message(say("commands.review.would", columns=done.columns, pending=done.pending))
        return
    made = done.outcome
    message(say("commands.review.applied", batch=made.batch, active=made.active, pending=made.pending))


def _add_learn(command: Verbs) -> None:
    @command.verb(
        "learn",
        option("review", "--policy", metavar="FOLDER", default=""),
        option("review", "--write", metavar="FILE", default=""),
        option("review", "--apply", is_flag=True),
        option("review", "--run", metavar="RUN", default="latest", show_default=True),
    )
    @click.pass_context
    def learn(context: click.Context, policy: str, write: str, apply: bool, run: str) -> int:
        """What decisions teach the rules, with its effect on what is stored, as a patch."""
        from guard.ops import learn as teaching
        from guard.ops.review import Work

        with Work.open(session_of(globals_of(context)), run) as work:
            taught = teaching.learn(work, Path(policy) if policy else None)
            for one in taught.measured:
                message("\n".join(_measured(one)))
            if write and taught.changes:
                teaching.save(taught, Path(write))
            elif taught.changes and not apply:
                payload(taught.patch(), end="")
            if apply and taught.changes:
                teaching.apply(work, taught)
        _learnt(taught, write=write, applied=apply)
        return 0


def _measured(one: Measured) -> Iterator[str]:
    """What a proposal is, what it would do, and what speaks against it."""
    proposal, effects = one.proposal, one.effects
    standing = "known" if one.known else "sound" if one.sound else "contrary" if effects.disagree else "idle"
    what = [
        say(
            "commands.review.learn_rule",
            key=proposal.key,
            word=visible(proposal.word),
            then=", ".join(f"{name} {value}" for name, value in proposal.then.items()),
        )
    ] * bool(proposal.then)
    if proposal.against:
        names = ", ".join(map(visible, proposal.names))
        what.append(say("commands.review.learn_against", names=names, type=proposal.against))
    yield f"{say(f'commands.review.learn_{standing}')} {'; '.join(what)}"
    counts = {"decisions": len(proposal.because), "columns": effects.columns, "flips": effects.flips}
    open_ = ", ".join(f"{before} -> {after}: {n}" for (before, after), n in sorted(effects.open.items()))
    counts |= {"agree": effects.agree, "disagree": effects.disagree}
    yield "  " + say("commands.review.learn_effect", **counts, open=open_ or "0")
    for ref, decided, after in effects.contrary[:5]:
        yield "  " + say("commands.review.learn_contrary_at", ref=visible(ref), decided=decided, after=after)


def _learnt(taught: Taught, *, write: str, applied: bool) -> None:
    if not taught.changes:
        message(say("commands.review.learnt_nothing", decisions=taught.decisions))
        return
    folder = visible(taught.folder)
    if applied:
        message(say("commands.review.learn_applied", changes=len(taught.sound), folder=folder))
        if taught.fresh:
            message(say("commands.review.learn_use", folder=folder, pack=visible(taught.folder.name)))
    elif write:
        message(say("commands.review.learn_written", changes=len(taught.sound), path=visible(write)))
    else:
        message(say("commands.review.learn_shown", changes=len(taught.sound)))
