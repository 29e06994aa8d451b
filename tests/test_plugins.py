"""What is installed is found; what is broken is named and stops nothing."""

from __future__ import annotations

import os
import sqlite3
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from guard import plugins
from guard.model import GuardError, UsageError


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=plugins.GROUP)


OURS = entry("connectors", "guard_connectors:manifest")


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Write a third-party package; answer its entry point."""

    def make(name: str, text: str) -> EntryPoint:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
        return entry(name, f"{name}:manifest")

    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield make
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_ours_are_found():
    assert {"sqlite", "postgres", "mysql", "files", "dictionary"} <= set(plugins.connectors())
    assert "inventory" in plugins.reports()
    assert "gov_cn" in plugins.pack_folders()
    folders = (*plugins.types_folders(), *plugins.lexicon_folders(), *plugins.pack_folders().values())
    assert all(isinstance(folder, Path) and folder.is_dir() for folder in folders)
    assert plugins.broken() == ()


BROKEN = {
    "raises": ("raise RuntimeError('secret text')", "RuntimeError"),
    "imports": ("import no_such_driver\nmanifest = {}", "ModuleNotFoundError"),
    "nothing": ("", "AttributeError"),
    "list": ("manifest = ['connectors']", "manifest"),
    "word": ("manifest = {'conectors': {}}", "manifest"),
    "number": ("manifest = {'connectors': {'x': 3}}", "manifest"),
    "folder": ("manifest = {'types': 'no-such-folder'}", "no-folder"),
    "pack": ("manifest = {'packs': {'p': 'no-such-folder'}}", "no-folder"),
    "taken": ("manifest = {'connectors': {'sqlite': 'evil:Sqlite'}}", "name-taken"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_named_and_stops_no_other(foreign, name):
    text, code = BROKEN[name]
    found = plugins.collect([foreign(f"a_{name}", text), OURS])
    assert [(item.name, item.code) for item in found.broken] == [(f"a_{name}", code)]
    assert found.tables["connectors"]["sqlite"] == "guard_connectors.sqlite:SqliteConnector"


def test_a_third_party_adds_its_own(foreign):
    made = foreign(
        "kafka_guard",
        "manifest = {'connectors': {'kafka': 'kafka_guard.x:K'}, 'schemes': {'kafka': 'kafka'}}",
    )
    found = plugins.collect([OURS, made])
    assert found.broken == ()
    assert found.tables["connectors"]["kafka"] == "kafka_guard.x:K"
    assert "kafka_guard.x" not in sys.modules


def test_loading_what_is_broken_names_it():
    with pytest.raises(GuardError) as error:
        plugins.load("guard_connectors:nothing")
    assert error.value.params == {"plugin": "guard_connectors:nothing", "code": "AttributeError"}


@pytest.fixture
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "数据.xlsx").write_bytes(b"PK")
    (tmp_path / "fake.db").write_text("name,phone")
    (tmp_path / "a:b.csv").write_text("x")
    (tmp_path / "x.db").touch()
    (tmp_path / os.fsdecode("人口.db".encode("gbk"))).touch()
    with sqlite3.connect(tmp_path / "real 1%.db") as connection:
        connection.execute("CREATE TABLE t (x)")
    return tmp_path


ADDRESSES = {
    "./folder": ("files", "{here}/folder"),
    "folder/": ("files", "{here}/folder"),
    "数据.xlsx": ("files", "{here}/数据.xlsx"),
    "a:b.csv": ("files", "{here}/a:b.csv"),
    "fake.db": ("files", "{here}/fake.db"),
    "real 1%.db": ("sqlite", "sqlite:///{here}/real%201%25.db"),
    "postgresql://u@h/d": ("postgres", "postgresql://u@h/d"),
    "postgresql+psycopg://u@h/d": ("postgres", "postgresql+psycopg://u@h/d"),
    "MariaDB://u@h/d": ("mysql", "MariaDB://u@h/d"),
    "sqlite:///x.db": ("sqlite", "sqlite:///x.db"),
    "sqlite:///%C8%CB%BF%DA.db": ("sqlite", "sqlite:///%C8%CB%BF%DA.db"),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses(there, address):
    connector, url = ADDRESSES[address]
    assert plugins.resolve(address) == (connector, url.format(here=there))


WRONG = {
    "postgre://u@h/d": ("unknown-scheme", "postgres"),
    "oracle://u@h/d": ("unknown-scheme", "-"),
    "foldr": ("no-such-path", "folder"),
    "c:nowhere": ("no-such-path", "-"),
    "nowhere/at/all": ("no-such-path", "-"),
    "sqlite:///fakes.db": ("no-such-path", "fake.db"),
    "sqlite:////no/such/folder.db": ("no-such-path", "-"),
}


@pytest.mark.parametrize("address", WRONG)
def test_wrong_addresses_are_answered_with_the_nearest(there, address):
    with pytest.raises(UsageError) as error:
        plugins.resolve(address)
    assert (error.value.id, error.value.params["nearest"]) == WRONG[address]


def test_an_unknown_connector_is_answered_with_the_nearest():
    with pytest.raises(UsageError) as error:
        plugins.connector("sqllite")
    assert (error.value.id, error.value.params["nearest"]) == ("unknown-connector", "sqlite")
