"""Broken scripts of every dialect are judged without a traceback, in time; what cannot be read is said.

``.ci/fuzz-sql [SEED] [SCRIPTS]`` goes on for as long as wanted.
"""

from __future__ import annotations

import os
import random
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from gate.mangled import mangled

from guard.config import load
from guard.gate.declare.schema_file import SchemaFile
from guard.gate.script.dialect import dialect
from guard.gate.script.read import read_script, sniff
from guard.gate.script.statement import Text
from guard.model.gate import Script, Unread
from guard.ops.gate_engine import GateEngine
from guard.ops.session import Session
from guard.yamldoc import read

SEED = int(os.environ.get("GUARD_FUZZ_SEED", "1"))
FEW = 200
SCRIPTS = int(os.environ.get("GUARD_FUZZ_SCRIPTS", str(FEW)))
LIMIT = 5.0  # seconds of this process a script
CASES = Path(__file__).parent / "cases"


def seeds() -> Mapping[str, Sequence[str]]:
    """The scripts of the cases of reading, by dialect."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in ("seeds", "split", "bodies", "sniff"):
        for case in read(CASES / f"{name}.yaml").data:
            for one in case.get("dialects") or [case["dialect"]]:
                found[one].append(case["sql"])
    return found


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> GateEngine:
    folder = tmp_path_factory.mktemp("gate")
    return GateEngine(Session(config=load(None, {}, folder), catalog=str(folder / "guard.db"), language="en"))


def test_mangled_scripts(engine: GateEngine, capsys: pytest.CaptureFixture[str]) -> None:
    sound, ends, wrong, slow = seeds(), Counter[str](), dict[str, str](), list[tuple[float, str]]()
    for number in range(SCRIPTS):
        chance = random.Random(f"{SEED}:{number}")
        name = chance.choice(sorted(sound))
        text = Text(file="v1.sql", text=mangled(sound[name], chance))
        started = time.process_time()
        end = judged(text, name, chance, engine)
        slow = sorted([*slow, (time.process_time() - started, f"{SEED}:{number} {name}")])[-3:]
        ends[end] += 1
        wrong.setdefault(end, f"{SEED}:{number} {name}")
    with capsys.disabled():
        if SCRIPTS > FEW:
            report(ends, slow)
    assert set(ends) <= {"read", "unread"}, {end: wrong[end] for end in ends}
    assert slow[-1][0] < LIMIT, slow
    assert min(ends.values()) > SCRIPTS // 10


def judged(text: Text, name: str, chance: random.Random, engine: GateEngine) -> str:
    """``read``, ``unread`` where something of it could not be, or what went wrong and where."""
    try:
        used = dialect(name) if chance.random() < 0.8 else sniff(text)
        script = read_script(text, used)
        check_places(script, text)
        engine.judge([script], SchemaFile())
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {Path(frame.filename).name}:{frame.lineno}"
    return "unread" if any(isinstance(one, Unread) for one in script.changes) else "read"


def check_places(script: Script, text: Text) -> None:
    """Every place lies in the script."""
    lines = text.text.count("\n") + 1
    for one in (*script.changes, *script.notes):
        assert 1 <= one.place.line <= one.place.last <= lines, one.place
        assert one.place.at >= 1, one.place


def report(ends: Counter[str], slow: Sequence[tuple[float, str]]) -> None:
    known = ends["read"] + ends["unread"]
    print(f"\n{ends.total():,} scripts: {ends['read']:,} read, {ends['unread']:,} with something unread, "
          f"{ends.total() - known:,} tracebacks")  # fmt: skip
    print(f"slowest: {', '.join(f'{seconds * 1000:.0f} ms ({name})' for seconds, name in reversed(slow))}")
