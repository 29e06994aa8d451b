"""Reads a result bundle and trusts nothing in it: every line must be what this version could have written."""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from guard.catalog.bundle import (
    DECISIONS,
    FORMAT,
    MANIFEST,
    RESULTS,
    Manifest,
    Member,
)
from guard.catalog.chain import ALGORITHMS, Head, Running
from guard.catalog.codec import asset_digest
from guard.catalog.conforms import conforms
from guard.catalog.lines import BAD, decision_of, result_again, result_of
from guard.model import AssetResult, Decision, RefusedError, UsageError

SITE = re.compile(r"[^\s@/%\x00-\x1f\x7f]{1,40}")
_NAMES = (MANIFEST, RESULTS, DECISIONS)
_SMALL = 64 << 20
_RATIO = 400
_LARGEST = 16 << 30
_LONGEST_LINE = 64 << 20
_MANIFEST_BYTES = 4 << 20
_DIGEST = re.compile(r"(?:(sha256|sm3):)?([0-9a-f]{64})")
# What zipfile and its decompressor raise for a file that is none, or was changed.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)


class Bundle:
    """A bundle that is open. ``digest`` is that of the whole file, ``ALGORITHM:HEX``; ``units`` are known
    once it was checked."""

    def __init__(self, name: str, packed: zipfile.ZipFile, manifest: Manifest, digest: str) -> None:
        self.name, self.manifest, self.digest = name, manifest, digest
        self.units: set[tuple[str, str]] = set()
        self._packed = packed
        self._checked = False

    def check(self) -> None:
        """Read all of it once. Raises RefusedError ``bundle-damaged``."""
        columns_seen, sources, once = 0, set(), set()
        for number, result in enumerate(self.results(), 1):
            columns_seen += len(result.asset.columns)
            sources.add(result.asset.source)
            self.units.add((result.asset.source, result.unit))
            once.add(asset_digest(result))
            if len(once) != number:
                raise self._damaged(RESULTS, number)
        for _ in self.decisions():
            pass
        if columns_seen != self.manifest.columns or tuple(sorted(sources)) != self.manifest.sources:
            raise self._damaged(RESULTS)
        self._checked = True

    def results(self) -> Iterator[AssetResult]:
        """Every asset, checked. Raises RefusedError ``bundle-damaged``, at the end where the file changed."""
        read = result_again if self._checked else result_of
        for number, line in self._lines(RESULTS):
            result = read(line)
            if result is None:
                raise self._damaged(RESULTS, number)
            yield result

    def decisions(self) -> Iterator[Decision]:
        """Every decision, checked. Raises RefusedError ``bundle-damaged``."""
        for number, line in self._lines(DECISIONS):
            decision = decision_of(line)
            if decision is None or decision.source not in self.manifest.sources:
                raise self._damaged(DECISIONS, number)
            yield decision

    def _lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        wanted = self.manifest.members[name]
        running, number = Running(self.manifest.hash), 0
        try:
            with self._packed.open(name) as stream:
                for number, line in enumerate(_each(stream), 1):
                    running.update(line)
                    yield number, line
        except _BROKEN:
            raise self._damaged(name, number + 1) from None
        if number != wanted.lines or running.hexdigest() != wanted.digest:
            raise self._damaged(name)

    def _damaged(self, member: str, line: int | None = None) -> RefusedError:
        return RefusedError("bundle-damaged", file=self.name, member=member, number=line)


