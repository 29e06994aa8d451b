"""The checks as machine code: the same answers as numpy, no index out of bounds, numba only when used."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from guard.checks import CHECKS, judge

HERE = Path(__file__).parent


def spans(*values: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    raw = [value.encode() for value in values]
    ends = np.cumsum([len(value) for value in raw])
    return np.frombuffer(b"".join(raw), dtype=np.uint8), ends - [len(value) for value in raw], ends


def test_machine_code_agrees_with_numpy_and_stays_in_bounds(tmp_path: Path) -> None:
    """In a process of its own, compiled afresh with bounds checking on."""
    place = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "1", "PYTHONPATH": place}
    env["NUMBA_CACHE_DIR"] = str(tmp_path)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(HERE / "compiled_cases.py"),
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:]


def test_importing_the_checks_does_not_import_numba() -> None:
    code = "import sys, guard.checks; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "with_marks"),
    [
        ("gb11643", "110101 1990-0307 002x", True),
        ("luhn", "4111-1111-1111-1111", True),
        ("iban", "gb82 west 1234 5698 7654 32", True),
        ("gb11643", "110101‐19900307‐002X", True),
        ("gb11643", "110101 19900307 0021", False),
        ("luhn", " - ", False),
    ],
)
def test_separators_are_left_out_when_asked(name: str, value: str, with_marks: bool) -> None:
    assert judge(CHECKS[name], *spans(value)).tolist() == [False]
    assert judge(CHECKS[name], *spans(value), skip_separators=True).tolist() == [with_marks]
