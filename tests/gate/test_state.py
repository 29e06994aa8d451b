"""Changes in order lead to a schema; each step knows what it touched, before and after."""

from dataclasses import dataclass

import pytest
from gate import judged

from guard.gate.state.replay import MAX_COLUMNS, Schema, replay
from guard.lineage import CannotRead
from guard.model.gate import (
    AddColumn,
    ChangeColumn,
    CommentOn,
    Copy,
    Create,
    DdlColumn,
    Declaration,
    Drop,
    DropColumn,
    Grant,
    Literals,
    Place,
    Query,
    Relation,
    RelationKind,
    Rename,
    RenameColumn,
    Script,
    Source,
    Unread,
    UseSchema,
)


@dataclass(frozen=True)
class Out:
    name: str
    sources: tuple = ()
    lacks: tuple = ()
    named: bool = True


def at(line=1):
    return Place(file="a.sql", line=line)


def column(name, type="", line=1, **more):
    return DdlColumn(name=name, type=type, place=at(line), **more)


def create(name, *columns, **more):
    return Create(name=tuple(name.split(".")), place=at(), columns=tuple(map(column, columns)), **more)


def add(table, name, **more):
    return AddColumn(table=tuple(table.split(".")), column=column(name, line=9), place=at(9), **more)


def query(text="q"):
    return Query(text=text, place=at(3))


def run(*changes, outputs=None, known=(), dialect="postgres", declare=None):
    def lineage(query, dialect, tables):
        if outputs is None:
            raise CannotRead("WITH")
        return tuple(outputs[query.text](tables) if callable(outputs[query.text]) else outputs[query.text])

    scripts = (
        changes
        if isinstance(changes[0], Script)
        else [Script(file="a.sql", dialect=dialect, changes=tuple(changes))]
    )
    return replay(scripts, known=known, declare=declare or (lambda s, c, b, a: a), lineage=lineage)


def names(relation):
    return [one.name for one in relation.columns]


def after(*changes, table="t", **more):
    _, schema = run(*changes, **more)
    return names(schema.find((table,)))


@pytest.mark.parametrize(
    "change, columns",
    [
        (add("t", "x"), ["a", "b", "x"]),
        (add("T", "x", first=True), ["x", "a", "b"]),
        (add("t", "x", after="A"), ["a", "x", "b"]),
        (add("t", "x", after="unknown"), ["a", "b", "x"]),
        (add("t", "A", keep=True), ["a", "b"]),
        (DropColumn(table=("t",), column="A", place=at()), ["b"]),
        (DropColumn(table=("t",), column="z", place=at()), ["a", "b"]),
        (RenameColumn(table=("t",), column="A", to="c", place=at()), ["c", "b"]),
        (ChangeColumn(table=("t",), column="b", to="c", type="int", place=at()), ["a", "c"]),
        (ChangeColumn(table=("t",), column="c", type="int", place=at()), ["a", "b", "c"]),
        (CommentOn(table=("t",), column="c", comment="x", place=at()), ["a", "b", "c"]),
    ],
)
def test_an_alter_changes_the_columns_of_a_table(change, columns):
    assert after(create("t", "a", "b"), change) == columns


def test_a_step_knows_its_relation_before_and_after():
    steps, _ = run(create("t", "a"), add("t", "b"), Drop(name=("t",), place=at()))
    assert [(s.before and names(s.before), s.after and names(s.after)) for s in steps] == [
        (None, ["a"]),
        (["a"], ["a", "b"]),
        (["a", "b"], None),
    ]


def test_a_changed_column_keeps_what_the_change_does_not_say():
    old = DdlColumn(name="a", type="int", comment="old", nullable=False, place=at(1))
    made = Create(name=("t",), columns=(old,), place=at())
    _, schema = run(made, ChangeColumn(table=("t",), column="a", type="text", place=at(5)))
    new = schema.find(("t",)).columns[0].column
    assert (new.type, new.comment, new.nullable, new.place.line) == ("text", "old", False, 5)


def test_a_comment_does_not_move_the_column_it_speaks_of():
    _, schema = run(create("t", "a"), CommentOn(table=("t",), column="a", comment="号码", place=at(7)))
    found = schema.find(("t",)).columns[0]
    assert (found.column.comment, found.place.line) == ("号码", 1)


def test_a_comment_on_a_table_replaces_its_comment():
    _, schema = run(create("t", comment="old"), CommentOn(table=("t",), comment="", place=at()))
    assert schema.find(("t",)).comment == ""


def test_an_alter_of_an_unknown_table_makes_one_that_is_known_in_part():
    steps, schema = run(add("renkou", "sfzh"))
    relation = schema.find(("RENKOU",))
    assert (names(relation), relation.partial, steps[0].before) == (["sfzh"], True, None)


