"""One version of the scripts, of today or compared: where it is, what it breaks, what of it is excused."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from guard.gate.against import fresh
from guard.gate.declare.schema_file import SchemaFile, schema_file
from guard.gate.inputs import Inputs, find, in_series, script
from guard.gate.inputs.layout import company
from guard.gate.inputs.walk import shown
from guard.gate.rule import rules
from guard.gate.suppress.baseline import baseline
from guard.gate.suppress.settle import Leave, Settled, settle
from guard.gate.suppress.waiver import waivers
from guard.model import UsageError
from guard.model.gate import Script, Unread
from guard.ops import baseline as baselines
from guard.ops import waivers as exceptions
from guard.ops.gate_engine import GateEngine, Judged
from guard.ops.gate_live import Live

if TYPE_CHECKING:
    from guard.ops.gate import Request
    from guard.ops.session import Session

SCHEMA_FILE = "guard-schema.yaml"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a version is: ``paths`` under ``root`` are asked for, the others declare and excuse."""

    root: Path
    paths: tuple[Path, ...]
    schema: Path
    waivers: Path
    baseline: Path

    @classmethod
    def of(cls, session: Session, request: Request) -> Places:
        """Where today's version is. Raises UsageError ``gate-no-paths`` and ``no-such-path``."""
        gate = session.config.gate
        paths = request.paths or tuple(map(Path, gate.paths))
        if not paths:
            raise UsageError("gate-no-paths")
        return cls(
            root=Path.cwd(),
            paths=paths,
            schema=_named(request.schema) or exceptions.beside(session, gate.schema, SCHEMA_FILE),
            waivers=_named(request.waivers) or exceptions.file_of(session),
            baseline=_named(request.baseline) or baselines.file_of(session),
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that stand beside the scripts."""
        return self.schema, self.waivers, self.baseline

    def asking(self) -> Callable[[str], bool]:
        """Tells whether a file was asked for: not those that only come before a named one."""
        single = (Path(os.path.abspath(path)) for path in self.paths if path.is_file())  # noqa: PTH100
        names = frozenset(shown(path, self.root) for path in single)
        every = any(not path.is_file() for path in self.paths)
        return lambda file: every or file in names or not file.endswith((".sql", ".ddl"))

    def moved(self, folder: Path, there: Sequence[Path]) -> Places:
        """The same places of a version in ``folder``, with those of its ``paths`` that are ``there``."""
        beside = [folder / Path(shown(path, self.root)) for path in self.files]
        schema, waived, known = beside
        paths = tuple(path for path in there if path not in beside)
        return Places(root=folder, paths=paths, schema=schema, waivers=waived, baseline=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was read and judged; ``judged`` has one part, or one for each file read on its own.

    ``file`` declares what scripts do not.
    """

    inputs: Inputs
    file: SchemaFile = field(repr=False)
    judged: tuple[Judged, ...]
    settled: Settled

    @property
    def scripts(self) -> tuple[Script, ...]:
        """The scripts in the order in which they are applied."""
        return tuple(script for one in self.judged for script in one.scripts)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Everything that could not be read."""
        return (*self.inputs.unread, *(one for part in self.judged for one in part.unread))


def version(
    engine: GateEngine,
    places: Places,
    session: Session,
    request: Request,
    *,
    known: Live | None = None,
    changed: fresh.Changed | None = None,
    strict: bool = True,
) -> Version:
    """Read, judge and settle one version.

    Without ``strict``, wrong files beside the scripts count as none: they are another version's.
    """
    dialect = request.dialect or session.config.gate.dialect or None
    paths = places.paths if request.isolated else tuple(dict.fromkeys(map(company, places.paths)))
    inputs = find(paths, dialect=dialect, root=places.root)
    scripts = tuple(map(script, inputs.pieces if request.isolated else in_series(inputs.pieces)))
    file = _read(lambda: schema_file(places.schema), SchemaFile(), strict=strict)
    groups = _apart(scripts) if request.isolated else [scripts]
    live = known or Live()
    judged = tuple(engine.judge(group, file, known=live.relations, levels=live.levels) for group in groups)
    ratchet = request.ratchet or session.config.gate.ratchet
    days = session.config.gate.waiver_days
    leave = Leave(
        rules=rules(),
        waivers=_read(
            lambda: waivers(places.waivers, rules=rules(), today=date.today(), days=days), (), strict=strict
        ),
        notes=tuple(note for one in scripts for note in one.notes),
        baseline=_read(lambda: baseline(places.baseline), None, strict=strict),
        touched=fresh.touched(scripts, changed) if changed is not None and ratchet else (),
        days=days,
    )
    settled = settle(
        [one for part in judged for one in part.violations],
        leave,
        today=date.today(),
        isolated=request.isolated,
        whole=not any(path.is_file() for path in places.paths),
    )
    return Version(inputs=inputs, file=file, judged=judged, settled=settled)


def _apart(scripts: Sequence[Script]) -> list[tuple[Script, ...]]:
    """Each script on its own, with what it includes."""
    return [tuple(some) for _, some in groupby(scripts, key=lambda one: one.session or id(one))]


def _named(given: str) -> Path | None:
    """The file that was named on the command line, which must be there."""
    if given and not Path(given).is_file():
        raise UsageError("no-such-path", path=given, nearest="")
    return Path(given).absolute() if given else None


def _read(read: Callable[[], _T], other: _T, *, strict: bool) -> _T:
    try:
        return read()
    except UsageError:
        if strict:
            raise
        return other
