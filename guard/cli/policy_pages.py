"""``guard policy explain|export``: a page about one id, a book of rules, schemas for an editor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from guard.cli import outcome
from guard.cli.language import current, say
from guard.cli.output import message, payload
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of
from guard.model import UsageError

if TYPE_CHECKING:
    from guard.ops.session import Session

KINDS = ("html", "schema", "xlsx")


def register(command: Verbs, folder: click.Option) -> None:
    """Register ``explain`` and ``export`` as verbs of ``command``."""
    command.verb("explain", click.Argument(["id"]), folder)(explain)
    command.verb("export", click.Argument(["packs"], nargs=-1), folder)(export)


@click.pass_context
def explain(context: click.Context, id: str, folders: tuple[Path, ...]) -> int:
    """Print the page of a rule, level or pack."""
    from guard.ops import policy_explain

    session = session_of(globals_of(context))
    payload("\n".join(policy_explain.explain(session, id.strip(), folders, current())))
    return 0


@click.pass_context
def export(context: click.Context, packs: tuple[str, ...], folders: tuple[Path, ...]) -> int:
    """Write packs as a book of rules, as schemas for editors, or as a spreadsheet."""
    settings = globals_of(context)
    wanted = outcome.formats(settings.formats or ("html",), KINDS)
    session = session_of(settings)
    for kind, path in wanted:
        _WRITERS[kind](session, packs, folders, path)
        if path is not None:
            message(say("commands.policy.written", kind=kind, path=path.absolute()))
    return 0


def _html(session: Session, packs: tuple[str, ...], folders: tuple[Path, ...], path: Path | None) -> None:
    from guard.ops.policy_book import book

    text = book(session, packs, folders, current())
    _put("html", text, path)


def _put(kind: str, text: str, path: Path | None) -> None:
    def write(_: str, stream: TextIO) -> None:
        stream.write(text)

    outcome.put([(kind, path)], write)


def _schema(session: Session, packs: tuple[str, ...], folders: tuple[Path, ...], path: Path | None) -> None:
    """One document on stdout, or a file for each kind of file in a folder."""
    from guard.policy.schema import FILES, schemas

    found = schemas(session.rules(packs[:1], folders).policy)
    if path is None:
        payload(json.dumps({"files": FILES, "schemas": found}, ensure_ascii=False, indent=2))
        return
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError("cannot-write", path=str(path), why=type(error).__name__) from None
    for name, schema in found.items():
        text = json.dumps(schema, ensure_ascii=False, indent=1)
        _put("schema", text, path / f"{name}.schema.json")
    message(say("commands.policy.schema_use", folder=path))


def _xlsx(session: Session, packs: tuple[str, ...], folders: tuple[Path, ...], path: Path | None) -> None:
    from guard.ops.catalogue_export import write_xlsx

    if path is None:
        raise UsageError("report-no-path", word="xlsx")
    write_xlsx(session, packs[0] if packs else "gov_cn", path, current(), folders)


_WRITERS: dict[str, Callable[[Session, tuple[str, ...], tuple[Path, ...], Path | None], None]] = {
    "html": _html,
    "schema": _schema,
    "xlsx": _xlsx,
}
