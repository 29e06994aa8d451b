"""``guard policy explain RULE|LEVEL|PACK``: what it is, when it holds, where it stands, what tests it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from guard.model import UsageError
from guard.ops.engine import pack_folders
from guard.ops.policy_rules import condition, gives, lines, tested
from guard.ops.session import Session
from guard.policy.load import load_pack
from guard.policy.pack import Pack, Rule
from guard.sdk.display import aligned, padded, visible
from guard.text import area, general, lookup, t
from guard.yamldoc import nearest


def explain(session: Session, id: str, folders: Sequence[Path], language: str) -> Iterator[str]:
    """The lines of the page of a pack, rule or level. Raises UsageError with the nearest id."""
    packs = every_pack(session, folders)
    found = policy_page(id, packs, language)
    if found is None:
        raise UsageError("unknown-id", word=id, nearest=nearest(id, policy_ids(packs)) or "-")
    return found


def policy_page(id: str, packs: Sequence[Pack], language: str) -> Iterator[str] | None:
    """The lines of the page of a pack, rule or level of ``packs``; None where there is none of that id."""
    wanted = {pack.id: pack for pack in packs}
    if id in wanted:
        return pack_lines(wanted[id], packs, language)
    if any(rule.id == id for pack in packs for rule in pack.rules):
        return rule_lines(id, packs, language)
    if any(level.id == id for pack in packs for level in pack.levels):
        return level_lines(id, packs, language)
    return None


def policy_ids(packs: Sequence[Pack]) -> tuple[str, ...]:
    """Every pack, rule and level of ``packs``."""
    rules = (rule.id for pack in packs for rule in pack.rules)
    levels = (level.id for pack in packs for level in pack.levels)
    return tuple(dict.fromkeys((*(pack.id for pack in packs), *rules, *levels)))


def every_pack(session: Session, folders: Sequence[Path] = ()) -> tuple[Pack, ...]:
    """Every pack that can be used, those that others build on first."""
    known = pack_folders((*session.config.policy_paths, *folders))
    packs = [load_pack(folder, known) for folder in known.values()]
    return tuple(sorted(packs, key=lambda pack: len(pack.extends)))


def rule_lines(id: str, packs: Sequence[Pack], language: str) -> Iterator[str]:
    """A rule: what it says, and why; then that of each pack that has one of its own by that id."""
    yield id
    for part in ("what", "why"):
        said = lookup(f"rules.{id}.{part}", language)
        if said:
            yield f"{_label('says' if part == 'what' else 'why', language)} {general(said)}"
    yield from rule_bodies(id, packs, language)


def rule_bodies(id: str, packs: Sequence[Pack], language: str) -> Iterator[str]:
    """When the rule holds, what it gives, its source, place and tests; pack by pack of those that own it."""
    users = [pack for pack in packs if any(rule.id == id for rule in pack.rules)]
    owners = [pack for pack in users if id in pack.own] or users[:1]
    for pack in owners:
        rule = next(rule for rule in pack.rules if rule.id == id)
        heirs = [one.id for one in users if pack.id in one.extends and id not in one.own]
        yield from rule_body(rule, pack, heirs, language)


def rule_body(rule: Rule, pack: Pack, heirs: Sequence[str], language: str) -> Iterator[str]:
    """What the rule of one pack asks for, gives and rests on."""
    yield _label("when", language)
    yield from map(visible, lines(condition(rule.when, pack, language), "  "))
    yield f"{_label('then', language)} {visible('; '.join(gives(rule, language)))}"
    marks = area("explain", language)["marks"]
    mark = f"[{rule.certainty}: {marks.get(rule.certainty, '')}]"
    yield f"{_label('source', language)} {visible(rule.standard)} {visible(rule.clause)} {mark}"
    names = t("commands.policy.rule.inherited", language, pack=pack.id, others=", ".join(heirs))
    yield f"{_label('pack', language)} {names if heirs else pack.id}"
    yield f"{_label('place', language)} {visible(rule.file)}:{rule.line}"
    cases = tested(pack).get(rule.id, ())
    if not cases:
        yield f"{_label('tests', language)} {t('commands.policy.rule.untested', language)}"
    for case in cases:
        yield f"{_label('tests', language)} {visible(case)}"


def level_lines(id: str, packs: Iterable[Pack], language: str) -> Iterator[str]:
    """A level in each pack that has it, and the levels of others that stand for the same."""
    said = lookup(f"levels.{id}.what", language)
    yield id
    if said:
        yield f"{_label('says', language)} {general(said)}"
    rows = [("", "", t("commands.policy.rule.mapped", language))]
    rows += [
        (pack.id, f"{level.id} {level.name[language]}", level.maps or "-")
        for pack in packs
        for level in pack.levels
        if id in (level.id, level.maps)
    ]
    yield from aligned([tuple(map(visible, row)) for row in rows], indent="  ")


def pack_lines(pack: Pack, packs: Sequence[Pack], language: str) -> Iterator[str]:
    """What a pack is: standard, dates, levels, how many rules of its own, what builds on it."""
    from guard.ops.policies import about, level_row

    yield f"{pack.name[language]}  {pack.id} {pack.version}  {pack.standard} [{pack.mark}]"
    for key, text in about(pack, language):
        yield f"{t(f'commands.policy.about.{key}', language)}: {visible(text)}"
    yield t("commands.policy.parts.levels", language, count=len(pack.levels))
    rows = [tuple(map(visible, level_row(pack, at, language))) for at in range(len(pack.levels))]
    yield from aligned(rows, indent="  ")
    yield t("commands.policy.parts.rules", language, count=len(pack.own))
    for rule in pack.rules:
        if rule.id in pack.own:
            yield f"  {visible(rule.id)}  {visible(rule.standard)} {visible(rule.clause)} [{rule.certainty}]"
    heirs = [one.id for one in packs if pack.id in one.extends]
    if heirs:
        yield t("commands.policy.rule.heirs", language, others=", ".join(heirs))


def _label(key: str, language: str) -> str:
    return padded(t(f"commands.policy.rule.{key}", language), 12)
