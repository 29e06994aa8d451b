"""A scan that was told to stop is cut only where it left something undone."""

from collections.abc import Iterator

import pyarrow as pa

from guard.model import Asset, AssetKind, Column
from guard.ops.engine import rules
from guard.policy.grade import grade
from guard.scan.judge import Judge
from guard.scan.run import Scan
from guard.scan.scope import SourcePlan
from guard.sdk import Budget, Capabilities, Sample, SourceSpec


class Source:
    capabilities = Capabilities(family="sql")

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec

    def assets(self) -> Iterator[Asset]:
        for name in ("a", "b"):
            yield Asset(
                source="s", path=(name,), kind=AssetKind.TABLE, columns=(Column(name="xm", position=0),)
            )

    def sample(self, asset: Asset, budget: Budget) -> Iterator[Sample]:
        yield Sample(asset, pa.record_batch([pa.array(["x"])], names=["xm"]), complete=True)

    def close(self) -> None:
        pass


class Quiet:
    def listed(self, source, assets) -> None: ...
    def recorded(self, source, results) -> None: ...
    def finished(self, source) -> None: ...


def scan_stopped_after(units: int) -> tuple[Scan, list[str]]:
    known = rules()
    judge = Judge(
        detector=known.detector(),
        grade=lambda asset, findings: grade(asset, findings, known.policy),
        key=b"k" * 32,
    )
    done: list[str] = []

    def sink(unit, results) -> None:
        done.append(unit)
        if len(done) == units:
            scan.stop()

    plan = SourcePlan(
        spec=SourceSpec(name="s", url="x://"), open=Source, budget=Budget(), location="guard.yaml:1"
    )
    scan = Scan([plan], judge, sink, Quiet())
    scan.run(1)
    return scan, done


def test_a_stop_in_the_middle_cuts() -> None:
    scan, done = scan_stopped_after(1)
    assert scan.cut and done == ["s/a"]


def test_a_stop_after_the_last_asset_cuts_nothing() -> None:
    scan, done = scan_stopped_after(2)
    assert not scan.cut and done == ["s/a", "s/b"]
