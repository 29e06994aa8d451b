"""Settings in force and the schemas people ask for."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from guard import config
from guard.config import Row
from guard.ops.session import Session


def rows(session: Session) -> tuple[Row, ...]:
    """Every setting in force, with its origin."""
    return config.rows(session.config)


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of ``guard`` (guard.yaml), or of json output: ``findings``, ``drift``, ``gate``."""
    if name == "guard":
        return config.schema()
    file = {"drift": "drift.json", "gate": "gate/verdict.json"}.get(name, "schema.json")
    loaded: dict[str, Any] = json.loads((files("guard.emit") / file).read_text("utf-8"))
    return loaded
