"""Walking a folder: nothing outside it is opened, nothing inside it is lost."""

import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample, SourceSpec, Unreadable
from guard_connectors.files import FilesConnector
from guard_connectors.files_tree import MOST_DEPTH

SECRET = "id,phone\n11010119900307002X,13800138000\n"


def listed(
    folder: Path, **settings: tuple[str, ...]
) -> tuple[set[tuple[str, ...]], dict[tuple[str, ...], str]]:
    connector = FilesConnector(replace(SourceSpec(name="s", url=str(folder)), **settings))
    items = list(connector.assets())
    assets = {item.path for item in items if isinstance(item, Asset)}
    return assets, {item.path: item.code for item in items if isinstance(item, Problem)}


def rows(folder: Path, *path: str) -> int:
    connector = FilesConnector(SourceSpec(name="s", url=str(folder)))
    asset = Asset(source="s", path=path, kind=AssetKind.FILE)
    return sum(item.rows for item in connector.sample(asset, Budget()) if isinstance(item, Sample))


@pytest.fixture
def share(tmp_path: Path) -> Path:
    (tmp_path / "outside.csv").write_text(SECRET)
    folder = tmp_path / "share"
    (folder / "人事" / "2024").mkdir(parents=True)
    (folder / "人事" / "2024" / "a.csv").write_text(SECRET)
    (folder / "b.csv").write_text(SECRET)
    return folder


def test_files_are_listed_with_size_and_path(share: Path) -> None:
    assets, problems = listed(share)
    assert assets == {("人事", "2024", "a.csv"), ("b.csv",)}
    assert not problems
    (asset,) = FilesConnector(SourceSpec(name="s", url=str(share / "b.csv"), department="人社")).assets()
    assert isinstance(asset, Asset)
    assert (asset.path, asset.bytes, asset.department) == (("b.csv",), len(SECRET), "人社")


def test_links_are_not_followed(share: Path) -> None:
    (share / "out.csv").symlink_to(share.parent / "outside.csv")
    (share / "up").symlink_to(share.parent)
    (share / "twin.csv").symlink_to(share / "b.csv")
    (share / "loop").symlink_to(share / "loop")
    (share / "self").symlink_to(share)
    (share / "gone.csv").symlink_to(share / "nothing.csv")
    assets, problems = listed(share)
    assert assets == {("人事", "2024", "a.csv"), ("b.csv",)}
    assert problems == {
        ("out.csv",): "link-outside",
        ("up",): "link-outside",
        ("loop",): "link-broken",
        ("gone.csv",): "link-broken",
    }


@pytest.mark.parametrize(
    "path", [("out.csv",), ("up", "outside.csv"), ("..", "outside.csv"), ("../outside.csv",)]
)
def test_sampling_cannot_leave_the_root(share: Path, path: tuple[str, ...]) -> None:
    (share / "out.csv").symlink_to(share.parent / "outside.csv")
    (share / "up").symlink_to(share.parent)
    with pytest.raises(Unreadable):
        rows(share, *path)


def test_pipes_sockets_and_devices_are_reported(share: Path) -> None:
    os.mkfifo(share / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(share / "sock"))
        _, problems = listed(share)
    assert problems == {("pipe.csv",): "special-file", ("sock",): "special-file"}
    with pytest.raises(Unreadable) as refusal:
        rows(share, "pipe.csv")
    assert refusal.value.problem.code == "special-file"


def test_hidden_files_are_neither_listed_nor_read(share: Path) -> None:
    os.link(share / "b.csv", share / "hard.csv")
    hidden = (str(share / "b.csv"),)
    assets, problems = listed(share, hidden=hidden)
    assert assets == {("人事", "2024", "a.csv")}
    assert not problems
    connector = FilesConnector(SourceSpec(name="s", url=str(share), hidden=hidden))
    with pytest.raises(Unreadable):
        list(connector.sample(Asset(source="s", path=("b.csv",), kind=AssetKind.FILE), Budget()))


def test_scope(share: Path) -> None:
    assert listed(share, include=("人事/*",))[0] == {("人事", "2024", "a.csv")}
    assert listed(share, exclude=("*.csv",))[0] == set()


def test_names_that_are_no_utf8(share: Path) -> None:
    folder = os.fsencode(share)
    os.mkdir(folder + "/财政".encode("gb18030"))
    for name in ("/财政/预算.csv".encode("gb18030"), b"/\xff\xfe\xff.csv"):
        with open(folder + name, "w") as file:
            file.write(SECRET)
    assets, problems = listed(share)
    assert not problems
    assert {("财政", "预算.csv"), ("\\xff\\xfe\\xff.csv",)} <= assets
    assert rows(share, "财政", "预算.csv") == 1
    assert rows(share, "\\xff\\xfe\\xff.csv") == 1


def test_hostile_names(share: Path) -> None:
    names = [
        "a\nb.csv",
        "\x1b[31m.csv",
        "'; drop table x;--.csv",
        "[red].csv",
        "\u202egnp.csv",
        "😀.csv",
        "-rf.csv",
    ]
    for name in names:
        (share / name).write_text(SECRET)
    assets, _ = listed(share)
    assert {(name,) for name in names} <= assets
    assert all(rows(share, name) == 1 for name in names)


def test_a_very_deep_tree_ends(share: Path) -> None:
    here = os.open(share, os.O_RDONLY)
    for _ in range(MOST_DEPTH + 50):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assets, problems = listed(share)
    assert assets
    assert set(problems.values()) == {"too-deep"}


def test_a_missing_root_and_a_missing_file(share: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(FilesConnector(SourceSpec(name="s", url=str(share / "nothing"))).assets())
    assert refusal.value.problem.code == "file-missing"
    with pytest.raises(Unreadable) as refusal:
        rows(share, "deleted.csv")
    assert refusal.value.problem.code == "file-missing"


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of an account without rights over everything; the test runs as that account."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        for path in folder.rglob("*"):
            path.chmod(stat.S_IRWXU)


def test_no_rights_are_reported(unprivileged: Path) -> None:
    (unprivileged / "closed").mkdir(mode=0o000)
    (unprivileged / "open.csv").write_text(SECRET)
    (unprivileged / "secret.csv").write_text(SECRET)
    (unprivileged / "secret.csv").chmod(0)
    assets, problems = listed(unprivileged)
    assert problems == {("closed",): "folder-denied"}
    assert assets == {("open.csv",), ("secret.csv",)}
    with pytest.raises(Unreadable) as refusal:
        rows(unprivileged, "secret.csv")
    assert refusal.value.problem.code == "file-denied"


def test_a_file_that_was_swapped_for_a_link_is_refused(share: Path) -> None:
    connector = FilesConnector(SourceSpec(name="s", url=str(share)))
    asset = next(item for item in connector.assets() if isinstance(item, Asset) and item.name == "b.csv")
    (share / "b.csv").unlink()
    (share / "b.csv").symlink_to(share.parent / "outside.csv")
    with pytest.raises(Unreadable):
        list(connector.sample(asset, Budget()))
