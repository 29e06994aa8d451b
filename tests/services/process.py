"""A server process of our own: unprivileged, on loopback, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def account(*names: str) -> pwd.struct_passwd | None:
    """The account to run a server as: servers refuse root. None where we are not root."""
    if os.getuid():
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in (*names, "nobody") if name in known)


class Folder:
    """A temporary folder that the server's account can reach, whoever runs the tests."""

    def __init__(self, prefix: str, owner: pwd.struct_passwd | None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self.owner = owner
        self.path.chmod(0o755)
        self.give(self.path)

    def give(self, path: Path) -> None:
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """A running server. ``stop`` ends this process only."""

    def __init__(self, command: list[str], folder: Folder, environment: dict[str, str]) -> None:
        self.folder = folder
        with (folder.path / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder.path,
                env=environment, **identity(folder.owner),
            )  # fmt: skip

    def started(self, ready: Callable[[], None], seconds: float = 60) -> None:
        """Wait until ``ready`` returns; a server that does not get there is stopped."""
        try:
            self._wait(ready, seconds)
        except BaseException:
            self.stop()
            raise

    def _wait(self, ready: Callable[[], None], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                return ready()
            except Exception as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder.path / "server.log").read_text("utf-8", "replace")
                    raise RuntimeError(
                        f"server did not start: {type(error).__name__}\n{log[-2000:]}"
                    ) from None
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.folder.remove()


def identity(owner: pwd.struct_passwd | None) -> dict[str, object]:
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def run(command: list[str], folder: Folder, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, capture_output=True, cwd=folder.path, env=environment, timeout=120, check=False,
        **identity(folder.owner),
    )  # fmt: skip
    if done.returncode:
        folder.remove()
        raise RuntimeError(
            f"{Path(command[0]).name} failed: {done.stderr.decode('utf-8', 'replace')[-2000:]}"
        )
