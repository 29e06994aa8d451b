"""The hooks as pre-commit runs them, from a local clone."""

import re
import sys

import pytest
import yaml
from ci.conftest import BAD, CLEAN, ROOT

HOOKS = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
CONFIG = """
repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: guard-gate
        args: [--dialect, mysql]
      - id: guard-policy
"""

SOUND = """
- id: own_badge
  name: {zh: 门禁卡号, en: badge number}
  category: 个人信息/个人身份信息/证件号
  level: L2
  hints: {zh: [门禁卡号], pinyin: [mjkh], en: [badge_no]}
  value: {pattern: 'BADGE-[0-9]{6}', strength: medium}
  samples: {true: ['BADGE-123456'], false: ['123456']}
"""


@pytest.fixture
def hooked(repository, clone):
    """The repository with the hooks installed as people do it."""
    text = CONFIG.format(repo=clone.folder, rev=clone.git("rev-parse", "HEAD"))
    repository.commit(".pre-commit-config.yaml", text)
    repository.run(sys.executable, "-m", "pre_commit", "install", check=True)
    return repository


def commit(repository, name, text):
    repository.write(name, text)
    repository.git("add", "--all")
    return repository.run("git", "commit", "--message", name)


def test_a_bad_migration_cannot_be_committed_and_the_place_and_the_fix_are_said(hooked):
    done = commit(hooked, "migrations/0002_add.sql", BAD)
    said = done.stderr
    assert done.returncode == 1 and "guard gate" in said and "exit code: 1" in said
    assert "migrations/0002_add.sql:2" in said and "sensitive-undeclared" in said
    assert "-- guard: " in said
    assert "0002_add.sql" in hooked.git("status", "--porcelain")


def test_a_clean_migration_is_committed(hooked):
    done = commit(hooked, "migrations/0002_office.sql", CLEAN)
    assert done.returncode == 0, done.stderr
    assert hooked.git("status", "--porcelain") == ""


def test_earlier_migrations_are_known_though_only_the_new_one_is_given(hooked):
    declared = "CREATE TABLE citizen (\n  sfzh varchar(18) COMMENT '身份证号 [L4 mask=cn-id]'\n);\n"
    hooked.write("migrations/0002_citizen.sql", declared)
    hooked.git("add", "--all")
    hooked.run("git", "commit", "--no-verify", "--message", "x", check=True)
    done = commit(hooked, "migrations/0003_drop.sql", "ALTER TABLE citizen DROP COLUMN sfzh;\n")
    assert "drop-protected" in done.stderr and "0003_drop.sql:1" in done.stderr
    assert "0002_citizen.sql:" not in done.stderr


def test_a_file_called_like_an_option_is_a_file(hooked):
    done = commit(hooked, "--format=json=taken.sql", BAD)
    assert done.returncode == 1
    assert "--format=json=taken.sql:2" in done.stderr
    assert not (hooked.folder / "taken.sql").exists()


def test_broken_and_sound_policy_packs(hooked):
    done = commit(
        hooked, "policies/types/own.yaml", SOUND.replace("false: ['123456']", "false: ['BADGE-000000']")
    )
    assert done.returncode == 1 and "own.yaml" in done.stderr
    done = commit(hooked, "policies/types/own.yaml", SOUND)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("path", "judged"),
    [
        ("db/V1__init.sql", True), ("db/INIT.SQL", True), ("schema.ddl", True), ("prisma/schema.prisma", True),
        ("db/changelog/001.xml", True), ("db.changelog-master.yaml", True), ("app/main.py", False),
        ("docker-compose.yml", False), ("notes.sql.md", False),
    ],
)  # fmt: skip
def test_files_that_the_gate_is_given(path, judged):
    assert bool(re.search(HOOKS["guard-gate"]["files"], path)) is judged


def test_hooks_run_in_parallel_and_name_scripts_that_are_there():
    for hook in HOOKS.values():
        script = ROOT / hook["entry"]
        assert script.stat().st_mode & 0o111, hook["entry"]
        assert not hook.get("require_serial")
        assert script.read_text("utf-8").startswith("#!/usr/bin/env bash\n")
