"""What all SQL connectors share: addresses, cells, pace, the wall clock, quoting."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model import Problem, UsageError
from guard.sdk import SourceSpec
from guard.sdk.sql.address import parse_address
from guard.sdk.sql.cells import batch, column, decode
from guard.sdk.sql.dialect import cell_characters
from guard.sdk.sql.pace import Pace, Watch
from guard.sdk.sql.sampling import _ranges
from guard.sdk.sql.table import Table
from guard.text import lookup, t
from guard_connectors.mysql import MysqlConnector
from guard_connectors.postgres import PostgresConnector
from guard_connectors.sqlite import SqliteConnector

CONNECTORS = (
    SqliteConnector(SourceSpec(name="s", url="sqlite:///x.db")),
    PostgresConnector(SourceSpec(name="p", url="postgresql://u@h/d")),
    MysqlConnector(SourceSpec(name="m", url="mysql://u@h/d")),
)


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://u@localhost/d", "disable"),
        ("postgresql://u@127.8.0.1:99/d", "disable"),
        ("postgresql://u@[::1]/d", "disable"),
        ("postgresql:///d?host=/run/postgresql", "disable"),
        ("postgresql://u@10.0.0.5/d", "verify-full"),
        ("postgresql://u@localhost.evil.example/d", "verify-full"),
        ("postgresql://u@10.0.0.5/d?sslmode=disable", "disable"),
        ("postgresql://u@localhost/d?sslmode=require", "require"),
    ],
)
def test_tls_is_verified_off_loopback(url: str, mode: str) -> None:
    assert parse_address(url, port=5432, parameters=("sslmode", "host")).ssl_mode == mode


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://u:secret@h/d", "url-password"),
        ("postgresql://u@h:port/d", "url-broken"),
        ("postgresql://u@[h/d", "url-broken"),
        ("postgresql://u@h/d?sslmod=require", "url-parameter"),
        ("postgresql://u@h/d?passfile=/x", "url-parameter"),
        ("postgresql://u@h/d?options=-cx=y", "url-parameter"),
        ("postgresql://u@h/d?service=x", "url-parameter"),
        ("postgresql://u@h/d?sslmode=prefer", "url-sslmode"),
        ("mysql://u@h/d?local_infile=1", "url-parameter"),
        ("mysql://u@h/d?read_default_file=/x", "url-parameter"),
    ],
)
def test_address_is_an_allow_list(url: str, code: str) -> None:
    make = MysqlConnector if url.startswith("mysql") else PostgresConnector
    with pytest.raises(UsageError) as caught:
        make(SourceSpec(name="x", url=url))
    assert caught.value.id == code
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_wrong_parameter_is_answered_with_the_right_one() -> None:
    with pytest.raises(UsageError) as caught:
        PostgresConnector(SourceSpec(name="x", url="postgresql://u@h/d?sslmod=require"))
    assert caught.value.params["nearest"] == "sslmode"


def test_address_is_unquoted() -> None:
    address = parse_address("postgresql://%E6%89%AB@h:1/a%2Fb", port=5432, parameters=("sslmode",))
    assert (address.user, address.host, address.port, address.database) == ("扫", "h", 1, "a/b")


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda item: type(item).__name__)
def test_every_code_has_its_texts(connector: Any) -> None:
    codes = {
        *connector.dialect.codes.values(),
        "driver-error",
        "not-random",
        "own-catalog",
        *(code for _, code in connector.dialect.words),
    }
    for code in codes:
        for language in ("zh", "en"):
            assert lookup(f"problems.{code}.what", language), code
            assert lookup(f"problems.{code}.next", language), code


@pytest.mark.parametrize("path", [(), ("t",)], ids=["connection", "object"])
@pytest.mark.parametrize("connector", CONNECTORS[1:], ids=lambda item: type(item).__name__)
def test_every_placeholder_is_filled(connector: Any, path: tuple[str, ...]) -> None:
    for code in {*connector.dialect.codes.values(), "driver-error"}:
        met = Problem(code=code, path=path, params={"sqlstate": "1234"})
        problem = connector._explained(met, path, 30.0, False)
        if path:
            assert problem.code not in {"auth-failed", "no-database", "tls-failed"}
        elif code == "denied":
            continue  # a list that is refused as a whole has no GRANT to name
        for language in ("zh", "en"):
            for part in ("what", "next"):
                assert "{" not in t(f"problems.{problem.code}.{part}", language, **problem.params), code


@pytest.mark.parametrize(("form", "code"), [("table", "denied"), ("view", "view-broken")])
def test_a_login_refused_while_reading_is_the_objects_trouble(form: str, code: str) -> None:
    connector = MysqlConnector(SourceSpec(name="m", url="mysql://u@h/d"))
    connector._known = {("d", "t"): Table(path=("d", "t"), columns=(), form=form)}
    met = Problem(code="auth-failed", path=("d", "t"), params={"sqlstate": "1045"})
    assert connector._explained(met, ("d", "t"), 30.0, False).code == code


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda item: type(item).__name__)
@given(name=st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_quoted_name_has_no_lone_quote(connector: Any, name: str) -> None:
    mark = connector.dialect.quote
    quoted = connector.dialect.name(name)
    assert quoted[0] == quoted[-1] == mark
    assert quoted[1:-1].replace(mark * 2, "").count(mark) == 0
    assert quoted[1:-1].replace(mark * 2, mark) == name


def test_nul_is_no_name() -> None:
    with pytest.raises(ValueError, match="NUL"):
        CONNECTORS[0].dialect.name("a\0b")


def test_a_name_is_never_read_as_a_template() -> None:
    dialect = CONNECTORS[0].dialect
    statement = dialect.statement("first", table=dialect.name("{columns} {limit}"), columns="1", limit=5)
    assert statement == 'SELECT 1 FROM "{columns} {limit}" AS t LIMIT 5'


@pytest.mark.parametrize(
    ("values", "kind", "type_", "expected"),
    [
        ((1, None, 2), "integer", pa.int64(), [1, None, 2]),
        ((b"1", None, b"-2"), "integer", pa.int64(), [1, None, -2]),
        ((b"18446744073709551615",), "integer", pa.string(), ["18446744073709551615"]),
        ((b"1.5", None), "float", pa.float64(), [1.5, None]),
        ((2, 2.5), "mixed", pa.float64(), [2.0, 2.5]),
        ((2, b"x", 2.5), "mixed", pa.string(), ["2", "x", "2.5"]),
        ((2**62, 0.5), "mixed", pa.string(), [str(2**62), "0.5"]),
        ((True, None), "boolean", pa.bool_(), [True, None]),
        ((b"\xff", None), "binary", pa.binary(), [b"\xff", None]),
        (("a", None), "text", pa.string(), ["a", None]),
        (("身份证".encode("gb18030"), b"ok"), "text", pa.string(), ["身份证", "ok"]),
        (("\ud800", "ok"), "text", pa.string(), ["?", "ok"]),
        ((None, None), "none", pa.null(), [None, None]),
    ],
)
def test_column(values: tuple[Any, ...], kind: str, type_: pa.DataType, expected: list[Any]) -> None:
    found = column(values, kind)
    assert found.type == type_
    assert found.to_pylist() == expected


_CELL = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.booleans(),
)


@given(
    values=st.lists(_CELL, max_size=6),
    kind=st.sampled_from(("integer", "float", "boolean", "text", "binary", "mixed")),
)
def test_any_cell_finds_a_place(values: list[Any], kind: str) -> None:
    found = column(values, kind)
    assert len(found) == len(values)
    assert [value is None for value in found.to_pylist()] == [value is None for value in values]


@given(raw=st.binary())
def test_any_bytes_are_text(raw: bytes) -> None:
    assert decode(raw).encode("utf-8") is not None


def test_batch_without_rows_has_its_columns() -> None:
    assert batch((), ("integer", "text")).num_columns == 2
    assert batch((), ()).num_columns == 0


def test_one_row_always_fits_the_budget() -> None:
    for columns, budget in ((1, 10**6), (20, 64 * 2**20), (2000, 8 * 2**20)):
        assert cell_characters(columns, budget) * 4 * columns <= budget


@given(low=st.integers(-(2**63), 2**62), width=st.integers(10_000, 2**62), seed=st.integers(0, 2**31))
def test_ranges_never_overlap(low: int, width: int, seed: int) -> None:
    found = _ranges((low, low + width), 64, seed)
    assert all(start <= end for start, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    assert found[-1][1] == low + width + 1


def test_pace_slows_down() -> None:
    pace = Pace(50)
    for _ in range(50):
        pace.wait()
    started = time.monotonic()
    for _ in range(10):
        pace.wait()
    assert 0.15 <= time.monotonic() - started < 1


def test_watch_cancels_and_then_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guard.sdk.sql.pace.GRACE_SECONDS", 0.1)
    cut = threading.Event()

    def cancel() -> None:
        raise OSError("the connection is gone")

    with Watch(0.05, cancel, cut.set) as watch:
        assert not watch.fired
        assert cut.wait(2)
        assert watch.fired


def test_watch_leaves_what_ended_alone() -> None:
    called = threading.Event()
    with Watch(0.1, called.set, called.set):
        pass
    assert not called.wait(0.3)
