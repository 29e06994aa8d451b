"""``guard init``: a commented guard.yaml for the addresses given."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from guard import plugins
from guard.model import UsageError
from guard.secrets import split_url
from guard.text import t


def write(addresses: Sequence[str], to: Path, *, language: str, overwrite: bool) -> Path:
    """Write the file and return its absolute path. Raises UsageError where it exists or cannot be written."""
    text = compose(addresses, language)
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if overwrite else os.O_EXCL)
    try:
        with os.fdopen(os.open(to, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError("file-exists", path=str(to)) from None
    except OSError as error:
        raise UsageError("cannot-write", path=str(to), why=os.strerror(error.errno or 0)) from None
    return to.absolute()


def compose(addresses: Sequence[str], language: str) -> str:
    """The text of a guard.yaml with one source an address. Raises UsageError for a wrong address."""
    lines = [
        f"# {t('starter.head', language)}",
        "version: 1",
        f"language: {'zh-CN' if language == 'zh' else 'en'}",
        f"catalog: sqlite:guard.db        # {t('starter.catalog', language)}",
        f"policies: {{use: [gov_cn]}}       # {t('starter.policies', language)}",
        f"fail_on: L3                     # {t('starter.fail_on', language)}",
        "sources:"
        if addresses
        else f"sources: {{}}                    # {t('starter.no_sources', language)}",
    ]
    taken: set[str] = set()
    for address in addresses:
        lines += _source(address, taken, language)
    return "\n".join([*lines, ""])


def _source(address: str, taken: set[str], language: str) -> list[str]:
    connector, url = plugins.resolve(split_url(address)[0])
    name = _name(address, taken)
    lines = [f"  {name}:", f"    connector: {connector}", f"    url: {json.dumps(url, ensure_ascii=False)}"]
    if "@" in url and "://" in url:
        variable = f"GUARD_{re.sub('[^A-Z0-9]', '_', name.upper())}_PASSWORD"
        lines.append(f"    password: env:{variable}   # {t('starter.password', language)}")
    lines += [
        f"    # department: …               # {t('starter.department', language)}",
        f"    sample: {{rows: 2000}}          # {t('starter.sample', language)}",
    ]
    return lines


def _name(address: str, taken: set[str]) -> str:
    last = address.partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0]
    base = re.sub(r"[^0-9A-Za-z_]+", "_", last).strip("_").lower() or "source"
    name = base
    number = 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
