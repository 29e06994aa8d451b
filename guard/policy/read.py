"""Parsed YAML -> the parts of a pack, noting every field, level or word that is not right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from guard.policy.issues import Issues
from guard.policy.kinds import Kind
from guard.policy.pack import Domain
from guard.yamldoc import Document

Keys = tuple[str | int, ...]


class Node:
    """A mapping in a document that knows which fields it may have."""

    def __init__(self, issues: Issues, document: Document, keys: Keys, data: object) -> None:
        self.issues, self.document, self.keys = issues, document, keys
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.wrong("policy-shape", expected="mapping")

    def wrong(self, code: str, *more: str | int, **params: str) -> None:
        """Note an issue at a field of this node."""
        self.issues.add(code, self.document, (*self.keys, *more), **params)

    def only(self, *fields: str, needed: Iterable[str] = ()) -> None:
        """Note every field that is not one of ``fields``, and every one ``needed`` that is missing."""
        for key in self.data:
            if key not in fields:
                self.issues.unknown("policy-field", self.document, (*self.keys, key), key, fields)
        for key in needed:
            if key not in self.data:
                self.wrong("policy-missing", word=key)

    def text(self, key: str, default: str = "") -> str:
        """A field that must be text or a number."""
        value = self.data.get(key, default)
        if isinstance(value, (dict, list)) or value is None or isinstance(value, bool):
            self.wrong("policy-shape", key, expected="text")
            return default
        return str(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A field that must be a word or a list of words."""
        value = self.data.get(key, [])
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, (dict, list)) or item is None for item in items):
            self.wrong("policy-shape", key, expected="list of words")
            return ()
        return tuple(str(item) for item in items)

    def names(self, key: str) -> Mapping[str, str]:
        """A field that must hold ``zh`` and ``en``; empty where it is missing."""
        if key not in self.data:
            return {"zh": "", "en": ""}
        part = Node(self.issues, self.document, (*self.keys, key), self.data.get(key, {}))
        part.only("zh", "en", needed=("zh", "en"))
        return {language: part.text(language) for language in ("zh", "en")}

    def items(self, key: str) -> Iterator[Node]:
        """The mappings of a list field."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self.wrong("policy-shape", key, expected="list")
            value = []
        for at, item in enumerate(value):
            yield Node(self.issues, self.document, (*self.keys, key, at), item)

    def member(self, key: str, word: str, options: Iterable[str], code: str) -> bool:
        """Whether ``word`` is one of ``options``; noted when it is not, unless the field is missing."""
        return (key in self.data or bool(word)) and self.known(key, word, options, code)

    def known(self, key: str, word: str, options: Iterable[str], code: str) -> bool:
        """Whether ``word`` is one of ``options``; noted when it is not."""
        known = tuple(options)
        if word not in known:
            self.issues.unknown(code, self.document, (*self.keys, key), word, known)
        return word in known


def impact(node: Node, known: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Object -> degree -> level."""
    options = tuple(known)
    part = Node(node.issues, node.document, (*node.keys, "impact"), node.data.get("impact", {}))
    matrix: dict[str, Mapping[str, str]] = {}
    for subject, row in part.data.items():
        line = Node(node.issues, node.document, (*part.keys, subject), row)
        matrix[subject] = {degree: line.text(degree) for degree in line.data}
        for degree, level in matrix[subject].items():
            line.member(degree, level, options, "policy-level")
    return matrix


def categories(issues: Issues, document: Document, *, added: bool = False) -> frozenset[str]:
    """Every path of the category tree, joined by ``/``; one that adds to another needs no defaults."""
    root = Node(issues, document, (), document.data)
    root.only("defaults", "categories", needed=("categories",) if added else ("defaults", "categories"))
    tree = root.data.get("categories")
    if not isinstance(tree, dict):
        root.wrong("policy-shape", "categories", expected="mapping")
        tree = {}
    return frozenset(_paths(tree, ""))


