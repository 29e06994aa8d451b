"""One invocation: its configuration, language, rules and catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guard import config as configuration
from guard import secrets
from guard.config import Config
from guard.model import UsageError
from guard.ops.engine import Rules, rules

if TYPE_CHECKING:
    from guard.catalog.facts import CatalogFacts, MemoryFacts
    from guard.catalog.memory import MemoryStore
    from guard.catalog.store import Store
    from guard.sdk.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a command works with. ``catalog`` is a path, ``sqlite:PATH`` or a PostgreSQL URL.

    ``given`` are the options that a later command needs to find the same configuration and catalogue.
    ``actor`` is who claims to act (``--as``), empty where nobody was named.
    """

    config: Config
    catalog: str
    language: str
    given: tuple[str, ...] = ()
    actor: str = ""

    @classmethod
    def open(
        cls,
        *,
        config: str | None = None,
        catalog: str | None = None,
        language: str = "en",
        actor: str = "",
    ) -> Session:
        """Find and read guard.yaml. Raises UsageError with file and line."""
        loaded = configuration.load(config)
        if catalog and secrets.split_url(catalog)[1]:
            raise UsageError("literal-password", where="--catalog")
        given = (*(("--config", config) if config else ()), *(("--catalog", catalog) if catalog else ()))
        return cls(
            config=loaded, catalog=catalog or loaded.catalog, language=language, given=given, actor=actor
        )

    def rules(self, packs: Iterable[str] = (), folders: Iterable[Path] = ()) -> Rules:
        """Types, lexicon and policy: those of guard.yaml, unless others are named."""
        return rules(
            tuple(packs) or self.config.policies,
            # A folder that is named again is the same folder.
            {folder.resolve(): folder for folder in (*self.config.policy_paths, *folders)}.values(),
            self.config.presidio,
            self.config.presidio_origin,
            self.config.thresholds,
        )

    def store(self, *, create: bool = True) -> Store:
        """The catalogue, opened. Raises GuardError where it cannot be."""
        from guard.catalog.store import Store  # brings sqlalchemy

        return Store.open(self.catalog, password=self._password(), create=create)

    def _password(self) -> Secret | None:
        reference = self.config.catalog_password
        return secrets.resolve(reference) if reference else None

    def facts(self, store: Store | MemoryStore, run_id: str, found: Rules) -> CatalogFacts | MemoryFacts:
        """The facts of one run, in this session's language."""
        from guard.catalog.facts import CatalogFacts, MemoryFacts
        from guard.catalog.memory import MemoryStore

        types, levels, packs = found.types, found.policy.levels, found.policy.infos
        if isinstance(store, MemoryStore):
            return MemoryFacts(store, run_id, types, levels, self.language, packs)
        return CatalogFacts(store, run_id, types, levels, self.language, packs)

    @staticmethod
    def duration(text: str) -> float:
        """Seconds in ``30s``, ``10m``, ``2h``. Raises UsageError."""
        try:
            return configuration.seconds(text)
        except (ValueError, OverflowError):
            raise UsageError("bad-duration", word=text) from None
