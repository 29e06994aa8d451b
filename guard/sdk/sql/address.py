"""Where a database server is, read from a URL that holds no password."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from guard.model import UsageError
from guard.yamldoc import nearest

SSL_MODES = ("disable", "require", "verify-ca", "verify-full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Host, port, account and database of a server, and its allowed parameters.

    ``host`` is a name, an IP address or the folder of a unix socket.
    """

    host: str
    port: int
    user: str
    database: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def local(self) -> bool:
        """True for a unix socket or a loopback address: traffic that leaves no machine."""
        if self.host.startswith("/") or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def ssl_mode(self) -> str:
        """The mode asked for; without one, verified off loopback and none on it."""
        return self.parameters.get("sslmode") or ("disable" if self.local else "verify-full")


def parse_address(url: str, *, port: int, parameters: tuple[str, ...]) -> Address:
    """Read ``scheme://user@host:port/database?parameter=…``.

    ``port`` is the default one, ``parameters`` the allowed names. Raises UsageError:
    ``url-broken``, ``url-password``, ``url-parameter``, ``url-sslmode``.
    """
    try:
        parts = urlsplit(url)
        number = parts.port
    except ValueError:
        raise UsageError("url-broken") from None
    if parts.password:
        raise UsageError("url-password")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    _check(given, parameters)
    return Address(
        host=given.pop("host", "") or unquote(parts.hostname or "localhost"),
        port=number or port,
        user=unquote(parts.username or ""),
        database=unquote(parts.path.lstrip("/")),
        parameters=given,
    )


def parse_file_address(url: str) -> Path:
    """The file of ``sqlite:///relative.db`` or ``sqlite:////absolute.db``; it takes no parameters.

    Raises UsageError ``url-file``.
    """
    scheme, mark, rest = url.partition(":///")
    if not mark or not rest or "?" in rest or "#" in rest:
        raise UsageError("url-file", scheme=scheme.partition(":")[0])
    return Path(unquote(rest, errors="surrogateescape"))


def _check(given: Mapping[str, str], allowed: tuple[str, ...]) -> None:
    for name in given:
        if name not in allowed:
            near = nearest(name, allowed) or allowed[0]
            raise UsageError("url-parameter", name=name, nearest=near, allowed=", ".join(allowed))
    mode = given.get("sslmode", "disable")
    if mode not in SSL_MODES:
        near = nearest(mode, SSL_MODES) or "verify-full"
        raise UsageError("url-sslmode", name=mode, nearest=near, allowed=", ".join(SSL_MODES))
