"""Files and folders of files. Text is read here; everything binary in the sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit

from guard.sdk import (
    Asset,
    AssetKind,
    Budget,
    Capabilities,
    Problem,
    Sample,
    SourceSpec,
    Unreadable,
)
from guard.sdk.scope import in_scope
from guard_connectors.files_tree import Entry, Tree
from guard_connectors.formats import kinds, reading, text
from guard_connectors.sandbox import ParserLimits, Sandbox


class FilesConnector:
    """A file, or a folder with everything below it. ``spec.url`` is a path or a ``file://`` URL.

    Options: ``parser_megabytes`` (1024) and ``parser_seconds`` (8, for a small file) bound the
    parsing of one binary file; ``parser_strict`` refuses to parse where the kernel has no
    system-call filter.
    """

    capabilities = Capabilities(family="files", estimates=True)

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec
        self._tree = Tree(local_path(spec.url), spec.hidden)
        self.sandbox = Sandbox(_limits(spec))

    def assets(self) -> Iterator[Asset | Problem]:
        """One FILE for each file in scope; what is in it is known when it is sampled."""
        for entry in self._tree.entries():
            if not in_scope(self._spec, entry.path):
                continue
            if isinstance(entry, Problem):
                yield entry
                continue
            refusal = self._refusal(entry)
            yield refusal if refusal else self._asset(entry)

    def sample(self, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
        """Samples of the file, or of each sheet, member or nested table in it."""
        problem: Problem | None = None
        try:
            yield from within(self._sample(asset, budget), budget.bytes)
        except Unreadable as refusal:
            problem = refusal.problem
        if problem is not None:
            # Raised here, outside the handler: a decoder's error holds the bytes it choked on.
            raise Unreadable(problem)

    def _sample(self, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
        descriptor = self._tree.open(asset.path)
        try:
            kind = _kind(asset.path, descriptor)
            if kind.problem:
                raise Unreadable(self._problem(kind, asset.path))
            notes = (Problem(code="mislabelled", path=asset.path),) if kind.mislabelled else ()
            for item in self._read(kind.format, descriptor, asset, budget):
                yield _noted(item, notes)
        except OSError:
            raise Unreadable(Problem(code="file-denied", path=asset.path)) from None
        finally:
            os.close(descriptor)

    def text(self, asset: Asset) -> Iterator[str]:
        """The decoded text of a text file, in order; nothing of any other file."""
        descriptor = self._tree.open(asset.path)
        try:
            if _kind(asset.path, descriptor).format == "text":
                with os.fdopen(descriptor, "rb", buffering=1 << 18, closefd=False) as stream:
                    yield from text.parts(stream, asset)
        except OSError:
            raise Unreadable(Problem(code="file-denied", path=asset.path)) from None
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """End the parser process."""
        self.sandbox.close()

    def _read(
        self, format_: str, descriptor: int, asset: Asset, budget: Budget
    ) -> Iterator[Sample | Problem]:
        if format_ not in kinds.TEXT_FORMATS:
            yield from self.sandbox.read(format_, descriptor, asset, budget)
            return
        with os.fdopen(descriptor, "rb", buffering=1 << 18, closefd=False) as stream:
            yield from reading.read(format_, stream, asset, budget)

    def _asset(self, entry: Entry) -> Asset:
        return Asset(
            source=self._spec.name,
            path=entry.path,
            kind=AssetKind.FILE,
            system=self._spec.system,
            department=self._spec.department,
            bytes=entry.size,
        )

    def _refusal(self, entry: Entry) -> Problem | None:
        """Why a file whose name announces nothing readable is skipped; its first bytes may save it."""
        if kinds.known(entry.path[-1]):
            return None
        try:
            descriptor = self._tree.open(entry.path)
        except Unreadable as refusal:
            return refusal.problem
        try:
            kind = _kind(entry.path, descriptor)
        except OSError:
            return Problem(code="file-denied", path=entry.path)
        finally:
            os.close(descriptor)
        if not kind.problem:
            return None
        return self._problem(kind, entry.path)

    def _problem(self, kind: kinds.Kind, path: tuple[str, ...]) -> Problem:
        """Why the file at ``path`` is not read; of a database, the address to scan it by."""
        params = {"format": kinds.ending(path[-1]) or "?"}
        if kind.problem == "database-file":
            params["path"] = quote(self._tree.place(path), errors="surrogateescape")
        return Problem(code=kind.problem, path=path, params=params)


def local_path(url: str) -> str:
    """The path of a ``file://`` URL; a path as it is."""
    if not url.startswith("file:"):
        return os.path.expanduser(url)  # noqa: PTH111 - may hold bytes that are no UTF-8
    return unquote(urlsplit(url).path, errors="surrogateescape")


def within(items: Iterator[Sample | Problem], most: int) -> Iterator[Sample | Problem]:
    """The items while their arrays stay below ``most`` bytes; the one that does not fit is cut."""
    left = most
    cut: tuple[str, ...] = ()
    for item in items:
        if isinstance(item, Problem):
            yield item
            continue
        size = int(item.batch.nbytes)
        if size <= left and item.asset.path != cut:
            left -= size
            yield item
        elif item.asset.path != cut:
            cut = item.asset.path
            yield _shortened(item, left)
            left = 0


def _shortened(item: Sample, most: int) -> Sample:
    """As many of the first rows of ``item`` as fit into ``most`` bytes; never complete."""
    rows = item.rows
    while rows and item.batch.slice(0, rows).nbytes > most:
        rows = min(rows - 1, rows * 3 // 4)
    return Sample(item.asset, item.batch.slice(0, rows), notes=item.notes)


def _kind(path: tuple[str, ...], descriptor: int) -> kinds.Kind:
    head = os.pread(descriptor, kinds.HEAD_BYTES, 0)
    return kinds.kind_of(path[-1], head, os.fstat(descriptor).st_size)


def _noted(item: Sample | Problem, notes: tuple[Problem, ...]) -> Sample | Problem:
    if isinstance(item, Problem) or not notes:
        return item
    return Sample(item.asset, item.batch, complete=item.complete, notes=(*notes, *item.notes))


def _limits(spec: SourceSpec) -> ParserLimits:
    plain = ParserLimits()
    return replace(
        plain,
        memory=_number(spec, "parser_megabytes", plain.memory >> 20) << 20,
        seconds=float(_number(spec, "parser_seconds", int(plain.seconds))),
        most_seconds=max(spec.limits.wall_seconds, plain.seconds),
        strict=bool(spec.options.get("parser_strict", False)),
    )


def _number(spec: SourceSpec, name: str, default: int) -> int:
    value = spec.options.get(name, default)
    return value if isinstance(value, int) and value > 0 else default
