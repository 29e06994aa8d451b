"""``guard bundle``: from two sites to a head office, and what is said on the way."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "guard", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Two catalogues, each with a scan of a source of the same name; their bundles and digests."""
    folder, digests = tmp_path_factory.mktemp("sites"), {}
    for site, first in (("north", 138), ("south", 139)):
        data = folder / site / "data"
        data.mkdir(parents=True)
        (data / "a.csv").write_text("mobile_phone\n" + "".join(f"{first}{n:08d}\n" for n in range(60)))
        catalog = ("--catalog", f"{site}.db")
        run(folder, "scan", str(data), "-q", *catalog)
        digests[site] = run(folder, "bundle", "export", "-o", f"{site}.zip", "--site", site, *catalog)
    return folder, digests


@pytest.fixture
def sites(template, tmp_path):
    shutil.copytree(template[0], tmp_path, dirs_exist_ok=True)
    return template[1]


def test_two_sites_become_one_run_on_which_everything_works(inside, sites, tmp_path):
    told = [part for digest in sites.values() for part in ("--digest", digest)]
    done = inside("bundle", "merge", "north.zip", "south.zip", *told)
    assert done.code == 0 and "taken: north" in done.out and "taken: south" in done.out
    listed = inside("asset", "list").out
    assert "data@north/a.csv" in listed and "data@south/a.csv" in listed
    assert inside("report", "build", "inventory", "-f", "html=i.html").code == 0
    assert inside("finding", "show", "data@north/a.csv/mobile_phone").code == 0
    assert inside("grade").code == 0
    assert inside("review", "next").code == 0
    again = inside("bundle", "merge", "south.zip")
    assert again.code == 0 and "merged already" in again.out and "Nothing new" in again.err
    assert "bundle.merge" in inside("audit", "list").out
    assert inside("audit", "verify").code == 0


def test_a_decision_comes_along(inside, sites):
    north = ("--catalog", "north.db")
    done = inside("--as", "zhang", "review", "confirm", "data/a.csv/mobile_phone", *north)
    assert done.code == 0, done.err
    inside("bundle", "export", "-o", "more.zip", "--site", "north", *north)
    merged = inside("bundle", "merge", "more.zip")
    assert "decisions: 1" in merged.out, merged.out
    assert "zhang" in inside("finding", "show", "data@north/a.csv/mobile_phone").out


def test_show_says_what_is_in_it_in_both_languages(inside, sites):
    shown = inside("bundle", "show", "north.zip")
    assert shown.code == 0 and sites["north"] in shown.out and "gov_cn" in shown.out
    assert "assets: 1" in shown.out
    assert "资产 1" in inside("bundle", "show", "north.zip", "--lang", "zh").out


def test_a_changed_bundle_merges_nothing(inside, sites, tmp_path):
    path = tmp_path / "north.zip"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = inside("bundle", "merge", "south.zip", "north.zip")
    assert done.code == 4 and "bundle-damaged" in done.err and "nothing was merged" in done.err
    assert inside("bundle", "merge", "south.zip", "--digest", sites["north"]).code == 4
    assert inside("bundle", "show", "nowhere.zip").code == 2
    assert inside("asset", "list").code == 2  # no run: nothing was merged


def test_a_bundle_is_private(inside, sites, tmp_path):
    assert (tmp_path / "north.zip").stat().st_mode & 0o777 == 0o600


def test_what_was_decided_here_holds_in_the_next_merged_run(inside, sites):
    inside("bundle", "merge", "north.zip")
    column = "data@north/a.csv/mobile_phone"
    done = inside("--as", "zhao", "review", "correct", column, "--level", "L4", "--reason", "leaked once")
    assert done.code == 0, done.err
    north = ("--catalog", "north.db")
    inside("scan", "north/data", "-q", *north)
    inside("--as", "zhang", "review", "confirm", "data/a.csv/mobile_phone", *north)
    inside("bundle", "export", "-o", "next.zip", "--site", "north", *north)
    merged = inside("bundle", "merge", "next.zip", "south.zip")
    assert "Decisions that differ" in merged.err and f"{column}: here L4, there L2" in merged.err
    shown = inside("finding", "show", column).out
    assert "zhao" in shown and "zhang" not in shown
    levels = inside("asset", "list").out.splitlines()
    assert [line.split()[0] for line in levels] == ["L4", "L2"]
