"""What a database refuses, as an error that a person can act on.

The driver's text is dropped: only its code decides, and statements or parameters never show.
"""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from guard.model import GuardError, SourceError, UsageError

_SQLITE = {
    sqlite3.SQLITE_FULL: "catalog-full",
    sqlite3.SQLITE_READONLY: "catalog-read-only",
    sqlite3.SQLITE_PERM: "catalog-read-only",
    sqlite3.SQLITE_CANTOPEN: "catalog-unopenable",
    sqlite3.SQLITE_IOERR: "catalog-unopenable",
    sqlite3.SQLITE_BUSY: "catalog-busy",
    sqlite3.SQLITE_LOCKED: "catalog-busy",
    sqlite3.SQLITE_CORRUPT: "catalog-damaged",
    sqlite3.SQLITE_NOTADB: "catalog-damaged",
}
# SQLSTATE, or its class of two characters (PostgreSQL, appendix A).
_SQLSTATE = {
    "08": "catalog-unreachable",
    "28": "catalog-denied",
    "3D": "catalog-unreachable",
    "25006": "catalog-read-only",
    "42501": "catalog-denied",
    "53100": "catalog-full",
    "53": "catalog-busy",
    "55P03": "catalog-busy",
    "40": "catalog-busy",
    "57": "catalog-unreachable",
}
_ERRNO = {
    errno.ENOSPC: "catalog-full",
    errno.EDQUOT: "catalog-full",
    errno.EFBIG: "catalog-full",
    errno.EACCES: "catalog-read-only",
    errno.EPERM: "catalog-read-only",
    errno.EROFS: "catalog-read-only",
    errno.ENOENT: "catalog-no-folder",
    errno.ENOTDIR: "catalog-no-folder",
}
# A refused login comes without an SQLSTATE: only its words tell it from a server that is silent.
_WORDS = (
    (re.compile(r'database ".*" does not exist|数据库.*不存在', re.I), "catalog-no-database"),
    (re.compile("too many (clients|connections)|connection slots|连接数", re.I), "catalog-busy"),
    (
        re.compile(
            'password|authentication|pg_hba|role ".*" does not exist|not permitted to log in'
            "|permission denied for database|认证|口令|密码|角色",
            re.I,
        ),
        "catalog-denied",
    ),
)
# While a scan records, what was stored before is kept: the scan is incomplete, not wrongly invoked.
_RECORDING = {
    "catalog-full": "record-full",
    "catalog-busy": "record-busy",
    "catalog-read-only": "record-refused",
    "catalog-denied": "record-refused",
    "catalog-unreachable": "record-lost",
    "catalog-unopenable": "record-lost",
    "catalog-no-folder": "record-lost",
    "catalog-no-database": "record-lost",
    "catalog-damaged": "record-damaged",
}


@contextmanager
def guarded(place: str, *, recording: bool = False) -> Iterator[None]:
    """Turn a failure of the catalogue at ``place`` (never with a password) into a GuardError.

    UsageError (exit code 2) where the catalogue cannot be used; while ``recording`` the results
    of a scan, SourceError (3) ``record-full``, ``record-busy``, ``record-refused``,
    ``record-lost`` or ``record-damaged``: the scan can be resumed.
    """
    try:
        yield
    except DBAPIError as error:
        raise _named(place, *_judge(error.orig), recording=recording) from None
    except SQLAlchemyError as error:
        raise GuardError("catalog-failed", catalog=place, code=type(error).__name__) from None
    except OSError as error:
        code = _ERRNO.get(error.errno or 0, "catalog-unopenable")
        detail = errno.errorcode.get(error.errno or 0, "OSError")
        raise _named(place, code, detail, recording=recording) from None


def _named(place: str, code: str, detail: str, *, recording: bool) -> GuardError:
    if recording and code in _RECORDING:
        return SourceError(_RECORDING[code], catalog=place, code=detail)
    kind = GuardError if code == "catalog-failed" else UsageError
    return kind(code, catalog=place, code=detail)


def _judge(error: BaseException | None) -> tuple[str, str]:
    number = getattr(error, "sqlite_errorcode", None)
    if number is not None:  # the low byte is the family of an extended code
        return _SQLITE.get(number & 0xFF, "catalog-failed"), str(getattr(error, "sqlite_errorname", number))
    state = getattr(error, "sqlstate", None)
    if state:
        return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2], "catalog-failed"), state
    said = str(error)
    told = next((code for words, code in _WORDS if words.search(said)), None)
    if told:
        return told, type(error).__name__
    link = getattr(error, "pgconn", None)
    if link is not None and (link.used_password or link.needs_password):
        # A refused login has no SQLSTATE here; that a password was asked for tells it from silence.
        return "catalog-denied", type(error).__name__
    lost = type(error).__name__ in ("OperationalError", "ConnectionTimeout", "ConnectionFailure")
    return ("catalog-unreachable" if lost else "catalog-failed"), type(error).__name__
