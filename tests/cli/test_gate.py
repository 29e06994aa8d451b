"""``guard gate``: what a developer and a CI job see of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

FIRST = "CREATE TABLE renkou (\n  id bigint NOT NULL PRIMARY KEY,\n  bz varchar(200)\n);\n"
ADDS = "-- adds a column\nALTER TABLE renkou ADD sfzh varchar(18);\n"
CLEAN = "CREATE TABLE office (\n  id bigint NOT NULL PRIMARY KEY,\n  sort_order int\n);\n"
WARNS = "CREATE TABLE note (\n  id int PRIMARY KEY,\n  sfzh varchar(18) -- guard: level=L3 mask=cn-id\n);\n"
BROKEN = "CREATE TABLE b (x varchar(\n"
FORMATS = ("table", "json", "sarif", "junit", "gitlab", "github", "md", "schema")


@pytest.fixture
def write(tmp_path: Path):
    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return put


@pytest.fixture
def migrations(write) -> str:
    write("migrations/V1__init.sql", FIRST)
    write("migrations/V2__add.sql", ADDS)
    return "migrations/"


def broken(done) -> list[tuple[str, int, str]]:
    """File, line and rule of what json tells."""
    return [(one["file"], one["line"], one["rule"]) for one in json.loads(done.out)["violations"]]


def ids(inside, *arguments: object) -> set[str]:
    return {rule for _, _, rule in broken(inside("gate", "-q", "-f", "json", *arguments))}


def test_the_column_that_a_migration_adds_is_told_on_its_line_with_the_line_that_mends_it(guard, migrations):
    done = guard("gate", "migrations/")
    assert done.code == 1
    told = done.out.split("migrations/V2__add.sql:2  renkou.sfzh  L3 ▲  sensitive-undeclared\n")[1]
    assert "resident ID number (L3)" in told
    assert "append   -- guard: level=L3 category=个人信息/个人身份信息/居民身份证号 mask=" in told
    assert "guard explain sensitive-undeclared" in told
    assert "errors 1" in done.err


def test_it_says_the_same_in_chinese(inside, migrations):
    done = inside("gate", "--lang", "zh", migrations)
    assert done.code == 1 and "居民身份证号" in done.out and "违规" in done.err


def test_the_proposed_line_satisfies_it(inside, migrations, write):
    found = json.loads(inside("gate", "-q", "-f", "json", migrations).out)["violations"]
    fix = next(one["fix"] for one in found if one["rule"] == "sensitive-undeclared")
    write("migrations/V2__add.sql", ADDS.rstrip("\n") + "  " + fix["text"] + "\n")
    assert inside("gate", migrations).code == 0


@pytest.mark.parametrize(
    ("sql", "options", "code"),
    [
        (CLEAN, (), 0),
        (FIRST + ADDS, (), 1),
        (BROKEN, (), 3),
        (BROKEN, ("--allow-partial",), 0),
        (CLEAN + BROKEN, ("--allow-partial",), 0),
        (FIRST + ADDS + BROKEN, (), 3),
        (FIRST + ADDS + BROKEN, ("--allow-partial",), 1),
        (FIRST + ADDS, ("--fail-on", "never"), 0),
        (FIRST + ADDS + BROKEN, ("--fail-on", "never"), 3),
    ],
)
def test_exit_codes(inside, write, sql, options, code):
    write("a.sql", sql)
    assert inside("gate", "a.sql", *options).code == code


@pytest.mark.parametrize(
    ("bound", "code"),
    [("error", 1), ("warning", 1), ("note", 1), ("L1", 1), ("L3", 1), ("L4", 0), ("core", 0), ("never", 0)],
)
def test_fail_on_takes_severities_and_levels(inside, migrations, bound, code):
    assert inside("gate", "--fail-on", bound, migrations).code == code


def test_warnings_fail_where_they_are_asked_to(inside, write):
    write("a.sql", WARNS)
    assert inside("gate", "a.sql").code == 0
    assert inside("gate", "--fail-on", "warning", "a.sql").code == 1
    write("guard.yaml", "version: 1\ngate: {fail_on: warning}\n")
    assert inside("gate", "a.sql").code == 1


def test_a_wrong_bound_is_told_with_the_nearest_one(inside, migrations):
    done = inside("gate", "--fail-on", "eror", migrations)
    assert done.code == 2 and "did you mean error" in done.err and "L3" in done.err and done.out == ""


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_to_stdout_and_to_a_file_is_the_same(inside, migrations, tmp_path, kind):
    shown = inside("gate", "-f", kind, "--color", "never", migrations)
    assert shown.code == 1 and "sfzh" in shown.out and "\x1b" not in shown.out
    done = inside("gate", "-f", f"{kind}=out.txt", "--color", "never", migrations)
    assert (done.code, done.out) == (1, "")
    assert (tmp_path / "out.txt").read_text("utf-8") == shown.out


def test_formats_that_programs_read_can_be_read(inside, migrations):
    said = {kind: inside("gate", "-q", "-f", kind, migrations).out for kind in FORMATS}
    json.loads(said["gitlab"])
    result = next(
        one
        for one in json.loads(said["sarif"])["runs"][0]["results"]
        if one["ruleId"] == "sensitive-undeclared"
    )
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("migrations/V2__add.sql", 2)
    assert "::error file=migrations/V2__add.sql,line=2" in said["github"]
    assert ElementTree.fromstring(said["junit"]).findall(".//failure")


def test_several_formats_at_once(inside, migrations, tmp_path):
    done = inside("gate", "-f", "table", "-f", "sarif=a.sarif", "-f", "junit=b.xml", migrations)
    assert done.code == 1 and "sensitive-undeclared" in done.out
    assert json.loads((tmp_path / "a.sarif").read_text("utf-8")) and (tmp_path / "b.xml").stat().st_size
    done = inside("gate", "-f", "table", "-f", "json", migrations)
    assert done.code == 2 and "two-on-stdout" in done.err
    done = inside("gate", "-f", "sarf", migrations)
    assert done.code == 2 and "sarif" in done.err


def test_show_leaves_out_what_lies_below_it(inside, write):
    write("a.sql", "CREATE TABLE t (\n  id int,\n  sfzh varchar(18),\n  lxdh varchar(11)\n);\n")
    assert ids(inside, "a.sql", "--show", "L3") >= {"sensitive-undeclared"}
    done = inside("gate", "-q", "-f", "json", "--show", "L4", "a.sql")
    assert done.code == 1  # what is shown does not change what counts
    assert all(one["level"] in ("", "L4") for one in json.loads(done.out)["violations"])
    assert inside("gate", "--show", "L9", "a.sql").code == 2


def test_an_unknown_dialect_is_told_with_the_list(inside, migrations):
    done = inside("gate", "--dialect", "postgrse", migrations)
    assert done.code == 2 and "did you mean postgres" in done.err
    assert all(name in done.err for name in ("dm", "oracle", "tsql", "clickhouse", "hive", "doris", "sqlite"))
    for name in ("dm8", "kingbase", "opengauss", "oceanbase", "mariadb"):
        assert inside("gate", "--dialect", name, migrations).code in (0, 1), name


def test_what_is_not_there_is_told(inside, migrations, tmp_path):
    done = inside("gate", "migration")
    assert done.code == 2 and "no-such-path" in done.err
    (tmp_path / "empty").mkdir()
    done = inside("gate", "empty")
    assert done.code == 2 and "gate-nothing" in done.err
    done = inside("gate", "nothing/**/*.sql")
    assert done.code == 2
    done = inside("gate")
    assert done.code == 2 and "gate-no-paths" in done.err
    for option in ("--schema", "--waivers", "--baseline"):
        done = inside("gate", option, "gone.yaml", migrations)
        assert done.code == 2 and "gone.yaml" in done.err


def test_guard_yaml_says_what_is_judged_and_how(inside, migrations, write):
    write("guard.yaml", 'version: 1\ngate: {paths: ["migrations/**/*.sql"], dialect: dm, fail_on: L4}\n')
    done = inside("gate", "-q", "-f", "json")
    assert done.code == 0
    assert {one["dialect"] for one in json.loads(done.out)["scripts"]} <= {"dm", "dameng"}
    assert inside("gate", "--fail-on", "L3").code == 1


def test_rules_of_guard_yaml(inside, migrations, write):
    write("guard.yaml", "version: 1\ngate:\n  rules: {sensitive-undeclared: off, retention-missing: error}\n")
    done = inside("gate", "-q", "-f", "json", migrations)
    found = {one["rule"]: one["severity"] for one in json.loads(done.out)["violations"]}
    assert done.code == 1 and "sensitive-undeclared" not in found and found["retention-missing"] == "error"
    write("guard.yaml", "version: 1\ngate:\n  rules: {coment-missing: off}\n")
    done = inside("gate", migrations)
    assert done.code == 2 and "comment-missing" in done.err


def test_a_single_migration_is_judged_with_those_before_it_which_are_not_told_of(inside, write):
    write("migrations/V1__init.sql", FIRST + "CREATE TABLE old (yhkh varchar(19));\n")
    write("migrations/V2__add.sql", ADDS)
    write("migrations/V3__later.sql", "ALTER TABLE renkou ADD sjh varchar(11);\n")
    done = inside("gate", "-q", "-f", "json", "migrations/V2__add.sql")
    assert {file for file, _, _ in broken(done)} == {"migrations/V2__add.sql"}
    (line,) = inside("gate", "-q", "-f", "schema", "migrations/V2__add.sql").out.splitlines()
    (table,) = json.loads(line)["tables"]
    assert [column["name"] for column in table["columns"]] == ["id", "bz", "sfzh"]


@pytest.mark.parametrize("options", [(), ("--isolated",)])
def test_a_named_script_is_told_of_with_what_it_includes(inside, write, options):
    write("all.sql", "CREATE TABLE renkou (id int PRIMARY KEY, bz text);\n\\i parts/add.sql\n\\i gone.sql\n")
    write("parts/add.sql", ADDS)
    done = inside("gate", "-q", "-f", "json", "all.sql", *options)
    assert ("parts/add.sql", 2, "sensitive-undeclared") in broken(done)
    (left,) = json.loads(done.out)["unread"]
    assert (done.code, left["file"], left["line"], left["reason"]) == (3, "all.sql", 3, "include-missing")
    lines = inside("gate", "-q", "-f", "schema", "all.sql", *options).out.splitlines()
    assert [json.loads(line)["file"] for line in lines] == ["all.sql", "parts/add.sql"]


def test_isolated_reads_each_file_on_its_own(inside, migrations):
    def columns(*options: str) -> list[list[str]]:
        lines = inside("gate", "-q", "-f", "schema", migrations, *options).out.splitlines()
        return [[one["name"] for one in json.loads(line)["tables"][0]["columns"]] for line in lines]

    assert columns() == [["id", "bz"], ["id", "bz", "sfzh"]]
    assert columns("--isolated") == [["id", "bz"], ["sfzh"]]


def test_schema_lines_have_names_types_comments_and_what_was_not_read(inside, write):
    write(
        "a.sql",
        "CREATE TABLE hr.t (\n  a varchar(18) COMMENT '公民身份号码',\n  b decimal(18, 2)\n);\n" + BROKEN,
    )
    (tmp := write("b.sql", "")).write_bytes(b"\0\1\2\3")
    lines = [
        json.loads(line) for line in inside("gate", "-q", "-f", "schema", "a.sql", tmp.name).out.splitlines()
    ]
    assert lines[0]["file"] == "a.sql" and lines[0]["unread"] == [{"line": 5, "reason": "bracket"}]
    (table,) = lines[0]["tables"]
    assert table["name"] == "hr.t"
    assert table["columns"][0] == {"name": "a", "type": "varchar(18)", "comment": "公民身份号码"}
    assert table["columns"][1]["type"].replace(" ", "") == "decimal(18,2)"
    assert lines[1] == {"file": "b.sql", "tables": [], "unread": [{"line": 1, "reason": "script-binary"}]}


def test_a_change_log_that_includes_others_has_one_schema_line(inside, write):
    change = '<changeSet id="{0}" author="a"><createTable tableName="t{0}"><column name="c" type="int"/></createTable></changeSet>'
    log = '<?xml version="1.0"?>\n<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">\n{}\n</databaseChangeLog>\n'
    parts = [change.format(1), '<include file="inner.xml" relativeToChangelogFile="true"/>', change.format(3)]
    write("db/changelog.xml", log.format("\n".join(parts)))
    write("db/inner.xml", log.format(change.format(2)))
    lines = [json.loads(line) for line in inside("gate", "-q", "-f", "schema", "db").out.splitlines()]
    tables = {one["file"]: [table["name"] for table in one["tables"]] for one in lines}
    assert len(lines) == 2
    assert tables == {"db/changelog.xml": ["t1", "t3"], "db/inner.xml": ["t2"]}


def test_a_declaration_of_guard_schema_yaml_counts(inside, migrations, write):
    said = "columns: {sfzh: {level: L3, category: 个人信息/个人身份信息/居民身份证号, mask: cn-id}}"
    write("guard-schema.yaml", f"version: 1\ntables:\n  renkou: {{{said}}}\n")
    assert "sensitive-undeclared" not in ids(inside, migrations)
    write("guard-schema.yaml", "version: 1\ntabels: {}\n")
    done = inside("gate", migrations)
    assert done.code == 2 and "guard-schema.yaml" in done.err and "tables" in done.err


def test_fix_writes_what_it_proposes_and_judges_again(inside, write):
    script = write("schema.sql", FIRST + ADDS)
    done = inside("gate", "--fix", "--dry-run", "schema.sql")
    assert done.code == 1 and script.read_text("utf-8") == FIRST + ADDS
    assert "+ALTER TABLE renkou ADD sfzh varchar(18); -- guard: level=L3" in done.out
    assert done.out.startswith("--- a/schema.sql\n") and "why" not in done.out
    assert inside("gate", "--fix", "--dry-run", "-f", "json", "schema.sql").code == 2
    done = inside("gate", "--fix", "schema.sql")
    assert done.code == 0 and "schema.sql" in done.err
    written = script.read_text("utf-8")
    assert "varchar(18); -- guard: level=L3" in written
    assert inside("gate", "--fix", "schema.sql").code == 0
    assert script.read_text("utf-8") == written


def test_fix_leaves_migrations_with_a_checksum_as_they_are(inside, migrations, tmp_path):
    done = inside("gate", "--fix", migrations)
    assert done.code == 0 and "guard-schema.yaml" in done.err
    assert (tmp_path / "migrations/V2__add.sql").read_text("utf-8") == ADDS
    assert "sfzh" in (tmp_path / "guard-schema.yaml").read_text("utf-8")
    assert inside("gate", migrations).code == 0


def test_a_difference_shows_no_literal(inside, write):
    sql = "CREATE TABLE t (\n  id int,\n  sfzh varchar(18) DEFAULT 'hunter2-secret'\n);\n"
    write("a.sql", sql)
    done = inside("gate", "--fix", "--dry-run", "a.sql")
    assert "-- guard: level=L3" in done.out and "hunter2" not in done.out + done.err
    assert "does not apply (a.sql)" in done.err


def test_a_difference_without_literals_applies(inside, write, tmp_path):
    script = write("schema.sql", FIRST + ADDS)
    done = inside("gate", "--fix", "--dry-run", "schema.sql")
    assert "does not apply" not in done.err
    subprocess.run(["git", "apply", "-"], input=done.out.encode(), cwd=tmp_path, check=True)
    assert "varchar(18); -- guard: level=L3" in script.read_text("utf-8")


def test_the_line_that_is_proposed_for_a_crowded_line_satisfies_it(inside, write):
    sql = "CREATE TABLE renkou (id bigint, sfzh varchar(18), lxdh varchar(20)); -- guard: retention=3y\n"
    write("schema.sql", sql)
    found = json.loads(inside("gate", "-q", "-f", "json", "schema.sql").out)["violations"]
    fixes = dict.fromkeys(
        (one["fix"]["how"], one["fix"]["line"], one["fix"]["text"])
        for one in found
        if one["rule"] == "sensitive-undeclared"
    )
    assert {(how, line) for how, line, _ in fixes} == {("before", 1)}
    write("schema.sql", "".join(f"{text}\n" for *_, text in fixes) + sql)
    assert not ids(inside, "schema.sql") & {"sensitive-undeclared", "declaration-invalid"}


def test_formats_of_the_gate_are_told_in_its_help(inside):
    told = inside("gate", "--help").out
    assert "github" in told and "gitlab" in told and "jsonl" not in told


@pytest.mark.parametrize(
    ("options", "needed"),
    [(("--dry-run",), "--fix"), (("--new-only",), "--against"), (("--ratchet", "table"), "--against")],
)
def test_an_option_that_would_do_nothing_is_refused(inside, migrations, options, needed):
    done = inside("gate", *options, migrations)
    assert done.code == 2 and needed in done.err and options[0] in done.err


def test_binary_files_and_open_quotes_are_told_and_count_as_incomplete(inside, write, tmp_path):
    (tmp_path / "dump.sql").write_bytes(b"PGDMP\x01\x0e\0\0\0")
    write("open.sql", "CREATE TABLE t (a varchar(10) DEFAULT 'oops\n);\nCREATE TABLE u (sfzh varchar(18));\n")
    done = inside("gate", "dump.sql", "open.sql")
    assert done.code == 3
    assert "dump.sql:1" in done.out and "open.sql:1" in done.out
    assert "oops" not in done.out + done.err


def test_a_line_of_twenty_megabytes(guard, write):
    values = "('x', 1, NULL), " * (20 * (1 << 20) // 16)
    write(
        "a.sql", f"CREATE TABLE t (a varchar(9), b int, c int); INSERT INTO t VALUES {values}('x', 1, NULL);"
    )
    done = guard("gate", "--dialect", "mysql", "a.sql", timeout=100)
    assert done.code == 0, done.err


def test_no_connection_is_made_and_no_catalogue_written(guard, migrations, tmp_path):
    guard("gate", migrations)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["migrations"]


@pytest.mark.measure
@pytest.mark.parametrize("name", ["rows", "one literal", "one name"])
def test_a_line_of_two_hundred_megabytes_ends(tmp_path, name):
    size = 200 << 20
    body = {
        "rows": "CREATE TABLE t (a int); INSERT INTO t VALUES " + "('x', 1), " * (size // 10),
        "one literal": "CREATE TABLE t (a text DEFAULT '" + "x" * size + "');",
        "one name": "CREATE TABLE t (" + "x" * size + " int);",
    }[name]
    (tmp_path / "a.sql").write_text(body, "utf-8")
    script = "import resource, sys, time\nfrom guard.cli.__main__ import run\nstart = time.monotonic()\n" \
        "code = run(['gate', '-q', 'a.sql'])\n" \
        "print(code, time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, file=sys.stderr)"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ,
    )
    code, seconds, megabytes = done.stderr.splitlines()[-1].split()
    print(f"\n200 MB, {name}: exit {code}, {float(seconds):.1f} s, {megabytes} MB")
    assert code in ("0", "1", "3") and "Traceback" not in done.stderr
