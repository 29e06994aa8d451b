"""The words of a verdict, shared by its formats. Names are data: visible and bounded."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from guard.emit.gate.options import GateOptions
from guard.model import UNDETERMINED
from guard.model.gate import Fix, Place, Unread, Verdict, Violation, Waiver
from guard.sdk.display import shape, visible
from guard.text import general, lookup, named, t

_LONGEST = 200  # no database has longer names; a hostile one must not fill a page
_DESCRIBED = (".xml", ".yaml", ".yml", ".json")  # where a column is described in no SQL
_LISTS = ("columns", "others", "rights", "to")
_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")
_NUMBERED = re.compile(r"[A-Z]{1,2}\d{1,2}")
# A CI runner takes a line that begins with ``::`` and ``##[`` anywhere for a command of its own.
_COMMAND = re.compile(r"^(\s*):(?=:)|##(?=\[)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the formats of ``verdict`` say in ``language``."""

    verdict: Verdict
    language: str
    options: GateOptions

    def text(self, key: str, **params: object) -> str:
        """The text ``emit.gate.<key>``."""
        return t(f"emit.gate.{key}", self.language, **params)

    def rule(self, violation: Violation, part: str) -> str:
        """Part ``name``, ``what``, ``why`` or ``next`` of the rule, filled; empty where it has none.

        A rule may word a part of its own, ``next_elsewhere``, for what stands in no SQL.
        """
        key = f"gate.{violation.rule}.{part}"
        if violation.place.file.lower().endswith(_DESCRIBED) and lookup(f"{key}_elsewhere", self.language):
            key += "_elsewhere"
        return t(key, self.language, **self._params(violation)) if lookup(key, self.language) else ""

    def rule_page(self, rule: str, part: str) -> str:
        """A part of the rule as a page says it, of no case in particular; the rule's id where it has none."""
        own = lookup(f"gate.{rule}.{part}_general", self.language)
        raw = own or lookup(f"gate.{rule}.{part}", self.language)
        return general(raw) if raw else name(rule)

    def what(self, violation: Violation) -> str:
        """What is wrong, as one sentence; the rule's id where it has no text."""
        return self.rule(violation, "what") or name(violation.rule)

    def ruled(self, violation: Violation) -> str:
        """The rule's id with the severity in words."""
        severity = self.text(f"severity_word.{violation.severity}")
        return self.text("ruled", rule=name(violation.rule), severity=severity)

    def level(self, level: str) -> str:
        """A level as a short word and its shape, ``L3 ▲``; empty for none."""
        return f"{self.level_word(level)} {shape(level, self.verdict.levels)}" if level else ""

    def level_word(self, level: str) -> str:
        """A level as a short word; numbered ones as they are."""
        if level == UNDETERMINED:
            return t("emit.undetermined", self.language)
        return level if _NUMBERED.fullmatch(level) else name(named("levels", level, self.language))

    def types(self, type_ids: Iterable[str]) -> str:
        """The names of data types as a list."""
        return self.text("and").join(name(self.type_name(one)) for one in type_ids)

    def type_name(self, type_id: str) -> str:
        """A data type's name; its id where it has none."""
        known = self.options.types.get(type_id)
        return (known.name.get(self.language) if known else "") or type_id

    def fix(self, fix: Fix, at: Place) -> str:
        """How ``fix`` is applied, in words; with the line where that is another one than ``at``."""
        elsewhere = fix.place.file == at.file and fix.place.line != at.line
        if elsewhere and lookup(f"emit.gate.fix_at.{fix.how}", self.language):
            return self.text(f"fix_at.{fix.how}", line=fix.place.line)
        return self.text(f"fix.{fix.how}")

    def fixed(self, violation: Violation, *, block: bool = False) -> str:
        """How to mend ``violation`` and the exact lines, each on its own with ``block``, else on one; empty
        where nothing is proposed."""
        fix = violation.fix
        if fix is None:
            return ""
        text = lines(fix)
        gap, between = ("\n", "\n") if block and len(text) > 1 else ("  ", " ⏎ ")
        return f"{self.text('label.fix')}: {self.fix(fix, violation.place)}{gap}{between.join(text)}"

    def unread(self, unread: Unread, part: str = "what") -> str:
        """Why a statement was not read, or with ``next`` what to do; the reason's id where it has no text."""
        key = f"unread.{unread.reason}.{part}"
        said = t(key, self.language, word=name(unread.word))
        return name(unread.reason) if said == key else said

    def excuse(self, violation: Violation) -> str:
        """Why a violation is excused; empty where it is open."""
        if violation.waiver is not None:
            return self.waiver(violation.waiver, "waived")
        return self.text("baseline") if violation.state == "baseline" else ""

    def waiver(self, waiver: Waiver, key: str) -> str:
        """The text ``emit.gate.<key>`` of a waiver: its rule, place, reason, approver, ticket and end."""
        parts = ("rule", "where", "reason", "author", "ticket")
        facts = {part: name(getattr(waiver, part)) for part in parts}
        return self.text(key, **facts, by=name(waiver.approved_by), expires=name(waiver.expires))

    def days_left(self, waivers: Iterable[Waiver]) -> int | None:
        """In how many days the first of ``waivers`` ends; None without ``today`` or a date to go by."""
        ends = [end for one in waivers if (end := _date(one.expires))]
        return (min(ends) - self.options.today).days if ends and self.options.today else None

    def _params(self, violation: Violation) -> dict[str, object]:
        said: dict[str, object] = {
            key: value if isinstance(value, int) else name(value) for key, value in violation.params.items()
        }
        category = violation.category or str(violation.params.get("category", ""))
        categories = name(named("categories", category, self.language)) if category else ""
        lists = {key: str(said[key]).replace(", ", self.text("and")) for key in _LISTS if key in said}
        # Sentences put the name into brackets of their own, and a column may have no type but a category.
        kind = _BRACKETS.sub("", self.type_name(violation.type)) or categories.rpartition("/")[2]
        return (
            said
            | lists
            | {
                "table": name(violation.table),
                "column": name(violation.column),
                "type": name(violation.type),
                "type_name": name(kind),
                "types": self.types(str(violation.params.get("types", "")).replace(",", " ").split()),
                "level": self.level_word(violation.level) if violation.level else "",
                "category": categories,
            }
        )