def _each(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise EOFError
        yield line


@contextmanager
def opened(path: Path, told: Collection[str] = ()) -> Iterator[Bundle]:
    """Open the bundle at ``path``; ``told`` are digests that came apart from bundles, its own among them.

    Raises UsageError ``bundle-none`` for another file; RefusedError ``bundle-digest``, ``bundle-newer``,
    ``bundle-members``, ``bundle-bomb``, ``bundle-damaged``.
    """
    with ExitStack() as kept:
        try:
            stream = kept.enter_context(path.open("rb"))
            packed = kept.enter_context(zipfile.ZipFile(stream))
            _judge(str(path), path.stat().st_size, packed)
            manifest = _manifest(str(path), packed)
            found = _digest_of(stream, manifest.hash)
        except OSError as error:
            raise UsageError("bundle-none", file=str(path), code=error.strerror or "OSError") from None
        except _BROKEN:
            raise _no_bundle(path) from None
        if told and found not in {_told(one, manifest.hash) for one in told}:
            raise RefusedError("bundle-digest", file=str(path), found=found)
        yield Bundle(str(path), packed, manifest, found)


def _no_bundle(path: Path) -> UsageError | RefusedError:
    with path.open("rb") as stream:
        begun = stream.read(4) == b"PK\x03\x04"
    if begun:  # the list of members stands at the end of a zip: without it, the file was cut
        return RefusedError("bundle-damaged", file=str(path), member="-", number=None)
    return UsageError("bundle-none", file=str(path), code="-")


def _judge(name: str, size: int, packed: zipfile.ZipFile) -> None:
    infos = packed.infolist()
    total = sum(info.file_size for info in infos)
    if tuple(info.filename for info in infos) != _NAMES or packed.comment:
        known = MANIFEST in {info.filename for info in infos}
        if not known:
            raise UsageError("bundle-none", file=name, code="-")
        raise RefusedError("bundle-members", file=name)
    sane = all(info.flag_bits & 1 == 0 and info.compress_type in (0, 8) for info in infos)
    if not sane or infos[0].header_offset:
        raise RefusedError("bundle-members", file=name)
    if total > _LARGEST or (total > _SMALL and total > _RATIO * size):
        raise RefusedError("bundle-bomb", file=name, bytes=total)


def _manifest(name: str, packed: zipfile.ZipFile) -> Manifest:
    damaged = RefusedError("bundle-damaged", file=name, member=MANIFEST, number=None)
    if packed.infolist()[0].file_size > _MANIFEST_BYTES:
        raise damaged
    try:
        given = json.loads(packed.read(MANIFEST))
        version = given.get("format")
        if type(version) is int and version > FORMAT:
            raise RefusedError("bundle-newer", file=name, found=version, known=FORMAT)
        manifest = _read_manifest(given)
        Head.parse(manifest.audit)
    except (*BAD, *_BROKEN):
        raise damaged from None
    sizes = {info.filename: info.file_size for info in packed.infolist()[1:]}
    if not _consistent(manifest) or sizes != {key: item.bytes for key, item in manifest.members.items()}:
        raise damaged
    return manifest


def _read_manifest(given: dict[str, Any]) -> Manifest:
    known = {item.name for item in fields(Manifest)}
    if set(given) - known:
        raise ValueError("unknown fields")
    members = {name: Member(**item) for name, item in given["members"].items()}
    rest: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
    }
    return Manifest(**{**rest, "members": members})


def _consistent(manifest: Manifest) -> bool:
    if not conforms(manifest) or set(manifest.members) != {RESULTS, DECISIONS}:
        return False
    short = all(len(text) <= 64 for text in (manifest.run, manifest.catalogue)) and manifest.run.isprintable()
    times = len(manifest.started) <= 40 and len(manifest.finished) <= 40
    return (
        manifest.format == FORMAT
        and manifest.hash in ALGORITHMS
        and re.fullmatch("[0-9a-f]{32}", manifest.catalogue) is not None
        and SITE.fullmatch(manifest.site) is not None
        and manifest.status in ("complete", "incomplete", "interrupted", "failed", "running")
        and bool(manifest.run)
        and short
        and times
    )


def _told(told: str, default: str) -> str:
    found = _DIGEST.fullmatch(told.strip().lower())
    if found is None:
        raise UsageError("bundle-bad-digest", given=told)
    return f"{found[1] or default}:{found[2]}"


def file_digest(path: Path, algorithm: str) -> str:
    """The digest of a file, ``ALGORITHM:HEX``. Raises OSError."""
    with path.open("rb") as stream:
        return _digest_of(stream, algorithm)


def _digest_of(stream: IO[bytes], algorithm: str) -> str:
    at = stream.tell()
    stream.seek(0)
    running = Running(algorithm)
    while part := stream.read(1 << 20):
        running.update(part)
    stream.seek(at)
    return f"{algorithm}:{running.hexdigest()}"
