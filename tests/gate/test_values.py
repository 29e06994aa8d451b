"""What counts as somebody's number or address, and which literals of a statement are secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from gate.judged import violations

from guard.gate.evidence.made_up import addresses, numbers
from guard.gate.script.dialect import dialect
from guard.gate.script.secrets_in import secrets
from guard.gate.script.split import split
from guard.gate.script.statement import Text


def held(sql: str, name: str = "postgres") -> list[tuple[str, str]]:
    """Column and text of every secret that the statements of ``sql`` hold."""
    statements = split(Text(file="a.sql", text=sql), dialect(name))
    found = [one for statement in statements for one in secrets(statement)]
    return [
        (column, text) for one in found for column, (text, _) in zip(one.columns, one.rows[0], strict=True)
    ]


@pytest.mark.parametrize(
    "number", ["330106198807154235", "110101199003077758", "13572468091", "0571-87056214"]
)
def test_a_number_that_somebody_may_have_counts(number: str) -> None:
    assert numbers(f"电话 {number}。") == {number.replace("-", "")}


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",  # the number of examples
        "13888888888",  # the same digit
        "13912345678",  # counting up
        "15087654321",  # counting down
        "11010519491231002X",  # of the standard itself
        "000000000000000000",
        "4111 1111 1111 1111",
        "12121212121",  # too few different digits
    ],
)
def test_a_number_of_documents_and_tests_is_nobodys(number: str) -> None:
    assert numbers(number) == frozenset()


def test_addresses_of_examples_offices_and_accounts_of_programs_are_nobodys() -> None:
    assert addresses("zhoujg72@163.com, Zhoujg72@163.com") == {"zhoujg72@163.com"}
    for address in (
        "zhoujg@example.com",
        "admin@163.com",
        "test01@qq.com",
        "app@db.local",
        "root@localhost",
        "123456@qq.com",
    ):
        assert addresses(address) == frozenset(), address


def test_the_password_of_an_account_is_a_value_of_the_column_password() -> None:
    assert held("CREATE USER app IDENTIFIED BY 'Tq4mXz91'", "mysql") == [("password", "Tq4mXz91")]
    assert held("ALTER ROLE app WITH ENCRYPTED PASSWORD 'Tq4mXz91' VALID UNTIL 'infinity'") == [
        ("password", "Tq4mXz91")
    ]
    assert held("SET PASSWORD FOR 'a'@'%' = PASSWORD('Tq4mXz91')", "mysql") == [("password", "Tq4mXz91")]
    assert held("EXEC sp_addlogin @loginame = 'a', @passwd = 'Tq4mXz91'", "tsql") == [
        ("password", "Tq4mXz91")
    ]
    assert held("CREATE USER APP IDENTIFIED BY Tq4mXz91", "oracle") == [("password", "Tq4mXz91")]


def test_options_of_tables_and_connections_may_hold_a_password() -> None:
    flink = "CREATE TABLE t (id INT) WITH ('connector' = 'jdbc', 'password' = 'Tq4mXz91')"
    assert held(flink, "flink") == [("password", "Tq4mXz91")]
    federated = "CREATE TABLE t (id INT) ENGINE=FEDERATED CONNECTION='mysql://a:Tq4mXz91@h/db/t'"
    assert held(federated, "mysql") == [("connection", "mysql://a:Tq4mXz91@h/db/t")]
    subscription = "CREATE SUBSCRIPTION s CONNECTION 'host=h password=Tq4mXz91' PUBLICATION p"
    assert held(subscription) == [("connection", "host=h password=Tq4mXz91")]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE USER a IDENTIFIED BY VALUES 'S:00'",
        "CREATE USER a IDENTIFIED WITH sha256_hash BY '9f86d081'",
        "CREATE USER a IDENTIFIED BY PASSWORD '*94BDCEBE'",
        "CREATE USER a IDENTIFIED EXTERNALLY",
        "CREATE LOGIN a WITH PASSWORD = 0x0200F0 HASHED",
        "ALTER USER a PASSWORD EXPIRE",
        "CREATE TABLE t (password varchar(20) DEFAULT '' CHECK (password <> 'none'))",
        "CREATE VIEW v AS SELECT id FROM t WHERE token = 'current'",
        "SET password_encryption = 'scram-sha-256'",
        "INSERT INTO t (password) VALUES ('Tq4mXz91')",
        "SELECT 1 WHERE password = 'Tq4mXz91'",
    ],
)
def test_digests_conditions_and_settings_are_no_secrets(sql: str) -> None:
    assert held(sql) == []


VALUES = (
    "Tq4mXz91", "q9Zx7Lm2", "w5Rt8VkY", "Hd1Jf4Gs", "Abc@2024", "admin123", "330106198807154235",
    "320581197609231178", "13572468091", "15968031472", "zhoujg72", "wuxl_1976", "周建国",
)  # fmt: skip


@pytest.mark.parametrize("rule", ["personal-in-literal", "secret-in-literal"])
def test_no_value_leaves_with_a_violation(rule: str) -> None:
    cases = yaml.safe_load((Path(__file__).parent / "cases" / f"{rule}.yaml").read_text("utf-8"))
    said = [repr(one) for case in cases for one in violations(case["sql"], case["dialect"])]
    assert len(said) > 15
    assert not [value for value in VALUES for one in said if value in one]


def test_many_values_of_one_column_are_one_violation_with_their_number() -> None:
    rows = ", ".join(f"({at}, '1357246{at:04}')" for at in range(3100, 3160))
    (one,) = violations(f"INSERT INTO t_user (id, mobile) VALUES {rows};", only="personal-in-literal")
    assert int(one.params["count"]) > 40


def test_rows_of_a_table_that_nothing_tells_of_are_judged_by_their_values_alone() -> None:
    sql = "INSERT INTO far.away VALUES (1, '330106198807154235', '13572468091');"
    found = [one.type for one in violations(sql, only="personal-in-literal")]
    assert found == ["resident_id_18"]


def test_where_rows_were_left_out_the_number_is_the_least() -> None:
    rows = "".join(f"{at}\t1357246{at:04}\n" for at in range(3100, 3400))
    (one,) = violations(f"COPY t_user (id, mobile) FROM stdin;\n{rows}\\.\n", only="personal-in-literal")
    assert one.params["count"] == "≥ 200"
