"""``guard --help`` is instant: it imports no driver, engine or report library."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "numpy", "pyarrow", "polars", "re2", "presidio_analyzer", "numba", "sqlalchemy", "alembic", "psycopg",
    "pymysql", "sqlite3", "kreuzberg", "python_calamine", "pypdfium2", "xlsxwriter", "jinja2", "pydantic", "rich",
}  # fmt: skip


def imported_by(*arguments: str) -> set[str]:
    code = (
        "import json, sys\n"
        "from guard.cli.__main__ import run\n"
        f"run({list(arguments)!r})\n"
        "print('\\n' + json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("scan", "--help"),
        ("policy", "--help"),
        ("review", "--help"),
        ("audit", "--help"),
        ("bundle", "--help"),
        ("drift", "--help"),
        ("--version",),
    ],
)
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert imported_by(*arguments) & HEAVY == set()


def test_the_list_would_notice() -> None:
    assert "sqlalchemy" in imported_by("asset", "list", "--catalog", "/nonexistent/guard.db")


def test_help_in_milliseconds(benchmark) -> None:
    benchmark.extra_info["budget_ms"] = 250
    done = benchmark(
        subprocess.run, [sys.executable, "-m", "guard", "--help"], capture_output=True, check=True
    )
    assert b"scan" in done.stdout
