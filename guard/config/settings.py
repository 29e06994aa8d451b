"""Every setting, declared once: its key in guard.yaml, kind, default, flag and environment variable.

Validation, overrides from the environment, the JSON Schema and the documentation all read this
table; ``guard/text/<lang>/settings.yaml`` has a text ``<id>.what`` for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. ``key`` has ``*`` for a name that people choose; ``kind`` is in ``values.KINDS``."""

    key: str
    kind: str
    default: object = None
    flag: str = ""
    variable: str = ""
    also: str = ""

    @property
    def id(self) -> str:
        """Its ``guard explain`` page."""
        return self.key.replace("sources.*.", "source-").replace(".", "-").replace("_", "-")


SETTINGS = (
    Setting(key="version", kind="version", default=1),
    Setting(key="extends", kind="path"),
    Setting(key="language", kind="language", flag="--lang", variable="GUARD_LANGUAGE"),
    Setting(
        key="catalog",
        kind="catalog",
        default="sqlite:guard.db",
        flag="--catalog",
        variable="GUARD_CATALOG",
    ),
    Setting(key="catalog_password", kind="secret", default="", variable="GUARD_CATALOG_PASSWORD"),
    Setting(key="policies.use", kind="texts", default=("gov_cn",), variable="GUARD_POLICIES"),
    Setting(key="policies.paths", kind="paths", default=(), flag="--policy", variable="GUARD_POLICY_PATHS"),
    Setting(key="policies.thresholds", kind="numbers", default={}),
    Setting(key="types.presidio", kind="adopted", default=()),
    Setting(key="fail_on", kind="text", default="L3", flag="--fail-on", variable="GUARD_FAIL_ON"),
    Setting(key="gate.dialect", kind="text", default="", flag="--dialect"),
    Setting(key="gate.paths", kind="paths", default=()),
    Setting(key="gate.fail_on", kind="text", default="error", flag="--fail-on"),
    Setting(key="gate.declare_from", kind="text", default="L3"),
    Setting(key="gate.mask_from", kind="text", default="L3"),
    Setting(key="gate.rules", kind="severities", default={}),
    Setting(key="gate.schema", kind="path", default="", flag="--schema"),
    Setting(key="gate.waivers", kind="path", default="", flag="--waivers"),
    Setting(key="gate.waiver_days", kind="count", default=180),
    Setting(key="gate.baseline", kind="path", default="", flag="--baseline"),
    Setting(key="gate.ratchet", kind="ratchet", default="", flag="--ratchet"),
    Setting(key="sources.*.connector", kind="text", default="", flag="--as"),
    Setting(key="sources.*.url", kind="url", default=""),
    Setting(key="sources.*.path", kind="path"),
    Setting(key="sources.*.password", kind="secret", default=""),
    Setting(key="sources.*.department", kind="text", default="", also="owner"),
    Setting(key="sources.*.system", kind="text", default=""),
    Setting(key="sources.*.include", kind="texts", default=(), flag="--include"),
    Setting(key="sources.*.exclude", kind="texts", default=(), flag="--exclude"),
    Setting(key="sources.*.sample.rows", kind="rows", default=2000, flag="--sample"),
    Setting(key="sources.*.sample.seconds", kind="seconds", default=30.0, also="timeout"),
    Setting(key="sources.*.sample.bytes", kind="bytes", default=64 * 1024 * 1024),
    Setting(key="sources.*.limits.connections", kind="count", default=2),
    Setting(key="sources.*.limits.per_second", kind="number", default=10.0),
    Setting(key="sources.*.limits.statement", kind="seconds", default=30.0),
    Setting(key="sources.*.limits.lock", kind="seconds", default=0.2),
    Setting(key="sources.*.limits.wall", kind="seconds", default=60.0),
    Setting(key="sources.*.options", kind="options"),
)
BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}

# Words of the full design that this version does not act on: refused, never ignored.
PLANNED = frozenset(
    {
        "schedules",
        "masking",
        "notify",
        "reports",
        "sources.*.stages",
        "sources.*.schedule",
        "sources.*.max_size",
        "sources.*.archives",
        "sources.*.limits.window",
    }
)


def children(prefix: str) -> dict[str, str]:
    """The words that may stand under ``prefix`` (empty: at the top) -> the pattern of each."""
    found: dict[str, str] = {}
    for setting in SETTINGS:
        for key in _spellings(setting):
            if not prefix or key.startswith(f"{prefix}."):
                word = key[len(prefix) + 1 if prefix else 0 :].split(".")[0]
                pattern = f"{prefix}.{word}" if prefix else word
                found[word] = setting.key if word == setting.also else pattern
    return found


def _spellings(setting: Setting) -> Iterator[str]:
    yield setting.key
    if setting.also:
        yield f"{setting.key.rpartition('.')[0]}.{setting.also}"
