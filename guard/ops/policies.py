"""Packs and types: list, show, check, test, and try values. None of it needs a guard.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guard import plugins
from guard.model import DataType, UsageError
from guard.ops.engine import add_types, pack_folders, pack_folders_in
from guard.ops.session import Session
from guard.policy.issues import Issue
from guard.policy.load import load_pack
from guard.sdk.display import aligned, visible
from guard.text import general, lookup, named, t
from guard.yamldoc import nearest

if TYPE_CHECKING:
    from guard.detect.explain import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """One pack as listed."""

    id: str
    version: str
    name: str
    standard: str
    folder: Path


def packs(session: Session, folders: Sequence[Path], language: str) -> Iterator[PackRow]:
    """Every pack that can be used."""
    for folder in pack_folders((*session.config.policy_paths, *folders)).values():
        pack = load_pack(folder)
        yield PackRow(
            id=pack.id, version=pack.version, name=pack.name[language], standard=pack.standard, folder=folder
        )


def describe(session: Session, pack: str, folders: Sequence[Path], language: str) -> Iterator[str]:
    """A pack as lines: levels, domains, rules with what they say and their clauses, and types with theirs."""
    rules = session.rules((pack,), folders)
    base = rules.policy.base
    yield f"{base.name[language]}  {base.id} {base.version}  {base.standard}"
    yield rules.policy.digest
    parts: dict[str, list[tuple[str, ...]]] = {
        "levels": [(level.id, level.name[language]) for level in base.levels],
        "domains": [
            tuple(dict.fromkeys((domain.id, named("domains", domain.id, language))))
            for domain in base.domains
        ],
        "rules": [
            (rule.id, f"{rule.standard} {rule.clause} [{rule.certainty}]", _what(rule.id, language))
            for rule in rules.policy.rules
        ],
        "types": [
            (kind.id, kind.level, kind.name.get(language, ""), named("categories", kind.category, language))
            for kind in rules.types.values()
        ],
    }
    for part, rows in parts.items():
        yield ""
        yield t(f"commands.policy.parts.{part}", language, count=len(rows))
        yield from aligned([tuple(map(visible, row)) for row in rows], indent="  ")


def _what(rule: str, language: str) -> str:
    return general(lookup(f"rules.{rule}.what", language) or "")


def check(session: Session, folders: Sequence[Path]) -> tuple[Issue, ...]:
    """Everything wrong in the packs and types named, or in the installed ones; nothing stops at the first."""
    from guard.policy.lint import check as lint

    issues: list[Issue] = []
    types: dict[str, DataType] = {}
    for folder in _type_folders(folders):
        try:
            add_types(types, folder)
        except UsageError as error:
            issues.append(_as_issue(error))
    for folder in _packs_in(session, folders):
        try:
            issues.extend(lint(folder, types.values()))
        except UsageError as error:
            issues.append(_as_issue(error))
    return tuple(issues)


def _as_issue(error: UsageError) -> Issue:
    params = {key: str(value) for key, value in error.params.items()}
    file, line = params.pop("file", "-"), params.pop("line", "1")
    return Issue(code=error.id, file=file, line=int(line), params=params)


def _type_folders(folders: Sequence[Path]) -> Iterator[Path]:
    # A local folder adds to the installed types, so that its packs may cite those.
    yield from plugins.types_folders()
    for folder in folders:
        if (folder / "types").is_dir():
            yield folder / "types"


def _packs_in(session: Session, folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            raise UsageError("no-such-path", path=str(folder), nearest="")
    if not folders:
        yield from pack_folders(session.config.policy_paths).values()
        return
    for folder in folders:
        found = pack_folders_in(folder)
        if not found and not (folder / "types").is_dir():
            raise UsageError("no-pack", path=str(folder))
        yield from found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What ``policy test`` ran, and a line for each failure."""

    types: int
    samples: int
    cases: int
    failures: tuple[str, ...]


def test(session: Session, folders: Sequence[Path]) -> Tested:
    """Run every type's samples and every pack's golden cases."""
    from guard.detect.dictionaries import dictionaries  # numpy and re2 only when testing
    from guard.detect.explain import test_type
    from guard.detect.names import test_names
    from guard.detect.types import TypeCatalogue
    from guard.policy.lint import test as golden

    rules = session.rules(folders=folders)
    lists = dictionaries(rules.lexicon)
    failures = [
        f"{failure.origin}: {failure.type}: "
        + t(f"commands.policy.failed_{failure.kind}", session.language, index=failure.index, why=failure.why)
        for kind in rules.types.values()
        for failure in test_type(kind, lists)
    ]
    failures += [
        str(failure)
        for failure in test_names(TypeCatalogue(rules.types.values(), rules.checks), rules.lexicon)
    ]
    cases = 0
    for folder in _packs_in(session, folders):
        outcome = golden(folder, rules.types.values())
        cases += outcome.cases
        failures += outcome.failures
    samples = sum(
        len(kind.samples_true) + len(kind.samples_false) + len(kind.names_true) + len(kind.names_false)
        for kind in rules.types.values()
    )
    return Tested(types=len(rules.types), samples=samples, cases=cases, failures=tuple(failures))


def trier(session: Session, type_id: str, folders: Sequence[Path]) -> Callable[[str], Verdict]:
    """A function that judges one value of ``type_id``. Raises UsageError for an unknown type."""
    from guard.detect.dictionaries import dictionaries
    from guard.detect.explain import try_value

    rules = session.rules(folders=folders)
    if type_id not in rules.types:
        raise UsageError("unknown-type", word=type_id, nearest=nearest(type_id, rules.types) or "-")
    kind, lists = rules.types[type_id], dictionaries(rules.lexicon)
    return lambda value: try_value(kind, value, lists, rules.checks)