def test_dropping_from_an_unknown_table_makes_nothing():
    steps, schema = run(DropColumn(table=("t",), column="a", place=at()))
    assert len(steps) == 1 and not schema.relations


def test_a_create_after_alters_of_an_unknown_table_is_judged_whole():
    assert after(add("t", "x"), create("t", "a", keep=True)) == ["a"]


def test_if_not_exists_changes_nothing_where_it_exists():
    steps, schema = run(create("t", "a"), create("t", "b", keep=True))
    assert names(schema.find(("t",))) == ["a"] and steps[1].before is steps[1].after


def test_the_same_table_in_a_script_of_another_dialect_is_another_table():
    one = Script(file="a", dialect="mysql", changes=(create("t", "a", keep=True),))
    two = Script(file="b", dialect="oracle", changes=(create("t", "b", keep=True),))
    steps, _ = run(one, two)
    assert names(steps[1].after) == ["b"]


def test_create_or_replace_knows_what_it_replaces():
    steps, schema = run(create("s.v", "a"), create("v", "b", replace=True))
    assert names(steps[1].before) == ["a"] and [r.ref for r in schema.relations] == ["s.v"]


def test_like_and_inherits_give_their_columns_first():
    parents = create("p", "a", "b"), create("q", "B", "c")
    child = create("t", "d", "c", inherits=(("p",), ("q",)))
    assert after(*parents, child) == ["a", "b", "d", "c"]
    assert after(*parents, create("t", like=("P",))) == ["a", "b"]


def test_dropping_a_schema_drops_what_is_in_it():
    drop = Drop(name=("HR",), place=at(), schema=True)
    steps, schema = run(create("hr.a", "x"), create("pub.b"), create("hr.c"), drop)
    assert [s.before.ref for s in steps[3:]] == ["hr.a", "hr.c"]
    assert [r.ref for r in schema.relations] == ["pub.b"]
    assert names(schema.recall(("hr", "a"))) == ["x"]


def test_a_renamed_table_stays_in_its_schema():
    _, schema = run(create("hr.a", "x"), Rename(name=("a",), to=("b",), place=at()))
    assert [r.ref for r in schema.relations] == ["hr.b"]
    assert schema.find(("a",)) is None and schema.recall(("a",)).ref == "hr.a"


def test_tables_exchange_their_names():
    steps, schema = run(
        create("a", "x"), create("b", "y"), Rename(name=("a",), to=("b",), place=at(), swap=True)
    )
    assert names(schema.find(("a",))) == ["y"] and names(schema.find(("b",))) == ["x"]
    assert {(s.before.ref, s.after.ref) for s in steps[2:]} == {("a", "b"), ("b", "a")}


def test_a_file_that_uses_a_schema_speaks_of_its_tables():
    use = UseSchema(schema="hr", place=at())
    one = Script(file="a", dialect="mysql", changes=(use, create("t", "a"), add("t", "b")))
    two = Script(file="b", dialect="mysql", changes=(create("t", "z"),))
    _, schema = run(one, two)
    assert names(schema.find(("hr", "T"))) == ["a", "b"] and names(schema.find(("t",))) == ["z"]


def test_names_are_found_with_and_without_their_schema():
    _, schema = run(create("db.hr.t"), create("u"), create("x.w"), create("y.w"))
    assert schema.find(("HR", "T")).ref == schema.find(("t",)).ref == "db.hr.t"
    assert schema.find(("public", "u")).ref == "u"
    assert schema.find(("w",)) is None and schema.find(("Y", "w")).ref == "y.w"
    assert schema.find(("pub", "t")) is None


def test_a_view_has_the_columns_of_its_query():
    outputs = {"q": lambda tables: [Out(n, (Source(relation=("T",), column=n),)) for n in tables(("t",))]}
    view = create("v", query=query(), kind=RelationKind.VIEW)
    _, schema = run(create("hr.t", "a", "b"), view, outputs=outputs)
    found = schema.find(("v",)).columns
    assert [(c.name, c.sources) for c in found] == [
        (n, (Source(relation=("hr", "t"), column=n),)) for n in "ab"
    ]


def test_a_column_list_names_the_outputs_in_order():
    outputs = {"q": [Out("a", (Source(relation=("t",), column="a"),)), Out("b")]}
    _, schema = run(create("v", "x", "y", query=query()), outputs=outputs)
    assert [(c.name, len(c.sources)) for c in schema.find(("v",)).columns] == [("x", 1), ("y", 0)]


