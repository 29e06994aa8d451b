"""The detector and the policy, from the installed types and packs and the local ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard import plugins
from guard.model import DataType, UsageError
from guard.ops.levels import known_level
from guard.policy.catalogue import load_lexicon, load_types
from guard.policy.load import load_pack
from guard.policy.pack import COMMON, Pack
from guard.policy.policy import Policy
from guard.policy.thresholds import set_by_law
from guard.yamldoc import nearest

if TYPE_CHECKING:
    from guard.checks import Check
    from guard.detect.engine import Detector
    from guard.presidio.adopt import Adopted


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The type catalogue by id, the lexicon, and the policy that grades.

    ``installed`` are the ids of the types that come with plugins; the others are the user's own.
    """

    types: Mapping[str, DataType]
    lexicon: Mapping[str, Any]
    policy: Policy
    adopted: Adopted | None = None
    installed: frozenset[str] = frozenset()

    @property
    def checks(self) -> Mapping[str, Check]:
        """The checks that the types' values may name."""
        from guard.checks import CHECKS  # brings numpy

        return CHECKS if self.adopted is None else {**CHECKS, **self.adopted.checks}

    def detector(self, only: Iterable[str] = (), leave: Iterable[str] = ()) -> Detector:
        """A detector of the types whose id matches a glob of ``only`` (or all) and none of ``leave``."""
        from guard.detect.engine import Detector  # brings numpy, pyarrow and re2

        chosen = self._chosen(tuple(only), tuple(leave))
        return Detector(
            chosen,
            self.lexicon,
            year=datetime.now(UTC).year,
            checks=self.checks,
            installed=self.installed,
            reader=self.adopted.reader if self.adopted else None,
        )

    def _chosen(self, only: tuple[str, ...], leave: tuple[str, ...]) -> tuple[DataType, ...]:
        for pattern in (*only, *leave):
            if not any(fnmatchcase(id, pattern) for id in self.types):
                raise UsageError("unknown-type", word=pattern, nearest=nearest(pattern, self.types) or "-")
        # Where presidio's recognizer was asked for, it takes the place of our own type, unless that is named.
        instead = self.adopted.instead if self.adopted else frozenset()
        return tuple(
            kind
            for id, kind in self.types.items()
            if (id not in instead or id in only)
            and (not only or _matches(id, only))
            and not _matches(id, leave)
        )


def rules(
    packs: Iterable[str] = (),
    folders: Iterable[Path] = (),
    presidio: Sequence[Mapping[str, Any]] = (),
    where: str = "-",
    thresholds: Mapping[str, float] | None = None,
) -> Rules:
    """Load types, lexicon and packs: the installed ones, then those in the local ``folders``.

    ``packs`` names the packs to use (default: gov_cn), each followed by those that it grades beside;
    ``presidio`` the recognizers to adopt, set at ``where``; ``thresholds`` replace those of the packs.
    Raises UsageError with file and line.
    """
    local = tuple(folders)
    for folder in local:
        _holds_something(folder)
    types: dict[str, DataType] = {}
    for folder in plugins.types_folders():
        add_types(types, folder)
    installed = frozenset(types)
    for folder in local:
        if (folder / "types").is_dir():
            add_types(types, folder / "types")
    adopted = _adopted(presidio, types, where) if presidio else None
    lexicon: dict[str, Any] = {}
    for folder in (*plugins.lexicon_folders(), *(folder / "lexicon" for folder in local)):
        if folder.is_dir():
            lexicon |= load_lexicon(folder)
    policy = Policy(
        chosen(tuple(packs) or ("gov_cn",), pack_folders(local), thresholds or {}), types.values()
    )
    for kind in adopted.types if adopted else ():
        known_level(kind.level, COMMON)
    usual = {*COMMON, *(types[id].level for id in installed)}
    for id, kind in types.items():
        if id not in installed and kind.level not in usual:
            raise _no_level(kind, COMMON)
    return Rules(types=types, lexicon=lexicon, policy=policy, adopted=adopted, installed=installed)


