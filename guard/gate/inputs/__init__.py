"""Files, folders and globs to the scripts of a project, in the order in which they are applied."""

from __future__ import annotations

from guard.gate.inputs.find import find
from guard.gate.inputs.piece import Inputs, Piece, script
from guard.gate.inputs.series import in_series

__all__ = ["Inputs", "Piece", "find", "in_series", "script"]
