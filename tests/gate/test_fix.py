"""``--fix``: declarations go into scripts as comments, change no statement, and keep every other byte."""

from pathlib import Path
from subprocess import run

import pytest

from guard.gate.fix.edits import edits, save
from guard.gate.script.dialect import dialect
from guard.gate.script.encoding import decoded
from guard.gate.script.read import read_script
from guard.gate.script.statement import Text
from guard.model import RefusedError, UsageError
from guard.model.gate import AddColumn, Create, DdlColumn, Fix, Script, Violation

NOTE = "-- guard: level=L3 category=个人信息/身份 mask=cn-id"
SAID = NOTE.removeprefix("-- guard: ")


class Folder:
    """A folder of scripts. What rules say of them is not tested here: every column named is undeclared."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.schema = path / "guard-schema.yaml"

    def fix(self, file: str, *columns: str, how: str = "append", spoken: str = "postgres", **more):
        """The edits that fix the columns called so in ``file``."""
        script = more.pop("script", None) or self.script(file, spoken)
        wanted = [self.violation(one, how) for one in self.columns(script) if one.name in columns]
        return edits(wanted, [script], root=self.path, schema=self.schema, **more)

    def script(self, file: str, spoken: str = "postgres", *, editable: bool = True) -> Script:
        text = decoded((self.path / file).read_bytes(), file).removeprefix("\ufeff")
        return read_script(Text(file=file, text=text), dialect(spoken), editable=editable)

    @staticmethod
    def columns(script: Script) -> list[DdlColumn]:
        made = [change.columns for change in script.changes if isinstance(change, Create)]
        added = [change.column for change in script.changes if isinstance(change, AddColumn)]
        return [*added, *(column for columns in made for column in columns)]

    def violation(
        self, column: DdlColumn, how: str = "append", text: str = NOTE, state: str = "open"
    ) -> Violation:
        fix = Fix(how=how, text=text, place=column.place)
        told = {"table": "hr.employee", "column": column.name, "state": state}
        return Violation(rule="sensitive-undeclared", severity="error", place=column.place, fix=fix, **told)

    def write(self, file: str, text: str | bytes) -> None:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def after(self, file: str, *columns: str, **more) -> str:
        (edit,) = self.fix(file, *columns, **more)
        assert edit.file == file
        save([edit])
        assert self.fix(file, *columns, **more) == (), "a second time changes nothing"
        return (self.path / file).read_bytes().decode("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_declaration_goes_to_the_end_of_its_line(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  id int,\n  sfzh varchar(18),\n  x int\n);\n")
    assert folder.after("a.sql", "sfzh").splitlines()[2] == f"  sfzh varchar(18), {NOTE}"


def test_above_the_line_where_a_comment_ends_it(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18), -- 身份证\n  x int\n);\n")
    assert folder.after("a.sql", "sfzh").splitlines()[1:3] == [f"  {NOTE}", "  sfzh varchar(18), -- 身份证"]


def test_above_the_line_where_a_literal_goes_on(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18) DEFAULT 'a\nb',\n  x int\n);\n")
    assert folder.after("a.sql", "sfzh").splitlines()[1] == f"  {NOTE}"


def test_above_a_terminator_that_a_client_would_miss(folder) -> None:
    folder.write("a.sql", "alter table hr.employee add sfzh varchar2(18);\n")
    assert (
        folder.after("a.sql", "sfzh", spoken="dm")
        == f"{NOTE}\nalter table hr.employee add sfzh varchar2(18);\n"
    )


def test_above_a_line_with_two_statements_table_and_column_are_named(folder) -> None:
    folder.write("a.sql", "create table hr.x (\n x int); alter table hr.employee add sfzh varchar(18);\n")
    lines = folder.after("a.sql", "sfzh", spoken="oracle").splitlines()
    assert lines[1].strip() == f"-- guard: table=hr.employee column=sfzh {SAID}"


def test_several_columns_of_one_line_are_named_above_their_statement(folder) -> None:
    folder.write(
        "a.sql", "-- 员工\nCREATE TABLE hr.employee (id int,\n  sfzh varchar(18), lxdh varchar(11));\n"
    )
    assert folder.after("a.sql", "sfzh", "lxdh").splitlines()[1:3] == [
        f"-- guard: column=sfzh {SAID}",
        f"-- guard: column=lxdh {SAID}",
    ]


def test_an_old_note_gets_the_level_and_what_it_does_not_say(folder) -> None:
    old = "CREATE TABLE hr.employee (\n  sfzh varchar(18), -- guard: level=L1 mask=sm4  \n  x int\n);\n"
    folder.write("a.sql", old)
    new = old.replace("level=L1 mask=sm4", "level=L3 mask=sm4 category=个人信息/身份")
    assert folder.after("a.sql", "sfzh") == new


def test_an_old_note_above_its_line_too(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  /* guard: level=L1 */\n  sfzh varchar(18)\n);\n")
    line = folder.after("a.sql", "sfzh").splitlines()[1]
    assert line == "  /* guard: level=L3 category=个人信息/身份 mask=cn-id */"


def test_a_note_of_another_table_that_had_the_name_stays(folder) -> None:
    first = "CREATE TABLE hr.employee (id int, sfzh text); -- guard: column=sfzh mask=cn-id\n"
    folder.write(
        "a.sql",
        f"{first}CREATE TABLE hr.next (\n  sfzh text);\nDROP TABLE hr.employee;\nALTER TABLE hr.next RENAME TO employee;\n",
    )
    script = folder.script("a.sql")
    wanted = [folder.violation(folder.columns(script)[-1])]
    (edit,) = edits(wanted, [script], root=folder.path, schema=folder.schema)
    assert edit.after.decode().startswith(f"{first}CREATE TABLE hr.next (\n  sfzh text); {NOTE}\n")


def test_a_mask_that_is_none_gives_way(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh text -- guard: level=L2 mask=nosuch\n);\n")
    assert "-- guard: level=L3 mask=cn-id category=" in folder.after("a.sql", "sfzh")


def test_a_waiver_is_no_declaration(folder) -> None:
    waive = "-- guard: waive mask-missing until 2026-06-30: level=L1"
    folder.write("a.sql", f"CREATE TABLE hr.employee (\n  sfzh varchar(18) {waive}\n);\n")
    assert folder.after("a.sql", "sfzh").splitlines()[1:3] == [f"  {NOTE}", f"  sfzh varchar(18) {waive}"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_bytes_encoding_mark_and_ends_of_lines_stay(folder, newline: str, codec: str) -> None:
    text = newline.join(["-- 表", "CREATE TABLE hr.employee (", "  sfzh varchar(18),  ", "  x int", ");"])
    folder.write("a.sql", text.encode(codec))
    (edit,) = folder.fix("a.sql", "sfzh")
    save([edit])
    assert (folder.path / "a.sql").read_bytes() == text.replace("(18),  ", f"(18),  {NOTE}").encode(codec)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\nEND $$;\n",
        "CREATE TABLE hr.employee (x int /*\n*/, y int /* a\n*/, sfzh varchar(18) /*\n*/);\n",
    ],
    ids=["in a literal", "between comments"],
)
def test_without_a_place_it_goes_to_the_schema_file(folder, text: str) -> None:
    folder.write("a.sql", text)
    (edit,) = folder.fix("a.sql", "sfzh")
    assert edit.file == "guard-schema.yaml"
    assert edit.after.decode().endswith("      sfzh: {level: L3, category: 个人信息/身份, mask: cn-id}\n")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("db/V1_2__init.sql", ""),
        ("db/R__views.sql", ""),
        ("prisma/migrations/1/migration.sql", ""),
        ("db/structure.sql", ""),
        ("changes.sql", "--liquibase formatted sql\n--changeset a:1\n"),
    ],
)
def test_what_a_tool_remembers_stays_as_it_is(folder, file: str, text: str) -> None:
    folder.write(file, f"{text}CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    assert [edit.file for edit in folder.fix(file, "sfzh")] == ["guard-schema.yaml"]
    assert [edit.file for edit in folder.fix(file, "sfzh", compared=())] == [file], "new in this change"


def test_what_the_compared_version_has_stays_as_it_is(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    assert [edit.file for edit in folder.fix("a.sql", "sfzh", compared={"a.sql"})] == ["guard-schema.yaml"]


def test_a_file_that_is_no_sql_goes_to_the_schema_file(folder) -> None:
    folder.write("a.xml", "CREATE TABLE hr.employee (sfzh varchar(18));\n")
    script = folder.script("a.xml", editable=False)
    assert [edit.file for edit in folder.fix("a.xml", "sfzh", script=script)] == ["guard-schema.yaml"]


def test_the_schema_file_keeps_its_mark_and_is_fixed_once(folder) -> None:
    folder.write("a.xml", "CREATE TABLE hr.employee (sfzh varchar(18));\n")
    folder.write("guard-schema.yaml", "version: 1 # 一\n".encode("utf-8-sig"))
    script = folder.script("a.xml", editable=False)
    save(folder.fix("a.xml", "sfzh", script=script))
    assert folder.schema.read_bytes().startswith("version: 1 # 一\ntables:\n".encode("utf-8-sig"))
    assert folder.fix("a.xml", "sfzh", script=script) == ()


def test_a_table_that_the_schema_file_has_without_its_schema_is_that_one(folder) -> None:
    folder.write("a.xml", "CREATE TABLE hr.employee (sfzh varchar(18));\n")
    folder.write("guard-schema.yaml", "tables:\n  Employee:\n    columns:\n      xm: {level: L2}\n")
    script = folder.script("a.xml", editable=False)
    (edit,) = folder.fix("a.xml", "sfzh", script=script)
    assert edit.after.decode() == (
        "tables:\n  Employee:\n    columns:\n      xm: {level: L2}\n"
        "      sfzh: {level: L3, category: 个人信息/身份, mask: cn-id}\n"
    )


def test_several_proposals_for_one_column_are_one_note(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    script = folder.script("a.sql")
    (column,) = script.changes[0].columns
    wanted = [
        folder.violation(column, text=f"-- guard: {one}") for one in ("level=L3", "mask=cn-id level=L2")
    ]
    (edit,) = edits(wanted, [script], root=folder.path, schema=folder.schema)
    assert "varchar(18) -- guard: level=L3 mask=cn-id\n" in edit.after.decode() and edit.count == 1


def test_a_declaration_of_a_table_stands_above_it(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    script = folder.script("a.sql")
    fix = Fix(how="before", text="-- guard: retention=P3Y", place=script.changes[0].place)
    wanted = Violation(
        rule="retention-missing", severity="note", place=fix.place, table="hr.employee", fix=fix
    )
    (edit,) = edits([wanted], [script], root=folder.path, schema=folder.schema)
    assert edit.after.decode().startswith("-- guard: table=hr.employee retention=P3Y\nCREATE")


@pytest.mark.parametrize("state", ["waived", "baseline"])
def test_only_open_violations_are_mended(folder, state: str) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    script = folder.script("a.sql")
    wanted = [folder.violation(column, state=state) for column in script.changes[0].columns]
    assert edits(wanted, [script], root=folder.path, schema=folder.schema) == ()


def test_a_proposal_that_is_a_statement_is_for_people(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    script = folder.script("a.sql")
    wanted = [folder.violation(one, text="COMMENT ON COLUMN x IS ''") for one in script.changes[0].columns]
    assert edits(wanted, [script], root=folder.path, schema=folder.schema) == ()


def test_the_difference_shows_no_literal_and_no_comment_of_people(folder) -> None:
    folder.write(
        "a.sql",
        "INSERT INTO t VALUES ('a secret');\nCREATE TABLE hr.employee (\n"
        "  sfzh varchar(18) DEFAULT 'hunter2' /* of wang */ CHECK (sfzh > 13800138000),\n  lxdh int, -- 139\n  x int\n);\n",
    )
    (edit,) = folder.fix("a.sql", "sfzh", "lxdh")
    assert edit.diff == (
        "--- a/a.sql\n+++ b/a.sql\n@@ -2,5 +2,6 @@\n CREATE TABLE hr.employee (\n"
        "-  sfzh varchar(18) DEFAULT … … CHECK (sfzh > …),\n"
        f"+  sfzh varchar(18) DEFAULT … … CHECK (sfzh > …), {NOTE}\n+  {NOTE}\n   lxdh int, …\n   x int\n );\n"
    )
    assert not edit.exact


@pytest.mark.parametrize("end", ["", "\n", "\n\n-- guard: column=x table=hr.employee level=L1\n"])
@pytest.mark.parametrize("far", [0, 6, 7, 9])
def test_a_difference_that_hides_nothing_applies(folder, end: str, far: int) -> None:
    between = "".join(f"  c{number} int,\n" for number in range(far))
    folder.write(
        "a.sql",
        f"CREATE TABLE hr.employee (\n  sfzh text,\n{between}  id int, lxdh text,\n  zjhm text\n);{end}",
    )
    (edit,) = folder.fix("a.sql", "sfzh", "lxdh", "zjhm")
    assert edit.exact
    patched(folder, edit)


def test_the_difference_of_a_new_schema_file_applies(folder) -> None:
    folder.write("a.xml", "CREATE TABLE hr.employee (sfzh varchar(18));\n")
    (edit,) = folder.fix("a.xml", "sfzh", script=folder.script("a.xml", editable=False))
    assert edit.exact and edit.diff.startswith("--- /dev/null\n+++ b/guard-schema.yaml\n")
    patched(folder, edit)


def patched(folder, edit) -> None:
    """Let git apply the difference, and compare."""
    run(["git", "apply", "-"], input=edit.diff.encode(), cwd=folder.path, check=True)
    assert edit.path.read_bytes() == edit.after


def test_all_files_are_written_or_none(folder) -> None:
    for name in ("a.sql", "b.sql"):
        folder.write(name, "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    both = (*folder.fix("a.sql", "sfzh"), *folder.fix("b.sql", "sfzh"))
    folder.write("b.sql", "-- meanwhile\n")
    with pytest.raises(RefusedError, match="fix-moved"):
        save(both)
    assert NOTE not in (folder.path / "a.sql").read_text("utf-8")
    assert not [path for path in folder.path.iterdir() if path.name.startswith(".guard")]


def test_permissions_and_links_stay(folder) -> None:
    folder.write("real/a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    (folder.path / "real/a.sql").chmod(0o640)
    (folder.path / "a.sql").symlink_to("real/a.sql")
    save(folder.fix("a.sql", "sfzh"))
    assert (folder.path / "a.sql").is_symlink()
    assert NOTE in (folder.path / "real/a.sql").read_text("utf-8")
    assert (folder.path / "real/a.sql").stat().st_mode & 0o777 == 0o640


def test_a_folder_that_cannot_be_written_is_an_error(folder) -> None:
    folder.write("there/a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    found = folder.fix("there/a.sql", "sfzh")
    (folder.path / "there").rename(folder.path / "gone")
    (folder.path / "there").write_text("a file stands there now", "utf-8")
    with pytest.raises(UsageError, match="cannot-write"):
        save(found)


def test_a_schema_file_that_is_broken_is_an_error(folder) -> None:
    folder.write("a.xml", "CREATE TABLE hr.employee (sfzh varchar(18));\n")
    script = folder.script("a.xml", editable=False)
    folder.write("guard-schema.yaml", b"version: 1\n\xff\n")
    with pytest.raises(UsageError, match="fix-encoding"):
        folder.fix("a.xml", "sfzh", script=script)
    folder.write("guard-schema.yaml", "tables: [\n")
    with pytest.raises(UsageError, match="yaml-broken"):
        folder.fix("a.xml", "sfzh", script=script)
