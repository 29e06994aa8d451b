"""guard-schema.yaml: read strictly, every error with file, line and the nearest right word."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard.gate.declare.schema_file import SchemaFile, schema_file, schema_text
from guard.model import UsageError
from guard.text import LANGUAGES, t

TEXT = """\
version: 1
zones:
  internet: {schemas: [pub_*], servers: ["*_dmz"], accepts: L2}
masking_functions: [hr.mask_id]
tables:
  hr.employee:
    level: L3
    retention: 3y
    zone: internet
    columns:
      SFZH: {level: L3, category: 个人信息/个人身份信息/居民身份证号, mask: cn-id}
  employee:
    columns: {code: {level: L2}}
"""


def test_zones_functions_tables_and_columns_are_read_with_their_places() -> None:
    file = schema_text(TEXT)
    zone = file.zones["internet"]
    assert (zone.schemas, zone.servers, zone.accepts) == (("pub_*",), ("*_dmz",), "L2")
    assert file.masking_functions == ("hr.mask_id",)
    table = file.table(("HR", "Employee"))
    assert table is not None and table.declaration is not None
    assert (table.declaration.level, table.declaration.retention, table.declaration.zone) == (
        "L3",
        "3y",
        "internet",
    )
    sfzh = file.column(("hr", "employee"), "sfzh")
    assert sfzh is not None and sfzh.place is not None
    assert (sfzh.mask, sfzh.origin, sfzh.place.line) == ("cn-id", "schema", 11)


def test_a_name_without_schema_means_the_table_in_any_but_the_whole_name_goes_before() -> None:
    file = schema_text(TEXT)
    assert file.speaks_of(("hr", "employee"), "SFZH")
    assert file.speaks_of(("other", "employee"), "code")
    assert not file.speaks_of(("hr", "employee"), "code")
    assert not file.speaks_of(("hr", "employer"), "sfzh")


def test_no_file_says_nothing(tmp_path: Path) -> None:
    assert schema_file(tmp_path / "guard-schema.yaml") == SchemaFile()
    (tmp_path / "guard-schema.yaml").write_text(TEXT, "utf-8")
    assert schema_file(tmp_path / "guard-schema.yaml").tables


@pytest.mark.parametrize(
    ("text", "error", "line", "params"),
    [
        ("version: 2", "schema-version", 1, {"found": "2"}),
        ("table: {}", "schema-key", 1, {"field": "table", "nearest": "tables"}),
        ("tables:\n  t:\n    colums: {}", "schema-key", 3, {"nearest": "columns"}),
        ("tables:\n  t:\n    columns:\n      a: {levl: L3}", "schema-key", 4, {"nearest": "level"}),
        ("tables:\n  t:\n    columns:\n      a: L3", "schema-field", 4, {"wanted": "mapping"}),
        ("tables: [t]", "schema-field", 1, {"wanted": "mapping"}),
        ("tables:\n  t: {level: [L3]}", "schema-field", 2, {"wanted": "text"}),
        ("zones:\n  a: {schemas: pub}", "schema-field", 2, {"wanted": "list"}),
        ("zones:\n  a: {scheme: [pub]}", "schema-key", 2, {"nearest": "schemas"}),
        ("- a", "schema-field", 1, {"wanted": "mapping"}),
        ("tables: {1: {}}", "schema-field", 1, {}),
        ("a: &x 1\nb: *x", "yaml-broken", 1, {}),
    ],
)
def test_what_is_wrong_is_said_with_line_and_right_word(text: str, error: str, line: int, params) -> None:
    with pytest.raises(UsageError) as caught:
        schema_text(text, "guard-schema.yaml")
    assert caught.value.id == error
    assert caught.value.params["line"] == line
    assert {key: caught.value.params[key] for key in params} == params
    for lang in LANGUAGES:
        for part in ("what", "why", "next"):
            said = t(f"errors.{error}.{part}", lang, **caught.value.params)
            assert said and "{" not in said.replace("{hr", "").replace("{columns", "").replace(
                "{sfzh", ""
            ).replace("{level", "")
