"""A MySQL server of the worst kind, on loopback: it speaks just enough to ask for what it must not get."""

from __future__ import annotations

import socket
import struct
import threading

_LONG_PASSWORD, _PROTOCOL_41, _SECURE, _PLUGIN_AUTH, _LOCAL_FILES = 1, 1 << 9, 1 << 15, 1 << 19, 1 << 7


def _packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


_OK = b"\x00\x00\x00\x02\x00\x00\x00"


class RogueMysql:
    """Accepts connections until closed; ``heard`` is every byte that clients sent.

    ``mode`` is ``file`` (logs in, then answers each query with LOAD DATA LOCAL INFILE of
    ``path``) or ``clear`` (asks for the password in clear text).
    """

    def __init__(self, mode: str, path: str = "/etc/hostname") -> None:
        self._mode = mode
        self._path = path
        self.heard = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                self._talk(client)
            except OSError:
                pass
            finally:
                client.close()

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(3)
        flags = _LONG_PASSWORD | _PROTOCOL_41 | _SECURE | _PLUGIN_AUTH | _LOCAL_FILES
        greeting = b"\x0a8.0.99\x00" + struct.pack("<I", 7) + b"12345678\x00"
        greeting += struct.pack("<HBHH", flags & 0xFFFF, 45, 2, flags >> 16) + bytes([21]) + bytes(10)
        greeting += b"123456789012\x00mysql_native_password\x00"
        client.sendall(_packet(0, greeting))
        self._hear(client)
        if self._mode == "clear":
            client.sendall(_packet(2, b"\xfemysql_clear_password\x00"))
            self._hear(client)
            return
        client.sendall(_packet(2, _OK))
        while self._hear(client):
            client.sendall(_packet(1, b"\xfb" + self._path.encode()))

    def _hear(self, client: socket.socket) -> bytes:
        said = client.recv(65536)
        self.heard += said
        return said
