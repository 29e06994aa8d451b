"""The parsed files of a pack, over the pack it extends -> Pack."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guard.policy import read
from guard.policy.head import HEAD, NEEDED, Head, read_head
from guard.policy.inherit import inherited_rules, own_over, translated_impact
from guard.policy.issues import Issues
from guard.policy.measures import controls, masking
from guard.policy.pack import Pack, Rule
from guard.policy.read import Node
from guard.policy.rules import RuleReader
from guard.yamldoc import Document

_OWN = ("id", "version", "name", "standard")  # what a pack says itself whatever it extends


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pack's folder holds, and the pack that it extends."""

    folder: Path
    head: Document
    documents: Mapping[str, Document]
    rules: Sequence[Document]
    parent: Pack | None


def read_alone(head: Document, issues: Issues) -> None:
    """Note what is wrong in the head of a pack whose other files are not all there."""
    node = Node(issues, head, (), head.data)
    whole = "levels" in node.data
    node.only(*HEAD, needed=NEEDED if whole else _OWN)
    if whole:
        read_head(node, None)


def assemble(parts: Parts, issues: Issues) -> Pack:
    """The pack of ``parts``, whole; everything wrong in it is noted in ``issues``."""
    node = Node(issues, parts.head, (), parts.head.data)
    node.only(*HEAD, needed=NEEDED if parts.parent is None else _OWN)
    head = read_head(node, parts.parent)
    fields = {**_words(parts, issues), **_lists(parts, issues, head)}
    pack = Pack(
        id=head.id,
        version=node.text("version"),
        name=node.names("name"),
        standard=node.text("standard"),
        reading=head.reading,
        strict=head.strict,
        levels=head.levels,
        translation=head.translation,
        impact=translated_impact(node, parts.parent, head),
        rules=(),
        folder=parts.folder,
        content=_canonical([parts.head, *parts.documents.values(), *parts.rules], parts.parent),
        mark=head.mark,
        status=head.status,
        effective=head.effective,
        until=head.until,
        note=head.note,
        extends=(parts.parent.id, *parts.parent.extends) if parts.parent else (),
        thresholds=head.thresholds,
        sharing=head.sharing,
        expire_days=head.expire_days,
        type_basis=head.type_basis,
        beside=head.beside,
        **fields,
    )
    return _with_rules(pack, parts, issues, head, node)


def _words(parts: Parts, issues: Issues) -> dict[str, Any]:
    """Categories and word lists add to those inherited; domains and kinds take their place."""
    documents, parent = parts.documents, parts.parent
    found: dict[str, Any] = {}
    if "categories" in documents:
        below = parent.categories if parent else frozenset()
        known = read.categories(issues, documents["categories"], added=parent is not None) | below
        found["categories"] = known
        inherited = parent.default_categories if parent else None
        found["default_categories"] = read.default_categories(
            issues, documents["categories"], known, inherited
        )
    if "domains" in documents:
        root = Node(issues, documents["domains"], (), documents["domains"].data)
        found |= {
            "domains": read.domains(issues, documents["domains"]),
            "default_domain": root.text("default"),
            "field_weights": _weights(root),
        }
    if "kinds" in documents:
        found["kinds"] = read.kinds(issues, documents["kinds"])
    names = ("categories", "default_categories", "domains", "default_domain", "field_weights", "kinds")
    return {name: found[name] if name in found else getattr(parent, name) for name in names}


def _lists(parts: Parts, issues: Issues, head: Head) -> dict[str, Any]:
    documents, parent = parts.documents, parts.parent
    lists = read.word_lists(issues, documents["words"]) if "words" in documents else {}
    above = parent.words if parent else {}
    own_over(head.node, "words", lists, above)
    sure: tuple[Mapping[str, float], float] = (parent.certainty, parent.sure) if parent else ({}, 1.0)
    if "certainty" in documents:
        sure = read.certainty(issues, documents["certainty"])
    return {"words": {**above, **lists}, "certainty": sure[0], "sure": sure[1]}


def _with_rules(pack: Pack, parts: Parts, issues: Issues, head: Head, node: Node) -> Pack:
    """``pack`` with its rules, controls and masking, its own over those inherited."""
    reader = RuleReader(
        issues,
        levels=pack.levels,
        impact=pack.impact,
        categories=pack.categories,
        domains=(domain.id for domain in pack.domains),
        kinds=(kind.id for kind in pack.kinds),
        words=pack.words,
        thresholds=pack.thresholds,
    )
    rules: dict[str, Rule] = {rule.id: rule for document in parts.rules for rule in reader.read(document)}
    below = inherited_rules(node, parts.parent, head)
    own_over(node, "rules", rules, below)
    found = controls(issues, parts.documents.get("controls"), pack)
    above = {item.id: item for item in head.controls}
    own_over(node, "controls", found, above)
    mask = masking(issues, parts.documents.get("masking"), reader)
    return replace(
        pack,
        rules=tuple({**below, **rules}.values()),
        own=frozenset(rules),
        controls=tuple({**above, **found}.values()),
        masking=(*mask, *(parts.parent.masking if parts.parent else ())),
    )


def _weights(node: Node) -> dict[str, float]:
    part = Node(node.issues, node.document, ("fields",), node.data.get("fields"))
    part.only("comment", "table", "system", "department", "path", "column", "columns_at_most")
    return {key: float(value) for key, value in part.data.items() if isinstance(value, (int, float))}


def _canonical(documents: list[Document], parent: Pack | None) -> str:
    data = _worded([document.data for document in documents])
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n{parent.content}" if parent else text


def _worded(data: Any) -> Any:
    """``data`` with every key a text: keys of several kinds have no order."""
    if isinstance(data, dict):
        return {str(key): _worded(value) for key, value in data.items()}
    return [_worded(item) for item in data] if isinstance(data, list) else data
