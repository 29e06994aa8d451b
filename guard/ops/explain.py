"""``guard explain ID``: the page of a type, rule, level, exit code, error or skip reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from guard.model import DataType, UsageError
from guard.ops.engine import Rules
from guard.ops.explain_words import plain_id, word_ids, word_page
from guard.ops.policy_explain import policy_ids, policy_page, rule_bodies
from guard.policy.pack import Pack
from guard.sdk.display import padded
from guard.text import area, general, named, t
from guard.yamldoc import nearest

# Areas of texts whose entries are pages: the key is the id, the parts are its sections.
PAGES = (
    "rules",
    "levels",
    "errors",
    "problems",
    "exit_codes",
    "settings",
    "domains",
    "actions",
    "terms",
    "reviews",
    "gate",
    "unread",
)
SECTIONS = ("what", "where", "why", "next")
_MASK = re.compile(r"(\w+)(?:\((.*)\))?")
_NOTES = "en"  # the language in which the types' notes are written


def page(id: str, rules: Rules, lang: str, packs: Callable[[], Sequence[Pack]] | None = None) -> list[str]:
    """The lines of the page of ``id``. Raises UsageError with the nearest id.

    ``packs`` gives every pack that can be used; only those in use are known where None.
    """
    usable = packs or (lambda: rules.policy.packs)
    wanted = id.strip()
    if wanted in ("exit-codes", "exit_codes"):
        return [
            line for code in sorted(area("exit_codes", lang), key=_number) for line in _exit_code(code, lang)
        ]
    if wanted in area("explain", lang)["marks"]:
        return list(_marks(lang))
    if wanted in rules.types:
        return list(_type(rules.types[wanted], lang))
    for name in PAGES:
        entry = _entry(name, wanted, lang)
        if entry is not None:
            return list(_entry_page(name, wanted, entry, usable, lang))
    return _policy_word(wanted, rules, lang, usable())


def _policy_word(wanted: str, rules: Rules, lang: str, every: Sequence[Pack]) -> list[str]:
    """The page of what packs define, or of the id that ``wanted`` stands for."""
    found = policy_page(wanted, every, lang)
    if found is not None:
        return list(found)
    meant = plain_id(wanted, every)
    if meant != wanted:
        return page(meant, rules, lang, lambda: every)
    lines = word_page(wanted, every, lang)
    if not lines:
        known = (*ids(rules, lang), *policy_ids(every), *word_ids(every))
        raise UsageError("unknown-id", word=wanted, nearest=nearest(wanted, known) or "-")
    return lines


def ids(rules: Rules, lang: str) -> tuple[str, ...]:
    """Every id that has a page."""
    found = [*rules.types, "exit-codes", *area("explain", lang)["marks"]]
    for name in PAGES:
        found.extend(str(key) for key in area(name, lang))
    return tuple(dict.fromkeys(found))


def _number(code: object) -> int:
    text = str(code)
    return int(text) if text.isdigit() else 999


def _entry(name: str, id: str, lang: str) -> Any:
    tree: dict[Any, Any] = area(name, lang)
    return tree.get(id, tree.get(int(id)) if id.isdigit() else None)


def _exit_code(code: object, lang: str) -> Iterator[str]:
    entry = _entry("exit_codes", str(code), lang)
    what = entry.get("what", "") if isinstance(entry, dict) else str(entry)
    yield f"{code!s:>4}  {general(what)}"


def _entry_page(
    name: str, id: str, entry: Any, packs: Callable[[], Sequence[Pack]], lang: str
) -> Iterator[str]:
    title = entry.get("name", id) if isinstance(entry, dict) else id
    yield f"{title}    {t(f'explain.kinds.{name}', lang)} · {id}"
    if not isinstance(entry, dict):
        yield general(str(entry))
        return
    for section in SECTIONS:
        said = entry.get(f"{section}_general", entry.get(section))
        text = general(said).strip(" ;；:：") if isinstance(said, str) else ""
        if text.strip(" …"):
            yield f"{_label(section, lang)} {text}"
    if name == "rules":
        yield from rule_bodies(id, packs(), lang)
    if name == "gate":
        from guard.ops.explain_gate import gate_page

        yield from gate_page(id, lang)


def _marks(lang: str) -> Iterator[str]:
    yield t("explain.marks_title", lang)
    for mark, meaning in area("explain", lang)["marks"].items():
        yield f"{padded(mark, 12)} {meaning}"


def _type(kind: DataType, lang: str) -> Iterator[str]:
    other = "en" if lang == "zh" else "zh"
    names = f"{kind.name.get(lang, kind.id)}  {kind.name.get(other, '')}"
    yield f"{names}    {t('explain.kinds.types', lang)} · {kind.id}"
    shape = kind.value
    rows: list[tuple[str, str]] = []
    if shape is not None:
        rows.append(("looks_like", shape.pattern or shape.dictionary))
        if shape.check:
            rows.append(("counts_when", t(f"explain.checks.{shape.check.partition('.')[0]}", lang)))
        rows.append(("strength", t(f"explain.strengths.{shape.strength}", lang)))
    rows += [
        (
            "named",
            ", ".join(
                [
                    *kind.hints.get("zh", ())[:6],
                    *kind.hints.get("pinyin", ())[:4],
                    *kind.hints.get("en", ())[:4],
                ]
            ),
        ),
        ("example", kind.masked_example),
        ("category", named("categories", kind.category, lang)),
        ("level", _levels(kind, lang)),
        ("sensitive", _sensitive(kind, lang)),
        ("mask", mask_text(kind.mask, lang)),
        ("source", _source(kind, lang)),
        ("note", kind.note if lang == _NOTES else ""),
    ]
    for key, text in rows:
        if text:
            yield f"{_label(key, lang)} {text}"


def mask_text(mask: str, lang: str) -> str:
    """What a mask does, in words: ``keep(3,4)`` keeps the first 3 and the last 4 characters."""
    found = _MASK.fullmatch(mask)
    if found is None:
        return mask
    name, arguments = found[1], (found[2] or "").split(",")
    ends = dict(zip(("first", "last"), (argument.strip() for argument in arguments), strict=False))
    key = f"explain.masks.{name}"
    if name == "keep" and "0" in ends.values():
        key = f"explain.masks.keep_{'last' if ends['first'] == '0' else 'first'}"
    part = t(f"explain.mask_parts.{ends['first']}", lang) if name in ("address", "date") else ends["first"]
    text = t(key, lang, **ends, part=part)
    return mask if text == key else text


def _label(key: str, lang: str) -> str:
    return padded(t(f"explain.{key}", lang), 12)


def _level(level: str, lang: str) -> str:
    return level if level[1:].isdigit() else named("levels", level, lang)


def _source(kind: DataType, lang: str) -> str:
    sureness = t(f"explain.certainties.{kind.certainty}", lang)
    return f"{', '.join(kind.standards)} [{sureness}]".strip()


def _levels(kind: DataType, lang: str) -> str:
    parts = [_level(kind.level, lang)]
    if kind.organisation_level:
        parts.append(t("explain.organisation_level", lang, level=_level(kind.organisation_level, lang)))
    if kind.strict_level and kind.strict_level != kind.level:
        parts.append(t("explain.strict_level", lang, level=_level(kind.strict_level, lang)))
    if kind.candidate:
        parts.append(t(f"explain.candidates.{kind.candidate}", lang))
    return " · ".join(parts)


def _sensitive(kind: DataType, lang: str) -> str:
    if not kind.personal:
        return t("explain.not_personal", lang)
    listed = [name for name, value in kind.sensitive.items() if value]
    return ", ".join(t(f"explain.standards.{name}", lang) for name in listed) or t("explain.ordinary", lang)
