"""A pack with any one node replaced by junk loads, or is refused with file and line; it never crashes."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import yaml
from policy.policy_support import PACK, asset, finding, policy

from guard.model import UsageError
from guard.policy import Policy, check, grade, load_pack

JUNK = [None, 7, True, [], {}, "x", "", [1], {"a": 1}, [[1]], -1.5, {"not": {}}, [None], "@nothing", {3: 4}]


def nodes(data, path=()):
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from nodes(value, (*path, key))


def spoil(data, chance: random.Random):
    path, junk = chance.choice(list(nodes(data))), chance.choice(JUNK)
    if not path:
        return junk
    part = data
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = junk
    return data


def test_one_node_of_junk(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PACK, tmp_path / "pack"))
    files = {path: path.read_text("utf-8") for path in folder.glob("rules/*.yaml")}
    files[folder / "pack.yaml"] = (folder / "pack.yaml").read_text("utf-8")
    chance = random.Random(11)
    taken = 0
    for _ in range(20):
        path = chance.choice(sorted(files))
        spoiled = spoil(yaml.safe_load(files[path]), chance)
        path.write_text(yaml.safe_dump(spoiled, allow_unicode=True, sort_keys=False), "utf-8")
        try:
            check(folder)
            pack = load_pack(folder)
            findings = [finding("id", None), finding("x", "person_name")]
            grade(asset([("id", "主键"), ("x", "姓名")]), findings, Policy([pack], policy().types.values()))
            taken += 1
        except UsageError as error:
            assert error.params["file"]
        path.write_text(files[path], "utf-8")
    assert 0 < taken < 20


def test_names_and_comments_of_any_length_and_alphabet_are_graded() -> None:
    hostile = [
        "",
        " ",
        "a" * 20_000,
        "年" * 20_000,
        "1->" * 5_000,
        "\x1b[31m",
        "a'; DROP TABLE x",
        "😀",
        "\u202e姓名",
        "_" * 500,
    ]
    table = asset([(name, name) for name in hostile], comment="人员" * 3_000)
    assert len(grade(table, (), policy()).columns) == len(hostile)
