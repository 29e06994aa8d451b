"""One way to run a format in these tests."""

import io

import pytest

from guard.emit import EmitOptions, write
from guard.sdk.testing_facts import SyntheticFacts


@pytest.fixture
def emitted():
    def run(kind, assets=None, language="zh", **options):
        facts = (
            SyntheticFacts(language=language)
            if assets is None
            else SyntheticFacts(assets=assets, language=language)
        )
        stream = io.StringIO()
        write(kind, facts, stream, language=language, options=EmitOptions(**options))
        return stream.getvalue()

    return run
