"""Rules in a reader's words: when they hold, what they give, which golden cases name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guard.policy.condition import BOOL_KEYS, COMBINE, TYPE_KEYS, WORD_KEYS, words_of
from guard.policy.pack import Pack, Rule
from guard.policy.policy import effects_of
from guard.text import lookup, named, t
from guard.yamldoc import read

_SHOWN = 8  # words of a list that are told


@dataclass(frozen=True, slots=True)
class Told:
    """One line about a condition, and those that stand under it."""

    text: str
    below: tuple[Told, ...] = ()


def condition(when: Mapping[str, Any], pack: Pack, language: str) -> tuple[Told, ...]:
    """A condition as lines; all of one list must hold."""
    return tuple(_leaf(key, value, pack, language) for key, value in when.items())


def _leaf(key: str, value: Any, pack: Pack, language: str) -> Told:
    label = t(f"conditions.{key}", language)
    said = label if label.endswith("：") else f"{label} "
    if key in COMBINE:
        parts = [value] if key == "not" else value
        below = [condition(part, pack, language) for part in parts]
        if key == "any":
            return Told(label, tuple(_joined(part, language) for part in below))
        return Told(label, tuple(line for part in below for line in part))
    if key in BOOL_KEYS:
        return Told(t(f"conditions.{key}_{str(value).lower()}", language))
    if key == "facts":
        texts = (f"{_fact(name, language)} {_bounds(bound, pack, language)}" for name, bound in value.items())
        return Told(said + "; ".join(texts))
    if isinstance(value, Mapping):
        return Told(said + _bounds(value, pack, language))
    return Told(said + _words(key, value, pack, language))


def _joined(parts: Sequence[Told], language: str) -> Told:
    """Several conditions of one branch as one line where they are plain."""
    if len(parts) == 1:
        return parts[0]
    if any(part.below for part in parts):
        return Told(t("conditions.all", language), tuple(parts))
    return Told(t("conditions.and", language).join(part.text for part in parts))


def _fact(name: str, language: str) -> str:
    return lookup(f"conditions.fact_names.{name}", language) or name


def _bounds(bounds: Mapping[str, Any], pack: Pack, language: str) -> str:
    return " ".join(
        t(f"conditions.bounds.{key}", language, value=_number(bound, pack)) for key, bound in bounds.items()
    )


def _number(bound: object, pack: Pack) -> str:
    if isinstance(bound, str):
        return f"{pack.thresholds.get(bound[1:], 0):,.12g} ({bound})"
    return f"{bound:,}" if isinstance(bound, (int, float)) else str(bound)


def _words(key: str, value: Any, pack: Pack, language: str) -> str:
    if key == "together" and isinstance(value, list) and any(isinstance(part, list) for part in value):
        return " + ".join(f"[{', '.join(words_of(part))}]" for part in value)
    found = words_of(value)
    if key in WORD_KEYS:
        found = tuple(_list(word, pack) if word.startswith("@") else word for word in found)
    if key == "category":
        found = tuple(named("categories", word, language) for word in found)
    if key in TYPE_KEYS or key not in WORD_KEYS:
        return ", ".join(found) or "-"
    return "; ".join(found)


def _list(word: str, pack: Pack) -> str:
    words = pack.words.get(word[1:], ())
    more = f", +{len(words) - _SHOWN}" if len(words) > _SHOWN else ""
    return f"{word} ({', '.join(words[:_SHOWN])}{more})"


def lines(told: Sequence[Told], indent: str = "") -> Iterator[str]:
    """A condition as indented lines of text."""
    for one in told:
        yield f"{indent}- {one.text}"
        yield from lines(one.below, f"{indent}  ")


def gives(rule: Rule, language: str) -> Iterator[str]:
    """What a rule does, effect by effect."""
    for effect, word in effects_of(rule):
        shown = named("categories", word, language) if effect == "category" else word
        shown = lookup(f"reviews.{word}", language) or word if effect == "review" else shown
        yield t(f"conditions.effects.{effect}", language, word=shown)
    if rule.then.sensitive:
        yield t("conditions.effects.sensitive", language)
    if rule.then.controls:
        yield t("conditions.effects.controls", language, word=", ".join(rule.then.controls))


def tested(pack: Pack) -> Mapping[str, tuple[str, ...]]:
    """Rule id -> the golden cases of the pack that name it, as ``file:line case``."""
    found: dict[str, list[str]] = {}
    for path in sorted(pack.folder.rglob("*.test.yaml")):
        document = read(path)
        for at, case in enumerate(document.data.get("cases", [])):
            name = f"{path.name}:{document.line('cases', at)} {case.get('name', '')}"
            for rule in dict.fromkeys(_named(case)):
                found.setdefault(rule, []).append(name)
    return {rule: tuple(cases) for rule, cases in found.items()}


def _named(case: Any) -> Iterator[str]:
    """The rules that a case expects, anywhere in it."""
    if isinstance(case, Mapping):
        for key, value in case.items():
            if key == "rules":
                yield from words_of(value)
            else:
                yield from _named(value)
    elif isinstance(case, list):
        for part in case:
            yield from _named(part)
