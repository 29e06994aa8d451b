"""Names and values into findings. Opens no file, socket or clock.

Judging by names alone (``guard.detect.names``, ``fuse``, ``learned``) brings neither numpy nor pyarrow nor
re2: they come with the first use of ``Detector``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guard.detect.engine import Detector

__all__ = ["Detector"]


def __getattr__(name: str) -> Any:
    if name != "Detector":
        raise AttributeError(name)
    from guard.detect.engine import Detector

    return Detector
