"""The GitLab template: its job is run as a runner runs it, in a real repository."""

import json
import shutil
import xml.etree.ElementTree as ET

import pytest
import yaml
from ci.conftest import BAD, CLEAN, ROOT

TEMPLATE = yaml.safe_load((ROOT / ".gitlab" / "guard-gate.gitlab-ci.yml").read_text("utf-8"))
JOB = TEMPLATE[".guard-gate"]
SHELLS = [name for name in ("bash", "sh") if shutil.which(name)]


def job(repository, clone, shell="bash", **variables):
    known = {key: value for key, value in JOB["variables"].items() if "$" not in value}
    where = {
        "GUARD_GATE_REPOSITORY": str(clone.folder),
        "GUARD_GATE_REVISION": "main",
        "GUARD_GATE_PATHS": "migrations",
    }
    given = known | where | {"GUARD_GATE_ARGS": "--dialect mysql"} | variables
    options = ["-o", "pipefail"] if shell == "bash" else []
    return repository.run(shell, "-e", *options, "-c", "\n".join(JOB["script"]), **given)


@pytest.fixture
def base(repository):
    """The merge base of a merge request."""
    found = repository.git("rev-parse", "HEAD")
    repository.git("switch", "--quiet", "--create", "topic")
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_a_bad_migration_fails_the_job_and_is_in_both_reports(repository, clone, base, shell):
    repository.commit("migrations/0002_add.sql", BAD)
    done = job(repository, clone, shell, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == 1, done.stderr
    assert "migrations/0002_add.sql:2" in done.stdout
    reports = JOB["artifacts"]["reports"]
    items = json.loads((repository.folder / reports["codequality"]).read_text("utf-8"))
    found = {one["check_name"]: one["location"] for one in items}
    assert found["sensitive-undeclared"] == {
        "path": "migrations/0002_add.sql",
        "lines": {"begin": 2, "end": 2},
    }
    assert ET.parse(repository.folder / reports["junit"]).findall(".//failure")


def test_a_clean_migration_passes_with_empty_reports(repository, clone, base):
    repository.commit("migrations/0002_office.sql", CLEAN)
    done = job(repository, clone, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == 0, done.stderr
    assert json.loads((repository.folder / "gl-code-quality-report.json").read_text("utf-8")) == []


@pytest.mark.parametrize("hostile", ["$(touch x)", "`touch x`", "; touch x"])
def test_hostile_variables_do_nothing(repository, clone, hostile):
    names = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "GUARD_GATE_PATHS", "GUARD_GATE_ARGS")
    done = job(repository, clone, **dict.fromkeys(names, hostile))
    assert done.returncode == 2, done.stderr
    assert not (repository.folder / "x").exists()


def test_a_job_without_a_revision_says_so_and_runs_nothing(repository, clone):
    assert JOB["variables"]["GUARD_GATE_REVISION"] == ""
    done = job(repository, clone, GUARD_GATE_REVISION="")
    assert done.returncode == 2 and "GUARD_GATE_REVISION" in done.stderr
    assert not (repository.folder / "gl-code-quality-report.json").exists()


def test_job_is_hidden_runs_on_merge_requests_and_keeps_its_reports_when_it_fails():
    assert set(TEMPLATE) == {".guard-gate"}
    assert JOB["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    assert JOB["artifacts"]["when"] == "always"
    assert JOB["variables"]["GIT_DEPTH"] == "0"
    assert set(JOB["artifacts"]["reports"].values()) == set(JOB["artifacts"]["paths"])
