"""Groups, decisions and questions as a person reads them, and as records for a program."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from guard.cli.language import current, say
from guard.cli.verb import Globals
from guard.model import Decision, Reason, UsageError
from guard.sdk.display import padded, visible
from guard.sdk.wording import basis, level_word, term, type_name

if TYPE_CHECKING:
    from guard.catalog.reviewing import Item
    from guard.ops.review import Group, Plan, Planned, Question, Work
    from guard.ops.review_words import Shown

_WIDTH = 14
_SHOWN = 10


def json_wanted(settings: Globals) -> bool:
    """Whether ``-f json`` was given. Raises UsageError ``unknown-format`` for any other but ``table``."""
    wanted = settings.formats or ["table"]
    for word in wanted:
        if word not in ("json", "table"):
            raise UsageError("unknown-format", word=word, nearest="json", known="table, json")
    return wanted[-1] == "json"


def group_lines(work: Work, shown: Shown) -> Iterator[str]:
    """One group: what it is, why, who disagrees, examples, and the commands that answer."""
    group, facts = shown.group, work.facts
    if group.kind == "table":
        yield from _table_lines(work, shown)
        return
    yield say(
        "commands.review.group",
        id=group.id,
        name=visible(group.name),
        columns=_counted("column", group.columns),
        tables=_counted("table", group.tables),
    )
    kind = type_name(facts, group.type, current()) or say("commands.review.no_type")
    sure = f"{group.least:.2f}–{group.most:.2f}" if group.type else ""
    parts = (f"{kind} ({group.type})" if group.type else kind, sure, visible(shown.evidence))
    yield _line("type", " · ".join(part for part in parts if part))
    domain, category = term(facts, "domains", shown.domain), term(facts, "categories", shown.category)
    yield _line("category", visible(" · ".join(part for part in (category, domain) if part)))
    yield _line("level", _level(work, group))
    for number, why in enumerate(shown.why):
        yield _line("why" if not number else "", visible(why))
    for number, why in enumerate(shown.reviews):
        yield _line("review" if not number else "", visible(why))
    for number, (pack, level, source) in enumerate(shown.opinions):
        text = f"{padded(pack, _WIDTH)} {padded(level_word(facts, level), 6)} {source}"
        yield _line("packs" if not number else "", visible(text).rstrip())
    for number, ref in enumerate(shown.examples):
        yield _line("examples" if not number else "", visible(ref))
    for what, line in shown.answers:
        yield _line("answer", say(f"commands.review.answers.{what}"))
        yield f"    {line}"


def _table_lines(work: Work, shown: Shown) -> Iterator[str]:
    """Tables that are nominated themselves: why, which, and the commands that answer."""
    group, facts = shown.group, work.facts
    tables = _counted("table", group.tables)
    yield say("commands.review.group_table", id=group.id, name=visible(group.name), tables=tables)
    if shown.evidence:
        yield _line("size", shown.evidence)
    domain, category = term(facts, "domains", shown.domain), term(facts, "categories", shown.category)
    yield _line("category", visible(" · ".join(word for word in (category, domain) if word)))
    yield _line("level", _level(work, group))
    for label, lines in (("why", shown.why), ("review", shown.reviews), ("examples", shown.examples)):
        for number, text in enumerate(lines):
            yield _line(label if not number else "", visible(text))
    for what, line in shown.answers:
        yield _line("answer", say(f"commands.review.answers.{what}"))
        yield f"    {line}"


def _counted(what: str, count: int) -> str:
    word = what if count == 1 else f"{what}s"
    return f"{count:,} {say(f'commands.review.counted.{word}')}"


def _level(work: Work, group: Group) -> str:
    facts = work.facts
    candidate = say(f"emit.candidate.{group.candidate}") if group.candidate else ""
    conflicts = say("commands.review.conflicts", count=f"{group.conflicts:,}") if group.conflicts else ""
    return " · ".join(part for part in (level_word(facts, group.level), candidate, conflicts) if part)


def _line(label: str, text: str) -> str:
    word = say(f"commands.review.labels.{label}") if label else ""
    return f"  {padded(word, _WIDTH)}{text}"


def totals_line(work: Work, found: Sequence[Group]) -> tuple[str, dict[str, Any]]:
    """How much is left: as a sentence, and as numbers."""
    easy = [group for group in found if group.kind == "confirmable"]
    hard = [group for group in found if group.kind != "confirmable"]
    pending = work.waiting
    counts = {
        "groups": len(hard),
        "columns": sum(group.columns for group in hard),
        "nominated_tables": sum(group.tables for group in hard if group.kind == "table"),
        "confirmable_groups": len(easy),
        "confirmable_columns": sum(group.columns for group in easy),
        "pending": pending,
        "differs": work.differing,
        "stale": work.stale,
    }
    lines = [say("commands.review.left", **{key: f"{value:,}" for key, value in counts.items()})]
    given = f" {shlex.join(work.session.given)}" if work.session.given else ""
    if counts["nominated_tables"]:
        lines.append(say("commands.review.nominated", tables=f"{counts['nominated_tables']:,}"))
    if easy:
        lines.append(say("commands.review.easy", columns=f"{counts['confirmable_columns']:,}", given=given))
    if pending:
        lines.append(say("commands.review.waiting", pending=f"{pending:,}", given=given))
    if counts["differs"]:
        lines.append(say("commands.review.otherwise", differs=f"{counts['differs']:,}", given=given))
    if work.stale:
        lines.append(say("commands.review.stale", given=given, run=work.run.id))
    return "\n".join(lines), counts


def group_record(shown: Shown) -> dict[str, Any]:
    """A group as JSON."""
    group = shown.group
    names = ("id", "kind", "name", "type", "level", "candidate", "columns", "tables", "conflicts")
    return {name: getattr(group, name) for name in names} | {
        "reviews": dict(group.reviews),
        "confidence": [round(group.least, 4), round(group.most, 4)],
        "domain": shown.domain,
        "category": shown.category,
        "why": list(shown.why),
        "evidence": shown.evidence,
        "opinions": [{"pack": pack, "level": level, "basis": basis} for pack, level, basis in shown.opinions],
        "examples": list(shown.examples),
        "answers": [{"what": what, "command": line} for what, line in shown.answers],
    }


def question_lines(work: Work, question: Question) -> Iterator[str]:
    """A decision whose column has gone or moved, and the commands that answer."""
    one = question.decision
    given = f" {shlex.join(work.session.given)}" if work.session.given else ""
    kind = "carried" if question.sure else "lost" if question.news else "gone"
    yield say(
        f"commands.review.{kind}",
        old=visible(question.old),
        new=visible(question.news[0]) if question.news else "",
        level=one.level,
        by=visible(one.author),
        at=one.at[:10],
    )
    if question.sure:
        return
    for new in question.news[:_SHOWN]:
        pair = shlex.join((question.old, new))
        yield f"    guard review rename {visible(pair)}{given}"
    yield f"    guard review undo {one.id}{given}"


def question_record(question: Question) -> dict[str, Any]:
    """A question as JSON."""
    return {
        "decision": question.decision.id,
        "old": question.old,
        "new": list(question.news),
        "carried": question.sure,
    }


def plan_lines(plan: Plan, *, all_: bool = False) -> Iterator[str]:
    """What would become of each column: the first few, or all."""
    shown = plan.planned if all_ else plan.planned[:_SHOWN]
    for item in shown:
        yield f"{padded(_arrow(item), 22)}{visible(item.item.ref)}" + _mark(item)
        yield from below_lines(item.decision.level, item.below)
    if len(shown) < len(plan.planned):
        yield say("commands.review.more", count=f"{len(plan.planned) - len(shown):,}")
    yield from fall_lines(plan.falls)


def fall_lines(falls: Sequence[str]) -> Iterator[str]:
    """Which other columns and tables a decision lowers, which is why it waits."""
    if falls:
        yield say("commands.review.falls")
        yield from (f"    {visible(fall)}" for fall in falls)


def _arrow(item: Planned) -> str:
    before, after = item.before, item.decision.level
    return before if before == after else f"{before} → {after}"


def _mark(item: Planned) -> str:
    return f"  [{say('commands.review.standings.pending')}]" if item.pending else ""


def below_lines(level: str, below: Sequence[Reason]) -> Iterator[str]:
    """Each minimum that a level goes below: its level, rule, clause and mark."""
    for one in below:
        yield "    ! " + say(
            "commands.review.below",
            level=level,
            minimum=one.level,
            rule=one.rule,
            pack=one.params["pack"],
            basis=basis(one),
        )


def decision_lines(
    one: Decision,
    now: Item | None = None,
    *,
    below: Sequence[Reason] = (),
    same: bool = False,
    gone: bool = False,
) -> Iterator[str]:
    """A decision in a few lines: where, what, who and why; what the policy now says otherwise.

    ``below`` are the minima it goes below, ``same`` says that both persons used one account, ``gone`` that
    its column is no longer there.
    """
    from guard.ops.review_lost import reference

    standing = say(f"commands.review.standings.{one.standing.value}")
    act = say(f"commands.review.acts.{one.act.value}")
    levels = one.level if one.level == one.proposed else f"{one.proposed} → {one.level}"
    types = one.type if one.type == one.found else f"{one.found or '-'} → {one.type or '-'}"
    parts = (act, levels, types, standing)
    yield f"{one.id}  {visible(reference(one))}"
    yield "    " + visible(" · ".join(part for part in parts if part))
    said = say(
        "commands.review.by",
        author=visible(one.author),
        at=one.at[:10],
        approver=visible(one.approver),
        expires=one.expires,
        reason=visible(one.reason),
    )
    yield f"    {said}" + (f" · {say('commands.review.same_account')}" if same else "")
    yield from below_lines(one.level, below)
    if gone:
        yield "    " + say("commands.review.notes.gone")
    if now is not None and now.decision is not None and now.decision.note:
        yield "    " + say(
            f"commands.review.notes.{now.decision.note}",
            proposed=now.decision.proposed,
            before=one.proposed,
            ref=visible(now.ref),
            at=one.at[:10],
        )


def decision_record(
    one: Decision, now: Item | None, *, same: bool = False, gone: bool = False
) -> dict[str, Any]:
    """A decision as JSON, with what the machine proposes now where it counts."""
    from guard.ops.review_lost import reference

    names = (
        "id", "batch", "position", "declared", "found", "proposed", "candidate", "type", "category", "level",
        "reason", "author", "at", "approver", "approved", "expires", "policy",
    )  # fmt: skip
    record = {"ref": reference(one), "source": one.source, "path": list(one.path), "column": one.column}
    record |= {"act": one.act.value, "standing": one.standing.value}
    record |= {name: getattr(one, name) for name in names}
    said = now.decision if now else None
    return record | {
        "in_run": now.ref if now else None,
        "proposed_now": said.proposed if said else None,
        "note": said.note if said else "gone" if gone else "",
        "same_account": same,
    }
