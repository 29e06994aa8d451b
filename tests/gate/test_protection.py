"""What becomes of a column after a step, what a script builds anew, and by what a column is protected."""

from __future__ import annotations

import pytest
from gate.judged import violations

from guard.gate.evidence.later import Later
from guard.gate.evidence.protected import protected, stored
from guard.gate.evidence.rebuilt import Rebuilt
from guard.gate.state.replay import Schema, replay
from guard.model.gate import (
    AddColumn,
    Change,
    Create,
    DdlColumn,
    Declaration,
    Drop,
    DropColumn,
    Name,
    Place,
    RelationColumn,
    Rename,
    RenameColumn,
    Script,
    Step,
)

AT = Place(file="a.sql", line=1)


def table(*name: str, columns: str = "id sfzh") -> Create:
    return Create(
        name=name, place=AT, columns=tuple(DdlColumn(name=one, place=AT) for one in columns.split())
    )


def rename(name: Name, *to: str, swap: bool = False) -> Rename:
    return Rename(name=name, to=to, place=AT, swap=swap)


def played(*files: list[Change]) -> tuple[tuple[Step, ...], Schema]:
    scripts = [
        Script(file=f"V{at}.sql", dialect="postgres", changes=tuple(one)) for at, one in enumerate(files)
    ]
    return replay(scripts, declare=lambda script, change, before, after: after, lineage=lambda *_: ())


def column(
    type_: str = "varchar(18)", *, name: str = "sfzh", comment: str = "", mask: str = ""
) -> RelationColumn:
    ddl = DdlColumn(name=name, place=AT, type=type_, comment=comment)
    return RelationColumn(column=ddl, declaration=Declaration(level="L3", mask=mask) if mask else None)


def test_a_column_is_followed_through_other_names() -> None:
    steps, schema = played(
        [
            table("hr", "employee"),
            RenameColumn(table=("hr", "employee"), column="SFZH", to="gmsfhm", place=AT),
            rename(("hr", "employee"), "staff"),
        ]
    )
    later = Later(steps, schema)
    relation, found = later.column(0, ("hr", "employee"), "sfzh") or (None, None)
    assert relation is not None and found is not None
    assert (relation.name, found.name) == (("hr", "staff"), "gmsfhm")
    assert later.column(2, ("hr", "employee"), "sfzh") is None, "by then it has another name"


def test_what_is_dropped_is_gone_though_another_takes_its_name() -> None:
    steps, schema = played([table("t"), Drop(name=("t",), place=AT), table("t", columns="id")])
    later = Later(steps, schema)
    assert later.relation(0, ("t",)) is None
    assert later.relation(2, ("t",)) is not None
    steps, schema = played(
        [
            table("t"),
            DropColumn(table=("t",), column="sfzh", place=AT),
            AddColumn(table=("t",), column=DdlColumn(name="sfzh", place=AT), place=AT),
        ]
    )
    assert Later(steps, schema).column(0, ("t",), "sfzh") is None


def test_tables_that_exchange_their_names_are_told_apart() -> None:
    steps, schema = played(
        [table("a", columns="id one"), table("b", columns="id two"), rename(("a",), "b", swap=True)]
    )
    later = Later(steps, schema)
    for name, column_ in ((("a",), "one"), (("b",), "two")):
        found = later.relation(1, name)
        assert found is not None
        assert found.columns[1].name == column_


def test_a_table_built_anew_returns_and_one_for_the_while_passes() -> None:
    old = [table("person")]
    steps, _ = played(
        old, [table("person_new"), Drop(name=("person",), place=AT), rename(("person_new",), "person")]
    )
    assert steps[2].before is not None
    assert Rebuilt(steps).returns(2, steps[2].before) == ("person",)
    aside: list[Change] = [
        rename(("person",), "person_old"),
        table("person"),
        Drop(name=("person_old",), place=AT),
    ]
    steps, _ = played(old, aside)
    assert steps[3].before is not None
    assert Rebuilt(steps).returns(3, steps[3].before) == ("person",)
    assert not Rebuilt(steps).passing(3, steps[3].before)
    steps, _ = played(old, [Drop(name=("person",), place=AT)], [table("person")])
    assert steps[1].before is not None
    assert Rebuilt(steps).returns(1, steps[1].before) == (), "another script makes another table"
    steps, _ = played([table("stage"), Drop(name=("stage",), place=AT)])
    assert steps[1].before is not None
    assert Rebuilt(steps).passing(1, steps[1].before)


def test_a_declared_mask_protects_and_a_declared_cipher_is_stored() -> None:
    assert protected(column(mask="cn-id"))
    assert not stored(column(mask="cn-id"))
    assert stored(column(mask="sm4"))
    assert stored(column(mask="hmac_sm3"))
    assert not protected(column(mask="none"))
    assert not protected(column())


def test_bytes_tell_ciphertext_only_of_what_is_text_by_nature() -> None:
    assert stored(column("bytea"), "resident_id_18")
    assert stored(column("VARBINARY(64)"), "resident_id_18")
    assert not stored(column("bytea"), "face_template")
    assert not stored(column("blob"))


def test_a_name_or_comment_tells_ciphertext_where_there_is_room_for_it() -> None:
    assert stored(column("varchar(128)", name="sfzh_enc"))
    assert stored(column("varchar(128)", name="idCardCipher"))
    assert stored(column("varchar(128)", comment="身份证号密文"))
    assert not stored(column("varchar(18)", name="sfzh_enc"))
    assert not stored(column("tinyint", name="is_encrypted"))
    assert not stored(column("varchar(128)", name="agency_name"))


LABELLED = "CREATE TABLE e (\n  id bigint,\n  sfzh varchar(128) COMMENT '身份证号 [L3 mask=sm4]'\n);\n"


def proposed(sql: str, name: str) -> list[tuple[str, str] | None]:
    found = violations(sql, name, only="protection-removed")
    return [(one.fix.how, one.fix.text) if one.fix else None for one in found]


def test_a_declaration_that_was_forgotten_is_proposed_and_mends_it() -> None:
    sql = LABELLED + "ALTER TABLE e MODIFY sfzh varchar(200);"
    (fix,) = proposed(sql, "mysql")
    assert fix == ("append", "-- guard: column=sfzh level=L3 mask=sm4")
    mended = {one.rule for one in violations(f"{sql} {fix[1]}", "mysql")}
    assert not mended & {"protection-removed", "declaration-invalid", "cipher-too-narrow"}


def test_a_label_is_proposed_instead_of_one_that_says_less() -> None:
    sql = "".join(f"COMMENT ON COLUMN hr.e.sfzh IS '[{level} mask=cn-id]';\n" for level in ("L4", "L3"))
    sql = f"CREATE TABLE hr.e (id bigint, sfzh varchar(18));\n{sql}"
    assert proposed(sql, "postgres") == [("instead", "[L4 mask=cn-id]")]


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("mysql", LABELLED + "ALTER TABLE e MODIFY sfzh varchar(18);"),
        (
            "oracle",
            "CREATE TABLE E (SFZH VARCHAR2(64) ENCRYPT); -- guard: column=SFZH level=L3 mask=cn-id\n"
            "ALTER TABLE E MODIFY (SFZH DECRYPT);",
        ),
    ],
)
def test_nothing_is_proposed_that_leaves_the_column_open_or_breaks_another_rule(name: str, sql: str) -> None:
    assert proposed(sql, name) == [None]
