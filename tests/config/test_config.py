"""guard.yaml: found, read, located, refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from guard.config import describe, load, rows, schema, seconds, size
from guard.config.settings import SETTINGS
from guard.model import UsageError
from guard.text import LANGUAGES, lookup

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
FULL = """\
version: 1
language: zh-CN
catalog: sqlite:data/guard.db
policies: {use: [gov_cn, pipl], paths: [./policies]}
fail_on: L4
sources:
  hr:
    connector: postgres
    url: postgresql://scanner@hr-db:5432/HR
    password: env:GUARD_HR_PASSWORD
    owner: 人社局
    system: 人事系统
    include: ["HR/*"]
    exclude: "HR/TMP_*"
    sample: {rows: full, timeout: 5m, bytes: 50MB}
    limits: {connections: 1, per_second: 0.5, statement: 10s, lock: 50ms, wall: 2m}
    options: {sslmode: verify-full}
  share:
    path: ../share
"""


def write(folder: Path, text: str, name: str = "guard.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_everything_set_has_an_effect(tmp_path):
    path = write(tmp_path / "project", FULL)
    config = load(None, {}, tmp_path / "project")
    assert config.path == path
    assert (config.language, config.fail_on, config.policies) == ("zh", "L4", ("gov_cn", "pipl"))
    assert config.catalog == f"sqlite:{tmp_path}/project/data/guard.db"
    assert config.policy_paths == (tmp_path / "project/policies",)
    hr = config.source("hr")
    assert (hr.connector, hr.url) == ("postgres", "postgresql://scanner@hr-db:5432/HR")
    assert (hr.department, hr.system, hr.password) == ("人社局", "人事系统", "env:GUARD_HR_PASSWORD")
    assert (hr.include, hr.exclude) == (("HR/*",), ("HR/TMP_*",))
    assert (hr.budget.rows, hr.budget.seconds, hr.budget.bytes) == (None, 300.0, 50_000_000)
    limits = hr.limits
    assert (limits.connections, limits.per_second, limits.statement_seconds) == (1, 0.5, 10.0)
    assert (limits.lock_seconds, limits.wall_seconds) == (0.05, 120.0)
    assert hr.options == {"sslmode": "verify-full"}
    assert hr.location == f"{path}:7"
    share = config.source("share")
    assert (share.url, share.connector, share.budget.rows) == (f"{tmp_path}/share", "", 2000)


def test_defaults_without_a_file(tmp_path):
    config = load(None, {"HOME": str(tmp_path / "home")}, tmp_path)
    assert config.path is None
    assert (config.fail_on, config.policies, config.sources, config.language) == ("L3", ("gov_cn",), {}, None)
    assert config.catalog == f"sqlite:{tmp_path}/guard.db"
    assert config.tried == (f"{tmp_path}/guard.yaml", f"{tmp_path}/home/.config/guard/guard.yaml")


def test_the_nearest_file_up_to_the_repository_wins_alone(tmp_path):
    write(tmp_path, "fail_on: L1")
    (tmp_path / "repo/.git").mkdir(parents=True)
    deep = tmp_path / "repo/a/b"
    deep.mkdir(parents=True)
    assert load(None, {}, deep).path is None, "a file above the repository is not ours"
    write(tmp_path / "repo", "fail_on: L2\nlanguage: en")
    assert load(None, {}, deep).fail_on == "L2"
    assert load(None, {}, deep).catalog == f"sqlite:{tmp_path}/repo/guard.db"
    write(tmp_path / "repo/a", "fail_on: L4")
    near = load(None, {}, deep)
    assert (near.fail_on, near.language) == ("L4", None)
    outside = tmp_path / "outside/deep"
    outside.mkdir(parents=True)
    assert load(None, {}, outside).path is None, "outside a repository only the folder itself counts"


def test_named_files_come_first(tmp_path):
    write(tmp_path, "fail_on: L1")
    one, two = write(tmp_path, "fail_on: L2", "one.yaml"), write(tmp_path, "fail_on: L4", "two.yaml")
    assert load(None, {"GUARD_CONFIG": str(one)}, tmp_path).fail_on == "L2"
    assert load("two.yaml", {"GUARD_CONFIG": str(one)}, tmp_path).path == two
    with pytest.raises(UsageError) as error:
        load("three.yaml", {}, tmp_path)
    assert (error.value.id, error.value.params["origin"]) == ("config-missing", "--config")


def test_the_users_file_is_last_and_no_project(tmp_path):
    user = write(tmp_path / "xdg/guard", "fail_on: L2")
    (tmp_path / "work").mkdir()
    config = load(None, {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}, tmp_path / "work")
    assert (config.path, config.catalog) == (user, f"sqlite:{tmp_path}/work/guard.db")


def test_a_users_folder_that_may_not_be_entered_holds_no_file(tmp_path, monkeypatch):
    home, really = tmp_path / "home", os.stat

    def stat(path, *args, **more):
        if str(path).startswith(str(home)):
            raise PermissionError(13, "Permission denied", str(path))
        return really(path, *args, **more)

    monkeypatch.setattr(os, "stat", stat)
    assert load(None, {"HOME": str(home)}, tmp_path).path is None


def test_extends_is_explicit_and_paths_belong_to_their_file(tmp_path):
    base = "fail_on: L1\nsources:\n  a: {path: ./data, include: [x, y], sample: {rows: 7}}\n"
    write(tmp_path / "shared", base, "base.yaml")
    top = write(
        tmp_path / "p", "extends: ../shared/base.yaml\nsources:\n  a: {include: [z]}\n  b: {path: .}\n"
    )
    config = load(None, {}, tmp_path / "p")
    assert config.fail_on == "L1"
    assert config.source("a").url == f"{tmp_path}/shared/data"
    assert (config.source("a").include, config.source("a").budget.rows) == (("z",), 7)
    assert config.source("b").url == f"{tmp_path}/p"
    origins = {row.key: row.origin for row in rows(config)}
    assert origins["fail_on"] == f"{tmp_path}/shared/base.yaml:1"
    assert origins["sources.a.include"] == f"{top}:3"


def test_a_circle_of_extends_ends(tmp_path):
    write(tmp_path, "extends: b.yaml")
    write(tmp_path, "extends: guard.yaml", "b.yaml")
    with pytest.raises(UsageError) as error:
        load(None, {}, tmp_path)
    assert error.value.id == "config-cycle"


def test_the_environment_comes_last_and_says_so(tmp_path):
    write(tmp_path, "fail_on: L1\nlanguage: zh\n")
    environ = {
        "GUARD_FAIL_ON": "L2",
        "GUARD_CATALOG": "other.db",
        "GUARD_POLICIES": "a, b",
        "GUARD_CATALOG_PASSWORD": "geheim",
    }
    config = load(None, environ, tmp_path)
    assert (config.fail_on, config.catalog, config.policies) == (
        "L2",
        f"sqlite:{tmp_path}/other.db",
        ("a", "b"),
    )
    assert config.catalog_password == "env:GUARD_CATALOG_PASSWORD"
    shown = {row.key: row for row in rows(config)}
    assert shown["fail_on"].origin == "GUARD_FAIL_ON"
    assert shown["language"].origin == f"{tmp_path}/guard.yaml:2"
    assert shown["policies.paths"].origin == "default"
    assert "geheim" not in str(rows(config)) + repr(config)


@pytest.mark.parametrize("name", ["GUARD_CATALOG", "GUARD_LANGUAGE"])
def test_a_wrong_variable_is_named(tmp_path, name):
    wrong = {"GUARD_CATALOG": "postgresql://u:geheim@h/d", "GUARD_LANGUAGE": "fr"}[name]
    with pytest.raises(UsageError) as error:
        load(None, {name: wrong}, tmp_path)
    assert error.value.params["where"] == name
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["why"])
def test_refused(tmp_path, case):
    path = write(tmp_path, case["yaml"])
    with pytest.raises(UsageError) as error:
        load(None, {}, tmp_path)
    assert error.value.id == case["error"]
    assert error.value.params["line"] == case["line"]
    assert error.value.params["file"] == str(path)
    assert error.value.params.get("nearest", "-") == case.get(
        "nearest", error.value.params.get("nearest", "-")
    )
    assert "geheim" not in str(error.value) + repr(error.value.__cause__)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "guard.yaml").write_bytes(b"fail_on: \xff\xfe")
    with pytest.raises(UsageError) as error:
        load(None, {}, tmp_path)
    assert error.value.id == "config-unreadable"


def test_an_unknown_source_is_answered_with_the_nearest(tmp_path):
    write(tmp_path, FULL)
    with pytest.raises(UsageError) as error:
        load(None, {}, tmp_path).source("shar")
    assert (error.value.id, error.value.params["nearest"]) == ("unknown-source", "share")


@pytest.mark.parametrize("case", CASES["amounts"], ids=lambda case: str(case["text"]))
def test_amounts(case):
    read = {"seconds": seconds, "bytes": size}[case["kind"]]
    if case["is"] is None:
        with pytest.raises(ValueError):
            read(case["text"])
    else:
        assert read(case["text"]) == pytest.approx(case["is"])


def test_every_setting_has_a_line_in_both_languages():
    for language in LANGUAGES:
        for setting, line in describe(language):
            assert lookup(f"settings.{setting.id}.what", language) == line
    assert len({setting.id for setting in SETTINGS}) == len(SETTINGS)


def test_the_schema_knows_every_setting_and_refuses_others():
    made = schema()
    source = made["properties"]["sources"]["additionalProperties"]
    assert json.dumps(made)
    assert made["additionalProperties"] is False
    assert source["additionalProperties"] is False
    assert set(source["properties"]["sample"]["properties"]) == {"rows", "seconds", "timeout", "bytes"}
    assert {"owner", "department", "options"} <= set(source["properties"])
    assert made["properties"]["fail_on"]["default"] == "L3"


def test_every_error_has_a_text_in_both_languages():
    folder = Path(__file__).parents[2] / "guard" / "text"
    for name in ("errors-config.yaml", "errors-catalog.yaml"):
        texts = [yaml.safe_load((folder / language / name).read_text("utf-8")) for language in LANGUAGES]
        assert texts[0].keys() == texts[1].keys()
        for entry in (*texts[0].values(), *texts[1].values()):
            assert set(entry) == {"what", "why", "next"}
            assert all(isinstance(text, str) for text in entry.values())


def test_nothing_heavy_is_imported():
    heavy = "sqlalchemy pyarrow pydantic numpy alembic keyring"
    code = f"import sys, guard.config, guard.plugins, guard.secrets; print([m for m in '{heavy}'.split() if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
