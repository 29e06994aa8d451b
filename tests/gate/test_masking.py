"""masking.yaml: what is proposed to people is a mask in the eyes of the gate itself."""

import pytest

from guard.gate.declare.masking import expression
from guard.gate.declare.methods import method
from guard.gate.script.dialect import dialects
from guard.lineage import columns

WORDS = ["cn-id", "cn-mobile", "cn-name", "keep(0,4)", "keep(1,0)", "keep(20,2)", "null", "email", "date(year)",
         "address(district)", "hmac_sm3", "sm4", "bucket(1000)", "geo(2)", "ip(24)"]  # fmt: skip


@pytest.mark.parametrize(
    "dialect", ["postgres", "mysql", "oracle", "dm", "tsql", "sqlite", "clickhouse", "hive", "spark", "doris"]
)
@pytest.mark.parametrize("word", WORDS)
def test_a_proposed_expression_is_a_mask(word, dialect):
    shown = expression(method(word), "p.c", dialect)
    (output,) = columns(f"SELECT {shown} AS c FROM t p", dialects()[dialect].reads, lambda _: ("c",))
    assert all(source.masked for source in output.sources), shown


def test_an_identity_number_shows_its_first_six_and_last_four():
    assert expression(method("cn-id"), "sfzh", "postgres") == "left(sfzh, 3) || '****' || right(sfzh, 4)"
    assert expression(method("cn-id"), "sfzh", "dm") == "substr(sfzh, 1, 3) || '****' || substr(sfzh, -4)"
    assert expression(method("cn-id"), "sfzh", "mysql") == "concat(left(sfzh, 3), '****', right(sfzh, 4))"


def test_what_must_not_be_shown_is_null():
    assert expression(method("null"), "face", "tsql") == "NULL"
