"""Plants the canaries in a PostgreSQL and a MariaDB, with views whose reading quotes them in errors."""

from collections.abc import Iterator

from services.mariadb import MariadbServer
from services.postgres import PostgresServer

from .canaries import Canary, at
from .planting import COLUMNS, rows

READER = "guarded"


def plant_postgres(server: PostgresServer, planted: tuple[Canary, ...]) -> str:
    """Fill a fresh database and return its URL for the account that scans."""
    url = server.database()
    server.execute(url, *_tables("TEXT", planted), *_postgres(planted))
    return url.replace("postgres@", f"{READER}@")


def plant_mariadb(server: MariadbServer, planted: tuple[Canary, ...]) -> str:
    """Fill a fresh database and return its URL for the account that scans."""
    url = server.database()
    server.execute(url, *_tables("VARCHAR(60)", planted), *_mariadb(planted))
    name = url.rpartition("/")[2]
    server.execute(server.url(""), f"GRANT SELECT, SHOW VIEW, EXECUTE ON {name}.* TO {READER}@'%'")
    return url.replace("root@", f"{READER}@")


def _tables(text: str, planted: tuple[Canary, ...]) -> Iterator[str]:
    columns = ", ".join(f"{name} {text}" for name in COLUMNS.values())
    yield f"CREATE TABLE people ({columns})"
    lines = ("(" + ", ".join(f"'{cell}'" for cell in line) + ")" for line in rows(planted))
    yield f"INSERT INTO people VALUES {', '.join(lines)}"
    yield f"CREATE TABLE denied (a {text})"
    yield f"INSERT INTO denied VALUES ('{next(at('error', planted))}')"
    for number, card in enumerate(at("view_text", planted)):
        yield f"CREATE VIEW v{number} AS SELECT xm FROM people WHERE yhkh <> '{card}'"


def _postgres(planted: tuple[Canary, ...]) -> Iterator[str]:
    comments = at("comment", planted)
    yield f"COMMENT ON TABLE people IS '人员 {next(comments)}'"
    for name in COLUMNS.values():
        yield f"COMMENT ON COLUMN people.{name} IS '例如 {next(comments)}'"
    yield "CREATE VIEW bad_cast AS SELECT sfzh::int AS a FROM people"
    yield "CREATE VIEW bad_date AS SELECT mm::date AS a FROM people"
    yield _function("raising", "RAISE EXCEPTION 'duplicate (%)', x USING DETAIL = x, HINT = x;")
    yield _function("warning", "RAISE WARNING 'odd value %', x USING DETAIL = x;")
    yield _function("writing", "INSERT INTO people (mm) VALUES (x);")
    for name in ("raising", "warning", "writing"):
        yield f"CREATE VIEW bad_{name} AS SELECT {name}(mm) AS a FROM people"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}"
    yield f"REVOKE SELECT ON denied FROM {READER}"
    error = list(at("error", planted))
    yield f'CREATE TABLE "档案 {error[1]}" ("{error[2]}" TEXT)'


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}(x text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN {body} RETURN x; END $$"


def _mariadb(planted: tuple[Canary, ...]) -> Iterator[str]:
    comments = at("comment", planted)
    yield f"ALTER TABLE people COMMENT '人员 {next(comments)}'"
    for name in COLUMNS.values():
        yield f"ALTER TABLE people MODIFY {name} VARCHAR(60) COMMENT '例如 {next(comments)}'"
    signal = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = x"
    yield f"CREATE FUNCTION raising(x TEXT) RETURNS TEXT DETERMINISTIC BEGIN {signal}; RETURN x; END"
    yield "CREATE VIEW bad_raising AS SELECT raising(mm) AS a FROM people"
    yield "CREATE VIEW bad_geometry AS SELECT ST_AsText(ST_GeomFromText(mm)) AS a FROM people"
    yield "CREATE VIEW bad_json AS SELECT JSON_EXTRACT(mm, '$.a') AS a, CAST(sfzh AS INT) AS b FROM people"
    yield "CREATE VIEW bad_gone AS SELECT a FROM denied"
    yield "DROP TABLE denied"