def chosen(names: Sequence[str], known: Mapping[str, Path], thresholds: Mapping[str, float]) -> list[Pack]:
    """The packs of ``names`` and those that stand beside them, each once, the first one first."""
    found: dict[Path, Pack] = {}
    waiting = list(names)
    while waiting:
        folder = _pack_folder(waiting.pop(0), known)
        if folder not in found:
            found[folder] = load_pack(folder, known)
            waiting.extend(found[folder].beside)
    chosen = list(found.values())
    _known_thresholds(thresholds, chosen)
    for pack in chosen:
        _sound_thresholds(_of(thresholds, pack), pack)
    return [
        replace(pack, thresholds={**pack.thresholds, **_of(thresholds, pack)}) if thresholds else pack
        for pack in chosen
    ]


def _of(thresholds: Mapping[str, float], pack: Pack) -> Mapping[str, float]:
    return {name: value for name, value in thresholds.items() if name in pack.thresholds}


def _known_thresholds(thresholds: Mapping[str, float], packs: Sequence[Pack]) -> None:
    known = sorted({name for pack in packs for name in pack.thresholds})
    for name in thresholds:
        if name not in known:
            raise UsageError(
                "unknown-threshold",
                word=name,
                nearest=nearest(name, known) or "-",
                known=", ".join(known) or "-",
            )


def _sound_thresholds(wanted: Mapping[str, float], pack: Pack) -> None:
    """0 says that a number is not known: only where the pack says so too. What a law sets is never raised."""
    law = set_by_law(pack)
    for name, value in wanted.items():
        ours = pack.thresholds[name]
        if value < 0 or (value == 0 and ours):
            raise UsageError("threshold-positive", word=name, given=f"{value:,.12g}", ours=f"{ours:,.12g}")
        if name in law and value > ours:
            raise UsageError(
                "threshold-law",
                word=name,
                given=f"{value:,.12g}",
                ours=f"{ours:,.12g}",
                basis=f"{law[name].standard} {law[name].clause}",
                rule=law[name].id,
                pack=pack.id,
            )


def _no_level(kind: DataType, levels: Sequence[str]) -> UsageError:
    file, _, line = kind.origin.rpartition(":")
    return UsageError(
        "type-level",
        file=file,
        line=line,
        type=kind.id,
        level=kind.level,
        nearest=nearest(kind.level, levels) or "",
        known=", ".join(levels),
    )


def _adopted(wanted: Sequence[Mapping[str, Any]], types: dict[str, DataType], where: str) -> Adopted:
    """Adopt presidio's recognizers and add their types to ``types``."""
    from guard.presidio.library import presidio

    presidio()  # says which extra is missing before anything of it is imported
    from guard.presidio.adopt import adopt

    adopted = adopt(wanted, types, where)
    types.update({kind.id: kind for kind in adopted.types})
    return adopted


def add_types(types: dict[str, DataType], folder: Path) -> None:
    """Add the types of ``folder``. Raises UsageError where one would silently take another's place."""
    for kind in load_types(folder):
        before = types.setdefault(kind.id, kind)
        if before is not kind:
            file, _, line = kind.origin.rpartition(":")
            raise UsageError("type-taken", file=file, line=line, type=kind.id, first=before.origin)


def _holds_something(folder: Path) -> None:
    if not folder.is_dir():
        raise UsageError("no-such-path", path=str(folder), nearest="")
    if not any((folder / name).is_dir() for name in ("types", "lexicon")) and not pack_folders_in(folder):
        raise UsageError("no-pack", path=str(folder))


def pack_folders_in(folder: Path) -> list[Path]:
    """The packs in ``folder``: itself, or folders in it, that hold a pack.yaml."""
    return [path for path in (folder, *sorted(folder.iterdir())) if (path / "pack.yaml").is_file()]


def pack_folders(local: Iterable[Path] = ()) -> dict[str, Path]:
    """Every pack that can be used, by name: installed ones and folders with a pack.yaml."""
    found = dict(plugins.pack_folders())
    for folder in local:
        found |= {path.name: path for path in pack_folders_in(folder)}
    return found


def _pack_folder(name: str, known: Mapping[str, Path]) -> Path:
    wanted = name.replace("-", "_")
    if wanted not in known:
        raise UsageError(
            "unknown-pack", word=name, nearest=nearest(wanted, known) or "-", known=", ".join(known)
        )
    return known[wanted]


def _matches(id: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(id, pattern) for pattern in patterns)
