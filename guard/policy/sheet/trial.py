"""What a policy says of catalogue items: each one graded as a column that bears its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from guard.model import Asset, AssetKind, Classification, Column, Evidence, Finding
from guard.policy.grade import grade
from guard.policy.policy import Policy
from guard.policy.sheet.settle import Item

_TABLE = "catalogue"
_SURE = 0.95


def graded(item: Item, policy: Policy) -> Classification:
    """The decision for one text column with the item's name, found to be of the item's type if it has one."""
    column = Column(name=item.name, position=0, type="varchar(64)", comment=item.name)
    asset = Asset(
        source=_TABLE,
        path=(_TABLE if item.context else "",),
        kind=AssetKind.TABLE,
        columns=(column,),
        comment=item.context,
    )
    told = (Evidence(kind="comment", type=item.type, weight=3.0),) if item.type else ()
    finding = Finding(
        column=item.name, type=item.type or None, confidence=_SURE if item.type else 0.0, evidence=told
    )
    return grade(asset, (finding,), policy).columns[0]


def case(item: Item, answer: Classification, clause: str) -> dict[str, Any]:
    """A golden case: the item comes out with the level that it has now, never below its own."""
    expect: dict[str, Any] = {"level": answer.level}
    if item.candidate:
        expect["candidate"] = answer.candidate
    column: dict[str, Any] = {"name": item.name, "comment": item.name, "expect": expect}
    if item.type:
        column |= {"type": item.type, "confidence": _SURE}
    made: dict[str, Any] = {"name": item.name, "clause": clause, "columns": [column]}
    if item.context:
        made["table"] = {"name": _TABLE, "comment": item.context}
    return made


def below(item: Item, answer: Classification, order: Iterable[str]) -> bool:
    """Whether the decision stands below what the catalogue asks for."""
    rank = {level: at for at, level in enumerate(order)}
    level = bool(item.level) and rank.get(answer.level, -1) < rank[item.level]
    return level or (bool(item.candidate) and rank.get(answer.candidate, -1) < rank[item.candidate])


def above(item: Item, answer: Classification, order: Iterable[str]) -> Iterator[str]:
    """The rules that lift the item over what the catalogue asks for; none where it is not lifted."""
    rank = {level: at for at, level in enumerate(order)}
    if item.level and rank.get(answer.level, -1) > rank[item.level]:
        lifting = (one for one in answer.reasons if one.effect != "impact" and one.level == answer.level)
        yield from dict.fromkeys(one.rule for one in lifting)
