"""``guard audit``: the tamper-evident log of decisions, imports and policy changes."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guard.cli.language import say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option
from guard.model import UsageError
from guard.sdk.display import aligned, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guard.catalog.chain import Fault, Raw, Verdict

command = Verbs("audit")
_UNREADABLE = "?"
_DIGEST = re.compile("[0-9a-f]{64}")  # whole in an export


@command.verb(
    "list",
    option("audit", "--since", metavar="DATE", default=""),
    option("audit", "--action", metavar="GLOB", default="*"),
    option("audit", "--last", type=click.IntRange(1, 1_000_000), default=50, show_default=True),
)
@click.pass_context
def list_(context: click.Context, since: str, action: str, last: int) -> int:
    """The newest entries, oldest first."""
    from guard.ops import audit  # sqlalchemy only when it is needed

    found = audit.entries(session_of(globals_of(context)), since=_date(since), action=action, last=last)
    payload("\n".join(aligned([_line(raw) for raw in found])))
    return 0


def _date(text: str) -> str:
    try:
        return text and datetime.fromisoformat(text).isoformat()[: len(text)]
    except ValueError:
        raise UsageError("audit-date", given=text) from None


def _line(raw: Raw) -> tuple[str, ...]:
    at, actor, account, action, subject = (
        _UNREADABLE if raw.texts[name] is None else visible(raw.texts[name])
        for name in ("at", "actor", "account", "action", "subject")
    )
    who = actor if actor == account else f"{actor} ({account})"
    detail = _UNREADABLE if raw.detail is None else _told(raw.detail)
    return str(raw.number), at, who, action, subject, detail


def _told(detail: Mapping[str, object]) -> str:
    """The detail, its keys in words; without what only ``guard audit verify`` reads."""
    from guard.catalog.vouched import KEY

    parts = (
        say("commands.audit.part", name=_named(name), value=_shown(value))
        for name, value in detail.items()
        if name != KEY
    )
    return say("commands.audit.parted").join(parts)


def _named(name: str) -> str:
    key = f"commands.audit.keys.{name}"
    text = say(key)
    return visible(name) if text == key else text


def _shown(detail: object) -> str:
    from guard.catalog.tables import compact

    if isinstance(detail, dict):
        counted = ((visible(key), "× " * isinstance(value, int), value) for key, value in detail.items())
        return ", ".join(f"{key} {times}{_shown(value)}" for key, times, value in counted) or "-"
    if isinstance(detail, list | tuple):
        return ", ".join(map(_shown, detail)) or "-"
    text = visible(detail if isinstance(detail, str) else compact(detail))
    return _DIGEST.sub(lambda found: f"{found[0][:12]}…", text) or "-"


@command.verb(
    "verify",
    click.Argument(["file"], required=False),
    option("audit", "--head", "heads", metavar="FILE|NUMBER:HASH", multiple=True),
)
@click.pass_context
def verify(context: click.Context, file: str | None, heads: tuple[str, ...]) -> int:
    """Walk the chain; exit 1 where anything was edited, deleted, inserted, reordered or cut off."""
    from guard.ops import audit

    session = session_of(globals_of(context))
    verdict = audit.verify(session, Path(file) if file else None, heads)
    for fault in verdict.faults:
        payload(say(f"commands.audit.faults.{fault.kind}", **_places(fault)))
    for note in verdict.notes:
        message(say(f"commands.audit.notes.{note.kind}", **_places(note)))
    _conclude(verdict)
    return 1 if verdict.faults else 0


def _places(fault: Fault) -> dict[str, object]:
    several = fault.until if fault.until > fault.number else ""
    last = fault.until or fault.number
    return {"number": fault.number, "until": several, "last": last, "id": visible(fault.id)}


def _conclude(verdict: Verdict) -> None:
    if verdict.faults:
        message(say("commands.audit.tampered", faults=len(verdict.faults), entries=verdict.count))
        return
    payload(say("commands.audit.whole", entries=verdict.count, head=str(verdict.head)))
    covered = "covered_file" if verdict.decisions is None else "covered"
    message(say(f"commands.audit.{covered}", decisions=verdict.decisions))


@command.verb("export", option("audit", "--output", "-o", metavar="FILE", default="guard-audit.jsonl"))
@click.pass_context
def export(context: click.Context, output: str) -> int:
    """Write the whole log with its head as JSON Lines."""
    from guard.ops import audit

    head = audit.export(session_of(globals_of(context)), Path(output))
    message(say("commands.audit.exported", path=visible(str(Path(output).absolute())), entries=head.number))
    payload(str(head))
    return 0


@command.verb("head", option("audit", "--accept", metavar="REASON"))
@click.pass_context
def head(context: click.Context, accept: str | None) -> int:
    """The last entry as NUMBER:HASH, to be noted outside."""
    from guard.ops import audit

    session = session_of(globals_of(context))
    if accept is None:
        payload(str(audit.head(session)))
        return 0
    found = audit.accept(session, accept)
    message(say("commands.audit.accepted", number=found.number))
    payload(str(found))
    return 0


@command.verb("hash", click.Argument(["algorithm"], type=click.Choice(["sha256", "sm3"])))
@click.pass_context
def hash_(context: click.Context, algorithm: str) -> int:
    """Seal with another algorithm from the next entry on."""
    from guard.ops import audit

    found = audit.switch(session_of(globals_of(context)), algorithm)
    message(say("commands.audit.switched", number=found.number, algorithm=algorithm))
    payload(str(found))
    return 0
