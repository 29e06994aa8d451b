"""One tree of errors; each leaf knows its exit code (``guard explain exit-codes``).

::

    GuardError                 5  internal: our bug
    ├── UsageError             2  wrong invocation, configuration or policy
    ├── SourceError            3  a source or object could not be read
    └── RefusedError           4  approval missing, unsafe to go on

An error carries an id and parameters, never a sentence: ``guard.text`` renders
``errors.<id>.what``, ``.why`` and ``.next`` in the reader's language. Parameters
hold names, paths, codes and counts, never a sampled value.
"""

from __future__ import annotations

from collections.abc import Mapping


class GuardError(Exception):
    """An error that a person can act on: ``id`` is its ``guard explain`` page."""

    exit_code = 5

    def __init__(self, code: str, /, **params: object) -> None:
        self.id = code
        self.params: Mapping[str, object] = params
        super().__init__(code)

    def __str__(self) -> str:
        facts = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.id}({facts})"


class UsageError(GuardError):
    """Wrong invocation, configuration or policy."""

    exit_code = 2


class SourceError(GuardError):
    """A source, or an object in it, that could not be read."""

    exit_code = 3


class RefusedError(GuardError):
    """Refused because going on would be unsafe or unapproved."""

    exit_code = 4
