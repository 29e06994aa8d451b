"""The parser process: a small server that forks one limited child for each file.

It is started once, loads the parsers, leaves the network, then waits on a socket. A job is
JSON plus two descriptors: the open file, and the pipe for the answer. The child never
learns the file's place, opens nothing, and ends with the file. The server keeps one
child at a time, kills it when told to, and answers with how it ended, never with its words.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import sys
from typing import Any, NoReturn

from guard_connectors import sandbox_walls
from guard_connectors.formats.encoding import detect
from guard_connectors.formats.reading import READERS

MEMORY_EXIT, BUG_EXIT = 3, 4
_MEMORY_WORDS = (b"memory allocation of", b"bad_alloc", b"out of memory", b"Out of memory", b"MemoryError")
_PRELOAD = (
    "pyarrow.parquet",
    "pyarrow.compute",
    "decimal",
    "python_calamine",
    "pypdfium2",
    "kreuzberg",
    "charset_normalizer",
    "encodings.gb18030",
    "encodings.big5",
    "encodings.cp437",
    "encodings.idna",
    "encodings.utf_8_sig",
    "encodings.utf_16",
    "encodings.utf_16_le",
    "encodings.utf_16_be",
    "encodings.utf_32",
    "guard_connectors.frames",
    *(f"guard_connectors.formats.{name}" for name in READERS.values()),
)


def serve(control: socket.socket) -> None:
    """Answer jobs from ``control`` until it closes.

    All that a child may import is loaded before: behind the walls no module can be opened. Guessing
    an encoding once makes the codecs load that are otherwise looked up by name.
    """
    walls = ["limits", *(["netns"] if sandbox_walls.leave_network() else [])]
    for name in _PRELOAD:
        importlib.import_module(name)
    detect("Zürich, Ærø, Málaga: straße, niño, façade".encode("latin-1"))
    gc.collect()
    gc.freeze()
    walls += ["seccomp"] if _can_refuse_calls() else []
    control.send(json.dumps({"walls": walls}).encode("ascii"))
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 2)
        if not message:
            return
        if len(descriptors) == 2:
            control.send(json.dumps(_run(control, message, descriptors)).encode("ascii"))
            continue
        for descriptor in descriptors:
            os.close(descriptor)


def _can_refuse_calls() -> bool:
    """Whether a child of this process can shut itself in, tried in one."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if sandbox_walls.refuse_calls() else 1)
    return os.waitpid(pid, 0)[1] == 0


def _run(control: socket.socket, job: bytes, descriptors: list[int]) -> dict[str, int | bool]:
    """Fork a child for ``job``; wait for its end, or for the word to kill it."""
    words_out, words_in = os.pipe()
    os.set_blocking(words_in, False)
    pid = os.fork()
    if pid == 0:
        control.close()
        os.dup2(words_in, 2)
        _child(json.loads(job), *descriptors)
    for descriptor in (*descriptors, words_in):
        os.close(descriptor)
    code = _wait(control, pid)
    words = b""
    os.set_blocking(words_out, False)
    with contextlib.suppress(OSError):
        words = os.read(words_out, 1 << 16)
    os.close(words_out)
    memory = code == MEMORY_EXIT or any(word in words for word in _MEMORY_WORDS)
    return {"code": code, "memory": memory}


def _wait(control: socket.socket, pid: int) -> int:
    """The exit code of child ``pid`` (negative: the signal); any word on ``control`` kills it."""
    handle = os.pidfd_open(pid)
    ready, _, _ = select.select([handle, control.fileno()], [], [])
    if handle not in ready:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        control.recv(64)
    os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _child(job: dict[str, Any], file: int, pipe: int) -> NoReturn:
    """Read one file behind the walls; never returns."""
    code = BUG_EXIT
    try:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        sandbox_walls.die_with_parent()
        sandbox_walls.limit(job["memory"], job["cpu"])
        if sandbox_walls.refuse_calls() or not job["strict"]:
            _read(job, file, pipe)
            code = 0
    except MemoryError:
        code = MEMORY_EXIT
    except BaseException:  # noqa: S110 - its text may quote a value; the code says enough
        pass
    finally:
        os._exit(code)


def _read(job: dict[str, Any], file: int, pipe: int) -> None:
    from guard.sdk import Budget, Unreadable
    from guard_connectors import frames
    from guard_connectors.formats import reading

    with io.FileIO(file, "rb") as stream, io.FileIO(pipe, "wb") as raw:
        sink = io.BufferedWriter(raw, 1 << 20)
        asset, budget = frames.asset_from(job["asset"]), Budget(**job["budget"])
        try:
            for item in reading.read(job["format"], io.BufferedReader(stream, 1 << 18), asset, budget):
                for frame in frames.encode(item):
                    sink.write(frame)
            sink.write(frames.ended())
        except Unreadable as refusal:
            sink.write(frames.ended(refusal.problem))
        sink.flush()


def main() -> None:
    """Entry point: the control socket is standard input."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
    with contextlib.suppress(OSError):
        serve(control)
    sys.exit(0)
