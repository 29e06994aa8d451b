"""``guard policy diff A B``: two packs by id or folder, or two versions of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from guard.model import DataType, UsageError
from guard.ops.engine import pack_folders, pack_folders_in
from guard.ops.session import Session
from guard.policy.catalogue import load_types
from guard.policy.diff import Change, diff
from guard.policy.load import load_pack
from guard.policy.pack import Pack
from guard.yamldoc import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: its packs by id, and the types in its folder."""

    name: str
    packs: Mapping[str, Pack]
    types: tuple[DataType, ...] = ()


def compare(session: Session, one: str, other: str, folders: Sequence[Path]) -> tuple[Change, ...]:
    """Every change from ``one`` to ``other``. Raises UsageError where one is neither pack nor folder."""
    before, after = _side(session, one, folders), _side(session, other, folders)
    pairs = _pairs(before.packs, after.packs)
    found = [change for old, new in pairs for change in diff(old, new)]
    return (*found, *diff(None, None, before.types, after.types))


def _pairs(before: Mapping[str, Pack], after: Mapping[str, Pack]) -> list[tuple[Pack | None, Pack | None]]:
    """One pack against one, whatever their names; several by their ids."""
    if len(before) == len(after) == 1:
        return [(next(iter(before.values())), next(iter(after.values())))]
    return [(before.get(name), after.get(name)) for name in {**before, **after}]


def _side(session: Session, name: str, folders: Sequence[Path]) -> Side:
    known = pack_folders((*session.config.policy_paths, *folders))
    if (wanted := name.replace("-", "_")) in known:
        pack = load_pack(known[wanted], known)
        return Side(name=name, packs={pack.id: pack})
    folder = Path(name)
    if not folder.is_dir():
        near = nearest(wanted, known) or "-"
        raise UsageError("unknown-pack", word=name, nearest=near, known=", ".join(known))
    found, types = pack_folders_in(folder), folder / "types"
    if not found and not types.is_dir():
        raise UsageError("no-pack", path=str(folder))
    around = {**known, **{path.name: path for path in found}}
    packs = [load_pack(path, around) for path in found]
    return Side(
        name=name,
        packs={pack.id: pack for pack in packs},
        types=load_types(types) if types.is_dir() else (),
    )
