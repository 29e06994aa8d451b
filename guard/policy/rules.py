"""Rules as written -> Rule, with every condition and effect checked against the pack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from guard.policy.condition import (
    BOOL_KEYS,
    BOUNDS,
    CHOICES,
    COMBINE,
    GLOB_KEYS,
    KEYS,
    LIST_KEYS,
    NUMBER_KEYS,
    SOURCE_KEYS,
    TABLE_KEYS,
    WORD_KEYS,
    types_in,
)
from guard.policy.issues import Issues
from guard.policy.kinds import OTHER
from guard.policy.pack import SHARING, Effect, Level, Rule
from guard.policy.read import Node
from guard.yamldoc import Document

FIELDS = ("id", "standard", "clause", "certainty", "on", "when", "then")
EFFECTS = (
    "level",
    "floor",
    "raise_by",
    "raise_to",
    "candidate",
    "category",
    "domain",
    "review",
    "scope",
    "impact",
    "sensitive",
    "sharing",
    "controls",
)
SOURCE_EFFECTS = ("raise_to", "candidate", "review")
"""What a rule over the tables of a source may do to each of them."""
_KEYS = {"column": KEYS, "table": TABLE_KEYS, "source": SOURCE_KEYS}
# Decree 809, Art 14: only a law, a regulation or a decision of the State Council lets a body refuse to share.
_NO_LAW = re.compile(r"\s*(?:(?:GB|DB|T|TC|YD|JR|GA|WS|HJ|GM|ISO|IEC|NIST|DCMM)\b|GB/|$)", re.I)
_NO_TEXT = frozenset({"raise_by", "impact", "sensitive", "controls"})
CERTAINTIES = ("S", "M-h", "M-m", "M-l", "design")
SCOPES = ("secret",)
REVIEWS = (
    "candidate",
    "conflict",
    "low-confidence",
    "mixed-content",
    "name-value",
    "names-only",
    "precision-lost",
    "scope-secret",
    "combination",
    "undetermined",
)


class RuleReader:
    """Reads the rules of a pack whose other parts are known."""

    def __init__(
        self,
        issues: Issues,
        *,
        levels: tuple[Level, ...],
        impact: Mapping[str, Mapping[str, str]],
        categories: frozenset[str],
        domains: Iterable[str],
        kinds: Iterable[str],
        words: Iterable[str],
        thresholds: Mapping[str, float],
    ) -> None:
        self._issues = issues
        self._general = tuple(level.id for level in levels if not level.candidate)
        self._nominated = tuple(level.id for level in levels if level.candidate)
        self._impact = impact
        self._categories = categories
        self._domains = tuple(domains)
        self._kinds = frozenset(kinds) | {OTHER}
        self._words = frozenset(words)
        self._thresholds = thresholds
        self._seen: set[str] = set()

    def read(self, document: Document) -> Iterable[Rule]:
        """Every rule of one file."""
        root = Node(self._issues, document, (), document.data)
        root.only("rules", needed=("rules",))
        for item in root.items("rules"):
            rule = self._rule(item)
            if rule.id in self._seen:
                item.wrong("policy-duplicate", "id", word=rule.id)
            self._seen.add(rule.id)
            yield rule

    def _rule(self, item: Node) -> Rule:
        item.only(*FIELDS, needed=("id", "standard", "clause", "certainty", "when", "then"))
        on = item.text("on", "column")
        item.member("on", on, _KEYS, "policy-choice")
        item.member("certainty", item.text("certainty"), CERTAINTIES, "policy-choice")
        when = self.when(item, on)
        return Rule(
            id=item.text("id"),
            standard=item.text("standard"),
            clause=item.text("clause"),
            certainty=item.text("certainty"),
            on=on,
            when=when,
            then=self._then(item, SOURCE_EFFECTS if on == "source" else EFFECTS),
            file=item.document.path,
            line=item.document.line(*item.keys),
        )

    def when(self, item: Node, on: str = "column") -> Mapping[str, Any]:
        """The checked condition ``when`` of a rule or of a way to mask."""
        node = Node(self._issues, item.document, (*item.keys, "when"), item.data.get("when", {}))
        self._when(node, _KEYS.get(on, KEYS))
        if on == "source" and "when" in item.data and not any(types_in(node.data)):
            node.wrong("policy-missing", word="together")
        return node.data

    def _when(self, node: Node, allowed: frozenset[str]) -> None:
        node.only(*allowed)
        for key, value in node.data.items():
            if key in COMBINE:
                self._combine(node, key, allowed)
            elif key in BOOL_KEYS and not isinstance(value, bool):
                node.wrong("policy-shape", key, expected="true or false")
            elif key in NUMBER_KEYS:
                self._bounds(Node(self._issues, node.document, (*node.keys, key), value))
            elif key == "facts":
                part = Node(self._issues, node.document, (*node.keys, key), value)
                for name, bounds in part.data.items():
                    self._bounds(Node(self._issues, node.document, (*part.keys, name), bounds))
            elif key == "together" and allowed is SOURCE_KEYS:
                self._groups(node, value)
            elif key in (*WORD_KEYS, *GLOB_KEYS, *CHOICES, *LIST_KEYS):
                self._members(node, key)

    def _combine(self, node: Node, key: str, allowed: frozenset[str]) -> None:
        if key == "not":
            self._when(Node(self._issues, node.document, (*node.keys, key), node.data[key]), allowed)
            return
        parts = list(node.items(key))
        if not parts:
            node.wrong("policy-shape", key, expected="list of conditions")
        for part in parts:
            self._when(part, allowed)

    def _bounds(self, node: Node) -> None:
        node.only(*BOUNDS)
        for key, value in node.data.items():
            if isinstance(value, str) and value.startswith("$"):
                node.member(key, value[1:], self._thresholds, "policy-threshold")
            elif isinstance(value, bool) or not isinstance(value, (int, float)):
                node.wrong("policy-shape", key, expected="number")

    def _groups(self, node: Node, value: Any) -> None:
        """Lists of types: those of one list stand in one table, the lists in tables of one source."""
        good = isinstance(value, list) and value and all(isinstance(part, list) and part for part in value)
        if not good or not all(isinstance(word, str) for part in value for word in part):
            node.wrong("policy-shape", "together", expected="list of lists of types")

    def _members(self, node: Node, key: str) -> None:
        values = node.words(key)
        if not values:
            node.wrong("policy-shape", key, expected="list of words")
        for value in values:
            if key in WORD_KEYS and value.startswith("@"):
                node.member(key, value[1:], self._words, "policy-words")
            elif key in ("kind", "kinds"):
                node.member(key, value, self._kinds, "policy-kind")
            elif key in CHOICES:
                node.member(key, value, CHOICES[key], "policy-choice")

    def _then(self, item: Node, allowed: tuple[str, ...]) -> Effect:
        node = Node(self._issues, item.document, (*item.keys, "then"), item.data.get("then", {}))
        node.only(*allowed)
        for key in ("level", "floor", "raise_to"):
            if key in node.data:
                node.member(key, node.text(key), self._general, "policy-level")
        for key, options, code in (
            ("candidate", self._nominated, "policy-level"),
            ("category", self._categories, "policy-category"),
            ("domain", self._domains, "policy-domain"),
            ("review", REVIEWS, "policy-choice"),
            ("scope", SCOPES, "policy-choice"),
            ("sharing", SHARING, "policy-choice"),
        ):
            if key in node.data:
                node.member(key, node.text(key), options, code)
        steps = node.data.get("raise_by", 0)
        if isinstance(steps, bool) or not isinstance(steps, int) or not 0 <= steps <= len(self._general):
            node.wrong("policy-shape", "raise_by", expected="whole number")
            steps = 0
        if not isinstance(node.data.get("sensitive", False), bool):
            node.wrong("policy-shape", "sensitive", expected="true or false")
        if item.data.get("then") == {}:
            node.wrong("policy-missing", word=", ".join(allowed))
        if node.data.get("sharing") == "refused-by-law":
            self._lawful(item)
        return self._effect(node, steps)

    def _lawful(self, item: Node) -> None:
        """A refusal to share cites the law behind it (decree 809, Art 14); a standard is none."""
        if not str(item.data.get("clause") or "").strip() or _NO_LAW.match(item.text("standard")):
            item.wrong("policy-law", "clause", word=item.text("id"))

    def _effect(self, node: Node, steps: int) -> Effect:
        values: dict[str, Any] = {
            key: node.text(key) for key in EFFECTS if key in node.data and key not in _NO_TEXT
        }
        if "impact" in node.data:
            level = self._harm(node)
            values["candidate" if level in self._nominated else "level"] = level
        return Effect(
            raise_by=steps,
            sensitive=node.data.get("sensitive") is True,
            controls=node.words("controls") if "controls" in node.data else (),
            **values,
        )

    def _harm(self, node: Node) -> str:
        part = Node(self._issues, node.document, (*node.keys, "impact"), node.data["impact"])
        part.only("object", "degree", needed=("object", "degree"))
        subject, degree = part.text("object"), part.text("degree")
        if not part.member("object", subject, self._impact, "policy-choice"):
            return ""
        row = self._impact[subject]
        return row[degree] if part.member("degree", degree, row, "policy-choice") else ""