def name(text: object) -> str:
    """Any text of a script, on one line, no CI command, and not longer than a name can be."""
    shortened = str(text)
    if len(shortened) > _LONGEST:
        shortened = shortened[: _LONGEST - 1] + "…"
    return inert(visible(shortened))


def inert(line: str) -> str:
    """``line`` with what a CI runner would take for a command written out as ``\\x3a`` and ``\\x23``."""
    return _COMMAND.sub(lambda found: f"{found[1]}\\x3a" if found[1] is not None else "#\\x23", line)


def lines(fix: Fix) -> list[str]:
    """The exact lines of ``fix``, each one visible and no CI command."""
    return [inert(visible(line)) for line in fix.text.splitlines()] or [""]


def subject(violation: Violation) -> str:
    """What a violation is about: ``hr.employee.sfzh``, or the table alone; empty where it is neither."""
    return name(".".join(part for part in (violation.table, violation.column) if part))


def spot(place: Place, options: GateOptions) -> str:
    """A place as people and editors write it: ``file:line``, the file from the root where it lies in it."""
    root = (options.root or Path.cwd()).as_posix()
    return f"{name(place.file.removeprefix(f'{root}/'))}:{place.line}"


def relative(file: str, options: GateOptions) -> str:
    """``file`` relative to the root, with ``/``, never leading out of it."""
    try:
        path = os.path.relpath(file, options.root or os.curdir)
    except ValueError:  # another drive, or a null character
        path = file
    parts = [part for part in path.replace(os.sep, "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "guard.yaml"


def uri(file: str, options: GateOptions) -> str:
    """``relative`` as a URI reference."""
    return quote(visible(relative(file, options)))


def numbered(violations: Iterable[Violation]) -> Iterator[tuple[int, Violation]]:
    """Each violation with how many of the same fingerprint came before it, and itself: 1 for the first."""
    seen: Counter[str] = Counter()
    for one in violations:
        seen[one.fingerprint] += 1
        yield seen[one.fingerprint], one


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
