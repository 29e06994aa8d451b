"""What differs between two packs: each kind of edit is told once, where it is, with both values."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from policy.policy_support import FOLDER, PACK, policy

from guard.policy import load_pack
from guard.policy.diff import PARTS, diff

EDITS = [
    ("rules/70-table.yaml", "raise_by: 1", "raise_by: 2", "rules", "then.raise_by", 1, 2),
    ("pack.yaml", "subjects-many: 1000000", "subjects-many: 2000000", "thresholds", "value", 1e6, 2e6),
    ("pack.yaml", "strict: false", "strict: true", "pack", "strict", False, True),
    ("pack.yaml", "一般3级", "三级", "levels", "name", {"zh": "一般3级", "en": "general 3"}, {"zh": "三级", "en": "general 3"}),
    ("words.yaml", "aid-words: [低保, ", "aid-words: [", "words", "words", None, None),
    ("pack.yaml", "公共利益: {特别严重危害: core, 严重危害: important", "公共利益: {特别严重危害: core, 严重危害: L4", "impact", "level",
     "important", "L4"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "part", "field", "before", "after"), EDITS)
def test_an_edit_is_told(tmp_path: Path, file, old, new, part, field, before, after) -> None:
    folder = Path(shutil.copytree(PACK, tmp_path / "gov_cn"))
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    (change,) = diff(load_pack(PACK), load_pack(folder))
    assert (change.part, change.what) == (part, "changed")
    (told,) = change.fields
    assert told.name == field
    if before is not None:
        assert (told.before, told.after) == (before, after)
    else:
        assert set(told.before) - set(told.after) == {"低保"}


def test_types_and_rules_come_and_go() -> None:
    pack, types = load_pack(PACK), list(policy().types.values())
    fewer = replace(pack, rules=pack.rules[1:])
    assert [(c.part, c.id, c.what) for c in diff(pack, fewer)] == [("rules", pack.rules[0].id, "removed")]
    assert [(c.part, c.id, c.what) for c in diff(fewer, pack)] == [("rules", pack.rules[0].id, "added")]
    higher = [replace(types[0], level="L1", origin="elsewhere:1"), *types[1:]]
    (change,) = diff(None, None, types, higher)
    assert (change.part, change.id) == ("types", types[0].id)
    assert [(f.name, f.after) for f in change.fields] == [("level", "L1")]


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in FOLDER.glob("*/pack.yaml")), ids=lambda f: f.name
)
def test_a_pack_does_not_differ_from_itself_and_json_holds_all(folder: Path) -> None:
    pack = load_pack(folder)
    assert diff(pack, load_pack(folder)) == ()
    found = diff(load_pack(PACK), pack)
    assert {change.part for change in found} <= set(PARTS)
    assert json.loads(json.dumps([asdict(change) for change in found])) or folder == PACK
