"""json and jsonl are what schema.json says, for ordinary and hostile names."""

import json

import jsonschema
import pytest

from guard.emit import json_schema
from guard.sdk.testing_facts import hostile, ordinary

SCHEMA = json_schema()


def validator(name):
    return jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{name}"}]})


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("assets", [(), ordinary(), hostile()], ids=["empty", "ordinary", "hostile"])
def test_envelope(emitted, assets):
    document = json.loads(emitted("json", assets))
    validator("envelope").validate(document)
    assert len(document["findings"]) == sum(len(one.classifications) for one in assets)
    assert len(document["coverage"]["assets"]) == len(assets)


@pytest.mark.parametrize("assets", [(), ordinary(), hostile()], ids=["empty", "ordinary", "hostile"])
def test_lines(emitted, assets):
    records = [json.loads(line) for line in emitted("jsonl", assets).splitlines()]
    names = {"run": "runRecord"}
    for record in records:
        validator(names.get(record["record"], record["record"])).validate(record)
    assert [one["record"] for one in records].count("run") == 1


def test_schema_refuses_what_is_missing(emitted):
    column = next(one for one in map(json.loads, emitted("jsonl").splitlines()) if one["record"] == "column")
    for name in (
        "source",
        "asset",
        "column",
        "id",
        "type",
        "domain",
        "category",
        "level",
        "auto",
        "coverage",
    ):
        broken = {key: value for key, value in column.items() if key != name}
        assert not validator("column").is_valid(broken), name


def test_a_column_without_type_says_null(emitted):
    columns = [one for one in map(json.loads, emitted("jsonl").splitlines()) if one["record"] == "column"]
    untyped = [one for one in columns if one["column"] in {"id", "bz1"}]
    assert [one["type"] for one in untyped] == [None, None]
    assert [one["level"] for one in untyped] == ["L1", "undetermined"]
    assert all(one["id"] is None for one in columns)


def test_spans_count_rows_and_hold_no_place(emitted):
    spans = [one for one in map(json.loads, emitted("jsonl").splitlines()) if one["record"] == "span"]
    assert spans and all((one["hits"], one["total"]) == (24, 2000) for one in spans)
    assert not {"start", "end", "text", "value"} & set(spans[0])
