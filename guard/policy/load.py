"""Find, parse and check a pack's folder. Reading pack files is the only I/O of this package.

A folder holds ``pack.yaml``, ``categories.yaml``, ``domains.yaml``, ``kinds.yaml``, ``words.yaml``,
``rules/*.yaml``, its golden cases ``*.test.yaml`` and, where its levels were measured, ``certainty.yaml``.
"""

from __future__ import annotations

import json
from pathlib import Path

from guard.model import UsageError
from guard.policy import read
from guard.policy.issues import Issue, Issues
from guard.policy.pack import Pack
from guard.policy.read import Node
from guard.policy.rules import RuleReader
from guard.yamldoc import Document, parse

_HEAD = ("id", "version", "name", "standard", "reading", "strict", "levels", "impact")


def load_pack(folder: Path) -> Pack:
    """The pack in ``folder``. Raises UsageError with file, line and nearest right name."""
    pack, issues = read_pack(folder)
    if issues:
        raise issues[0].error()
    return pack


def read_pack(folder: Path) -> tuple[Pack, tuple[Issue, ...]]:
    """The pack in ``folder`` with everything that is wrong in it.

    Raises UsageError where a file is missing or is no YAML at all.
    """
    issues = Issues()
    documents = {
        name: _document(folder / f"{name}.yaml")
        for name in ("pack", "categories", "domains", "kinds", "words")
    }
    measured = folder / "certainty.yaml"
    if measured.is_file():
        documents["certainty"] = _document(measured)
    rules = [_document(path) for path in sorted((folder / "rules").glob("*.yaml"))]
    return _assemble(folder, documents, rules, issues), tuple(issues.found)


def _document(path: Path) -> Document:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError("policy-encoding", file=str(path)) from None
    except OSError:
        raise UsageError("policy-file", file=str(path)) from None
    return parse(text, str(path))


def _assemble(folder: Path, documents: dict[str, Document], rules: list[Document], issues: Issues) -> Pack:
    head = Node(issues, documents["pack"], (), documents["pack"].data)
    head.only(*_HEAD, needed=_HEAD)
    levels = read.levels(head)
    impact = read.impact(head, (level.id for level in levels))
    categories = read.categories(issues, documents["categories"])
    domains = read.domains(issues, documents["domains"])
    kinds = read.kinds(issues, documents["kinds"])
    words = read.word_lists(issues, documents["words"])
    certainty, sure = read.certainty(issues, documents.get("certainty"))
    reader = RuleReader(
        issues,
        levels=levels,
        impact=impact,
        categories=categories,
        domains=(domain.id for domain in domains),
        kinds=(kind.id for kind in kinds),
        words=words,
    )
    fields = Node(issues, documents["domains"], (), documents["domains"].data)
    return Pack(
        id=head.text("id"),
        version=head.text("version"),
        name=head.names("name"),
        standard=head.text("standard"),
        reading=head.text("reading"),
        strict=head.data.get("strict") is True,
        levels=levels,
        impact=impact,
        categories=categories,
        default_categories=read.default_categories(issues, documents["categories"], categories),
        default_domain=fields.text("default"),
        field_weights=_weights(fields),
        domains=domains,
        kinds=kinds,
        words=words,
        rules=tuple(rule for document in rules for rule in reader.read(document)),
        folder=folder,
        certainty=certainty,
        sure=sure,
        content=_canonical([*documents.values(), *rules]),
    )


def _weights(node: Node) -> dict[str, float]:
    part = Node(node.issues, node.document, ("fields",), node.data.get("fields"))
    part.only("comment", "table", "system", "department", "path", "column", "columns_at_most")
    return {key: float(value) for key, value in part.data.items() if isinstance(value, (int, float))}


def _canonical(documents: list[Document]) -> str:
    data = [document.data for document in documents]
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
