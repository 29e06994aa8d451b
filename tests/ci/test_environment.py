"""The environment that the hooks, the action and the template run guard from: light, made once, never half."""

import os
import subprocess
from pathlib import Path

import pytest
from ci.conftest import ROOT

# What a Python answers that takes a while to install, and then tells where guard runs from.
FAKE = """#!/usr/bin/env bash
case "$*" in
  -c*) [ -z "${OLD:-}" ] ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *pip*) sleep 0.2; echo "$@" >>"$LOG"; [ -z "${BROKEN:-}" ] ;;
  "-m guard "*) echo "guard runs: $*" ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    """Variables of a machine with a fake Python, and where the environment is to be."""
    python = tmp_path / "python"
    python.write_text(FAKE)
    python.chmod(0o755)
    (tmp_path / "made").mkdir()
    return os.environ | {
        "GUARD_GATE_PYTHON": str(python),
        "GUARD_GATE_ENVIRONMENT": str(tmp_path / "made" / "environment"),
        "LOG": str(tmp_path / "log"),
    }


def start(machine, *arguments):
    return subprocess.Popen(
        [ROOT / ".gate" / "guard", *arguments], env=machine, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def folders(machine):
    return sorted(
        path for path in Path(machine["GUARD_GATE_ENVIRONMENT"]).parent.iterdir() if not path.is_symlink()
    )


def test_it_is_made_at_the_first_use_by_hash_and_without_the_scanner_s_packages(machine):
    for _ in range(2):
        out, err = start(machine, "gate", "a b", "--fix").communicate(timeout=30)
        assert out == "guard runs: -m guard gate a b --fix\n", err
    first, second = Path(machine["LOG"]).read_text().splitlines()
    assert f"--require-hashes -r {ROOT}/requirements-gate.lock" in first
    assert second.endswith(f"--no-deps {ROOT}")


def test_two_at_once_make_one(machine):
    both = [start(machine, "version") for _ in range(2)]
    assert [one.communicate(timeout=30)[0] for one in both] == ["guard runs: -m guard version\n"] * 2
    assert len(folders(machine)) == 1


def test_nothing_is_left_of_one_that_could_not_be_made(machine):
    one = start(machine | {"BROKEN": "1"}, "version")
    out, _ = one.communicate(timeout=30)
    assert one.returncode != 0 and out == ""
    assert folders(machine) == []


def test_an_old_python_is_refused_before_anything_is_made(machine):
    one = start(machine | {"OLD": "1"}, "version")
    _, err = one.communicate(timeout=30)
    assert one.returncode == 2 and "Python 3.11" in err and "GUARD_GATE_PYTHON" in err
    assert folders(machine) == []


def test_the_real_one_runs_guard_and_has_nothing_of_the_scanner(clone):
    assert clone.run(str(clone.folder / ".gate" / "guard"), "gate", "--help").returncode == 0
    python = Path(clone.environment["GUARD_GATE_ENVIRONMENT"]) / "bin" / "python"
    for package in ("numpy", "pyarrow", "numba", "presidio_analyzer", "onnxruntime", "sqlalchemy", "rich"):
        assert clone.run(str(python), "-c", f"import {package}").returncode != 0, package
