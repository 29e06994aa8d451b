"""``guard policy import``: an officer's spreadsheet becomes a local pack, reported row by row."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guard.cli.language import current, say
from guard.cli.outcome import formats, put
from guard.cli.output import message
from guard.cli.stored import session_of
from guard.cli.verb import Verbs, globals_of, option

if TYPE_CHECKING:
    from guard.ops.catalogue_import import Imported, Wish
    from guard.ops.session import Session

_TEXTS = "commands.policy.import"


def register(command: Verbs) -> None:
    """Add ``import`` to ``guard policy``."""
    path = click.Path(path_type=Path)
    command.verb(
        "import",
        click.Argument(["file"], type=path),
        _option("--id", metavar="NAME"),
        _option("--to", metavar="FOLDER", type=path, default=Path("policies"), show_default=True),
        _option("--extends", metavar="PACK", default="gov_cn", show_default=True),
        _option("--name", metavar="TEXT"),
        _option("--standard", metavar="TEXT"),
        _option("--pack-version", metavar="TEXT"),
        _option("--effective", metavar="DATE"),
        _option("--certainty", metavar="MARK", default="design", show_default=True),
        _option("--level", metavar="WORD=LEVEL", multiple=True),
        _option("--sheet", metavar="NAME", multiple=True),
        _option("--max-rows", type=click.IntRange(1, 200_000), default=20_000, show_default=True),
        _option("--dry-run", is_flag=True),
        _option("--partial", is_flag=True),
        _option("--replace", is_flag=True),
    )(run)


def _option(name: str, **settings: object) -> click.Option:
    return option("policy.import", name, **settings)


@click.pass_context
def run(context: click.Context, /, file: Path, **given: object) -> int:
    """Import a catalogue; 1 where a row was not understood."""
    from guard.ops import catalogue_import, catalogue_report

    settings = globals_of(context)
    wanted = formats(settings.formats, catalogue_report.KINDS)
    _files_only(wanted)
    session = session_of(settings)
    wish = _wish(file, given)
    done = catalogue_import.import_catalogue(session, wish)
    texts = [(kind, path) for kind, path in wanted if kind != "xlsx"]
    put(texts, lambda kind, stream: catalogue_report.write(kind, stream, done, current()))
    for kind, path in wanted:
        if kind == "xlsx" and path is not None:
            catalogue_report.write_xlsx(path, done, current())
    _summary(session, done, wish)
    return 0 if done.whole and done.items else 1


def _files_only(wanted: tuple[tuple[str, Path | None], ...]) -> None:
    from guard.model import UsageError

    for kind, path in wanted:
        if kind == "xlsx" and path is None:
            raise UsageError("report-no-path", word=kind)


def _wish(file: Path, given: dict[str, object]) -> Wish:
    from guard.ops.catalogue_import import Wish, given_levels
    from guard.ops.catalogue_limits import Limits

    texts = ("id", "name", "standard", "effective", "certainty", "extends")
    rows = int(str(given["max_rows"]))
    return Wish(
        path=file,
        to=Path(str(given["to"])),
        version=str(given["pack_version"] or ""),
        levels=given_levels(tuple(given["level"])),  # type: ignore[arg-type]
        sheets=tuple(given["sheet"]),  # type: ignore[arg-type]
        replace=bool(given["replace"]),
        partial=bool(given["partial"]),
        dry_run=bool(given["dry_run"]),
        limits=Limits(rows=rows, cells=max(rows * 100, 2_000_000)),
        **{name: str(given[name] or "") for name in texts},
    )


def _summary(session: Session, done: Imported, wish: Wish) -> None:
    """Say on stderr what was understood, where the pack is, and how to use it."""
    message(say(f"{_TEXTS}.summary", items=done.items, rules=done.rules, **done.counts))
    if done.written:
        message(say(f"{_TEXTS}.written", pack=done.id, folder=done.folder))
        _say_use(session, done, wish)
    elif wish.dry_run:
        message(say(f"{_TEXTS}.dry"))
    elif not done.items:
        message(say(f"{_TEXTS}.nothing"))
    else:
        message(say(f"{_TEXTS}.refused", failed=done.counts["failed"]))


def _say_use(session: Session, done: Imported, wish: Wish) -> None:
    """What to write in guard.yaml: the packs in use stay, the new one in the place of the one it extends."""
    from guard.ops.engine import pack_folders
    from guard.ops.policy_use import in_use, with_new

    paths = session.config.policy_paths
    known = {**pack_folders(paths), done.folder.name: done.folder}
    packs = with_new(in_use(session), (done.id,), known)
    folders = [_written(path, session) for path in paths]
    if not any(path.resolve() == wish.to.resolve() for path in paths):
        folders.append(_written(wish.to, session))
    message(say(f"{_TEXTS}.use", packs=", ".join(packs), folders=", ".join(folders)))


def _written(path: Path, session: Session) -> str:
    """A folder as guard.yaml names it: from where that file stands, whole where it lies elsewhere."""
    config = session.config.path
    folder = os.path.relpath(path, config.parent if config else None)
    return str(path.absolute()) if folder.startswith(os.pardir) else f"./{folder}"
