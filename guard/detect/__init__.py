"""Names and values into findings. Opens no file, socket or clock."""

from guard.detect.engine import Detector

__all__ = ["Detector"]
