"""A secret that cannot be shown by accident."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds a password. ``reveal()`` is the only way to read it; repr and pickle refuse."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the password, for handing to a driver and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "<Secret>"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled")
