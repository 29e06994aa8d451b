"""ConnectorContract: what every connector proves, run by pytest against a real source.

Subclass it in a test module as ``class TestMine(ConnectorContract)`` and answer ``make``::

    class TestMine(ConnectorContract):
        def make(self, tables, folder):
            ...  # put the tables into a new source
            return Made(spec=SourceSpec(name="mine", url=...), open=MyConnector)

What a kind of source cannot have is switched off by its flags: then that check is skipped by name.
"""

from __future__ import annotations

import gc
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from guard.model import Asset, Problem
from guard.sdk.connector import Budget, Connector, Limits, Unreadable
from guard.sdk.sample import Sample
from guard.sdk.testing_sources import CANARY, HOSTILE_NAMES, Cell, Made, MadeTable

__all__ = ["CANARY", "HOSTILE_NAMES", "Cell", "ConnectorContract", "Made", "MadeTable"]


class ConnectorContract(ABC):
    """The suite. ``names``, ``wide``, ``big`` are its sizes; the others its switches."""

    names: Sequence[str] = HOSTILE_NAMES
    wide: int = 2000
    comments: bool = True
    random: bool = True
    samples: bool = True
    big: int = 30_000

    @abstractmethod
    def make(self, tables: Sequence[MadeTable], folder: Path) -> Made:
        """A new source that holds ``tables``; ``folder`` is empty and the test's own."""

    def slow(self, folder: Path) -> tuple[Made, Asset] | None:  # noqa: ARG002
        """A source and an asset whose reading would take minutes, or None where there is no such thing."""
        return None

    def broken(self, folder: Path) -> tuple[Made, Asset] | None:  # noqa: ARG002
        """A source and an asset that fails in the middle with an error quoting CANARY, or None."""
        return None

    def hostile(self, folder: Path) -> tuple[Made, Asset] | None:  # noqa: ARG002
        """A source and an asset that writes to the source when it is read, or None."""
        return None

    # -- the checks

    def test_hostile_names_survive(self, tmp_path: Path) -> None:
        """Tables and columns of any name are listed under it and read."""
        tables = [
            MadeTable(name=name, columns=("id", f"c {name}"[:60]), rows=[(1, "甲"), (2, "乙")])
            for name in self.names
        ]
        made = self.make(tables, tmp_path)
        with closing(made.open(made.spec)) as connector:
            found = {asset.name: asset for asset in _assets(connector)}
            assert {table.name for table in tables} <= set(found)
            for table in tables:
                asset = found[table.name]
                assert tuple(column.name for column in asset.columns) == table.columns
                if self.samples:
                    assert sorted(_texts(connector, asset, Budget(), 1)) == ["乙", "甲"]

    def test_chinese_names_and_comments(self, tmp_path: Path) -> None:
        """Chinese names and comments arrive unharmed."""
        table = MadeTable(
            name="人员基本信息",
            columns=("姓名", "身份证号"),
            rows=[("张三", "11010119900307002X")],
            comment="全市人员",
            comments={"姓名": "公民姓名", "身份证号": "公民身份号码；'单引号'"},
        )
        made = self.make([table], tmp_path)
        with closing(made.open(made.spec)) as connector:
            asset = _only(connector, table.name)
            assert [column.name for column in asset.columns] == ["姓名", "身份证号"]
            if self.samples:
                assert _texts(connector, asset, Budget(), 0) == ["张三"]
            if connector.capabilities.comments and self.comments:
                assert asset.comment == table.comment
                assert [column.comment for column in asset.columns] == list(table.comments.values())

    def test_empty_table_is_complete(self, tmp_path: Path) -> None:
        """No rows is an answer: one Sample of none, complete."""
        self._needs_samples()
        made = self.make([MadeTable(name="empty", columns=("a", "b"))], tmp_path)
        with closing(made.open(made.spec)) as connector:
            items = list(connector.sample(_only(connector, "empty"), Budget()))
        assert len(items) == 1
        assert isinstance(items[0], Sample)
        assert items[0].rows == 0
        assert items[0].complete

    def test_wide_table(self, tmp_path: Path) -> None:
        """A table of very many columns is read whole."""
        columns = tuple(f"c{place:04d}" for place in range(self.wide))
        row = ["v"] * (self.wide - 1) + ["last"]
        made = self.make([MadeTable(name="wide", columns=columns, rows=[row])], tmp_path)
        with closing(made.open(made.spec)) as connector:
            asset = _only(connector, "wide")
            assert len(asset.columns) == self.wide
            if self.samples:
                assert _texts(connector, asset, Budget(), self.wide - 1) == ["last"]

    def test_row_budget_and_complete(self, tmp_path: Path) -> None:
        """Never more rows than asked for, and ``complete`` exactly where all were read."""
        self._needs_samples()
        table = MadeTable(name="t", columns=("id", "v"), rows=[(place, f"v{place}") for place in range(500)])
        made = self.make([table], tmp_path)
        with closing(made.open(made.spec)) as connector:
            asset = _only(connector, "t")
            for asked, rows, complete in (
                (None, 500, True),
                (501, 500, True),
                (500, 500, True),
                (499, 499, False),
            ):
                found = _samples(connector, asset, Budget(rows=asked))
                assert sum(sample.rows for sample in found) == rows, asked
                assert found[-1].complete is complete, asked
                assert not any(sample.complete for sample in found[:-1])
            few = _texts(connector, asset, Budget(rows=40), 1)
            assert 0 < len(few) <= 40
            assert len(set(few)) == len(few), "a row was read twice"

    def test_byte_budget(self, tmp_path: Path) -> None:
        """The bytes of all samples stay within the budget, and a cut read is not complete."""
        self._needs_samples()
        long = "长" * 300
        table = MadeTable(name="t", columns=("id", "v"), rows=[(place, long) for place in range(2000)])
        made = self.make([table], tmp_path)
        with closing(made.open(made.spec)) as connector:
            found = _samples(connector, _only(connector, "t"), Budget(rows=None, bytes=200_000))
        assert 0 < sum(sample.batch.nbytes for sample in found) <= 200_000
        assert not found[-1].complete

    def test_huge_cell_is_cut(self, tmp_path: Path) -> None:
        """One enormous cell costs no more than the budget."""
        self._needs_samples()
        table = MadeTable(name="t", columns=("id", "v"), rows=[(1, "大" * 2_000_000), (2, "小")])
        made = self.make([table], tmp_path)
        with closing(made.open(made.spec)) as connector:
            found = _samples(connector, _only(connector, "t"), Budget(bytes=8 * 1024 * 1024))
        assert sum(sample.batch.nbytes for sample in found) <= 8 * 1024 * 1024
        assert sum(sample.rows for sample in found) == 2

    def test_random_rather_than_first(self, tmp_path: Path) -> None:
        """A sample reaches all parts of a table, and the seed changes it."""
        import pytest

        if not (self.random and self.samples):
            pytest.skip("this kind of source has no random access")
        rows = [(place, f"v{place}") for place in range(self.big)]
        made = self.make([MadeTable(name="t", columns=("id", "v"), rows=rows)], tmp_path)
        with closing(made.open(made.spec)) as connector:
            asset = _only(connector, "t")
            places = [int(text[1:]) for text in _texts(connector, asset, Budget(rows=200, seed=1), 1)]
            again = [int(text[1:]) for text in _texts(connector, asset, Budget(rows=200, seed=2), 1)]
        assert len(places) >= 100
        fifths = {place * 5 // self.big for place in places}
        assert fifths == set(range(5))
        assert set(places) != set(again)

    def test_scanning_changes_nothing(self, tmp_path: Path) -> None:
        """What the source stores is the same after a scan as before it."""
        made = self.make([MadeTable(name="t", columns=("id",), rows=[(1,), (2,)])], tmp_path)
        before = made.state()
        with closing(made.open(made.spec)) as connector:
            for asset in _assets(connector):
                if self.samples:
                    list(connector.sample(asset, Budget()))
        assert made.state() == before

    def test_hostile_object_cannot_write(self, tmp_path: Path) -> None:
        """An object that writes when it is read is refused, and the rest still works."""
        import pytest

        case = self.hostile(tmp_path)
        if case is None:
            pytest.skip("nothing in this kind of source runs when it is read")
        made, asset = case
        before = made.state()
        with closing(made.open(made.spec)) as connector:
            problems = _problems(connector, asset, Budget())
            assert problems
            assert next(_assets(connector), None) is not None
        assert made.state() == before

    def test_cancelled_in_time(self, tmp_path: Path) -> None:
        """What would take minutes ends as a timeout soon after its budget's seconds."""
        import pytest

        case = self.slow(tmp_path)
        if case is None:
            pytest.skip("nothing in this kind of source can be made slow")
        made, asset = case
        spec = replace(made.spec, limits=Limits(statement_seconds=60, wall_seconds=60))
        with closing(made.open(spec)) as connector:
            started = time.monotonic()
            problems = _problems(connector, asset, Budget(seconds=1.0))
            assert time.monotonic() - started < 5
            assert [problem.code for problem in problems] == ["timeout"]
            assert next(_assets(connector), None) is not None, "the next object can be read"

    def test_no_value_in_errors(self, tmp_path: Path) -> None:
        """An error carries a code, never what the source said."""
        import pytest

        case = self.broken(tmp_path)
        if case is None:
            pytest.skip("no object of this kind of source quotes its values in an error")
        made, asset = case
        with closing(made.open(made.spec)) as connector:
            try:
                items = list(connector.sample(asset, Budget()))
            except Unreadable as error:
                items = [error.problem]
                shown = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__)
                assert CANARY not in shown
                assert error.__context__ is None
        problems = [item for item in items if isinstance(item, Problem)]
        assert problems
        assert CANARY not in repr(problems)

    def test_values_are_not_shown(self, tmp_path: Path) -> None:
        """Neither a Sample nor a connector shows a value or a password."""
        self._needs_samples()
        made = self.make([MadeTable(name="t", columns=("v",), rows=[(CANARY,)])], tmp_path)
        with closing(made.open(made.spec)) as connector:
            found = _samples(connector, _only(connector, "t"), Budget())
            shown = repr(found) + str(found[0]) + f"{found[0]}" + repr(connector) + repr(made.spec)
        assert CANARY not in shown

    def test_abandoned_midway(self, tmp_path: Path) -> None:
        """A reader that stops early leaves the connector usable."""
        self._needs_samples()
        rows = [(place, "值" * 200) for place in range(5000)]
        made = self.make([MadeTable(name="t", columns=("id", "v"), rows=rows)], tmp_path)
        with closing(made.open(made.spec)) as connector:
            asset = _only(connector, "t")
            for _ in range(3):
                items = connector.sample(asset, Budget(rows=None, bytes=2_000_000))
                assert isinstance(next(iter(items)), Sample)
                getattr(items, "close", lambda: None)()
                gc.collect()
            assert sum(sample.rows for sample in _samples(connector, asset, Budget(rows=None))) == 5000

    def test_closed_twice(self, tmp_path: Path) -> None:
        """``close`` may be called before anything, and again."""
        made = self.make([MadeTable(name="t", columns=("id",), rows=[(1,)])], tmp_path)
        made.open(made.spec).close()
        connector = made.open(made.spec)
        assert list(_assets(connector))
        connector.close()
        connector.close()

    def test_scope(self, tmp_path: Path) -> None:
        """Includes and excludes are globs over the path."""
        tables = [
            MadeTable(name=name, columns=("id",), rows=[(1,)]) for name in ("keep_a", "keep_b", "drop_a")
        ]
        made = self.make(tables, tmp_path)
        spec = replace(made.spec, include=("*keep_*",), exclude=("*_b*",))
        with closing(made.open(spec)) as connector:
            assert [asset.name.partition(".")[0] for asset in _assets(connector)] == ["keep_a"]

    def _needs_samples(self) -> None:
        import pytest

        if not self.samples:
            pytest.skip("this kind of source holds no values")


def _assets(connector: Connector) -> Iterator[Asset]:
    for item in connector.assets():
        assert isinstance(item, Asset), item
        yield item


def _only(connector: Connector, name: str) -> Asset:
    return next(asset for asset in _assets(connector) if asset.name.partition(".")[0] == name)


def _samples(connector: Connector, asset: Asset, budget: Budget) -> list[Sample]:
    found = []
    for item in connector.sample(asset, budget):
        assert isinstance(item, Sample), item
        found.append(item)
    return found


def _texts(connector: Connector, asset: Asset, budget: Budget, column: int) -> list[str]:
    values: list[Any] = []
    for sample in _samples(connector, asset, budget):
        values += sample.batch.column(column).to_pylist()
    return [str(value) for value in values]


def _problems(connector: Connector, asset: Asset, budget: Budget) -> list[Problem]:
    try:
        items = list(connector.sample(asset, budget))
    except Unreadable as error:
        return [error.problem]
    return [item for item in items if isinstance(item, Problem)]
