"""Runs ``guard`` as its user does: as a process, in a folder of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.servers import Database


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]

    def columns(self) -> dict[tuple[str, str], dict]:
        return {(r["asset"], r["column"]): r for r in self.records if r["record"] == "column"}


@pytest.fixture
def guard(tmp_path: Path):
    """``guard("scan", ".")`` in an empty folder; never a traceback, never over the time limit."""

    def run(*arguments: object, stdin: str | None = None, timeout: float = 60, **environment: str) -> Done:
        env = {k: v for k, v in os.environ.items() if not k.startswith("GUARD_")}
        env |= {"GUARD_LANGUAGE": "en", "HOME": str(tmp_path), "LANG": "C.UTF-8"} | environment
        done = subprocess.run(
            [sys.executable, "-m", "guard", *map(str, arguments)],
            cwd=tmp_path,
            env=env,
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            encoding="utf-8",
            errors="surrogateescape",
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode != 5, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(params=["postgres", "mariadb"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database, once on each server."""
    server = request.getfixturevalue(request.param)
    return Database(server, server.database())
