"""Adds entries to guard-waivers.yaml and takes some out; what else people wrote in it stays."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import yaml

from guard.gate.fix.schema_edit import line_after, scalar
from guard.gate.suppress.waiver import KEYS
from guard.model import UsageError
from guard.model.gate import Waiver

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def with_entries(text: str, waivers: Sequence[Waiver], path: str) -> str:
    """``text`` and the entries of ``waivers`` behind it. Raises UsageError ``waivers-flow``."""
    root = _root(text, path)
    indent = " " * (root.start_mark.column if root else 0)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [text.rstrip()] if text.strip() else []
    lines += [f"{indent}{line}" for one in waivers for line in _entry(one)]
    return newline.join((*lines, ""))


def without_entries(text: str, numbers: Collection[int], path: str) -> str:
    """``text`` without the entries of those ``numbers`` (from 0). Comments between entries stay.

    Raises UsageError ``waivers-flow``.
    """
    root = _root(text, path)
    nodes = root.value if root else ()
    for number in sorted(numbers, reverse=True):
        start = text.rfind("\n", 0, nodes[number].start_mark.index) + 1
        text = text[:start] + text[line_after(text, nodes[number]) :]
    return text


def _root(text: str, path: str) -> yaml.SequenceNode | None:
    root = yaml.compose(text, Loader=_Loader)
    if isinstance(root, yaml.SequenceNode) and not root.flow_style:
        return root
    if root is None:
        return None
    raise UsageError("waivers-flow", file=path, line=root.start_mark.line + 1)


def _entry(waiver: Waiver) -> Iterator[str]:
    told = {key: getattr(waiver, key) for key in KEYS}
    lead = "- "
    for key, value in told.items():
        if value:
            yield f"{lead}{key}: {scalar(value)}"
            lead = "  "