def test_columns_with_types_take_the_outputs_of_their_names_and_the_others_follow():
    outputs = {"q": [Out("a", (Source(relation=("t",), column="a"),)), Out("b")]}
    made = Create(name=("n",), place=at(), columns=(column("id", "int"), column("B", "int")), query=query())
    _, schema = run(made, outputs=outputs)
    assert names(schema.find(("n",))) == ["id", "B", "a"]


def test_sources_reach_through_views_and_remember_masks():
    outputs = {
        "masked": [Out("m", (Source(relation=("t",), column="a", masked=True),))],
        "again": [Out("x", (Source(relation=("V",), column="M"),))],
    }
    _, schema = run(
        create("t", "a"),
        create("v", query=query("masked")),
        create("w", query=query("again")),
        Drop(name=("v",), place=at()),
        outputs=outputs,
    )
    assert schema.find(("w",)).columns[0].sources == (
        Source(relation=("v",), column="m"),
        Source(relation=("t",), column="a", masked=True),
    )


def test_what_is_reached_in_clear_too_counts_as_in_clear():
    sources = tuple(Source(relation=("t",), column="a", masked=masked) for masked in (True, False, True))
    _, schema = run(create("t", "a"), create("v", query=query()), outputs={"q": [Out("x", sources)]})
    assert schema.find(("v",)).columns[0].sources == (Source(relation=("t",), column="a"),)


def test_a_query_that_cannot_be_read_is_a_step_of_its_own_and_the_view_keeps_its_list():
    steps, schema = run(create("v", "x", query=query()))
    assert steps[1].change == Unread(place=at(3), reason="query", word="WITH")
    assert names(schema.find(("v",))) == ["x"]


@pytest.mark.parametrize("columns, place", [((), 0), (("B",), 1)])
def test_a_copy_adds_sources_to_the_columns_it_fills(columns, place):
    outputs = {"q": [Out("a", (Source(relation=("s",), column="z"),))]}
    copy = Copy(table=("t",), query=query(), columns=columns, place=at(4))
    steps, schema = run(create("t", "a", "b"), copy, copy, outputs=outputs)
    found = schema.find(("t",)).columns
    assert found[place].sources == (Source(relation=("s",), column="z"),)
    assert not found[1 - place].sources and steps[1].before.columns[place].sources == ()


def test_a_copy_into_an_unknown_table_makes_its_columns_known():
    outputs = {"q": [Out("a"), Out("b")]}
    _, schema = run(Copy(table=("t",), query=query(), place=at()), outputs=outputs)
    assert names(schema.find(("t",))) == ["a", "b"] and schema.find(("t",)).partial


def test_a_grant_touches_each_of_its_tables():
    grant = Grant(privileges=("SELECT",), to=("PUBLIC",), tables=(("a",), ("b",), ("no",)), place=at())
    steps, _ = run(create("a"), create("b"), grant)
    assert [s.before and s.before.ref for s in steps[2:]] == ["a", "b", None]
    everything = Grant(privileges=("ALL",), to=("x",), everything=True, place=at())
    steps, _ = run(create("a"), everything)
    assert len(steps) == 2 and steps[1].after is None


def test_literals_and_unread_statements_change_nothing():
    steps, _ = run(create("t", "a"), Literals(table=("t",), place=at()), Unread(place=at(), reason="syntax"))
    assert steps[1].before is steps[1].after is steps[0].after and steps[2].after is None


def test_declarations_are_added_at_every_change():
    def declare(script, change, before, after):
        level = "L3" if before is None else before.declaration.level + "+"
        from dataclasses import replace

        return replace(after, declaration=Declaration(level=level))

    steps, schema = run(create("t", "a"), add("t", "b"), add("t", "b", keep=True), declare=declare)
    assert schema.find(("t",)).declaration.level == "L3+" and steps[1].before.declaration.level == "L3"


def test_known_relations_are_altered_and_stay_known():
    known = Relation(name=("hr", "t"), place=at(), known=True)
    _, schema = run(add("t", "x"), known=[known])
    assert schema.find(("t",)).known and names(schema.find(("t",))) == ["x"]


def test_a_relation_takes_so_many_columns_and_the_rest_is_unread():
    wide = Create(name=("t",), place=at(), columns=tuple(column(f"c{i}") for i in range(MAX_COLUMNS)))
    steps, schema = run(wide, add("t", "x"))
    assert steps[1].change.reason == "too-many-columns" and len(schema.find(("t",)).columns) == MAX_COLUMNS


def test_an_empty_schema_finds_nothing():
    assert Schema().find(("t",)) is None and Schema().recall(()) is None and Schema().relations == ()


