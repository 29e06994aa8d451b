"""The book of rules: packs side by side, every rule with clause and mark, controls, types, categories.

One page in both languages, without scripts and without any request; everything in it is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from guard import __version__
from guard.model import DataType, UsageError
from guard.ops.engine import Rules
from guard.ops.policy_explain import every_pack
from guard.ops.policy_rules import Told, condition, gives, tested
from guard.ops.session import Session
from guard.policy.pack import COMMON, Control, Pack, Rule
from guard.policy.policy import Policy
from guard.sdk.display import visible
from guard.text import LANGUAGES, area, general, lookup, named, t
from guard.yamldoc import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One rule in the book: its condition and effects by language, and the golden cases that name it."""

    rule: Rule
    says: Mapping[str, str]
    why: Mapping[str, str]
    when: Mapping[str, tuple[Told, ...]]
    gives: Mapping[str, tuple[str, ...]]
    tests: tuple[str, ...]


def book(session: Session, names: Sequence[str], folders: Sequence[Path], language: str) -> str:
    """The page of the packs ``names`` with those they build on, or of every pack that can be used."""
    rules = session.rules(names[:1], folders)
    packs = _chosen(every_pack(session, folders), names)
    made = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, finalize=_finalize
    )
    made.globals.update(both=_both, name_of=_name_of, pair=_pair)
    style = _part("book.css")
    return made.from_string(_part("book.html")).render(
        **_context(packs, rules),
        language=language,
        style=Markup(style),  # noqa: S704 - our own file
        digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _part(name: str) -> str:
    return files("guard.ops").joinpath(name).read_text("utf-8")


def _chosen(packs: Sequence[Pack], names: Sequence[str]) -> tuple[Pack, ...]:
    known = {pack.id: pack for pack in packs}
    for name in names:
        if name not in known:
            near = nearest(name, known) or "-"
            raise UsageError("unknown-pack", word=name, nearest=near, known=", ".join(known))
    wanted = {*names, *(above for name in names for above in (*known[name].extends, *known[name].beside))}
    return tuple(pack for pack in packs if not names or pack.id in wanted)


def _context(packs: Sequence[Pack], rules: Rules) -> dict[str, Any]:
    return {
        "packs": packs,
        "common": COMMON,
        "chapters": {
            pack.id: [_entry(rule, pack, cases) for rule in _own(pack)] for pack, cases in _tests(packs)
        },
        "inherited": {pack.id: [rule for rule in pack.rules if rule.id not in pack.own] for pack in packs},
        "homes": {rule.id: pack.id for pack in reversed(packs) for rule in _own(pack)},
        "digests": {pack.id: Policy([pack], rules.types.values()).digest for pack in packs},
        "controls": _controls(packs),
        "thresholds": sorted({name for pack in packs for name in pack.thresholds}),
        "types": _by_category(rules.types.values()),
        "categories": sorted({path for pack in packs for path in pack.categories}),
        "marks": list(area("explain", "en")["marks"]),
        "version": __version__,
    }


def _own(pack: Pack) -> list[Rule]:
    return [rule for rule in pack.rules if rule.id in pack.own]


def _controls(packs: Sequence[Pack]) -> dict[str, list[Control]]:
    """The controls of each pack that no pack before it has just so."""
    told: dict[str, list[Control]] = {}
    for pack in packs:
        known = [item for earlier in told.values() for item in earlier]
        told[pack.id] = [item for item in pack.controls if item not in known]
    return told


def _tests(packs: Sequence[Pack]) -> list[tuple[Pack, Mapping[str, tuple[str, ...]]]]:
    return [(pack, tested(pack)) for pack in packs]


def _entry(rule: Rule, pack: Pack, cases: Mapping[str, tuple[str, ...]]) -> Entry:
    return Entry(
        rule=rule,
        says=_texts(f"rules.{rule.id}.what"),
        why=_texts(f"rules.{rule.id}.why"),
        when={language: condition(rule.when, pack, language) for language in LANGUAGES},
        gives={language: tuple(gives(rule, language)) for language in LANGUAGES},
        tests=cases.get(rule.id, ()),
    )


def _texts(key: str) -> Mapping[str, str]:
    return {language: general(lookup(key, language) or "") for language in LANGUAGES}


def _by_category(types: Any) -> dict[str, list[DataType]]:
    found: dict[str, list[DataType]] = {}
    for kind in sorted(types, key=lambda kind: (kind.category, kind.id)):
        found.setdefault(kind.category.partition("/")[0], []).append(kind)
    return found


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup) else visible(value) if isinstance(value, str) else value


def _pair(texts: Mapping[str, str]) -> Markup:
    """One text in both languages; the reader's choice hides the other."""
    spans = (
        Markup('<span class="{0}" lang="{0}">{1}</span>').format(
            language, escape(visible(texts.get(language, "")))
        )
        for language in LANGUAGES
    )
    return Markup("").join(spans)


def _both(key: str, **params: object) -> Markup:
    return _pair({language: t(f"book.{key}", language, **params) for language in LANGUAGES})


def _name_of(where: str, word: str) -> Markup:
    return _pair({language: named(where, word, language) for language in LANGUAGES})
