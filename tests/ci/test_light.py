"""What ``requirements-gate.lock`` and ``pip install --no-deps`` give: the gate whole, and a plain word about the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ci.conftest import BAD, FIRST, Repository

FORMATS = ("table", "json", "sarif", "junit", "gitlab", "github", "md", "schema")
HEAVY = {
    "numpy", "pyarrow", "polars", "presidio_analyzer", "numba", "onnxruntime", "sqlalchemy", "alembic", "psycopg",
    "pymysql", "sqlite3", "kreuzberg", "python_calamine", "pypdfium2", "xlsxwriter", "jinja2", "pydantic", "rich",
    "sqlglot", "sqlparse",
}  # fmt: skip

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def light(clone: Repository) -> Path:
    """The Python of the gate's environment: the one that the hooks run from."""
    done = clone.run(str(clone.folder / ".gate" / "guard"), "version")
    assert done.returncode == 0, done.stderr
    return Path(clone.environment["GUARD_GATE_ENVIRONMENT"]) / "bin" / "python"


@pytest.fixture
def run(light: Path, repository: Repository) -> Run:
    repository.write("migrations/0002_add.sql", BAD)

    def guard(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = repository.run(str(light), "-m", "guard", *arguments)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return guard


@pytest.mark.parametrize("kind", FORMATS)
def test_it_judges_in_every_format(run, kind):
    done = run("gate", "-f", kind, "migrations")
    assert done.returncode == 1 and "sfzh" in done.stdout, done.stderr


def test_it_judges_what_a_change_brings(run):
    done = run("gate", "-q", "-f", "json", "--against", "main", "migrations")
    assert done.returncode == 1
    assert {one["file"] for one in json.loads(done.stdout)["violations"]} >= {"migrations/0002_add.sql"}


def test_it_reads_a_query_and_follows_its_columns(run, repository):
    repository.write("migrations/0003_view.sql", "CREATE VIEW pub AS SELECT sfzh AS x FROM renkou;\n")
    done = run("gate", "-q", "-f", "json", "migrations")
    assert "copy-unmasked" in {one["rule"] for one in json.loads(done.stdout)["violations"]}


def test_waivers_and_baseline(run, repository):
    from datetime import date, timedelta

    end = str(date.today() + timedelta(days=20))
    done = run(
        "waiver", "add", "--rule", "sensitive-undeclared", "--where", "renkou.sfzh", "--reason", "old",
        "--ticket", "S-1", "--approved-by", "li.si", "--author", "zhang.san", "--expires", end,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "S-1" in run("waiver", "list").stdout
    assert run("gate", "migrations").returncode == 0
    (repository.folder / "guard-waivers.yaml").unlink()
    assert run("baseline", "write", "migrations").returncode == 0
    assert run("gate", "migrations").returncode == 0
    assert "renkou.sfzh" in run("baseline", "show").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",), ("--version",), ("version",), ("gate", "--help"), ("scan", "--help"), ("waiver", "--help"),
        ("explain",), ("explain", "sensitive-undeclared"), ("explain", "L3"), ("explain", "resident_id_18"),
        ("config", "check"), ("config", "show"), ("config", "schema", "gate"), ("policy", "list"), ("completion", "bash"),
    ],
)  # fmt: skip
def test_what_needs_no_data_works(run, arguments):
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "."), ("asset", "list"), ("finding", "list"), ("review", "next"), ("grade",), ("drift",), ("report", "list"),
        ("report", "build", "inventory"), ("policy", "check"), ("policy", "test"), ("audit", "list"), ("bundle", "export", "-o", "x.zip"),
        ("eval",), ("source", "list"), ("source", "test", "x"), ("demo",), ("doctor",), ("init",),
        ("gate", "--catalog", "guard.db", "migrations"),
    ],
)  # fmt: skip
def test_everything_else_works_or_says_what_is_missing(run, arguments):
    done = run(*arguments)
    if "light-install" in done.stderr:
        assert done.returncode == 2 and "requirements.lock" in done.stderr
    else:
        assert done.returncode != 5 and "No module" not in done.stderr + done.stdout, done.stderr


def test_a_scan_says_that_the_full_install_is_needed(run):
    done = run("scan", ".")
    assert done.returncode == 2 and "error[light-install]" in done.stderr and done.stdout == ""


def imported_by(folder: Path, *arguments: str) -> set[str]:
    code = (
        "import json, sys\nfrom guard.cli.__main__ import run\n"
        f"code = run({list(arguments)!r})\n"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120
    )
    code, names = json.loads(done.stderr.splitlines()[-1])
    assert code == 1, done.stderr
    return set(names)


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_heavy_is_imported_in_the_full_install_either(tmp_path, kind):
    (tmp_path / "a.sql").write_text(
        FIRST + BAD + "INSERT INTO renkou VALUES (1, '110101199003074514');\n", "utf-8"
    )
    assert imported_by(tmp_path, "gate", "-f", kind, "a.sql") & HEAVY == set()


def test_a_query_brings_its_grammar_and_nothing_else(tmp_path):
    (tmp_path / "a.sql").write_text(FIRST + BAD + "CREATE VIEW v AS SELECT sfzh FROM renkou;\n", "utf-8")
    assert imported_by(tmp_path, "gate", "a.sql") & HEAVY <= {"sqlglot", "sqlparse"}
