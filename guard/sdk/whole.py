"""A file that appears whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is written there becomes ``path`` at the end, in one step.

    When the body raises, ``path`` stays as it was and nothing is left behind. Something at
    ``path`` that is no ordinary file (a device, a pipe) is written to and never replaced.
    Raises OSError where it cannot be written.
    """
    special = path.exists() and not path.is_file()
    with TemporaryDirectory(prefix=".guard-", dir=None if special else path.absolute().parent) as folder:
        draft = Path(folder) / "draft"
        yield draft
        if special:
            with draft.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
        else:
            draft.replace(path)
