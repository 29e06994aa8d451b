"""The SQL family: what every database connector shares. A dialect is data (YAML), not code."""

from guard.sdk.sql.address import Address, parse_address, parse_file_address
from guard.sdk.sql.connector import SqlConnector
from guard.sdk.sql.dialect import Dialect, load_dialect
from guard.sdk.sql.keyed import KeyedConnector
from guard.sdk.sql.reading import Reading, Rows
from guard.sdk.sql.sampling import keyed_preview, keyed_rows
from guard.sdk.sql.session import Fetch, Session
from guard.sdk.sql.table import Table
from guard.sdk.sql.views import view_preview, view_rows

__all__ = [
    "Address",
    "Dialect",
    "Fetch",
    "KeyedConnector",
    "Reading",
    "Rows",
    "Session",
    "SqlConnector",
    "Table",
    "keyed_preview",
    "keyed_rows",
    "load_dialect",
    "parse_address",
    "parse_file_address",
    "view_preview",
    "view_rows",
]
