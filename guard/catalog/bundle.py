"""A result bundle: one run of one catalogue as a file, without any value, for another network.

A zip of three members, in this order: ``manifest.json`` (what it is, and the digest of each other
member), ``results.jsonl`` (an asset with its columns a line), ``decisions.jsonl`` (a decision in force
a line). The digest of the whole file travels apart from it, on paper.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from guard.catalog.chain import Running
from guard.catalog.codec import asset_row, column_rows
from guard.catalog.tables import digest, plain
from guard.model import AssetResult, Decision, Run

FORMAT = 1
MANIFEST, RESULTS, DECISIONS = "manifest.json", "results.jsonl", "decisions.jsonl"
OWN_ASSET = ("digest", "order_key")
OWN_COLUMN = ("ordinal",)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: the same content is the same file


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of a bundle, as it is unpacked."""

    lines: int
    bytes: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle is. ``catalogue`` is a digest of the key of the catalogue that it came from.

    ``whole`` says that the run ended and left nothing of its sources out on purpose: what it does not
    hold is gone. ``audit`` is the head of the catalogue's audit log, ``NUMBER:HASH``. ``packs`` are
    ``id``, ``version`` and ``digest`` of each pack, where they were known.
    """

    format: int
    govguard: str
    site: str
    catalogue: str
    hash: str
    audit: str
    whole: bool
    run: str
    started: str
    finished: str
    status: str
    pack: str
    policy: str
    version: str
    sources: tuple[str, ...]
    columns: int
    packs: tuple[Mapping[str, str], ...] = ()
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def assets(self) -> int:
        """How many assets it holds."""
        return self.members[RESULTS].lines

    @property
    def decisions(self) -> int:
        """How many decisions it holds."""
        return self.members[DECISIONS].lines

    @property
    def content(self) -> str:
        """What tells this content from any other, however often it was exported."""
        return digest(
            self.catalogue, self.site, self.run, *(self.members[name].digest for name in (RESULTS, DECISIONS))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a bundle comes from, as the one who exports says it."""

    site: str
    catalogue: str
    audit: str
    hash: str
    govguard: str
    packs: tuple[Mapping[str, str], ...] = ()


def write(
    path: Path, origin: Origin, run: Run, results: Iterable[AssetResult], decisions: Iterable[Decision]
) -> Manifest:
    """Write a bundle to ``path``, with drafts of its members beside it. Memory is bounded.

    The same content gives the same file. Raises OSError.
    """
    seen = _Seen()
    members = {
        RESULTS: _draft(path, RESULTS, origin.hash, map(seen.line, results)),
        DECISIONS: _draft(path, DECISIONS, origin.hash, map(decision_line, decisions)),
    }
    manifest = Manifest(
        format=FORMAT,
        govguard=origin.govguard,
        site=origin.site,
        catalogue=origin.catalogue,
        hash=origin.hash,
        audit=origin.audit,
        whole=_whole(run),
        run=run.id,
        started=run.started,
        finished=run.finished,
        status=run.status,
        pack=run.pack,
        policy=run.policy,
        version=run.version,
        sources=tuple(sorted(seen.sources)),
        columns=seen.columns,
        packs=origin.packs,
        members=members,
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        bundle.writestr(_about(MANIFEST), json.dumps(asdict(manifest), ensure_ascii=True, indent=1) + "\n")
        for name in (RESULTS, DECISIONS):
            _pack(bundle, _beside(path, name), name)
    return manifest


class _Seen:
    """What the manifest says about results, counted as they go by."""

    def __init__(self) -> None:
        self.sources: set[str] = set()
        self.columns = 0

    def line(self, result: AssetResult) -> str:
        self.sources.add(result.asset.source)
        self.columns += len(result.asset.columns)
        return result_line(result)


def _whole(run: Run) -> bool:
    narrowed = any(run.scope.get(name) for name in ("include", "exclude", "only", "leave", "metadata_only"))
    return run.status == "complete" and not narrowed


def result_rows(result: AssetResult) -> dict[str, Any]:
    """An asset and its columns as a bundle has them."""
    asset = {key: value for key, value in asset_row(result).items() if key not in OWN_ASSET}
    cells = [
        {key: value for key, value in row.items() if key not in OWN_COLUMN} for row in column_rows(result)
    ]
    return {"asset": asset, "columns": cells}


def result_line(result: AssetResult) -> str:
    """An asset as a line of JSON; ASCII, what is empty left out."""
    return line_of(result_rows(result))


def line_of(rows: dict[str, Any]) -> str:
    """The line of ``result_rows``."""
    lean = {"asset": _lean(rows["asset"]), "columns": [_lean(row) for row in rows["columns"]]}
    return json.dumps(lean, separators=(",", ":"), default=plain)


def _lean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


DECISION_FIELDS = tuple(item.name for item in fields(Decision))


def decision_line(decision: Decision) -> str:
    """A decision as a line of JSON."""
    row = {name: getattr(decision, name) for name in DECISION_FIELDS}
    return json.dumps(row, separators=(",", ":"))


def _beside(path: Path, name: str) -> Path:
    return path.with_name(f"{path.name}.{name}")


def _draft(path: Path, name: str, algorithm: str, lines: Iterable[str]) -> Member:
    running, count, size = Running(algorithm), 0, 0
    with _beside(path, name).open("wb") as stream:
        for line in lines:
            content = line.encode("ascii") + b"\n"
            running.update(content)
            stream.write(content)
            count, size = count + 1, size + len(content)
    return Member(lines=count, bytes=size, digest=running.hexdigest())


def _about(name: str) -> zipfile.ZipInfo:
    about = zipfile.ZipInfo(name, _EPOCH)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.create_system, about.external_attr = 3, 0o600 << 16
    return about


def _pack(bundle: zipfile.ZipFile, draft: Path, name: str) -> None:
    about = _about(name)
    about.file_size = draft.stat().st_size
    with draft.open("rb") as source, bundle.open(about, "w") as target:
        while part := source.read(1 << 20):
            target.write(part)
    draft.unlink()
