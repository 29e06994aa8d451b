"""Files and columns to measure on, made once a session, and the table of ratios at its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from benchmarks import data, harness

ROWS, TEXTS = 200_000, 40_000
LARGE = 1_000_000


@pytest.fixture(scope="session")
def people() -> pa.Table:
    """A table of people small enough for every run."""
    return data.people(ROWS).combine_chunks()


@pytest.fixture(scope="session")
def texts() -> pa.StringArray:
    """Texts of about 200 characters."""
    return data.texts(TEXTS)[0]


@pytest.fixture(scope="session")
def text_file(texts: pa.StringArray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The texts, one a line."""
    return data.write_text(texts, tmp_path_factory.mktemp("texts") / "notes.txt")


@pytest.fixture(scope="session")
def file_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The table of people as Parquet of several row groups, by its number of rows."""
    folder = tmp_path_factory.mktemp("people")
    return cache(lambda rows: data.write_parquet(data.people(rows), folder / f"{rows}.parquet"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was measured, once, under the tests' own lines."""
    if harness.TABLE:
        terminalreporter.section("ratios, CPU time, medians of interleaved rounds")
        for line in harness.lines():
            terminalreporter.write_line(line)
