"""Planting really puts every canary where a scan will meet it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from .canaries import canaries
from .planting import plant
from .search import Searcher
from .servers import READER, plant_mariadb, plant_postgres


def test_every_canary_is_in_the_garden(tmp_path: Path) -> None:
    planted = canaries()
    garden = plant(tmp_path, planted)
    found = {hit.canary for hit in Searcher(planted).paths([garden.database, garden.share])}
    assert set(planted) <= found


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT * FROM bad_text", "Could not decode"),
        ("SELECT * FROM bad_json", "malformed JSON"),
        ("SELECT * FROM bad_column", "no such column"),
        ("SELECT * FROM bad_table", "no such table"),
        ("SELECT * FROM bad_sum", "overflow"),
    ],
)
def test_the_forced_failures_fail(tmp_path: Path, statement: str, message: str) -> None:
    garden = plant(tmp_path, canaries())
    with closing(sqlite3.connect(garden.database)) as database, pytest.raises(sqlite3.Error, match=message):
        database.execute(statement).fetchall()


def errors_of(execute: Callable[..., object], url: str, views: tuple[str, ...]) -> dict[str, str]:
    """What the driver says when each view is read."""
    said = {}
    for view in views:
        try:
            execute(url, f"SELECT * FROM {view}", rows=True)
        except Exception as error:
            said[view] = str(error)
    return said


@pytest.mark.service("postgres")
def test_postgres_quotes_values_in_its_errors(request: pytest.FixtureRequest) -> None:
    planted = canaries()
    server = request.getfixturevalue("postgres")
    url = plant_postgres(server, planted).replace(f"{READER}@", "postgres@")
    views = ("bad_cast", "bad_date", "bad_raising")
    said = errors_of(server.execute, url, views)
    assert set(said) == set(views)
    assert all(Searcher(planted).data(text.encode()) for text in said.values())


@pytest.mark.service("mariadb")
def test_mariadb_quotes_values_in_its_errors(request: pytest.FixtureRequest) -> None:
    planted = canaries()
    server = request.getfixturevalue("mariadb")
    url = plant_mariadb(server, planted).replace(f"{READER}@", "root@")
    said = errors_of(server.execute, url, ("bad_raising", "bad_gone"))
    assert set(said) == {"bad_raising", "bad_gone"}
    assert Searcher(planted).data(said["bad_raising"].encode())
