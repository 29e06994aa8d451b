"""git, called without a shell: nothing of a repository or its settings is run, no hook, pager, filter of
diffs or monitor; nothing is written to it and nothing is fetched.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from guard.model import SourceError, UsageError
from guard.yamldoc import nearest

SECONDS = 120

_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=true",
    "protocol.allow=never",
)
_OTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS")


def merge_base(root: Path, ref: str) -> str:
    """The commit at which HEAD left ``ref``. Raises UsageError ``gate-no-git``,
    ``gate-not-a-repository``, ``gate-ref``."""
    inside, problem = _run(root, "rev-parse", "--is-inside-work-tree")
    if inside != b"true\n":
        owner = str(root) if b"safe.directory" in problem else ""
        raise UsageError("gate-not-a-repository", path=str(root), owner=owner)
    commit = b""
    if ref and not ref.startswith("-") and "\0" not in ref:
        commit, _ = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    base, _ = _run(root, "merge-base", commit.decode().strip(), "HEAD") if commit else (b"", b"")
    if not base:
        raise _unknown(root, ref, known=bool(commit))
    return base.decode().strip()


def git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git says in ``root``. Raises UsageError ``gate-no-git``, SourceError ``gate-git``."""
    said, problem = _run(root, *arguments, given=given)
    if problem:
        raise SourceError("gate-git", command=arguments[0])
    return said


def _run(root: Path, *arguments: str, given: bytes = b"") -> tuple[bytes, bytes]:
    """Its output, and, only where it failed, what it complains of."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and refs are checked by the caller
            ["git", "--no-pager", *settings, *arguments],  # noqa: S607 - the one people use
            cwd=root,
            env=_environment(),
            input=given,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        if root.is_dir():
            raise UsageError("gate-no-git") from None
        raise UsageError("no-such-path", path=str(root), nearest="") from None
    except (subprocess.TimeoutExpired, OSError):
        raise SourceError("gate-git", command=arguments[0]) from None
    return done.stdout, (done.stderr or b"?") if done.returncode else b""


def _environment() -> Mapping[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _OTHERS}
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    return own | quiet | {"GIT_LITERAL_PATHSPECS": "1", "GIT_NO_REPLACE_OBJECTS": "1"}


def _unknown(root: Path, ref: str, *, known: bool) -> UsageError:
    names, _ = _run(
        root, "for-each-ref", "--count=5000", "--format=%(refname:short)", "refs/heads", "refs/remotes"
    )
    shallow, _ = _run(root, "rev-parse", "--is-shallow-repository")
    near = "" if known else nearest(ref, os.fsdecode(names).split()) or ""
    hint = "fetch-depth: 0" if shallow == b"true\n" else ""
    return UsageError(
        "gate-ref", ref=ref[:200], nearest=near, shallow=hint, unrelated=ref[:200] if known else ""
    )
