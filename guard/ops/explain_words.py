"""Pages of what the product prints besides ids: controls, thresholds, clauses, names of levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from guard.policy.pack import Control, Pack, Rule
from guard.sdk.display import padded, visible
from guard.text import LANGUAGES, area, t


def plain_id(word: str, packs: Sequence[Pack]) -> str:
    """The id that ``word`` stands for: ``pack/rule`` names a rule, 待定 and 一般3级 name levels."""
    first, mark, rest = word.partition("/")
    if mark and any(pack.id == first for pack in packs):
        return rest
    for language in LANGUAGES:
        for level, entry in area("levels", language).items():
            if isinstance(entry, dict) and str(entry.get("name", "")).casefold() == word.casefold():
                return str(level)
    named = (level for pack in packs for level in pack.levels if word in level.name.values())
    return next((level.id for level in named), word)


def word_page(word: str, packs: Sequence[Pack], lang: str) -> list[str]:
    """The page of a control, a threshold or a clause; empty where ``word`` is none."""
    for pack in packs:
        for control in pack.controls:
            if control.id == word:
                return list(_control(control, pack, lang))
    name = word.removeprefix("$")
    if any(name in pack.thresholds for pack in packs):
        return list(_threshold(name, packs, lang))
    return list(_clause(word, packs, lang))


def word_ids(packs: Sequence[Pack]) -> tuple[str, ...]:
    """Every control and threshold of ``packs``."""
    controls = (control.id for pack in packs for control in pack.controls)
    return tuple(dict.fromkeys((*controls, *(name for pack in packs for name in pack.thresholds))))


def _control(control: Control, pack: Pack, lang: str) -> Iterator[str]:
    yield visible(f"{control.name.get(lang, '')}    {t('explain.kinds.controls', lang)} · {control.id}")
    levels = " ".join(f"{level}:{word}" for level, word in control.levels.items())
    for key, text in (
        ("stage", control.stage),
        ("level", levels),
        ("evidence", control.evidence.get(lang, "")),
        ("source", f"{control.standard} {control.clause} [{control.certainty}]"),
        ("pack", pack.id),
    ):
        if text:
            yield f"{padded(t(f'explain.{key}', lang), 12)} {visible(text)}"


def _threshold(name: str, packs: Sequence[Pack], lang: str) -> Iterator[str]:
    yield f"{name}    {t('explain.kinds.thresholds', lang)}"
    for pack in packs:
        if name in pack.thresholds:
            yield f"  {pack.id}  {pack.thresholds[name]:,.12g}"
    users = _unique(rule for pack in packs for rule in pack.rules if f"${name}" in _texts(rule.when))
    if users:
        yield f"{padded(t('explain.quoted', lang), 12)} {visible(', '.join(rule.id for rule in users))}"
    yield f"{padded(t('explain.next', lang), 12)} {t('explain.threshold_next', lang, name=name)}"


def _texts(data: Any) -> set[str]:
    if isinstance(data, dict):
        return set().union(*map(_texts, data.values()))
    if isinstance(data, (list, tuple)):
        return set().union(*map(_texts, data))
    return {data} if isinstance(data, str) else set()


def _clause(word: str, packs: Sequence[Pack], lang: str) -> Iterator[str]:
    """The rules that cite a clause or standard."""
    wanted = "".join(word.split()).casefold()
    own = (rule for pack in packs for rule in pack.rules if rule.id in pack.own)
    found = _unique(rule for rule in own if wanted in _cited(rule)) if len(wanted) > 1 else []
    if found:
        yield f"{visible(word)}    {t('explain.kinds.clauses', lang)}"
    for rule in found:
        yield visible(f"  {rule.id}  {rule.standard} {rule.clause} [{rule.certainty}]")


def _cited(rule: Rule) -> set[str]:
    """The clauses of a rule, its standard, and both together, as they are compared."""
    parts = rule.clause.replace(";", ",").split(",")
    found = [rule.standard, rule.clause, *parts, *(f"{rule.standard}{part}" for part in parts)]
    return {"".join(one.split()).casefold() for one in found}


def _unique(rules: Iterator[Rule]) -> list[Rule]:
    return list({rule.id: rule for rule in rules}.values())
