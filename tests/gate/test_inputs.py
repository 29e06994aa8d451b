"""Which files are inputs, of which kind, and in which order they are applied."""

from pathlib import Path

import pytest

from guard.gate.inputs import find, in_series
from guard.model import UsageError
from guard.text import LANGUAGES, lookup


def write(folder, *names, **files):
    for name, text in {**dict.fromkeys(names, "SELECT 1;\n"), **files.pop("files", {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def found(folder, *paths, dialect=None):
    return find([folder / path for path in paths or ["."]], dialect=dialect, root=folder)


def files(folder, *paths, **more):
    return [piece.file for piece in found(folder, *paths, **more).pieces]


def texts(folder, *paths):
    return [part.text for piece in found(folder, *paths).pieces for part in piece.parts]


def test_flyway_versions_come_in_order_and_repeatable_scripts_last(tmp_path):
    names = ["V1__a", "V1.2.3__b", "V1_10__c", "V2.0__d", "V10__e", "R__view"]
    write(tmp_path, *(f"db/migration/{name}.sql" for name in reversed(names)))
    assert files(tmp_path) == [f"db/migration/{name}.sql" for name in names]


def test_flyway_versions_count_across_sub_folders(tmp_path):
    write(tmp_path, "db/migration/2023/V3__c.sql", "db/migration/a/V10__d.sql", "db/migration/z/V1__a.sql")
    assert [name[-8:] for name in files(tmp_path)] == ["V1__a.sql"[-8:], "V3__c.sql"[-8:], "10__d.sql"[-8:]]


def test_flyway_folders_of_systems_are_in_an_order_of_their_own_and_tell_the_dialect(tmp_path):
    write(
        tmp_path, *(f"db/migration/{n}" for n in ("mysql/V1__a.sql", "mysql/V2__b.sql", "oracle/V1__a.sql"))
    )
    pieces = found(tmp_path).pieces
    assert [(piece.file[13:], piece.dialect.name) for piece in pieces] == [
        ("mysql/V1__a.sql", "mysql"),
        ("mysql/V2__b.sql", "mysql"),
        ("oracle/V1__a.sql", "oracle"),
    ]


def test_baselines_follow_the_version_they_stand_for_and_undo_scripts_are_left_out(tmp_path):
    write(tmp_path, "B2__base.sql", "V1__a.sql", "V2__b.sql", "V3__c.sql", "U3__c.sql")
    assert files(tmp_path) == ["V1__a.sql", "V2__b.sql", "B2__base.sql", "V3__c.sql"]
    assert found(tmp_path).left_out == 1


def test_down_scripts_are_left_out_where_the_way_up_stands_beside_them(tmp_path):
    write(tmp_path, "1_a.up.sql", "1_a.down.sql", "10_b.up.sql", "2_c.up.sql", "2_c.down.sql", "3_d.down.sql")
    assert files(tmp_path) == ["1_a.up.sql", "2_c.up.sql", "3_d.down.sql", "10_b.up.sql"]
    write(tmp_path, "diesel/2020_a/up.sql", "diesel/2020_a/down.sql", "x.sql", "x_rollback.sql")
    assert files(tmp_path, "diesel", "x.sql", "x_rollback.sql") == ["x.sql", "diesel/2020_a/up.sql"]


@pytest.mark.parametrize(
    "marks",
    [
        ("-- migrate:up", "-- migrate:down"),
        ("-- +goose Up", "-- +goose Down"),
        ("-- +migrate Up notransaction", "-- +migrate Down"),
    ],
)
def test_of_two_ways_in_one_file_only_the_way_up_is_applied(tmp_path, marks):
    up, down = marks
    write(tmp_path, files={"1.sql": f"-- head\n{up}\nCREATE TABLE a (b int);\n{down}\nDROP TABLE a;\n"})
    (part,) = found(tmp_path).pieces[0].parts
    assert part.text == "\nCREATE TABLE a (b int);\n" and part.line == 2


def test_a_block_that_is_one_statement_stands_alone(tmp_path):
    text = (
        "-- +goose Up\na;\n-- +goose StatementBegin\nb; c\n-- +goose StatementEnd\nd;\n-- +goose Down\ne;\n"
    )
    write(tmp_path, files={"1.sql": text})
    parts = found(tmp_path).pieces[0].parts
    assert [(part.line, part.text.split("\n")[1]) for part in parts] == [(1, "a;"), (3, "b; c"), (5, "d;")]


def test_prisma_migrations_come_in_the_order_of_their_folders_and_the_lock_tells_the_dialect(tmp_path):
    write(
        tmp_path,
        "prisma/migrations/20240102_b/migration.sql",
        "prisma/migrations/20230101_a/migration.sql",
        files={"prisma/migrations/migration_lock.toml": '# lock\nprovider = "sqlserver"\n'},
    )
    pieces = found(tmp_path).pieces
    assert [piece.file.split("/")[2] for piece in pieces] == ["20230101_a", "20240102_b"]
    assert {piece.dialect.name for piece in pieces} == {"tsql"}


def test_plain_scripts_come_as_people_count(tmp_path):
    write(tmp_path, "10.sql", "2.sql", "1-b.sql", "x/1.sql")
    assert files(tmp_path) == ["1-b.sql", "2.sql", "10.sql", "x/1.sql"]


def test_names_say_what_comes_first_and_last(tmp_path):
    write(tmp_path, "data.sql", "schema.sql", "functions.sql", "seed_users.sql")
    assert files(tmp_path) == ["schema.sql", "functions.sql", "data.sql", "seed_users.sql"]


def test_folders_come_in_the_order_in_which_they_are_given(tmp_path):
    write(tmp_path, "z/1.sql", "a/2.sql")
    assert files(tmp_path, "z", "a") == ["z/1.sql", "a/2.sql"]
    assert files(tmp_path, "z/1.sql", "a/2.sql") == ["a/2.sql", "z/1.sql"]


@pytest.mark.parametrize(
    "name, dialect",
    [
        ("schema-mysql.sql", "mysql"),
        ("dm8/x.sql", "dm"),
        ("KingbaseES/x.sql", "postgres"),
        ("x/V1__to_mysql.sql", None),
    ],
)
def test_names_tell_the_dialect_and_an_option_overrules_them(tmp_path, name, dialect):
    write(tmp_path, name)
    told = found(tmp_path).pieces[0].dialect
    assert (told and told.name) == dialect
    assert found(tmp_path, dialect="sqlite").pieces[0].dialect.name == "sqlite"


def test_a_change_log_is_in_the_dialect_that_its_folder_tells_unless_a_change_set_says_another(tmp_path):
    text = "--liquibase formatted sql\n--changeset a:1\nx;\n--changeset a:2 dbms:oracle\ny;\n"
    write(tmp_path, files={"mysql/a.sql": text})
    assert [piece.dialect.name for piece in found(tmp_path).pieces] == ["mysql", "oracle"]


def test_globs_find_what_they_say(tmp_path):
    write(tmp_path, "m/a/V1__x.sql", "m/V2__y.sql", "m/b/c/V3__z.sql", "m/n.txt", "m/.git/h.sql")
    assert files(tmp_path, "m/**/*.sql") == ["m/V2__y.sql", "m/a/V1__x.sql", "m/b/c/V3__z.sql"]
    assert files(tmp_path, "m/*.sql") == ["m/V2__y.sql"]
    assert files(tmp_path, "m/[ab]/V?__*.sql") == ["m/a/V1__x.sql"]
    assert files(tmp_path, "**") == files(tmp_path)


@pytest.mark.parametrize("path", ["nothing.sql", "no/*.sql", "*.sqlx"])
def test_a_path_that_means_nothing_is_an_error(tmp_path, path):
    write(tmp_path, "nothin.sql")
    with pytest.raises(UsageError) as caught:
        found(tmp_path, path)
    assert caught.value.id == "no-such-path"


def test_an_unknown_dialect_is_an_error(tmp_path):
    with pytest.raises(UsageError) as caught:
        found(tmp_path, dialect="postgrse")
    assert caught.value.id == "script-dialect" and caught.value.params["nearest"] == "postgres"


def test_what_is_no_script_is_not_an_input(tmp_path):
    write(tmp_path, "README.md", "pom.xml", "a.yml", "package.json", "x.sql", files={"b.xml": b"<broken"})
    assert files(tmp_path) == ["x.sql"] and not found(tmp_path).unread


def test_hidden_and_package_folders_and_links_to_nothing_are_left_out(tmp_path):
    write(tmp_path, "in/a.sql", "in/.git/b.sql", "in/node_modules/c.sql", "in/.venv/d.sql")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    (tmp_path / "in/nowhere.sql").symlink_to("none")
    root = tmp_path / "in"
    assert files(root) == ["a.sql"] and found(root).left_out == 5
    assert not found(root).unread


@pytest.mark.parametrize("given", [".", "link.sql", "*.sql", "folder", "folder/*.sql", "deep/../link.sql"])
def test_a_link_that_leads_out_is_said_and_never_read(tmp_path, given):
    write(tmp_path, "outside/secret.sql", "in/a.sql", "in/deep/b.sql")
    root = tmp_path / "in"
    (root / "link.sql").symlink_to("../outside/secret.sql")
    (root / "folder").symlink_to("../outside")
    result = found(root, given)
    named = {".": {"link.sql", "folder"}, "folder/*.sql": {"folder/*.sql"}}
    said = named.get(given, {"folder" if given == "folder" else "link.sql"})
    assert {(one.place.file, one.reason) for one in result.unread} == {(one, "link-outside") for one in said}
    assert not any("secret" in piece.file for piece in result.pieces)
    assert {piece.file for piece in result.pieces} <= {"a.sql", "deep/b.sql"}


def test_a_folder_outside_the_root_may_be_given_by_its_own_path(tmp_path):
    write(tmp_path, "outside/a.sql", "in/b.sql")
    (tmp_path / "outside/c.sql").symlink_to("a.sql")
    (tmp_path / "d.sql").symlink_to("in/b.sql")
    assert len(find([tmp_path / "outside"], dialect=None, root=tmp_path / "in").pieces) == 2


def test_a_link_inside_the_root_is_followed_and_a_file_that_is_given_always_read(tmp_path):
    write(tmp_path, "a.sql", files={"script": "SELECT 2;"})
    (tmp_path / "b.sql").symlink_to(tmp_path / "a.sql")
    assert files(tmp_path) == ["a.sql", "b.sql"]
    assert files(tmp_path, "script") == ["script"]


def test_a_file_is_read_once_however_it_is_named(tmp_path, monkeypatch):
    write(tmp_path, "m/a.sql")
    monkeypatch.chdir(tmp_path)
    pieces = find([Path("m"), Path("m/a.sql"), tmp_path / "m/../m/a.sql"], dialect=None, root=tmp_path).pieces
    assert [piece.file for piece in pieces] == ["m/a.sql"]


def test_what_cannot_be_read_is_said_and_stops_nothing(tmp_path):
    write(
        tmp_path,
        "a.sql",
        "z.sql",
        files={"bin.sql": b"\0\1\2", "log.xml": "<databaseChangeLog>\n<a></databaseChangeLog>"},
    )
    write(tmp_path, files={"entity.xml": '<!DOCTYPE x [<!ENTITY a "b">]>\n<databaseChangeLog/>'})
    result = found(tmp_path)
    assert [piece.file for piece in result.pieces] == ["a.sql", "z.sql"]
    assert {(one.place.file, one.place.line, one.reason) for one in result.unread} == {
        ("bin.sql", 1, "script-binary"),
        ("log.xml", 2, "log-broken"),
        ("entity.xml", 1, "log-entity"),
    }


def test_a_file_that_is_given_and_holds_nothing_for_the_gate_is_said(tmp_path):
    write(tmp_path, files={"a.yml": "a: 1\n"})
    assert [one.reason for one in found(tmp_path, "a.yml").unread] == ["no-changes"]


def test_every_reason_has_its_text():
    source = "\n".join(
        path.read_text("utf-8") for path in (Path(find.__code__.co_filename).parent).glob("*.py")
    )
    import re

    reasons = set(re.findall(r'reason="([\w-]+)"', source)) | set(
        re.findall(r'SourceError\("([\w-]+)"', source)
    )
    assert len(reasons) >= 8
    for reason in reasons | {"script-binary", "script-encoding", "script-too-large", "script-unreadable"}:
        assert all(lookup(f"unread.{reason}.what", lang) for lang in LANGUAGES), reason


MYSQL = "CREATE TABLE t (id int AUTO_INCREMENT) ENGINE=InnoDB;\n"
POSTGRES = "CREATE TABLE t (id serial, x jsonb);\n"
PLAIN = "CREATE TABLE t (sfzh varchar(18));\n"


@pytest.mark.parametrize(
    ("scripts", "told"),
    [
        ((PLAIN, MYSQL, "ALTER TABLE t ADD x int;\n"), ("mysql", "mysql", "mysql")),
        ((PLAIN, MYSQL, POSTGRES), ("ansi", "mysql", "postgres")),
        ((PLAIN, MYSQL, MYSQL, POSTGRES), ("mysql", "mysql", "mysql", "postgres")),
        (("CREATE TABLE t (a tinyint);\n", "CREATE TABLE u (b datetime);\n"), ("mysql", "mysql")),
        ((PLAIN, PLAIN), ("ansi", "ansi")),
    ],
    ids=["one tells", "no more than half", "most tell", "only together", "nothing tells"],
)
def test_the_scripts_of_one_series_are_in_one_dialect(tmp_path, scripts, told):
    write(tmp_path, files={f"db/V{at}__x.sql": text for at, text in enumerate(scripts, 1)})
    assert tuple(piece.dialect.name for piece in in_series(found(tmp_path).pieces)) == told


def test_another_folder_and_a_dialect_that_was_named_tell_nothing_and_stay(tmp_path):
    write(tmp_path, files={"a/V1__x.sql": PLAIN, "b/V1__x.sql": MYSQL, "oracle/V1__x.sql": MYSQL})
    assert [piece.dialect.name for piece in in_series(found(tmp_path).pieces)] == ["ansi", "mysql", "oracle"]
