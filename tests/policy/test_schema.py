"""The schemas take every shipped file and refuse what the loader refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from policy.policy_support import FOLDER, policy, types

from guard.policy import Policy, load_pack
from guard.policy.schema import FILES, schemas
from guard.yamldoc import read

PACKS = sorted(path.parent for path in FOLDER.glob("*/pack.yaml"))


def keyed(data):
    """JSON has no keys but texts."""
    if isinstance(data, dict):
        return {str(k).lower() if isinstance(k, bool) else str(k): keyed(v) for k, v in data.items()}
    return [keyed(item) for item in data] if isinstance(data, list) else data


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_shipped_file_fits(folder: Path) -> None:
    found = schemas(Policy([load_pack(folder)], types()))
    for name, globs in FILES.items():
        Draft202012Validator.check_schema(found[name])
        checker = Draft202012Validator(found[name])
        base = FOLDER if name == "types" else folder
        for path in sorted(file for glob in globs for file in base.glob(glob)):
            errors = [error.message for error in checker.iter_errors(keyed(read(path).data))]
            assert errors == [], path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rules", "rules: [{id: a}]"),
        ("rules", "rules: [{id: a, standard: s, clause: c, certainty: S, when: {kinds: [ordr]}, then: {level: L1}}]"),
        ("rules", "rules: [{id: a, standard: s, clause: c, certainty: S, when: {}, then: {level: core}}]"),
        ("rules", "rules: [{id: a, standard: s, clause: c, certainty: S, when: {}, then: {}}]"),
        ("rules", "rules: [{id: a, standard: s, clause: c, certainty: S, 'on': table, when: {kind: order}, then: {floor: L2}}]"),
        ("rules", "rules: [{id: a, standard: s, clause: c, certainty: S, when: {rows: {at_least: $no}}, then: {floor: L2}}]"),
        ("pack", "{id: a, version: '1', name: {zh: a, en: b}, standard: s}"),
        ("pack", "{id: a, version: '1', name: {zh: a}, standard: s, extends: gov_cn}"),
        ("types", "[{id: a, name: {zh: a}, category: c, level: L9}]"),
        ("types", "[{id: a, name: {zh: a}, category: c, level: L1, value: {check: luhm}}]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(name: str, text: str) -> None:
    checker = Draft202012Validator(schemas(policy())[name])
    assert list(checker.iter_errors(keyed(yaml.safe_load(text))))


def test_a_pack_that_builds_on_another_needs_little() -> None:
    checker = Draft202012Validator(schemas(policy())["pack"])
    little = {"id": "a", "version": "1", "name": {"zh": "a", "en": "b"}, "standard": "s", "extends": "gov_cn"}
    assert not list(checker.iter_errors(little))
