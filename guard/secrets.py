"""Passwords by reference, never by value: ``env:NAME``, ``file:PATH``, ``keyring:SERVICE/NAME``."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from guard.model import UsageError
from guard.sdk import Secret

KINDS = ("env", "file", "keyring")
_MAX_BYTES = 64 * 1024
_WORDS = "password|passwd|pwd|passphrase|secret|token|apikey|api_key|access_key|sslpassword|private_key"
_SECRET_NAME = re.compile(rf"(?:^|[_\-.])(?:{_WORDS})$|^(?:{_WORDS})$", re.IGNORECASE)


def is_reference(text: str) -> bool:
    """Whether ``text`` says where a secret is, instead of being one."""
    kind, colon, rest = text.partition(":")
    return bool(colon and rest) and kind in KINDS


def names_secret(key: str) -> bool:
    """Whether a setting of this name holds a secret, so that only a reference may stand there."""
    return _SECRET_NAME.search(key) is not None


def split_url(url: str) -> tuple[str, bool]:
    """``url`` without any password in it, and whether there was one.

    Finds ``user:password@`` even when the password holds ``/``, ``@``, ``?`` or ``#``, and
    parameters such as ``?password=``. Never raises; an empty password counts as none.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url, False
    user, host, found = _split_user(rest)
    head, question, query = host.partition("?")
    kept, hidden = _split_query(query)
    tail = f"?{kept}" if kept else ""
    return f"{scheme}{mark}{user}{head}{tail if question else ''}", found or hidden


def _split_user(rest: str) -> tuple[str, str, bool]:
    """``user@`` without password, what follows it, and whether there was a password."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        at = authority.rindex("@")
    elif _hides_password(authority, rest):
        at = rest.rindex("@")
    else:
        return "", rest, False
    name, colon, password = rest[:at].partition(":")
    return f"{name}@", rest[at + 1 :], bool(colon and password)


def _hides_password(authority: str, rest: str) -> bool:
    # "user:pa/ss@host": the first slash is the password's, unless what precedes it is host:port.
    _, colon, port = authority.rpartition(":")
    return bool(colon) and "@" in rest and not port.isdigit() and not authority.startswith("[")


def _split_query(query: str) -> tuple[str, bool]:
    parts = query.split("&") if query else []
    kept = [part for part in parts if not names_secret(part.partition("=")[0])]
    hidden = any(part.partition("=")[2] for part in parts if part not in kept)
    return "&".join(kept), hidden


def resolve(reference: str, *, warn: Callable[[UsageError], None] | None = None) -> Secret:
    """The secret that ``reference`` names. A relative ``file:`` path is relative to the working directory.

    Raises UsageError ``literal-password``, ``secret-env``, ``secret-file``, ``secret-readable``,
    ``secret-keyring-missing``, ``secret-keyring``. With ``warn``, a file that other accounts can
    read is handed to it as an error and read all the same.
    """
    if not is_reference(reference):
        raise UsageError("literal-password", where="password")
    kind, _, rest = reference.partition(":")
    if kind == "env":
        return _from_environment(rest)
    if kind == "file":
        return _from_file(Path(rest).expanduser(), warn)
    return _from_keyring(rest)


def _from_environment(name: str) -> Secret:
    value = os.environ.get(name)
    if not value:
        raise UsageError("secret-env", name=name)
    return Secret(value)


def _from_file(path: Path, warn: Callable[[UsageError], None] | None) -> Secret:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_BYTES:
            raise UsageError("secret-file", path=str(path), code="not-a-file")
        text = path.read_bytes().decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise UsageError("secret-file", path=str(path), code=type(error).__name__) from None
    except UnicodeDecodeError:
        raise UsageError("secret-file", path=str(path), code="not-utf-8") from None
    if not text:
        raise UsageError("secret-file", path=str(path), code="empty")
    if found.st_mode & 0o077:
        open_to_others = UsageError("secret-readable", path=str(path), mode=f"{found.st_mode & 0o777:04o}")
        if warn is None:
            raise open_to_others
        warn(open_to_others)
    return Secret(text)


def _from_keyring(rest: str) -> Secret:
    service, slash, name = rest.rpartition("/")
    if not slash or not service or not name:
        raise UsageError("secret-keyring", name=rest, code="form")
    try:
        import keyring
    except ImportError:
        raise UsageError("secret-keyring-missing", name=rest) from None
    try:
        value = keyring.get_password(service, name)
    except Exception as error:
        raise UsageError("secret-keyring", name=rest, code=type(error).__name__) from None
    if not value:
        raise UsageError("secret-keyring", name=rest, code="empty")
    return Secret(str(value))
