"""The system's Chromium, started once a file of tests."""

from pathlib import Path

import pytest

CHROMIUM = [Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome")]


@pytest.fixture(scope="module")
def browser():
    """One system Chromium for all tests of a file."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = next((str(path) for path in CHROMIUM if path.exists()), None)
    if found is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    with playwright.sync_playwright() as started:
        # without --no-sandbox Chromium does not start as root, as in a container
        chromium = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()
