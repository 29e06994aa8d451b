"""``guard doctor``: what this machine must be able to do, each tried for real."""

from __future__ import annotations

import io
import locale
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from guard import plugins
from guard.model import GuardError
from guard.ops.session import Session

_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing tried. ``id`` has texts ``doctor.<id>.what`` and ``.next``."""

    id: str
    ok: bool
    detail: str


def checks(session: Session) -> Iterator[Check]:
    """Try everything, in order; one failure does not hide the next."""
    tried: tuple[tuple[str, Callable[[], str]], ...] = (
        ("python", _python),
        ("encoding", _encoding),
        ("policy", lambda: _policy(session)),
        ("plugins", _plugins),
        ("detector", lambda: _detector(session)),
        ("catalog", lambda: _catalog(session)),
        ("disk", _disk),
        ("documents", _documents),
    )
    for id, attempt in tried:
        try:
            yield Check(id=id, ok=True, detail=attempt())
        except GuardError as error:
            yield Check(id=id, ok=False, detail=str(error))
        except Exception as error:
            yield Check(id=id, ok=False, detail=type(error).__name__)


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def _encoding() -> str:
    encoding = (getattr(sys.stdout, "encoding", None) or locale.getpreferredencoding()).lower()
    "个人信息".encode(encoding)
    return encoding


def _policy(session: Session) -> str:
    rules = session.rules()
    return f"{rules.policy.pack} · {len(rules.types)} types · {rules.policy.digest[:12]}"


def _plugins() -> str:
    for target in plugins.connectors().values():
        plugins.load(target)
    broken = plugins.broken()
    if broken:
        raise GuardError("plugin-broken", names=", ".join(item.name for item in broken))
    return ", ".join(sorted(plugins.connectors()))


def _detector(session: Session) -> str:
    from guard.checks import native

    session.rules().detector()
    reason = native.unavailable()
    return f"re2 ({reason})" if reason else f"re2, numba · {native.folder()}"


def _catalog(session: Session) -> str:
    address = session.catalog
    if "://" not in address and not Path(address.removeprefix("sqlite:")).exists():
        folder = Path(address.removeprefix("sqlite:")).absolute().parent
        if not os.access(folder, os.W_OK):
            raise GuardError("catalog-folder", folder=str(folder))
        return f"{address} (-)"
    with session.store(create=False) as store:
        return f"{address} · {len(store.runs())} runs"


def _disk() -> str:
    free = shutil.disk_usage(Path.cwd()).free
    with tempfile.TemporaryFile():
        pass
    if free < _FREE_BYTES:
        raise GuardError("disk-low", free=free)
    return f"{free // (1024 * 1024)} MB"


def _documents() -> str:
    """Parse a small workbook in the limited process, as a scan would."""
    import xlsxwriter

    from guard.sdk.connector import Budget, SourceSpec
    from guard.sdk.sample import Sample

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet("a").write_row(0, 0, ["name", "count"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "doctor.xlsx"
        path.write_bytes(buffer.getvalue())
        connector = plugins.load(plugins.connectors()["files"])(SourceSpec(name="doctor", url=str(path)))
        try:
            for asset in connector.assets():
                if any(isinstance(item, Sample) for item in connector.sample(asset, Budget())):
                    return "xlsx"
        finally:
            connector.close()
    raise GuardError("sandbox-broken")