def default_categories(
    issues: Issues, document: Document, known: frozenset[str], inherited: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """The category of an untyped column by its subject, where no rule says more."""
    root = Node(issues, document, (), document.data)
    if inherited is not None and "defaults" not in root.data:
        return inherited
    part = Node(issues, document, ("defaults",), root.data.get("defaults", {}))
    part.only("person", "organisation", "other", needed=("person", "organisation", "other"))
    found = {subject: part.text(subject) for subject in ("person", "organisation", "other")}
    for subject, path in found.items():
        part.member(subject, path, known, "policy-category")
    return found


def _paths(tree: Mapping[str, Any] | list[str], prefix: str) -> Iterator[str]:
    children = tree.items() if isinstance(tree, Mapping) else ((str(name), None) for name in tree)
    for name, below in children:
        yield f"{prefix}{name}"
        if isinstance(below, (dict, list)):
            yield from _paths(below, f"{prefix}{name}/")


def domains(issues: Issues, document: Document) -> tuple[Domain, ...]:
    """The closed list of business domains with their weighted words."""
    root = Node(issues, document, (), document.data)
    root.only("default", "fields", "domains", needed=("default", "fields", "domains"))
    found: dict[str, Domain] = {}
    for item in root.items("domains"):
        item.only("id", "words", "types", "categories", needed=("id",))
        name = item.text("id")
        if name in found:
            item.wrong("policy-duplicate", "id", word=name)
        words = Node(issues, document, (*item.keys, "words"), item.data.get("words", {}))
        found[name] = Domain(
            id=name,
            words={float(weight): words.words(weight) for weight in words.data if _is_number(weight)},
            types=item.words("types"),
            categories=item.words("categories"),
        )
    root.member("default", root.text("default"), found, "policy-domain")
    return tuple(found.values())


def _is_number(word: object) -> bool:
    try:
        float(str(word))
    except ValueError:
        return False
    return True


def kinds(issues: Issues, document: Document) -> tuple[Kind, ...]:
    """The sorts of columns; a word that ends two kinds is noted."""
    root = Node(issues, document, (), document.data)
    root.only("kinds", needed=("kinds",))
    found: dict[str, Kind] = {}
    seen: dict[tuple[str, str], str] = {}
    for item in root.items("kinds"):
        item.only("id", "ends", "begins", "initials", "technical", "weak", "coded", needed=("id",))
        name = item.text("id")
        for key in ("ends", "begins", "initials"):
            for word in item.words(key):
                if seen.setdefault((key, word), name) != name or name in found:
                    item.wrong("policy-duplicate", key, word=word)
        found[name] = Kind(
            id=name,
            ends=item.words("ends"),
            begins=item.words("begins"),
            initials=item.words("initials"),
            technical=item.data.get("technical") is True,
            weak=item.data.get("weak") is True,
            coded=item.data.get("coded") is True,
        )
    return tuple(found.values())


def word_lists(issues: Issues, document: Document) -> Mapping[str, tuple[str, ...]]:
    """The named word lists."""
    root = Node(issues, document, (), document.data)
    root.only("words", needed=("words",))
    part = Node(issues, document, ("words",), root.data.get("words", {}))
    return {str(name): part.words(name) for name in part.data}


def certainty(issues: Issues, document: Document | None) -> tuple[Mapping[str, float], float]:
    """The weights of a pack's confidence, and the confidence from which no person is needed."""
    if document is None:
        return {}, 1.0
    root = Node(issues, document, (), document.data)
    root.only("sure", "level", needed=("sure", "level"))
    part = Node(issues, document, ("level",), root.data.get("level", {}))
    part.only(*part.data, needed=("bias",))
    for key in part.data:
        if not _is_number(part.data[key]):
            part.wrong("policy-shape", key, expected="number")
    sure = root.data.get("sure", 1.0)
    if not _is_number(sure):
        root.wrong("policy-shape", "sure", expected="number")
        sure = 1.0
    return {key: float(value) for key, value in part.data.items() if _is_number(value)}, float(sure)
