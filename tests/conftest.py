"""Rules for the whole test run: deterministic properties, browser tests in one place and only when asked for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("kit", derandomize=True, deadline=None, database=None)
settings.load_profile("kit")

BROWSER = Path(__file__).parent / "browser"
NEEDS_FULL = "browser tests run only with WORKBOOK_TEST=full (they need Playwright and Chromium)"


def pytest_collection_modifyitems(items):
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker("browser")
            if os.environ.get("WORKBOOK_TEST") != "full":
                item.add_marker(pytest.mark.skip(reason=NEEDS_FULL))
        elif item.get_closest_marker("browser"):
            raise pytest.UsageError(f"{item.nodeid} is marked browser: move it to tests/browser, which runs serially")
