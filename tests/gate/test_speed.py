"""What scripts cost as they grow: in step with their length, however views and rights lie upon each other."""

from __future__ import annotations

import time

import pytest
from gate.judged import context, violations

from guard.gate.state.contents import MAX_BETWEEN, MAX_SOURCES
from guard.model.gate import Source

TABLE = "CREATE TABLE t (sfzh varchar(18), {0});\nCREATE VIEW v0 AS SELECT * FROM t;\n"
WORN = 3  # times as long for twice as much, at most: 2 and what a busy machine adds


def layered(views: int, columns: int = 30) -> str:
    """Views upon views over a table of ``columns``."""
    table = TABLE.format(", ".join(f"c{at} varchar(20)" for at in range(columns - 1)))
    return table + "".join(f"CREATE VIEW v{at} AS SELECT * FROM v{at - 1};\n" for at in range(1, views))


def wide(columns: int) -> str:
    """A few views that name each of ``columns`` that have to be masked."""
    names = [f"a{at}_sfzh" for at in range(columns)]
    table = f"CREATE TABLE t ({', '.join(f'{name} varchar(18)' for name in names)});\n"
    return table + "".join(f"CREATE VIEW v{at} AS SELECT {', '.join(names)} FROM t;\n" for at in range(3))


def granted(count: int) -> str:
    """As many grants on a schema as it has tables."""
    tables = "".join(f"CREATE TABLE s.t{at} (id int, sfzh varchar(18));\n" for at in range(count))
    return tables + "GRANT SELECT ON ALL TABLES IN SCHEMA s TO PUBLIC;\n" * count


def poured(count: int) -> str:
    """As many tables poured into one."""
    return "CREATE TABLE pub.t (sfzh varchar(18));\n" + "".join(
        f"INSERT INTO pub.t (sfzh) SELECT sfzh FROM s{at}.t;\n" for at in range(count)
    )


def seconds(sql: str) -> float:
    started = time.process_time()
    assert violations(sql)
    return time.process_time() - started


@pytest.mark.parametrize(
    ("script", "size"), [(layered, 20), (wide, 120), (granted, 150), (poured, 40)], ids=lambda one: getattr(one, "__name__", "")
)  # fmt: skip
def test_twice_as_much_takes_about_twice_as_long(script, size: int) -> None:
    seconds(script(2))  # what is loaded once
    once, twice = (min(seconds(script(much)) for _ in range(3)) for much in (size, 2 * size))
    assert twice <= WORN * once, (once, twice)


def test_two_hundred_views_upon_ciphertext() -> None:
    sql = "CREATE TABLE base (sfzh varchar(18)); -- guard: level=L3 mask=sm4 column=sfzh\n"
    sql += "CREATE VIEW v0 AS SELECT sfzh FROM base;\n"
    sql += "".join(f"CREATE VIEW v{at} AS SELECT sfzh FROM v{at - 1};\n" for at in range(1, 200))
    assert not violations(sql, only="copy-unmasked")


@pytest.mark.parametrize("back", [False, True], ids=["in order", "backwards"])
def test_a_thousand_tables_poured_into_each_other(back: bool) -> None:
    # Backwards, each is asked for what is behind it before that is known of the one in front.
    tables = "".join(f"CREATE TABLE t{at} (x varchar(99));\n" for at in range(1000))
    ways = [f"INSERT INTO t{at} (x) SELECT x FROM t{at - 1};\n" for at in range(1, 1000)]
    assert not violations(tables + "".join(reversed(ways) if back else ways), only="copy-unmasked")


def test_ciphertext_that_goes_in_circles_stays_what_comes_into_it() -> None:
    tables = """
        CREATE TABLE base (sfzh varchar(18)); -- guard: level=L3 mask=sm4 column=sfzh
        CREATE TABLE a (x varchar(18));
        CREATE TABLE b (sfzh varchar(18));
        INSERT INTO a (x) SELECT sfzh FROM b;
        INSERT INTO b (sfzh) SELECT x FROM a;
        CREATE VIEW v AS SELECT sfzh AS y FROM b;
        CREATE VIEW w AS SELECT sfzh AS y FROM base;
    """
    found = {(one.table, one.column) for one in violations(tables, only="copy-unmasked")}
    assert ("v", "y") in found and ("w", "y") not in found


def sources(sql: str, view: str) -> tuple[Source, ...]:
    found = context({"a.sql": sql}).schema.find((view,))
    assert found is not None
    return found.columns[0].sources


def test_what_only_hands_on_is_not_remembered() -> None:
    named = [one.relation for one in sources(layered(50, 2), "v49")]
    assert named == [("v48",), ("t",)]


def test_what_has_another_name_or_a_declaration_on_the_way_is_remembered() -> None:
    sql = """
        CREATE TABLE t (bz varchar(20));
        CREATE VIEW a AS SELECT bz AS sfzh FROM t;
        CREATE VIEW b AS SELECT sfzh AS x FROM a;
        CREATE VIEW c AS SELECT x FROM b; -- guard: level=L3 column=x
        CREATE VIEW d AS SELECT x FROM c;
        CREATE VIEW e AS SELECT x FROM d;
    """
    assert [one.relation[0] for one in sources(sql, "e")] == ["d", "c", "a", "t"]


def test_what_lies_between_is_bounded_and_the_beginning_never_lost() -> None:
    views = "".join(
        f"CREATE VIEW v{at} AS SELECT x{at - 1} AS x{at} FROM v{at - 1};\n" for at in range(1, 100)
    )
    found = sources("CREATE VIEW v0 AS SELECT sfzh AS x0 FROM t;\n" + views, "v99")
    assert len(found) <= MAX_BETWEEN + 2 < MAX_SOURCES and found[-1].relation == ("t",)
