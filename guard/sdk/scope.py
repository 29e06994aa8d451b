"""Which assets of a source are asked for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from guard.sdk.connector import SourceSpec


def in_scope(spec: SourceSpec, path: tuple[str, ...]) -> bool:
    """True when ``path``, joined by ``/``, matches an include (or there is none) and no exclude."""
    name = "/".join(path)
    wanted = not spec.include or any(fnmatchcase(name, glob) for glob in spec.include)
    return wanted and not any(fnmatchcase(name, glob) for glob in spec.exclude)
