"""guard.yaml, found, read and explained. Only ``ops`` and ``cli`` read it."""

from guard.config.load import Config, SourceConfig, load
from guard.config.schema import Row, describe, rows, schema
from guard.config.values import seconds, size

__all__ = ["Config", "Row", "SourceConfig", "describe", "load", "rows", "schema", "seconds", "size"]
