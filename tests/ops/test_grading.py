"""Grading what is stored: alike whatever the number of processes, all or nothing, nothing written twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from benchmarks.test_regrade import RUN, stored
from services.postgres import PostgresServer

from guard.catalog.codec import Answers
from guard.catalog.facts import CatalogFacts
from guard.catalog.store import Store
from guard.config import load
from guard.model import Asset, AssetResult, GuardError, UsageError
from guard.ops import grading, shares
from guard.ops.grading import regrade
from guard.ops.policy_simulate import simulate
from guard.ops.session import Session
from guard.ops.shares import shared
from guard.policy.grade import Graded, grade
from guard.policy.source import source_rules

PACKS = ("gov_cn", "pipl", "gbt35273")
forking = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("catalogue") / "guard.db"
    with stored(path, 120) as store, store.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return path.read_bytes()


@pytest.fixture
def session(catalogue: bytes, tmp_path: Path) -> Session:
    return opened(catalogue, tmp_path)


def opened(catalogue: bytes, folder: Path) -> Session:
    folder.mkdir(exist_ok=True)
    (folder / "guard.db").write_bytes(catalogue)
    (folder / "guard.yaml").write_text("policies: {use: [gov_cn, pipl, gbt35273]}\n", encoding="utf-8")
    return Session(config=load(None, {}, folder), catalog=str(folder / "guard.db"), language="en")


def use(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.setattr(shares, "cores", lambda: processes)
    monkeypatch.setattr(shares, "_WORTH", 1)


def held(session: Session) -> list[AssetResult]:
    with session.store() as store:
        return list(CatalogFacts(store, RUN.id, {}, (), "en").results())


@forking
def test_processes_change_nothing_in_the_answer(
    catalogue: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for processes in (1, 3):
        session = opened(catalogue, tmp_path / str(processes))
        use(monkeypatch, processes)
        told = simulate(session, PACKS, (), "latest")
        wished = regrade(session, "latest", dry_run=True)
        assert wished == regrade(session, "latest", dry_run=False)
        said.append((told, wished, held(session)))
    assert said[0] == said[1]
    told, wished, _ = said[0]
    assert told.columns == told.matrix.total() == 2400
    assert len([flip for flip in wished if flip.column]) == len(told.flips) > 0
    levels = {(flip.asset, flip.before, flip.after) for flip in wished if not flip.column}
    assert {(flip.asset, flip.before, flip.after) for flip in told.tables} <= levels and told.tables


@forking
def test_a_server_is_read_and_written_alike(
    session: Session, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = replace(session, catalog=postgres.database())
    stored(there.catalog, 120).close()
    use(monkeypatch, 2)
    assert regrade(there, "latest", dry_run=False) == regrade(session, "latest", dry_run=False) != ()
    assert held(there) == held(session)


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=forking)])
def test_what_is_stored_already_is_not_written_again(
    session: Session, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    keep = Store.replace_answers

    def counted(store: Store, run: str, answers: Iterable[Answers], **given: str) -> None:
        keep(store, run, (written.append(one.ref) or one for one in answers), **given)

    use(monkeypatch, processes)
    monkeypatch.setattr(Store, "replace_answers", counted)
    regrade(session, "latest", dry_run=False)
    assert len(written) == 120
    rules = {reason.rule for result in held(session) if result.table for reason in result.table.reasons}
    assert rules & {rule.id for rule, _, _ in source_rules(session.rules().policy)}
    written.clear()
    assert regrade(session, "latest", dry_run=False) == ()
    assert written == []


def fails(asset: Asset, *_: object) -> Graded:
    raise UsageError("policy-rule", word=asset.name, nearest="")


def ends(*_: object) -> Graded:
    assert multiprocessing.parent_process() is not None
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@forking
@pytest.mark.parametrize(("instead", "code"), [(fails, "policy-rule"), (ends, "process-lost")])
def test_a_process_that_fails_leaves_everything_as_it_was(
    session: Session, instead: Callable[..., Graded], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(asset: Asset, *rest: Any) -> Graded:
        return instead(asset) if asset.name == "t_00090" else grade(asset, *rest)

    before = held(session)
    use(monkeypatch, 2)
    monkeypatch.setattr(grading, "grade", late)
    with pytest.raises(GuardError) as caught:
        regrade(session, "latest", dry_run=False)
    assert caught.value.id == code
    if code == "policy-rule":
        assert isinstance(caught.value, UsageError)
        assert caught.value.params["word"] == "t_00090"
    assert held(session) == before
    assert multiprocessing.active_children() == []


SLOW = """
import sys, time
from pathlib import Path
from guard.config import load
from guard.ops import grading, shares
from guard.ops.session import Session

def slow(*given):
    print("grading", flush=True)  # both processes do
    time.sleep(0.02)
    return grade(*given)

grade = grading.grade
grading.grade = slow
shares.cores, shares._WORTH = (lambda: 2), 1
here = Path(sys.argv[1])
grading.regrade(Session(config=load(None, {}, here), catalog=str(here / "guard.db"), language="en"), "latest", dry_run=False)
"""


@forking
@pytest.mark.parametrize("whom", ["group", "parent"])
def test_no_process_is_left_behind(session: Session, whom: str) -> None:
    before = held(session)
    here = Path(session.catalog).parent
    command = [sys.executable, "-c", SLOW, str(here)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as started:
        assert started.stdout is not None
        assert started.stdout.read(1) == b"g"
        if whom == "group":  # Ctrl-C reaches every process of the terminal
            os.killpg(started.pid, signal.SIGINT)
        else:
            started.kill()
        assert started.wait(10) != 0
        assert _gone(started.pid)
    assert held(session) == before


def _gone(group: int) -> bool:
    """Whether the last process of a group ended within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_small_run_is_worth_no_further_process(session: Session) -> None:
    rules = session.rules()
    with session.store() as store:
        facts = CatalogFacts(store, RUN.id, rules.types, rules.policy.levels, "en")
        assert facts.size == 2400
        with shared(facts, lambda results: (os.getpid(), [one.unit for one in results])) as made:
            told = list(made)
    assert {number for number, _ in told} == {os.getpid()}
    assert [unit for _, units in told for unit in units] == [f"t_{at:05d}" for at in range(120)]
    assert max(len(units) for _, units in told) == 50
