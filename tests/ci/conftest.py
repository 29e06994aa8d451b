"""A copy of the product as people clone it, the gate's own environment, and a repository with migrations."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = (
    ".gate", ".github/actions", ".gitlab", ".pre-commit-hooks.yaml", "requirements-gate.lock", "pyproject.toml",
    "README.md", "LICENSE", "guard", "connectors", "reports", "policies",
)  # fmt: skip

FIRST = "CREATE TABLE renkou (\n  id bigint NOT NULL PRIMARY KEY,\n  bz varchar(200)\n);\n"
BAD = "-- adds a column\nALTER TABLE renkou ADD sfzh varchar(18);\n"
CLEAN = "CREATE TABLE office (\n  id bigint NOT NULL PRIMARY KEY,\n  sort_order int\n);\n"


class Repository:
    """A git repository with migrations."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """What git says; raises where it fails."""
        return self.run("git", *arguments, check=True).stdout.strip()

    def write(self, name: str, text: str) -> None:
        """Put a file there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def commit(self, name: str, text: str) -> None:
        """Put a file there and commit it."""
        self.write(name, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", name)

    def run(self, *command: str, check: bool = False, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the repository."""
        return subprocess.run(
            command, cwd=self.folder, env=self.environment | more, capture_output=True, encoding="utf-8",
            check=check, timeout=240, stdin=subprocess.DEVNULL,
        )  # fmt: skip


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the processes of one test run share, so that the environment is made once."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "gate"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def environment(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of a machine where nothing is set up but git and Python."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GUARD_", "CI_"))}
    home = tmp_path_factory.mktemp("home")
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.test",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.test",
        "GUARD_LANGUAGE": "en", "GUARD_GATE_ENVIRONMENT": str(shared / "environment"),
        "GUARD_GATE_PYTHON": sys.executable, "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip


@pytest.fixture(scope="session")
def clone(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The product as a clone: every file that the hooks, the action and the template need, committed."""
    found = Repository(tmp_path_factory.mktemp("product") / "govguard", environment)
    for name in SHIPPED:
        source, target = ROOT / name, found.folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    found.git("add", "--all")
    found.git("commit", "--quiet", "--message", "as it is")
    return found


@pytest.fixture
def repository(environment: dict[str, str], tmp_path: Path) -> Repository:
    """A repository with one migration on main."""
    found = Repository(tmp_path / "project", environment)
    found.commit("migrations/0001_init.sql", FIRST)
    return found
