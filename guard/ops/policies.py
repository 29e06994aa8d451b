"""Packs and types: list, show, and try values. None of it needs a guard.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guard.model import UsageError
from guard.ops.engine import Rules, pack_folders
from guard.ops.session import Session
from guard.policy.load import load_pack
from guard.policy.pack import Pack, Rule
from guard.sdk.display import aligned, visible
from guard.text import general, lookup, named, t
from guard.yamldoc import nearest

if TYPE_CHECKING:
    from guard.detect.explain import Verdict

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """One pack as listed. ``levels`` counts them; ``effective`` and ``until`` are dates or empty."""

    id: str
    version: str
    status: str
    effective: str
    until: str
    levels: int
    mark: str
    standard: str
    name: str
    folder: Path


def packs(session: Session, folders: Sequence[Path], language: str) -> Iterator[PackRow]:
    """Every pack that can be used."""
    known = pack_folders((*session.config.policy_paths, *folders))
    for folder in known.values():
        pack = load_pack(folder, known)
        yield PackRow(
            id=pack.id,
            version=pack.version,
            status=pack.status,
            effective=pack.effective,
            until=pack.until,
            levels=len(pack.levels),
            mark=pack.mark,
            standard=pack.standard,
            name=pack.name[language],
            folder=folder,
        )


def describe(session: Session, pack: str, folders: Sequence[Path], language: str) -> Iterator[str]:
    """A pack as lines: what it is, levels, numbers, domains, rules with their clauses, controls, types."""
    rules = session.rules((pack,), folders)
    base = rules.policy.base
    yield f"{base.name[language]}  {base.id} {base.version}  {base.standard} [{base.mark}]"
    yield rules.policy.digest
    for key, text in about(base, language):
        yield f"{t(f'commands.policy.about.{key}', language)}: {visible(text)}"
    for part, rows in _tables(rules, language).items():
        if rows:
            yield ""
            yield t(f"commands.policy.parts.{part}", language, count=len(rows), of=", ".join(base.extends))
            yield from aligned([tuple(map(visible, row)) for row in rows], indent="  ")


def about(pack: Pack, language: str) -> Iterator[tuple[str, str]]:
    """(key, text): what the head of a pack says, where it says anything."""
    dates = " - ".join((pack.effective, pack.until)) if pack.until else pack.effective
    found = {
        "status": t(f"commands.policy.statuses.{pack.status}", language),
        "effective": dates,
        "note": pack.note.get(language, ""),
        "extends": ", ".join(pack.extends),
        "beside": ", ".join(pack.beside),
        "reading": pack.reading,
        "strict": t("commands.policy.strict", language) if pack.strict else "",
        "expire": t("commands.policy.days", language, count=pack.expire_days) if pack.expire_days else "",
    }
    return ((key, text) for key, text in found.items() if text)


def _tables(rules: Rules, language: str) -> dict[str, Rows]:
    pack = rules.policy.base
    own = [rule for rule in pack.rules if rule.id in pack.own]
    inherited = [rule for rule in pack.rules if rule.id not in pack.own]
    return {
        "levels": [level_row(pack, at, language) for at in range(len(pack.levels))],
        "beside": [(one.id, one.version, one.name[language], one.standard) for one in rules.policy.infos[1:]],
        "thresholds": [(name, f"{value:,.12g}") for name, value in sorted(pack.thresholds.items())],
        "domains": [
            tuple(dict.fromkeys((domain.id, named("domains", domain.id, language))))
            for domain in pack.domains
        ],
        "rules": [_rule(rule, language) for rule in own],
        "inherited": [_rule(rule, language) for rule in inherited],
        "controls": [
            (
                one.id,
                one.stage,
                " ".join(f"{level}:{word}" for level, word in one.levels.items()),
                one.name[language],
            )
            for one in pack.controls
        ],
        "masking": [(one.id, one.method) for one in pack.masking],
        "types": [
            (
                kind.id,
                rules.policy.here(kind.level) or kind.level,
                kind.name.get(language, ""),
                named("categories", kind.category, language),
            )
            for kind in rules.types.values()
        ],
    }


def level_row(pack: Pack, at: int, language: str) -> tuple[str, ...]:
    """A level: id, name, the common level it stands for, what levels become it, sharing."""
    level = pack.levels[at]
    maps = f"= {level.maps}" if level.maps else "-"
    taken = ", ".join(level.taken) if pack.extends and level.taken else "-"
    return (level.id, level.name[language], maps, taken, pack.sharing.get(level.id, "-"))


def _rule(rule: Rule, language: str) -> tuple[str, ...]:
    said = general(lookup(f"rules.{rule.id}.what", language) or "")
    return (rule.id, f"{rule.standard} {rule.clause} [{rule.certainty}]", said)


def trier(session: Session, type_id: str, folders: Sequence[Path]) -> Callable[[str], Verdict]:
    """A function that judges one value of ``type_id``. Raises UsageError for an unknown type."""
    from guard.detect.dictionaries import dictionaries
    from guard.detect.explain import try_value

    rules = session.rules(folders=folders)
    if type_id not in rules.types:
        raise UsageError("unknown-type", word=type_id, nearest=nearest(type_id, rules.types) or "-")
    kind, lists = rules.types[type_id], dictionaries(rules.lexicon)
    return lambda value: try_value(kind, value, lists, rules.checks)
