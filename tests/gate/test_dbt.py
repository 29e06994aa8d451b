"""A dbt project: sources, then models after those they refer to, then what people say of them."""

from guard.gate.inputs import find
from guard.model.gate import CommentOn, Create, RelationKind

FILES = {
    "dbt_project.yml": "name: p\nmodel-paths: [models]\n",
    "macros/m.sql": "{% macro x() %}SELECT 1{% endmacro %}",
    "models/b.sql": "{{ config(materialized='table') }}\nSELECT sfzh FROM {{ ref('a') }}\n",
    "models/a.sql": "{% if x %}\nSELECT 1 AS y\n{% else %}\nSELECT 2\n{% endif %}\nFROM {{ source('hr', 'renkou') }}",
    "models/c.sql": "{% set cols %}\nSELECT\n{% endset %}{% set n = 1 %}SELECT id FROM {{ this }}",
    "snapshots/s.sql": "{% snapshot kept %}SELECT * FROM {{ ref('p', 'a') }}{% endsnapshot %}",
    "models/schema.yml": """version: 2
sources:
  - name: hr
    schema: raw
    tables:
      - name: renkou
        columns:
          - {name: sfzh, data_type: varchar(18), description: 身份证号}
models:
  - name: b
    description: 人
    columns:
      - name: sfzh
        description: 公民身份号码
        meta: {guard: {level: L3, mask: cn-id}}
      - name: dh
        config: {meta: {guard: {level: L3}}}
""",
}


def changes(folder, *paths, files=FILES):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    found = find([folder / path for path in paths or ["."]], dialect=None, root=folder)
    assert not any(piece.editable for piece in found.pieces)
    return found, [part for piece in found.pieces for part in piece.parts]


def test_sources_are_tables_and_models_come_after_what_they_refer_to(tmp_path):
    _, found = changes(tmp_path)
    created = [change for change in found if isinstance(change, Create)]
    assert [change.name for change in created] == [("hr", "renkou"), ("a",), ("b",), ("c",), ("kept",)]
    source, a, b, *_ = created
    assert [(c.name, c.type, c.comment, c.place.line) for c in source.columns] == [
        ("sfzh", "varchar(18)", "身份证号", 8)
    ]
    assert (a.kind, b.kind) == (RelationKind.VIEW, RelationKind.TABLE)


def test_descriptions_are_comments_and_meta_declares(tmp_path):
    _, found = changes(tmp_path)
    said = [(c.table, c.column, c.comment, c.place.line) for c in found if isinstance(c, CommentOn)]
    assert said == [
        (("b",), "", "人", 10),
        (("b",), "sfzh", "公民身份号码 [level=L3 mask=cn-id]", 13),
        (("b",), "dh", "[level=L3]", 16),
    ]


def test_of_a_condition_one_branch_is_read_and_lines_stay(tmp_path):
    _, found = changes(tmp_path)
    queries = {c.name[0]: c.query.text for c in found if isinstance(c, Create) and c.query}
    assert "SELECT 1 AS y" in queries["a"] and "SELECT 2" not in queries["a"]
    assert queries["a"].count("\n") == FILES["models/a.sql"].count("\n")
    assert queries["b"].startswith("\nSELECT sfzh")
    assert "SELECT\n" not in queries["c"] and queries["c"].endswith("SELECT id FROM c")


def test_a_folder_of_a_project_is_known_as_such(tmp_path):
    _, found = changes(tmp_path)
    _, again = changes(tmp_path, "models/b.sql", files={})
    assert [change.name for change in again] == [("b",)] and again[0] in found


def test_a_broken_file_is_said_and_the_others_are_read(tmp_path):
    _, parts = changes(tmp_path, files={**FILES, "models/x.yml": "models: [\n"})
    assert [part.reason for part in parts if hasattr(part, "reason")] == ["log-broken"]
    assert any(isinstance(part, CommentOn) for part in parts)


def test_models_that_refer_to_each_other_end(tmp_path):
    circle = {
        "dbt_project.yml": "name: p\n",
        "models/a.sql": "SELECT * FROM {{ ref('b') }}",
        "models/b.sql": "SELECT * FROM {{ ref('a') }}",
    }
    _, found = changes(tmp_path, files=circle)
    assert sorted(change.name for change in found) == [("a",), ("b",)]
