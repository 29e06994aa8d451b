"""``guard policy import``: a 分类分级目录 kept as a spreadsheet -> a local pack, reported row by row."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from guard.model import RefusedError, UsageError
from guard.ops.audit import recording
from guard.ops.catalogue_examples import compared
from guard.ops.catalogue_file import load, read
from guard.ops.catalogue_limits import Limits
from guard.ops.catalogue_write import drafting, fill, place
from guard.ops.engine import Rules, pack_folders
from guard.ops.levels import known_level
from guard.ops.session import Session
from guard.policy import lint
from guard.policy.golden import test as golden
from guard.policy.load import load_pack
from guard.policy.pack import Pack
from guard.policy.policy import Policy
from guard.policy.rules import CERTAINTIES
from guard.policy.sheet import read as sheets
from guard.policy.sheet.draft import Head, documents
from guard.policy.sheet.entry import DOUBTED, ERROR, FAILED, SKIPPED, UNDERSTOOD, Entry
from guard.policy.sheet.settle import Item
from guard.policy.sheet.trial import above, below, case, graded
from guard.policy.sheet.words import SheetWords
from guard.sdk.display import visible
from guard.yamldoc import nearest

LEXICON = "catalogue_sheets"
_ID = re.compile(r"[a-z][a-z0-9_]{0,40}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CASES = 2_000  # golden cases in one file


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to import and how. ``levels`` maps words of level cells to levels of the pack ``extends``.

    ``to`` is the folder that the pack's own folder ``to/id`` is put in. ``id``, ``name``, ``standard`` and
    ``version`` may be empty: then they come from the file.
    """

    path: Path
    to: Path
    id: str = ""
    name: str = ""
    standard: str = ""
    version: str = ""
    certainty: str = "design"
    effective: str = ""
    extends: str = "gov_cn"
    levels: Mapping[str, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    replace: bool = False
    partial: bool = False
    dry_run: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of it. ``written`` says whether ``folder`` now holds the pack.

    ``digest`` is SHA-256 of the file; ``hidden`` sheets were not read; ``types`` are names of types by
    language, by their ids.
    """

    folder: Path
    id: str
    sheets: tuple[sheets.SheetRead, ...]
    entries: tuple[Entry, ...]
    hidden: tuple[str, ...]
    items: int
    rules: int
    digest: str
    types: Mapping[str, Mapping[str, str]]
    written: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Rows by status."""
        found = Counter(entry.status for entry in self.entries)
        return {name: found[name] for name in (UNDERSTOOD, DOUBTED, FAILED, SKIPPED)}

    @property
    def whole(self) -> bool:
        """Whether every row was understood."""
        return not self.counts[FAILED]


def given_levels(texts: Sequence[str]) -> dict[str, str]:
    """``WORD=LEVEL`` as typed. Raises UsageError ``catalogue-level-given``."""
    found = {}
    for text in texts:
        word, mark, level = text.rpartition("=")
        if not mark or not word.strip() or not level.strip():
            raise UsageError("catalogue-level-given", word=text)
        found[word.strip()] = level.strip()
    return found


def import_catalogue(session: Session, wish: Wish) -> Imported:
    """Read the catalogue, build the pack, check it, and put it in its place if it may be.

    Written only where every row was understood or ``partial`` is set, never in a dry run. Raises
    UsageError where the file is no catalogue, RefusedError where a pack is in the way, where the pack
    fails its own check, or where the audit log cannot be written.
    """
    data = load(wish.path, wish.limits)
    rules = session.rules((wish.extends,))
    base = rules.policy.base
    head = _head(session, wish, base)
    for level in wish.levels.values():
        known_level(level, [one.id for one in base.levels])
    words = SheetWords.read(rules.lexicon.get(LEXICON, {}))
    book = read(wish.path, data, wish.limits, wish.sheets)
    found = sheets.read(book.grids, words, base, tuple(rules.types.values()), wish.levels)
    if not any(sheet.headed for sheet in found.sheets):
        named = ", ".join(sheet.name for sheet in found.sheets)
        raise UsageError("catalogue-no-table", path=str(wish.path), sheets=named)
    standard = wish.standard or found.title or wish.path.stem
    title = found.title or standard
    head = replace(head, standard=standard, name=head.name or {"zh": title, "en": title})
    entries = compared(found.entries, rules.types.values(), rules.checks)
    target = wish.to / head.id
    known = pack_folders(session.config.policy_paths)
    with drafting(target, aside=wish.dry_run) as draft:
        build = _Build(rules, base, head, known, comment=f"{visible(wish.path.name)}: guard policy import")
        entries, items, count = build.into(draft, entries, found.items)
        done = Imported(
            folder=target,
            id=head.id,
            sheets=found.sheets,
            entries=entries,
            hidden=book.hidden,
            items=len(items),
            rules=count,
            digest=hashlib.sha256(data).hexdigest(),
            types={kind.id: kind.name for kind in rules.types.values()},
        )
        if wish.dry_run or not items or not (done.whole or wish.partial):
            return done
        _put(session, wish, done, draft)
        return replace(done, written=True)


def _put(session: Session, wish: Wish, done: Imported, draft: Path) -> None:
    """Log the import and put the pack in its place, both or neither."""
    detail: dict[str, Any] = {"file": wish.path.name, "sha256": done.digest, "extends": wish.extends}
    detail |= {"items": done.items, "rules": done.rules, "rows": done.counts, "replaced": wish.replace}
    back = None
    try:
        with recording(session, "policy.import", done.id, detail):
            back = _placed(draft, done.folder, replace=wish.replace)
    except BaseException:
        if back is not None:
            back()
        raise


def _placed(draft: Path, target: Path, *, replace: bool) -> Callable[[], None]:
    try:
        return place(draft, target, replace=replace)
    except OSError as error:  # said here: around it, trouble with a disk is the catalogue's
        raise UsageError("cannot-write", path=str(target), why=error.strerror or "OSError") from None


def _head(session: Session, wish: Wish, base: Pack) -> Head:
    """The head of the pack, its id checked; name and standard may still be empty."""
    id = wish.id or _slug(wish.path.stem)
    if not _ID.fullmatch(id):
        raise UsageError("catalogue-id", word=id)
    target = wish.to / id
    taken = pack_folders(session.config.policy_paths).get(id)
    if taken is not None and taken.resolve() != target.resolve():
        raise RefusedError("catalogue-taken", word=id, path=str(taken))
    if target.exists() and not (wish.replace or wish.dry_run):
        raise RefusedError("catalogue-exists", path=str(target))
    if target.exists() and not (target / "pack.yaml").is_file():
        raise RefusedError("catalogue-no-pack", path=str(target))
    if wish.certainty not in CERTAINTIES:
        close = nearest(wish.certainty, CERTAINTIES) or ""
        raise UsageError(
            "catalogue-certainty", word=wish.certainty, nearest=close, known=", ".join(CERTAINTIES)
        )
    if wish.effective and not _DATE.fullmatch(wish.effective):
        raise UsageError("catalogue-date", word=wish.effective)
    return Head(
        id=id,
        version=wish.version or "1",
        name={"zh": wish.name, "en": wish.name} if wish.name else {},
        standard="",
        certainty=wish.certainty,
        extends=base.id,
        effective=wish.effective,
    )


def _slug(stem: str) -> str:
    """An id from a file's name where it has letters for one, else ``catalogue``."""
    found = re.sub(r"[^a-z0-9]+", "_", stem.casefold()).strip("_")[:40]
    return found if _ID.fullmatch(found) and len(found) > 1 else "catalogue"


@dataclass(frozen=True, slots=True)
class _Build:
    """Builds a pack in a draft folder and proves it there."""

    rules: Rules
    base: Pack
    head: Head
    known: Mapping[str, Path]
    comment: str

    def into(
        self, draft: Path, entries: Sequence[Entry], items: Sequence[Item]
    ) -> tuple[tuple[Entry, ...], tuple[Item, ...], int]:
        """The entries with what the pack says of them, the items that count, and how many rules there are.

        An item whose rule does not give it its level is taken out again: its rows have failed.
        """
        order = [level.id for level in self.base.levels]
        kept, said = tuple(items), _Said(entries)
        while kept:
            count = self._draft(draft, kept, order)
            policy = Policy([load_pack(draft, self.known)], self.rules.types.values())
            answers = [(item, graded(item, policy)) for item in kept]
            wrong = {item.name for item, answer in answers if below(item, answer, order)}
            if not wrong:
                for item, answer in answers:
                    said.lifted(item, answer.level, tuple(above(item, answer, order)))
                made = [case(item, answer, self.head.standard) for item, answer in answers]
                self._prove(draft, made)
                return said.entries, kept, count
            said.ineffective([item for item in kept if item.name in wrong])
            kept = tuple(item for item in kept if item.name not in wrong)
        return said.entries, (), 0

    def _draft(self, draft: Path, items: Sequence[Item], order: Sequence[str]) -> int:
        made = documents(self.head, items, order)
        fill(draft, made, self.comment)
        return len(made["rules/10-catalogue.yaml"]["rules"])

    def _prove(self, draft: Path, cases: Sequence[Mapping[str, Any]]) -> None:
        """Write the golden cases and run check and test. Raises RefusedError where one fails."""
        for at in range(0, len(cases), _CASES):
            name = f"catalogue-{at // _CASES + 1}.test.yaml" if at else "catalogue.test.yaml"
            fill(draft, {name: {"cases": list(cases[at : at + _CASES])}}, self.comment)
        types = tuple(self.rules.types.values())
        issues = lint.check(draft, types, self.known)
        if issues:
            first = issues[0]
            where = f"{Path(first.file).name}:{first.line}"
            raise RefusedError("catalogue-check", issues=len(issues), first=f"{where} {first.code}")
        outcome = golden(draft, types, self.known)
        if outcome.failures:
            raise RefusedError("catalogue-test", failures=len(outcome.failures), cases=outcome.cases)


class _Said:
    """Entries that take remarks about their items."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = {(entry.sheet, entry.row): entry for entry in entries}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in the order of the sheets."""
        return tuple(self._entries.values())

    def lifted(self, item: Item, level: str, rules: tuple[str, ...]) -> None:
        """Remark that the rules of the pack built on give an item more than the catalogue asks for."""
        if rules:
            self._note(item, "lifted", "info", item=item.name, level=level, rules=", ".join(rules[:3]))

    def ineffective(self, items: Sequence[Item]) -> None:
        """Remark that a rule could not give an item its level."""
        for item in items:
            self._note(item, "ineffective", ERROR, item=item.name, level=item.candidate or item.level)

    def _note(self, about: Item, code: str, weight: str, /, **params: str) -> None:
        for row in about.rows:
            if self._entries[row].usable:
                self._entries[row] = self._entries[row].noted(code, weight, **params)
