"""Formats never change what is selected, load lazily, and refuse an unknown kind with the list."""

import csv
import io
import json
import subprocess
import sys

import pytest

from guard.emit import KINDS, fingerprint, write
from guard.model import Asset, AssetKind, UsageError
from guard.sdk.testing_facts import SyntheticFacts


def columns(emitted, show):
    lists = csv.DictReader(io.StringIO(emitted("csv", show=show)))
    return {
        "json": {one["column"] for one in json.loads(emitted("json", show=show))["findings"]},
        "jsonl": {json.loads(line).get("column") for line in emitted("jsonl", show=show).splitlines()}
        - {None},
        "csv": {row["column"] for row in lists} - {""},
        "sarif": {
            one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].rpartition("/")[2]
            for one in json.loads(emitted("sarif", show=show))["runs"][0]["results"]
        },
        "md": {line.split()[1] for line in emitted("md", show=show).splitlines() if line.startswith("| ")}
        - {"---", "列"},
    }


@pytest.mark.parametrize(
    ("show", "wanted"), [("", {"sfzh", "xm", "id", "bz1", "zd"}), ("L3", {"sfzh", "bz1", "zd"})]
)
def test_same_columns_in_every_format(emitted, show, wanted):
    assert columns(emitted, show) == dict.fromkeys(("json", "jsonl", "csv", "sarif", "md"), wanted)


def test_junit_fails_at_the_level_asked_for(emitted):
    assert 'failures="1"' in emitted("junit", fail_on="L4")
    assert 'failures="0"' in emitted("junit", fail_on="core")
    assert 'failures="0"' in emitted("junit", fail_on="")
    assert 'skipped="1"' in emitted("junit", fail_on="")


def test_unknown_kind_names_the_known_ones():
    with pytest.raises(UsageError) as caught:
        write("xml", SyntheticFacts(), io.StringIO(), language="zh")
    assert caught.value.id == "unknown-format"
    assert all(kind in str(caught.value.params["known"]) for kind in KINDS)


def test_importing_emit_loads_no_format_and_no_rich():
    loaded = "[m for m in sys.modules if m.split('.')[0] in ('rich', 'pyarrow') or m == 'guard.emit.table']"
    code = f"import sys, guard.emit; print({loaded})"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == "[]"


def test_fingerprint_tells_source_path_column_and_type_apart():
    def asset(source, *path):
        return Asset(source=source, path=path, kind=AssetKind.TABLE)

    marks = {
        fingerprint(asset("a", "b", "c"), "d", "t"), fingerprint(asset("a", "b/c"), "d", "t"),
        fingerprint(asset("a/b", "c"), "d", "t"), fingerprint(asset("a", "b"), "c/d", "t"),
        fingerprint(asset("a", "b", "c"), "d", None), fingerprint(asset("a", "b", "c", "d"), "", "t"),
        fingerprint(asset("a", "\udcb9"), "d", "t"),
    }  # fmt: skip
    assert len(marks) == 7
