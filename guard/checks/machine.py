"""numba, with its cache folder chosen first. Importing this imports numba."""

from __future__ import annotations

from guard.checks import native

native.unavailable()  # before numba is there: it reads the folder once

from numba import njit  # noqa: E402

__all__ = ["njit"]
