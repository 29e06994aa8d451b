"""One thing wrong in a pack, where it stands, and the nearest right name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from guard.model import UsageError
from guard.yamldoc import Document, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """``code`` has the texts ``errors.<code>``; ``line`` is 1-based; ``params`` hold names."""

    code: str
    file: str
    line: int
    params: Mapping[str, str] = field(default_factory=dict)

    def error(self) -> UsageError:
        """This issue as the error that ends a command."""
        return UsageError(self.code, file=self.file, line=self.line, **self.params)


class Issues:
    """Collects what is wrong in a pack's files."""

    def __init__(self) -> None:
        self.found: list[Issue] = []

    def add(self, code: str, document: Document, keys: tuple[str | int, ...], **params: str) -> None:
        """Note ``code`` at the node ``keys`` of ``document``."""
        self.found.append(Issue(code=code, file=document.path, line=document.line(*keys), params=params))

    def at(self, code: str, file: str, line: int, **params: str) -> None:
        """Note ``code`` at a line of a file."""
        self.found.append(Issue(code=code, file=file, line=line, params=params))

    def caught(self, error: UsageError) -> None:
        """Note an error that has a file and a line."""
        params = {key: str(value) for key, value in error.params.items()}
        file, line = params.pop("file", "-"), params.pop("line", "1")
        self.at(error.id, file, int(line), **params)

    def unknown(
        self, code: str, document: Document, keys: tuple[str | int, ...], word: object, options: Iterable[str]
    ) -> None:
        """Note a ``word`` that is none of ``options``, with the nearest of them."""
        known = sorted(map(str, options))
        self.add(
            code,
            document,
            keys,
            word=str(word),
            nearest=nearest(str(word), known) or "",
            options=", ".join(known[:40]),
        )
