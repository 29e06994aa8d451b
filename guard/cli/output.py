"""What goes where: the payload to stdout, everything else to stderr, nothing else prints."""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

from guard.cli.language import current, say
from guard.model import GuardError
from guard.sdk.display import visible
from guard.text import lookup


def payload(text: str, *, end: str = "\n", stream: TextIO | None = None) -> None:
    """Write payload to stdout."""
    print(text, end=end, file=stream or sys.stdout)


def message(text: str) -> None:
    """Write a summary, hint or warning to stderr."""
    print(text, file=sys.stderr)


def emit_json(data: Any) -> None:
    """Write one JSON document to stdout."""
    payload(json.dumps(data, ensure_ascii=False, indent=2))


def error_text(error: GuardError) -> str:
    """An error as a person reads it: what, where, why, next."""
    params = {name: "" if value is None else visible(value) for name, value in error.params.items()}
    lines = [f"error[{error.id}] {say(f'errors.{error.id}.what', **params)}"]
    for part in ("where", "why", "next"):
        key = f"errors.{error.id}.{part}"
        if part == "where" and "file" in params:
            place = params["file"] + (f":{params['line']}" if "line" in params else "")
            lines.append(f"  {say('cli.where')} {place}")
        elif lookup(key, current()) is not None and (text := say(key, **params).strip()):
            lines.append(f"  {say(f'cli.{part}')} {text}")
    return "\n".join(lines)
