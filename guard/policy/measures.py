"""``controls.yaml`` and ``masking.yaml``: what protects data of a level, and how it is masked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guard.policy.issues import Issues
from guard.policy.pack import Control, Masking, Pack
from guard.policy.read import Node
from guard.policy.rules import CERTAINTIES, RuleReader
from guard.yamldoc import Document

STAGES = ("collect", "transmit", "store", "use", "process", "provide", "publish", "delete", "all")
DEGREES = ("should", "must")
_METHOD = re.compile(
    r"keep\(\d{1,2},\s*\d{1,2}\)|name_cn|email|hmac_sm3|null|none|address\((province|city|district|street)\)"
    r"|date\((year|month)\)|bucket\(\d{1,9}\)|geo\(\d\)|ip\(\d{1,3}\)"
)


def controls(issues: Issues, document: Document | None, pack: Pack) -> dict[str, Control]:
    """The controls of ``controls.yaml`` by id; none where there is no file."""
    found: dict[str, Control] = {}
    for item in _items(issues, document, "controls"):
        item.only(
            "id", "stage", "standard", "clause", "certainty", "name", "evidence", "levels",
            needed=("id", "stage", "standard", "certainty", "name", "levels"),
        )  # fmt: skip
        item.member("stage", item.text("stage"), STAGES, "policy-choice")
        item.member("certainty", item.text("certainty"), CERTAINTIES, "policy-choice")
        levels = Node(issues, item.document, (*item.keys, "levels"), item.data.get("levels", {}))
        for level in levels.data:
            levels.member(level, str(level), (one.id for one in pack.levels), "policy-level")
            levels.member(level, levels.text(level), DEGREES, "policy-choice")
        name = item.text("id")
        if name in found:
            item.wrong("policy-duplicate", "id", word=name)
        found[name] = Control(
            id=name,
            stage=item.text("stage"),
            standard=item.text("standard"),
            clause=item.text("clause"),
            certainty=item.text("certainty"),
            name=item.names("name"),
            evidence=item.names("evidence") if "evidence" in item.data else {},
            levels={str(level): str(word) for level, word in levels.data.items()},
        )
    return found


def masking(issues: Issues, document: Document | None, reader: RuleReader) -> tuple[Masking, ...]:
    """The masking rules in their order: the first that holds decides."""
    found: dict[str, Masking] = {}
    for item in _items(issues, document, "masking"):
        item.only("id", "when", "method", needed=("id", "when", "method"))
        name, method = item.text("id"), item.text("method")
        if name in found:
            item.wrong("policy-duplicate", "id", word=name)
        if not _METHOD.fullmatch(method):
            item.wrong("policy-method", "method", word=method)
        found[name] = Masking(
            id=name,
            when=reader.when(item),
            method=method,
            file=item.document.path,
            line=item.document.line(*item.keys),
        )
    return tuple(found.values())


def _items(issues: Issues, document: Document | None, key: str) -> Iterator[Node]:
    if document is None:
        return
    root = Node(issues, document, (), document.data)
    root.only(key, needed=(key,))
    yield from root.items(key)
