"""Reading a finished page as a browser would, to say what it asks for and how it is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_LOADING = {
    "link",
    "iframe",
    "object",
    "embed",
    "base",
    "img",
    "image",
    "source",
    "video",
    "audio",
    "use",
    "portal",
}
_SHEET = re.compile(r"@import|url\((?!#)|https?:", re.IGNORECASE)
_SCRIPT = re.compile(
    r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(|eval\(|innerHTML|https?:", re.IGNORECASE
)


class Page(HTMLParser):
    """The tags of a page in order, with their attributes, and the text of its styles and scripts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.sheets: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(path.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag and its attributes."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - HTMLParser's signature
        """Leave a style or script."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Keep the text of styles and scripts."""
        if self._inside in {"style", "script"}:
            (self.sheets if self._inside == "style" else self.scripts).append(data)

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Tags and the names of their attributes: what no name or comment may change."""
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every ``tag``."""
        return [attributes for name, attributes in self.tags if name == tag]

    def policy(self) -> str:
        """The content security policy the page sets itself."""
        metas = (
            one for one in self.all("meta") if one.get("http-equiv", "").lower() == "content-security-policy"
        )
        return next((one["content"] for one in metas), "")

    def requests(self) -> Iterator[str]:
        """Everything in the page that would load, send or run something it does not hold itself."""
        for tag, attributes in self.tags:
            if tag in _LOADING:
                yield f"<{tag}>"
            for name, value in attributes.items():
                away = name in {"href", "xlink:href", "action", "formaction"} and not value.startswith("#")
                if away or name in {"src", "srcset", "poster", "ping", "style"} or name.startswith("on"):
                    yield f"<{tag} {name}>"
        yield from (found[0] for text in self.sheets for found in _SHEET.finditer(text))
        yield from (found[0] for text in self.scripts for found in _SCRIPT.finditer(text))
