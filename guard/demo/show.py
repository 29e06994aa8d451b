"""``guard demo``: the demo city built, scanned and reported."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from guard.demo.city import DemoSource, build
from guard.model import UsageError
from guard.ops import reports as reporting
from guard.ops import scan
from guard.ops.session import Session
from guard.sdk.report import Facts
from guard.text import t

MARK = ".govguard-demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where the reports are, absolute."""

    html: Path
    excel: Path


def prepare(folder: Path, seed: int, language: str) -> scan.Prepared:
    """Build the city in ``folder`` and make its scan ready. The ordinary scan; its catalogue stays there.

    Raises UsageError ``demo-folder-in-use`` where ``folder`` holds something that is not an
    earlier demo; ``cannot-write`` where the disk is full or refuses.
    """
    folder = folder.absolute()
    _claim(folder)
    file = folder / "guard.yaml"
    try:
        sources = build(folder / "city", seed)
        file.write_text(_yaml(sources, language), encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from None
    session = Session.open(config=str(file), language=language)
    return scan.prepare(session, scan.Request(addresses=(), fail_on="never"))


def reports(facts: Facts, folder: Path, language: str) -> Files:
    """Write the inventory as HTML and Excel beside the city."""
    files = Files(html=folder.absolute() / "inventory.html", excel=folder.absolute() / "inventory.xlsx")
    reporting.build("inventory", facts, "html", files.html, language)
    reporting.build("inventory", facts, "xlsx", files.excel, language)
    return files


def _claim(folder: Path) -> None:
    # Only what an earlier demo made is replaced; anything else in the way is somebody's.
    mark = folder / MARK
    try:
        if folder.exists() and any(folder.iterdir()) and not mark.exists():
            raise UsageError("demo-folder-in-use", path=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError("cannot-write", path=str(folder), why=error.strerror or type(error).__name__)


def _yaml(sources: Iterable[DemoSource], language: str) -> str:
    lines = [
        f"# {t('starter.head', language)}",
        "version: 1",
        "catalog: sqlite:guard.db",
        "sources:",
    ]
    for source in sources:
        settings = {
            "path": f"city/{source.address.name}",
            "department": source.department[language],
            "system": source.system[language],
        }
        lines.append(f"  {source.name}: {json.dumps(settings, ensure_ascii=False)}")
    return "\n".join([*lines, ""])
