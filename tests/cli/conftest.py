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


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """As ``guard``, within this process: for tests of many short commands."""
    from guard.cli.__main__ import run as main

    for name in [name for name in os.environ if name.startswith("GUARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, **environment: str) -> Done:
        with monkeypatch.context() as patch:
            for name, value in ({"GUARD_LANGUAGE": "en"} | environment).items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = main([str(one) for one in arguments])
        said = capsys.readouterr()
        assert code != 5, said.err
        return Done(code, said.out, said.err)

    return run


@pytest.fixture(params=["postgres", "mariadb"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database, once on each server."""
    server = request.getfixturevalue(request.param)
    return Database(server, server.database())