def read(*scripts, name="postgres"):
    """The steps and the schema of ``scripts``, read as they are written."""
    from guard.gate.script.dialect import dialect
    from guard.gate.script.read import read_script
    from guard.gate.script.statement import Text
    from guard.lineage import columns

    found = [read_script(Text(file=f"{at}.sql", text=sql), dialect(name)) for at, sql in enumerate(scripts)]
    return replay(
        found,
        declare=lambda script, change, before, after: after,
        lineage=lambda query, reads, tables: columns(query.text, reads, tables),
    )


CHILD = "create table ren (id int, 姓名 text, full_name text); create table p1 {};"


@pytest.mark.parametrize(
    ("made", "columns"),
    [
        ("partition of ren for values in (1)", ["id", "xm", "mobile"]),
        ("(own text, full_name text) inherits (ren)", ["id", "xm", "own", "full_name", "mobile"]),
        ("(like ren)", ["id", "姓名", "full_name"]),
    ],
)
def test_partitions_and_children_follow_their_parent_and_copies_do_not(made, columns):
    changes = "alter table ren add mobile text, drop full_name; alter table ren rename 姓名 to xm;"
    changes += "alter table ren alter id type bigint;"
    steps, schema = read(CHILD.format(made) + changes)
    assert names(schema.find(("p1",))) == columns
    assert names(schema.find(("ren",))) == ["id", "xm", "mobile"]
    touched = [step.after.ref for step in steps if isinstance(step.change, AddColumn)]
    assert touched == (["ren", "p1"] if "like" not in made else ["ren"])
    assert schema.find(("p1",)).columns[0].column.type == ("bigint" if "like" not in made else "int")


def test_followers_of_followers_follow_and_so_do_renamed_ones_until_they_are_made_anew():
    made = CHILD.format("partition of ren for values in (1) partition by list (id)")
    made += "create table p2 partition of p1 default; alter table ren rename to person; alter table p2 rename to p3;"
    _, schema = read(made + "alter table person add a text; drop table p1; create table p1 (x int);"
                     "alter table person add b text;")  # fmt: skip
    assert names(schema.find(("p3",)))[-1] == "a"
    assert names(schema.find(("p1",))) == ["x"]


def test_so_many_followers_are_followed_and_the_rest_is_said(monkeypatch):
    monkeypatch.setattr("guard.gate.state.descent.MAX_FOLLOWED", 2)
    made = "create table t (a int);" + "".join(
        f"create table p{at} partition of t default;" for at in range(4)
    )
    steps, _ = read(made + "alter table t add b int;")
    assert [step.change.reason for step in steps if isinstance(step.change, Unread)] == ["too-many-followers"]


def test_replace_columns_of_hive_keeps_all_but_the_columns():
    made = "create external table t (a int) comment '人' partitioned by (dt string) location 'x';"
    steps, schema = read(made + "alter table t replace columns (b string);", name="hive")
    before, found = steps[-1].before, schema.find(("t",))
    assert names(found) == ["b", "dt"]
    assert (found.kind, found.comment, found.server) == (before.kind, before.comment, before.server)
    assert found.comment == "人"


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("select 1", []),
        ("select '110101199003074233'", []),
        ("select cast('110101199003074233' as varchar(18))", []),
        ("select md5(sfzh) from ren", []),
        ("select md5(sfzh) as h, sfzh from ren", ["h", "sfzh"]),
        ("select upper(sfzh), xm from ren", ["upper", "xm"]),
        ("select * from (values (1, 2)) v", []),
    ],
)
def test_of_an_unknown_target_only_what_the_query_names_is_a_column(query, columns):
    _, schema = read(f"create table ren (sfzh text, xm text); insert into x {query};")
    assert names(schema.find(("x",))) == columns


def test_no_literal_is_the_name_of_a_column():
    _, schema = read("create view v as select 1, 'secret', cast('secret' as text), now() as t;")
    assert names(schema.find(("v",))) == ["t"]


def test_a_column_that_a_whole_table_does_not_have_is_unread():
    sql = {
        "a.sql": "CREATE TABLE rk (id bigint, sfzh varchar(18));\nCREATE VIEW v AS SELECT t.nosuch FROM rk t;\n"
        "CREATE VIEW w AS\nSELECT nosuch_2 FROM rk;\nINSERT INTO rk (id) SELECT v_id FROM rk;\n"
        "ALTER TABLE hr.person ADD x int;\nCREATE VIEW y AS SELECT p.sfzh FROM hr.person p;\n"
        "CREATE TABLE c (LIKE unknown);\nCREATE VIEW z AS SELECT c.other FROM c;\n"
    }
    found = [step.change for step in judged.context(sql).steps if isinstance(step.change, Unread)]
    assert [(one.reason, one.word, one.place.line) for one in found] == [
        ("query", "nosuch", 2),
        ("query", "nosuch_2", 4),
    ]
