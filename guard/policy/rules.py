"""Rules as written -> Rule, with every condition and effect checked against the pack."""

from __future__ import annotations

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
    TABLE_KEYS,
    WORD_KEYS,
)
from guard.policy.issues import Issues
from guard.policy.kinds import OTHER
from guard.policy.pack import Effect, Level, Rule
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
)
_NO_TEXT = frozenset({"raise_by", "impact", "sensitive"})
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
    ) -> None:
        self._issues = issues
        self._general = tuple(level.id for level in levels if not level.candidate)
        self._nominated = tuple(level.id for level in levels if level.candidate)
        self._impact = impact
        self._categories = categories
        self._domains = tuple(domains)
        self._kinds = frozenset(kinds) | {OTHER}
        self._words = frozenset(words)
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
        item.member("on", on, ("column", "table"), "policy-choice")
        item.member("certainty", item.text("certainty"), CERTAINTIES, "policy-choice")
        when = Node(self._issues, item.document, (*item.keys, "when"), item.data.get("when"))
        self._when(when, TABLE_KEYS if on == "table" else KEYS)
        return Rule(
            id=item.text("id"),
            standard=item.text("standard"),
            clause=item.text("clause"),
            certainty=item.text("certainty"),
            on=on,
            when=when.data,
            then=self._then(item),
            file=item.document.path,
            line=item.document.line(*item.keys),
        )

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
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                node.wrong("policy-shape", key, expected="number")

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

    def _then(self, item: Node) -> Effect:
        node = Node(self._issues, item.document, (*item.keys, "then"), item.data.get("then"))
        node.only(*EFFECTS)
        for key in ("level", "floor", "raise_to"):
            if key in node.data:
                node.member(key, node.text(key), self._general, "policy-level")
        for key, options, code in (
            ("candidate", self._nominated, "policy-level"),
            ("category", self._categories, "policy-category"),
            ("domain", self._domains, "policy-domain"),
            ("review", REVIEWS, "policy-choice"),
            ("scope", SCOPES, "policy-choice"),
        ):
            if key in node.data:
                node.member(key, node.text(key), options, code)
        steps = node.data.get("raise_by", 0)
        if isinstance(steps, bool) or not isinstance(steps, int) or not 0 <= steps <= len(self._general):
            node.wrong("policy-shape", "raise_by", expected="whole number")
            steps = 0
        if not isinstance(node.data.get("sensitive", False), bool):
            node.wrong("policy-shape", "sensitive", expected="true or false")
        if not node.data:
            node.wrong("policy-missing", word=", ".join(EFFECTS))
        return self._effect(node, steps)

    def _effect(self, node: Node, steps: int) -> Effect:
        values: dict[str, Any] = {
            key: node.text(key) for key in EFFECTS if key in node.data and key not in _NO_TEXT
        }
        if "impact" in node.data:
            level = self._harm(node)
            values["candidate" if level in self._nominated else "level"] = level
        return Effect(raise_by=steps, sensitive=node.data.get("sensitive") is True, **values)

    def _harm(self, node: Node) -> str:
        part = Node(self._issues, node.document, (*node.keys, "impact"), node.data["impact"])
        part.only("object", "degree", needed=("object", "degree"))
        subject, degree = part.text("object"), part.text("degree")
        if not part.member("object", subject, self._impact, "policy-choice"):
            return ""
        row = self._impact[subject]
        return row[degree] if part.member("degree", degree, row, "policy-choice") else ""
