"""The composite action: its step is run as the runner runs it, in a real repository."""

import json
import re

import pytest
import yaml
from ci.conftest import BAD, CLEAN, ROOT
from emit.sarif_schema import validator

FOLDER = ".github/actions/guard-gate"
ACTION = yaml.safe_load((ROOT / FOLDER / "action.yml").read_text("utf-8"))
(STEP,) = ACTION["runs"]["steps"]
INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")


class Run:
    """One run of the step, and what it left behind."""

    def __init__(self, repository, clone, tmp_path, **inputs):
        known = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()} | {"against": ""}
        assert set(inputs) <= set(known)
        variables = {key: (known | inputs)[INPUT.fullmatch(value)[1]] for key, value in STEP["env"].items()}
        self.summary, self.outputs = tmp_path / "summary.md", tmp_path / "outputs"
        done = repository.run(
            "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", STEP["run"],
            **variables, GITHUB_ACTION_PATH=str(clone.folder / FOLDER), GITHUB_STEP_SUMMARY=str(self.summary),
            GITHUB_OUTPUT=str(self.outputs), RUNNER_TEMP=str(tmp_path),
        )  # fmt: skip
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.sarif = repository.folder / variables["GATE_SARIF"]


@pytest.fixture
def step(repository, clone, tmp_path):
    def run(**inputs):
        return Run(repository, clone, tmp_path, **{"paths": "migrations", "dialect": "mysql"} | inputs)

    return run


def test_a_bad_migration_is_annotated_on_its_line_and_fails_the_step(step, repository):
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit("migrations/0002_add.sql", BAD)
    run = step(against="main")
    assert run.code == 1, run.err
    (found,) = [line for line in run.out.splitlines() if line.startswith("::error ")]
    assert found.startswith("::error file=migrations/0002_add.sql,line=2,endLine=2,")
    assert "sensitive-undeclared" in found and "-- guard: " in found
    log = json.loads(run.sarif.read_text("utf-8"))
    validator().validate(log)
    (result,) = [one for one in log["runs"][0]["results"] if one["ruleId"] == "sensitive-undeclared"]
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] | {"startLine": 2, "startColumn": 41} == replacement["deletedRegion"]
    assert run.summary.read_text("utf-8").startswith("<!-- govguard gate -->\n")
    assert run.outputs.read_text("utf-8") == "exit-code=1\nsarif-file=guard-gate.sarif\n"


def test_a_clean_migration_passes(step, repository):
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit("migrations/0002_office.sql", CLEAN)
    run = step(against="main")
    assert (run.code, run.out) == (0, ""), run.err
    assert json.loads(run.sarif.read_text("utf-8"))["runs"][0]["results"] == []


def test_a_statement_that_cannot_be_read_fails_the_step_with_its_own_code(step, repository):
    repository.commit("migrations/0002_torn.sql", "CREATE TABLE torn (id int, name varchar(20\n")
    run = step()
    assert run.code == 3, run.err
    assert "::error file=migrations/0002_torn.sql,line=1" in run.out
    assert step(args="--allow-partial").code in (0, 1)


def test_several_paths_and_the_place_of_the_sarif_file(step, repository):
    repository.commit("a b/x.sql", BAD)
    repository.commit("c/y.sql", BAD.replace("renkou", "citizen"))
    run = step(paths="a b\n\nc/*.sql\n", **{"sarif-file": "out.sarif"})
    assert run.code == 1, run.err
    assert "file=a b/x.sql" in run.out and "file=c/y.sql" in run.out and "file=migrations" not in run.out
    assert (repository.folder / "out.sarif").exists()


@pytest.mark.parametrize(
    "hostile", ["$(touch x)", "`touch x`", "; touch x", "' ; touch x ; '", '" ; touch x ; "']
)
def test_hostile_inputs_do_nothing(step, repository, hostile):
    names = ("paths", "against", "dialect", "fail-on", "args")
    run = step(**dict.fromkeys(names, hostile))
    assert run.code == 2, run.err
    assert not (repository.folder / "x").exists()


def test_a_reference_like_an_option_is_a_reference(step):
    assert step(against="--new-only").code == 2


def test_a_branch_with_a_hostile_name_is_only_a_branch(step, repository):
    name = "$(touch${IFS}x)`touch${IFS}x`;touch${IFS}x"
    repository.git("branch", name)
    repository.commit("migrations/0002_add.sql", BAD)
    run = step(against=name)
    assert run.code == 1 and "migrations/0002_add.sql,line=2" in run.out, run.err
    assert not (repository.folder / "x").exists()


def test_no_input_is_part_of_a_script_and_no_other_action_is_used():
    assert ACTION["runs"]["using"] == "composite"
    assert "uses" not in STEP
    assert "${{" not in STEP["run"]
    assert {INPUT.fullmatch(value)[1] for value in STEP["env"].values()} == set(ACTION["inputs"])
    assert all(spec["description"] for spec in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))
