"""PyMySQL, guarded: no LOCAL INFILE, no password in clear, TLS verified off loopback."""

from __future__ import annotations

import ssl
from typing import Any

from guard.sdk import SourceSpec
from guard.sdk.sql import Address

CONNECT_SECONDS = 5
# Answers that hand a password over in clear; refused where nothing hides the line.
CLEAR_PLUGINS = (b"mysql_clear_password", b"dialog", b"mysql_old_password")


def open_connection(address: Address, spec: SourceSpec, wait: float) -> Any:
    """A connection on which an answer may take ``wait`` seconds; the login, CONNECT_SECONDS."""
    arguments = _arguments(address, spec)
    connection = _connection_class()(**arguments, read_timeout=CONNECT_SECONDS, write_timeout=wait)
    connection._read_timeout = wait
    return connection


def _connection_class() -> Any:
    from pymysql.connections import Connection
    from pymysql.constants import CLIENT, CR
    from pymysql.err import OperationalError

    parent: Any = Connection

    class Guarded(parent):  # type: ignore[misc]
        """Refuses what a hostile server could ask of a client that trusts it."""

        def _request_authentication(self) -> Any:
            # A server (or somebody between) that hides its TLS must not get the password.
            if self.ssl and not self.server_capabilities & CLIENT.SSL:
                raise OperationalError(CR.CR_SSL_CONNECTION_ERROR, "no TLS")
            return super()._request_authentication()

        def _process_auth(self, plugin_name: Any, *rest: Any) -> Any:
            if plugin_name in CLEAR_PLUGINS and not self._secure:
                raise OperationalError(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "password asked for in clear")
            return super()._process_auth(plugin_name, *rest)

    return Guarded


def _arguments(address: Address, spec: SourceSpec) -> dict[str, Any]:
    from pymysql.converters import encoders

    where = {"unix_socket": address.host} if address.host.startswith("/") else {"host": address.host}
    context = _tls(address)
    return {
        **where,
        "port": address.port,
        "user": address.user or "root",
        "database": address.database or None,
        "password": spec.password.reveal().encode() if spec.password else b"",
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "program_name": "govguard",
        "autocommit": True,
        "local_infile": False,
        "use_unicode": False,
        "conv": encoders,
        **({"ssl": context} if context else {"ssl_disabled": True}),
    }


def _tls(address: Address) -> ssl.SSLContext | None:
    mode = address.ssl_mode
    if mode == "disable":
        return None
    parameters = address.parameters
    context = ssl.create_default_context(cafile=parameters.get("sslrootcert"))
    if mode != "verify-full":
        context.check_hostname = False
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    if "sslcert" in parameters:
        context.load_cert_chain(parameters["sslcert"], parameters.get("sslkey"))
    return context
