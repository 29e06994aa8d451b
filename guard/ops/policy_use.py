"""Which packs grade when one is tried or added: those in use, and the new one in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from guard.model import UsageError
from guard.ops.engine import pack_folders_in
from guard.ops.session import Session
from guard.policy.policy import Policy
from guard.yamldoc import read

_DEEP = 8


def in_use(session: Session) -> tuple[str, ...]:
    """The packs that guard.yaml uses, by the names of their folders."""
    return tuple(name.replace("-", "_") for name in session.config.policies or ("gov_cn",))


def with_new(used: Sequence[str], new: Iterable[str], known: Mapping[str, Path]) -> tuple[str, ...]:
    """``used`` with each of ``new`` in the place of the one of its name, or of the one that it extends.

    What takes no place comes last. ``known`` are the folders of packs by name.
    """
    found = list(used)
    for name in new:
        above = next((one for one in extended(name, known) if one in used), "")
        if name in found:
            continue
        if above in found:
            found[found.index(above)] = name
        else:
            found.append(name)
    return tuple(found)


def extended(name: str, known: Mapping[str, Path]) -> Iterator[str]:
    """The packs that a pack builds on, the nearest first, as far as their heads can be read."""
    for _ in range(_DEEP):
        if name not in known:
            return
        try:
            data = read(known[name] / "pack.yaml").data
        except (UsageError, OSError):
            return
        name = str(data.get("extends", "") if isinstance(data, dict) else "").replace("-", "_")
        if name:
            yield name


def left_out(session: Session, policy: Policy) -> tuple[str, ...]:
    """The packs in use that ``policy`` neither grades by nor builds on."""
    packs = [one.base for one in (policy, *policy.beside)]
    named = {name for pack in packs for name in (pack.id, *pack.extends)}
    return tuple(name for name in in_use(session) if name not in named)


def folders_with(session: Session, drafts: Sequence[Path]) -> tuple[Path, ...]:
    """The local folders of guard.yaml with ``drafts``, whose packs and types take the place of theirs."""
    local = session.config.policy_paths
    if any((folder / "types").is_dir() for folder in drafts if folder.is_dir()):
        local = tuple(path for folder in local if folder.is_dir() for path in pack_folders_in(folder))
    return (*local, *drafts)
