"""``guard gate``: scripts in, a verdict out. Opens files and git; the judging itself is ``guard.gate``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from guard import __version__
from guard.emit.gate.options import SEVERITIES, GateOptions, fails
from guard.emit.record import compact
from guard.gate.against import fresh, git
from guard.gate.evidence.spoken import sampled
from guard.gate.fix import edits as fix
from guard.gate.fix.worded import worded
from guard.gate.inputs.walk import shown
from guard.gate.state.schema_lines import schema_line
from guard.gate.suppress.settle import Settled
from guard.model import DataType, UsageError
from guard.model.gate import Step, Unread, Verdict, Violation
from guard.ops.exits import DONE, FOUND, INCOMPLETE
from guard.ops.gate_engine import GateEngine, Judged
from guard.ops.gate_live import live
from guard.ops.gate_version import Places, Version, version
from guard.ops.session import Session
from guard.yamldoc import nearest

NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is judged. ``paths`` are files, folders and patterns (none: ``gate.paths`` of guard.yaml).

    ``against`` is a branch, tag or commit, empty for none; ``live`` takes neighbours from the catalogue, of
    ``source`` alone where it is named. What is empty is as guard.yaml says.
    """

    paths: tuple[Path, ...] = ()
    dialect: str = ""
    against: str = ""
    new_only: bool = False
    isolated: bool = False
    fail_on: str = ""
    schema: str = ""
    waivers: str = ""
    baseline: str = ""
    ratchet: str = ""
    source: str = ""
    live: bool = False
    allow_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``hidden`` counts the violations that ``--new-only`` left out because the compared version had them.

    ``compared`` are the files that the compared version has too, None where none was compared. ``refused``
    is what no statement was read of: binary files and the like. ``proposed`` are the violations of the
    verdict as their rules worded what mends them.
    """

    verdict: Verdict
    exit_code: int
    fail_on: str
    engine: GateEngine = field(repr=False)
    places: Places = field(repr=False)
    judged: tuple[Judged, ...] = field(repr=False)
    proposed: tuple[Violation, ...] = field(repr=False)
    refused: tuple[Unread, ...] = ()
    isolated: bool = False
    compared: Collection[str] | None = None
    hidden: int = 0

    @property
    def types(self) -> Mapping[str, DataType]:
        """The data types by id."""
        return self.engine.rules.types

    def schema_lines(self) -> Iterator[str]:
        """How each file was understood, one JSON line a file."""
        files = dict.fromkeys(one.file for one in self.verdict.scripts)
        steps: defaultdict[str, list[Step]] = defaultdict(list)
        unread: defaultdict[str, list[Unread]] = defaultdict(list)
        for step in (step for one in self.judged for step in one.steps):
            steps[step.script.file].append(step)
        for one in self.refused:
            unread[one.place.file].append(one)
        for file in dict.fromkeys((*files, *unread)):
            record = schema_line(file, steps[file], isolated=self.isolated, unread=unread[file])
            yield compact(self.engine.concealed.record(record) | {"file": file})


def judge(session: Session, request: Request) -> Outcome:
    """Judge the scripts of ``request``.

    Raises UsageError for what is wrong in it, in guard.yaml, in guard-schema.yaml, in the waivers or the
    baseline, ``gate-no-paths`` where nothing says what to judge, ``gate-nothing`` where no script is there.
    """
    places = Places.of(session, request)
    engine = GateEngine(session)
    fail_on = _bound(request.fail_on or session.config.gate.fail_on, engine.rules.policy.levels)
    known = live(session, request.source, engine.rules) if request.live else None
    changed = git.changed(places.root, request.against) if request.against else None
    now = version(engine, places, session, request, known=known, changed=changed)
    if not now.inputs.pieces and not now.inputs.unread and changed is None:
        raise UsageError("gate-nothing", paths=", ".join(map(str, places.paths)))
    settled, hidden = now.settled, 0
    if changed is not None:
        told = _changed(settled, changed, _before(engine, places, session, request))
        kept = tuple(one for one in told if one.new or not request.new_only)
        settled, hidden = replace(settled, violations=kept), len(told) - len(kept)
    asked = partial(_asked, places.asking(), {one.file: one.session for one in now.scripts})
    verdict = _verdict(engine, asked, now, settled, changed)
    compared = None if changed is None else _kept(now, changed)
    return Outcome(
        verdict=replace(verdict, violations=_worded(engine, places, now, verdict, compared)),
        proposed=verdict.violations,
        exit_code=_exit(verdict, fail_on, allow_partial=request.allow_partial),
        fail_on=fail_on,
        engine=engine,
        places=places,
        judged=now.judged,
        refused=tuple(one for one in now.inputs.unread if asked(one.place.file)),
        isolated=request.isolated,
        compared=compared,
        hidden=hidden,
    )


def mend(found: Outcome, *, write: bool) -> tuple[fix.Edit, ...]:
    """What ``--fix`` changes; written, all or nothing, with ``write``."""
    edits = fix.edits(
        found.proposed,
        found.verdict.scripts,
        root=found.places.root,
        schema=found.places.schema,
        compared=found.compared,
    )
    if write:
        fix.save(edits)
    return edits


def summary(found: Outcome, language: str, options: GateOptions) -> list[str]:
    """What a person reads at the end."""
    from guard.emit.gate.summary import summary as summarised

    return summarised(found.verdict, language, options)


def _bound(word: str, levels: tuple[str, ...]) -> str:
    """``word`` where it is a severity, a level or ``never``. Raises UsageError ``gate-fail-on``."""
    known = (*reversed(SEVERITIES), *levels, NEVER)
    if word not in known:
        raise UsageError(
            "gate-fail-on", word=word, nearest=nearest(word, known) or "-", known=", ".join(known)
        )
    return word


def _before(engine: GateEngine, places: Places, session: Session, request: Request) -> Mapping[str, str]:
    """What the compared version had already: fingerprint -> state."""
    wanted = (*places.paths, *places.files)
    with git.at(places.root, request.against, wanted) as (folder, there):
        old = places.moved(folder, there)
        found = version(engine, old, session, request, strict=False) if old.paths else None
    settled = found.settled.violations if found else ()
    return {one.fingerprint: one.state for one in settled}


def _changed(settled: Settled, changed: fresh.Changed, before: Mapping[str, str]) -> tuple[Violation, ...]:
    """What a change answers for: what was not there, and what stands on lines that it touches."""
    told = fresh.compared(settled.violations, before)
    return tuple(one for one in told if one.new or fresh.touches(changed, one.place))


def _asked(asks: Callable[[str], bool], sessions: Mapping[str, str], file: str) -> bool:
    """Whether ``file`` was asked for, or a script that includes it."""
    return asks(file) or bool(sessions.get(file) and asks(sessions[file]))


def _verdict(
    engine: GateEngine,
    asked: Callable[[str], bool],
    now: Version,
    settled: Settled,
    changed: fresh.Changed | None,
) -> Verdict:
    policy = engine.rules.policy
    scripts = tuple(script for script in now.scripts if asked(script.file))
    return Verdict(
        scripts=scripts,
        violations=tuple(one for one in settled.violations if asked(one.place.file)),
        unread=tuple(one for one in now.unread if asked(one.place.file) and _concerns(changed, one)),
        judged=sum(one.columns for one in now.judged),
        sampled=sampled(scripts),
        lapsed=settled.lapsed,
        unused=settled.unused,
        stale=settled.stale,
        levels=policy.levels,
        pack=policy.base.id,
        policy=policy.digest,
        version=__version__,
    )


def _worded(
    engine: GateEngine, places: Places, now: Version, verdict: Verdict, compared: Collection[str] | None
) -> tuple[Violation, ...]:
    """The violations with what mends them as ``--fix`` writes it; without what would show a value."""
    said = worded(
        verdict.violations,
        verdict.scripts,
        now.file,
        root=places.root,
        schema=shown(places.schema, places.root),
        # Nothing tells that a script was applied: it is mended where it stands.
        compared=() if compared is None else compared,
    )
    return tuple(map(engine.concealed.violation, said))


def _concerns(changed: fresh.Changed | None, unread: Unread) -> bool:
    return changed is None or fresh.touches(changed, unread.place)


def _kept(now: Version, changed: fresh.Changed) -> frozenset[str]:
    """The files that the compared version has: all but those that are new."""
    files = (script.file for one in now.judged for script in one.scripts)
    return frozenset(file for file in files if changed.get(file, ()) is not None)


def _exit(verdict: Verdict, fail_on: str, *, allow_partial: bool) -> int:
    if verdict.unread and not allow_partial:
        return INCOMPLETE
    return FOUND if any(fails(one, verdict, fail_on) for one in verdict.violations) else DONE
