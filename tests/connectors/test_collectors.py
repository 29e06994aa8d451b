"""Collector scripts: harmless to run, honest about what was not tried, and readable as dictionaries."""

import csv
import io
import re
from pathlib import Path

import psycopg
import pytest

from guard.sdk import Asset, SourceSpec
from guard_connectors.collectors import collector, collectors, scripts
from guard_connectors.dictionary import DictionaryConnector

WRITES = re.compile(
    r"(?i)\b(insert|update|delete|drop|alter|create|grant|truncate|merge|exec|execute|call|into)\b"
)


def code(name: str) -> str:
    return re.sub(r"--.*", "", collector(name))


def test_all_five_are_there() -> None:
    assert collectors() == ("dameng", "kingbase", "opengauss", "oracle", "sqlserver")
    assert {name: script() for name, script in scripts().items()} == {n: collector(n) for n in collectors()}
    with pytest.raises(KeyError):
        collector("../__init__.py")


@pytest.mark.parametrize("name", collectors())
def test_a_script_only_reads_and_says_that_it_is_not_verified(name: str) -> None:
    head = collector(name)[:600]
    assert "Not verified on a live server" in head
    assert "未在真实服务器上验证" in head
    assert not WRITES.search(code(name))


@pytest.mark.parametrize("name", ["dameng", "oracle", "sqlserver"])
def test_the_header_line_is_that_of_a_dictionary(name: str, tmp_path: Path) -> None:
    line = re.search(r"'(\"(?:database|schema)\",[^']+)'", collector(name))
    assert line
    headers = next(csv.reader(io.StringIO(line[1])))
    row = ['"' + header.replace("rows", "5") + '"' for header in headers]
    (tmp_path / "d.csv").write_text(line[1] + "\n" + ",".join(row) + "\n", "utf-8")
    connector = DictionaryConnector(SourceSpec(name="d", url=str(tmp_path / "d.csv")))
    (asset,) = connector.assets()
    assert isinstance(asset, Asset)
    assert asset.name == "table"
    assert (asset.columns[0].name, asset.columns[0].type, asset.columns[0].comment) == (
        "column",
        "type",
        "comment",
    )
    assert asset.rows == 5


@pytest.mark.parametrize("name", ["kingbase", "opengauss"])
def test_the_postgres_family_runs_on_postgres(name: str, postgres, tmp_path: Path) -> None:
    with psycopg.connect(postgres.database(), autocommit=True) as server:
        server.execute('CREATE SCHEMA "人社"')
        server.execute(
            'CREATE TABLE "人社".person (id int PRIMARY KEY, "姓 ""名" varchar(50) NOT NULL, born date)'
        )
        server.execute("COMMENT ON TABLE \"人社\".person IS '人员, 基本信息'")
        server.execute("COMMENT ON COLUMN \"人社\".person.born IS '出生\n日期'")
        with server.cursor().copy(code(name).strip().removesuffix(";")) as copy:
            data = b"".join(copy)
    (tmp_path / "d.csv").write_bytes(data)
    connector = DictionaryConnector(SourceSpec(name="d", url=str(tmp_path / "d.csv")))
    (asset,) = connector.assets()
    assert isinstance(asset, Asset)
    assert asset.path[1:] == ("人社", "person")
    assert asset.comment == "人员, 基本信息"
    assert [(c.name, c.type, c.comment, c.key, c.nullable) for c in asset.columns] == [
        ("id", "integer", "", "pk", False),
        ('姓 "名', "character varying(50)", "", "", False),
        ("born", "date", "出生\n日期", "", True),
    ]
