"""Compiled automata are kept by content, read fast, and never trusted when they are not whole."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from guard.checks import native
from guard.detect import store
from guard.detect.compile import Plan
from guard.detect.rules import Rule

pytestmark = pytest.mark.skipif(
    native.unavailable() is not None, reason=f"compiled code: {native.unavailable()}"
)

RULES = [
    Rule(name="a", pattern=r"\d{3}"),
    Rule(name="b", pattern="[京沪][A-Z]"),
    Rule(name="c", pattern=r"(?:x\b)y"),
]
OWN = Rule(name="own", pattern="[A-F]{4}", family="own")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(native, "folder", lambda: tmp_path)
    return tmp_path


def same(one: Plan, other: Plan) -> bool:
    def parts(plan: Plan) -> list[object]:
        every = (*plan.whole, *plan.loose, *plan.runs, *plan.triggers)
        return [(p.moves.tolist(), p.classes.tolist(), p.width, p.sets) for p in every]

    return parts(one) == parts(other) and (one.whole_slow, one.inside_slow) == (
        other.whole_slow,
        other.inside_slow,
    )


def test_what_was_built_once_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = store.load(RULES)
    assert [file.name[:9] for file in folder.iterdir()] == ["automata-"]
    monkeypatch.setattr(store, "_both", lambda rules: pytest.fail("built again"))
    assert same(store.load(RULES), built)
    assert built.whole_slow == (2,)


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_file_is_built_again(folder: Path, damage: bytes | None) -> None:
    built = store.load(RULES)
    file = next(folder.iterdir())
    file.write_bytes(file.read_bytes()[:200] if damage is None else damage)
    assert same(store.load(RULES), built)
    with np.load(file, allow_pickle=False) as kept:
        assert "about" in kept


def test_a_rule_of_the_users_own_rebuilds_only_its_family(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.load(RULES)
    built: list[int] = []
    both = store._both
    monkeypatch.setattr(store, "_both", lambda rules: built.append(len(rules)) or both(rules))
    plan = store.load([OWN, *RULES])
    assert built == [1]
    assert {rule for part in plan.whole for rule in part.rules} == {0, 1, 2}
    assert plan.whole_slow == (3,)


def test_without_a_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "folder", lambda: None)
    assert store.load(RULES).whole


def test_reading_takes_milliseconds(folder: Path) -> None:
    store.load(RULES)
    spent = []
    for _ in range(5):
        start = time.process_time()
        store.load(RULES)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.02
