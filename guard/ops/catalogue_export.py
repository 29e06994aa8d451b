"""``guard policy export --format xlsx``: a pack as a 分类分级目录 that officers read, edit and import again.

The first sheet is the catalogue: one row an item, with the level that the pack gives it. The second lists
every rule with its clause, for reading only; the third explains the levels.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from guard.model import UNDETERMINED, Classification, DataType
from guard.ops.catalogue_book import Sheet, write_book
from guard.ops.engine import Rules
from guard.ops.session import Session
from guard.policy.condition import words_of
from guard.policy.pack import Pack, Rule
from guard.policy.policy import Policy, effects_of
from guard.policy.sheet.settle import Item, hinted
from guard.policy.sheet.trial import graded
from guard.policy.sheet.words import plain
from guard.text import general, lookup, t

_TEXTS = "commands.policy.export_xlsx"
_ITEM = (
    "category_1", "category_2", "category_3", "category_4", "item", "also", "code", "example", "level",
    "sharing", "standard", "clause", "certainty", "type", "rule",
)  # fmt: skip
_ITEM_WIDTHS = (16, 22, 18, 16, 26, 40, 34, 24, 12, 14, 30, 24, 8, 26, 26)
_RULE = ("rule", "what", "on", "when", "then", "standard", "clause", "certainty")
_RULE_WIDTHS = (26, 50, 8, 60, 40, 24, 30, 8)
_LEVEL = ("id", "name", "what", "maps")
_SHOWN = 8  # synonyms and column names listed for one item


def write_xlsx(session: Session, pack: str, path: Path, language: str, folders: Sequence[Path] = ()) -> None:
    """Write ``pack`` to ``path``, whole or not at all; ``folders`` hold packs besides those of guard.yaml.

    Examples are the masked shapes of the types' synthetic ones. Raises UsageError for an unknown pack and
    where ``path`` cannot be written.
    """
    rules = session.rules((pack,), folders)
    base = rules.policy.base
    policy = Policy([base], rules.types.values())
    title = f"{base.name[language]} {base.version}"
    write_book(
        path,
        [
            _sheet("items", _ITEM, _ITEM_WIDTHS, list(item_rows(rules, policy, language)), language, title),
            _sheet("rules", _RULE, _RULE_WIDTHS, list(_rule_rows(base, language)), language),
            _sheet("levels", _LEVEL, (14, 24, 80, 14), list(_level_rows(base, language)), language),
        ],
    )


def _sheet(
    name: str,
    fields: tuple[str, ...],
    widths: tuple[int, ...],
    rows: list[dict[str, str]],
    language: str,
    title: str = "",
) -> Sheet:
    return Sheet(
        name=t(f"{_TEXTS}.sheets.{name}", language),
        title=title,
        heads=[t(f"{_TEXTS}.fields.{field}", language) for field in fields],
        widths=widths,
        rows=[[row.get(field, "") for field in fields] for row in rows],
    )


def item_rows(rules: Rules, policy: Policy, language: str) -> Iterator[dict[str, str]]:
    """The items: every type by a name that only it has, then the words of rules that ask for nothing else."""
    names = hinted(rules.types.values())
    said: set[str] = set()
    for kind in rules.types.values():
        own = [word for word in (kind.name.get("zh", ""), *kind.hints.get("zh", ())) if word]
        unique = [word for word in own if names.get(plain(word)) == kind.id]
        name = next((word for word in unique if _plain_name(word)), "")
        answer = graded(Item(name=name, path=(), level="", type=kind.id), policy)
        # What is out of scope, as the marks of state secrets, has no level and stands in no catalogue.
        if name and (answer.candidate or answer.level != UNDETERMINED):
            said |= {plain(word) for word in own}
            yield _type_row(kind, answer, name, own, policy, language)
    for rule in policy.rules:
        for word, context in _words(rule, policy.base):
            if plain(word) not in said and names.get(plain(word)) is None:
                said.add(plain(word))
                yield _word_row(rule, word, context, policy, language)


def _plain_name(word: str) -> bool:
    """Whether a name is read again as it is written: no brackets, blanks, lists or open ends."""
    return plain(word) == word.casefold() and not word.endswith("等") and not set(word) & set("、，,;；")


def _type_row(
    kind: DataType, answer: Classification, name: str, own: list[str], policy: Policy, language: str
) -> dict[str, str]:
    given = next((rule for rule in policy.rules if _gives(rule, kind.id, answer.level)), None)
    return {
        **_path(_ruled_category(given) or answer.category),
        "item": name,
        "also": "、".join(word for word in own if word != name)[:200],
        "code": "、".join(kind.hints.get("en", ())[:_SHOWN]),
        "example": kind.masked_example,
        "level": _level(policy.base, answer.candidate or answer.level, language),
        "sharing": t(f"{_TEXTS}.sharing.{answer.sharing}", language) if answer.sharing else "",
        "standard": given.standard if given else "; ".join(kind.standards),
        "clause": given.clause if given else "",
        "certainty": given.certainty if given else _MARKS.get(kind.certainty, kind.certainty),
        "type": kind.id,
        "rule": given.id if given else "",
    }


_MARKS = {"high": "M-h", "medium": "M-m", "low": "M-l"}


def _gives(rule: Rule, type_id: str, level: str) -> bool:
    """Whether the rule names the type and gives it that level."""
    named: set[str] = set()
    for part in (rule.when, *rule.when.get("any", ())):
        named |= set(words_of(part["type"])) if "type" in part else set()
    return rule.on == "column" and type_id in named and level in (rule.then.floor, rule.then.level)


def _ruled_category(rule: Rule | None) -> str:
    return rule.then.category if rule else ""


def _word_row(rule: Rule, word: str, context: str, policy: Policy, language: str) -> dict[str, str]:
    level = rule.then.candidate or rule.then.floor
    return {
        **_path(rule.then.category or context),
        "item": word,
        "level": _level(policy.base, level, language),
        "sharing": t(f"{_TEXTS}.sharing.{rule.then.sharing}", language) if rule.then.sharing else "",
        "standard": rule.standard,
        "clause": rule.clause,
        "certainty": rule.certainty,
        "rule": rule.id,
    }


def _words(rule: Rule, pack: Pack) -> Iterator[tuple[str, str]]:
    """The words of a rule that gives a level to whatever says them and asks for nothing else, with the
    table's word that it needs."""
    when = rule.when
    if rule.on != "column" or not (rule.then.floor or rule.then.candidate):
        return
    if when.keys() == {"any"} and len(when["any"]) == 2 and "type" in when["any"][0]:
        when = {key: value for key, value in when["any"][1].items() if key != "typed"}
    asked = when.keys() - {"not"}
    denied = when.get("not", {"says": ()})
    if asked not in ({"says"}, {"says", "context"}) or denied.keys() != {"says"}:
        return
    context = next(iter(words_of(when["context"])), "") if "context" in when else ""
    for word in words_of(when["says"]):
        found = pack.words.get(word[1:], ()) if word.startswith("@") else (word,)
        yield from ((one, context) for one in found if not one.startswith("*") and not one.isascii())


def _path(category: str) -> dict[str, str]:
    parts = category.split("/") if category else []
    rest = "／".join(parts[3:])
    found = [*parts[:3], rest] if rest else parts
    return {f"category_{at}": part for at, part in enumerate(found, 1)}


def _level(pack: Pack, level: str, language: str) -> str:
    return next((one.name[language] for one in pack.levels if one.id == level), level)


def _rule_rows(pack: Pack, language: str) -> Iterator[dict[str, str]]:
    for rule in pack.rules:
        yield {
            "rule": rule.id,
            "what": general(lookup(f"rules.{rule.id}.what", language) or ""),
            "on": rule.on,
            "when": _compact(rule.when),
            "then": ", ".join(f"{effect}: {word}" for effect, word in effects_of(rule)),
            "standard": rule.standard,
            "clause": rule.clause,
            "certainty": rule.certainty,
        }


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _level_rows(pack: Pack, language: str) -> Iterator[dict[str, str]]:
    for level in pack.levels:
        what = lookup(f"levels.{level.maps or level.id}.what", language) or ""
        yield {"id": level.id, "name": level.name[language], "what": what, "maps": level.maps}
