"""Relations judged by names and policy: levels follow content, decisions of the catalogue stay, nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from gate.judged import context, findings, policy, types

from guard.gate.context import Context, JudgedColumn
from guard.gate.declare.declaration import declaration_text
from guard.model import Asset, AssetKind, Column
from guard.model.gate import DdlColumn, Place, Relation, RelationColumn
from guard.policy.masks import Masks

TESTS = Path(__file__).parents[1]
LIGHT = """
import sys
for heavy in ("numpy", "pyarrow", "re2", "numba", "presidio_analyzer", "onnxruntime", "sqlalchemy", "rich"):
    sys.modules[heavy] = None
sys.path.insert(0, sys.argv[1])
from gate.judged import violations
(found,) = violations("ALTER TABLE renkou ADD sfzh varchar(18);", only="sensitive-undeclared")
print(found.type, found.level, found.fix.text)
print(sorted({"sqlglot", "sqlparse"} & set(sys.modules)))
"""


def column(seen: Context, table: str, name: str) -> JudgedColumn:
    relation = seen.schema.find(tuple(table.split(".")))
    found = seen.judge(relation).column(name) if relation else None
    assert found is not None
    return found


def test_judging_needs_nothing_that_the_scanner_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(TESTS)],
        capture_output=True,
        text=True,
        timeout=60,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said, parsers = done.stdout.splitlines()
    assert said.startswith("resident_id_18 L3 -- guard: level=L3")
    assert parsers == "[]"


def test_a_column_is_what_a_scan_without_values_says_it_is() -> None:
    seen = context({"a.sql": "CREATE TABLE hr.jz_person (xm varchar(50), sfzh varchar(18), zt varchar(2));"})
    asset = Asset(
        source="gate",
        path=("hr", "jz_person"),
        kind=AssetKind.TABLE,
        columns=tuple(
            Column(name=name, position=at, type=type_)
            for at, (name, type_) in enumerate(
                [("xm", "varchar(50)"), ("sfzh", "varchar(18)"), ("zt", "varchar(2)")]
            )
        ),
    )
    relation = seen.schema.relations[0]
    assert [one.finding for one in seen.judge(relation).columns] == list(findings()(asset))
    assert seen.judge(relation) is seen.judge(relation)


def test_a_label_in_a_comment_says_nothing_of_the_content() -> None:
    seen = context(
        {
            "a.sql": "CREATE TABLE t (zt varchar(2)); COMMENT ON COLUMN t.zt IS '状态 [L3 category=个人信息/身份]';"
        }
    )
    assert column(seen, "t", "zt").type == ""
    assert column(seen, "t", "zt").effective == "L3"


def test_what_is_copied_in_clear_keeps_the_level_that_it_has_there() -> None:
    seen = context(
        {
            "a.sql": "CREATE TABLE hr.employee (id bigint, sfzh varchar(18), code varchar(8)); "
            "COMMENT ON COLUMN hr.employee.code IS '编码 [L4 mask=sm4]';"
            "CREATE VIEW pub.v AS SELECT sfzh AS a, code AS b, left(sfzh, 6) AS c FROM hr.employee;"
        }
    )
    a, b, c = (column(seen, "pub.v", name) for name in "abc")
    assert (a.type, a.level, a.mask) == ("resident_id_18", "L3", "keep(3,4)")
    assert b.effective == "L4"
    assert seen.rank(c.effective) < seen.rank("L3")


def test_what_flows_into_a_column_does_not_change_what_it_is_by_itself() -> None:
    seen = context(
        {
            "a.sql": "CREATE TABLE a (sfzh varchar(18)); CREATE TABLE b (id bigint, content varchar(99));"
            "INSERT INTO b (content) SELECT sfzh FROM a;"
        }
    )
    content = column(seen, "b", "content")
    assert (content.level, content.by_itself.type) == ("L3", "")
    assert seen.rank(content.by_itself.effective) < seen.rank("L3")
    assert column(seen, "b", "id").by_itself is column(seen, "b", "id")


def test_a_source_that_was_dropped_is_remembered() -> None:
    sql = "CREATE TABLE a (sfzh varchar(18)); CREATE TABLE b AS SELECT sfzh AS x FROM a; DROP TABLE a;"
    assert column(context({"a.sql": sql}), "b", "x").level == "L3"


def test_the_catalogue_keeps_its_answer_for_a_table_that_it_knows() -> None:
    place = Place(file="", line=1)
    known = Relation(
        name=("hr", "employee"),
        place=place,
        known=True,
        columns=(RelationColumn(column=DdlColumn(name="code", place=place, type="varchar(8)")),),
    )
    plain = context({"a.sql": "ALTER TABLE hr.employee ADD sfzh varchar(18);"}, known=[known])
    high = replace(column(plain, "hr.employee", "code").classification, level="L4")
    seen = context(
        {"a.sql": "ALTER TABLE hr.employee ADD sfzh varchar(18);"},
        known=[known],
        levels={"hr.employee": {"code": high}},
    )
    assert column(seen, "HR.Employee", "CODE").level == "L4"
    assert column(seen, "hr.employee", "sfzh").level == "L3"


def test_the_mask_is_that_of_the_type_else_that_of_the_pack() -> None:
    names = [("sfzh", "身份证号"), ("qszt", "健康状况描述"), ("id", "主键")]
    columns = tuple(Column(name=name, position=at, comment=said) for at, (name, said) in enumerate(names))
    asset = Asset(source="gate", path=("t",), kind=AssetKind.TABLE, columns=columns)
    found = findings()(asset)
    masks = Masks(policy())
    assert masks.of(asset, found, 0) == types()["resident_id_18"].mask
    assert masks.of(asset, found, 1) == "null"
    assert masks.of(asset, found, 2) == "none"


def test_the_declaration_proposed_has_level_category_and_mask_and_of_ciphertext_that_it_is_encrypted() -> (
    None
):
    seen = context({"a.sql": "CREATE TABLE t (sfzh varchar(18), sfzh_enc varchar(256));"})
    category = "个人信息/个人身份信息/居民身份证号"
    assert declaration_text(column(seen, "t", "sfzh")) == f"level=L3 category={category} mask=keep(3,4)"
    assert declaration_text(column(seen, "t", "sfzh_enc")).endswith("mask=encrypted")
