"""The mark that a label leaves in a comment of a database: it can be replaced, and is never evidence."""

from __future__ import annotations

import re
from dataclasses import replace

from guard.model import Asset
from guard.sdk.display import visible

_LABEL = re.compile(r"\s*\[guard: [^\[\]]*\]")
_BRACKETS = str.maketrans("[]", "()")


def labelled(comment: str, label: str) -> str:
    """``comment`` with ``[guard: <label>]`` at its end, in the place of any mark it carried before."""
    mark = f"[guard: {visible(label).translate(_BRACKETS)}]"
    bare = unlabelled(comment)
    return f"{bare} {mark}" if bare else mark


def unlabelled(comment: str) -> str:
    """``comment`` as people wrote it, without the mark."""
    return _LABEL.sub("", comment) if "[guard: " in comment else comment


def without_labels(asset: Asset) -> Asset:
    """``asset`` with comments as people wrote them: a label must not become evidence for itself."""
    if not any("[guard: " in text for text in (asset.comment, *(one.comment for one in asset.columns))):
        return asset
    columns = tuple(replace(column, comment=unlabelled(column.comment)) for column in asset.columns)
    return replace(asset, comment=unlabelled(asset.comment), columns=columns)
