"""Relations of other databases as statements name them: over a database link, a linked server, a function."""

from __future__ import annotations

import re

from guard.lineage.functions import said
from guard.model.gate import Name

_SHOWN = re.compile(r"[\w.$#@-]{1,128}")


def link(name: Name) -> str:
    """The link, linked server or function by which ``name`` reaches another database; empty where it does
    not. ``("hr", "person@hr_link")``, ``("srv", "db", "dbo", "t")``, ``("dblink()",)``."""
    last = name[-1] if name else ""
    if "@" in last.strip("@"):
        return last.partition("@")[2]
    if last.endswith("()") and last[:-2].casefold() in said("remote"):
        return last
    return name[0] if len(name) > 3 else ""


def local(name: Name) -> Name:
    """``name`` without its link."""
    return (*name[:-1], name[-1].partition("@")[0]) if link(name) and "@" in name[-1] else name


def shown(server: str) -> str:
    """``server`` where it is a plain name: a location may hold a password, and is not shown."""
    return server if _SHOWN.fullmatch(server) else ""
