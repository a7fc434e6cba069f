"""Rules for the whole test run: deterministic properties, browser tests in one place and only when asked for.

And what is dear to make and safe to share: each sample is run once, by whichever worker comes first.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings

# as in helpers/cli.py: two seconds of every test process that imports nbformat, for a check that notebooks do not use
sys.modules.setdefault("rfc3987_syntax", None)

settings.register_profile("kit", derandomize=True, deadline=None, database=None)
settings.load_profile("kit")

BROWSER = Path(__file__).parent / "browser"
SAMPLES = Path(__file__).parent.parent / "data_samples"
NEEDS_FULL = "browser tests run only with WORKBOOK_TEST=full (they need Playwright and Chromium)"
DERIVED = ("results", "report", ".ipynb_checkpoints")
MOST_SECONDS = 240  # for another worker's run, before this one says that it waited in vain


def pytest_collection_modifyitems(items):
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker("browser")
            if os.environ.get("WORKBOOK_TEST") != "full":
                item.add_marker(pytest.mark.skip(reason=NEEDS_FULL))
        elif item.get_closest_marker("browser"):
            raise pytest.UsageError(f"{item.nodeid} is marked browser: move it to tests/browser, which runs serially")


@dataclass
class SampleRun:
    """A client folder after a run: read it, do not change it; it is shared by all tests and workers."""

    folder: Path
    failed: dict[str, str] = field(default_factory=dict)
    provisional: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def report(self) -> Path:
        return self.folder / "report" / "working"


def copy_sample(name: str, target: Path) -> Path:
    """A sample as it is delivered, without anything that somebody's own run left in it."""
    return Path(shutil.copytree(SAMPLES / name, target, ignore=shutil.ignore_patterns(*DERIVED)))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """One temporary folder for all workers of this test run, and for all groups of `workbook test`."""
    if given := os.environ.get("WORKBOOK_TEST_SHARED"):
        return Path(given)
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def made_once(shared_folder) -> Callable[[str, Callable[[Path], object]], tuple[Path, object]]:
    """A function (name, make): the folder that one worker lets `make` fill, and what that returned, as JSON has it."""

    def once(name: str, make: Callable[[Path], object]) -> tuple[Path, object]:
        folder, lock, done = (shared_folder / f"{name}{ending}" for ending in ("", ".lock", ".done"))
        try:
            lock.mkdir()
        except FileExistsError:
            waited = 0.0
            while not done.exists():
                time.sleep(0.1)
                waited += 0.1
                if waited > MOST_SECONDS:
                    pytest.fail(f"another worker has not made {name} in {MOST_SECONDS} seconds")
        else:
            try:
                said = {"made": make(folder)}
            except BaseException as error:
                said = {"error": f"{type(error).__name__}: {error}"}
            new = done.with_suffix(".new")
            new.write_text(json.dumps(said), encoding="utf-8")
            new.replace(done)
        said = json.loads(done.read_text(encoding="utf-8"))
        if "error" in said:
            pytest.fail(f"{name} could not be made: {said['error']}")
        return folder, said["made"]

    return once


@pytest.fixture(scope="session")
def run_once(made_once) -> Callable[..., SampleRun]:
    """A function (name, prepare): the client folder that `prepare` makes, run once with real kernels and shared."""

    def run(name: str, prepare: Callable[[Path], object]) -> SampleRun:
        def make(folder: Path) -> dict:
            from helpers.run.runner import run_client

            said: list[str] = []
            prepare(folder)
            outcome = run_client(folder, say=said.append)
            return {"failed": outcome.failed, "provisional": outcome.provisional, "said": said}

        folder, made = made_once(name, make)
        return SampleRun(folder=folder, **made)

    return run


@pytest.fixture(scope="session")
def run_sample(run_once) -> Callable[..., SampleRun]:
    """A function (sample, turn): that sample, copied and run; another turn is another folder and another run."""
    return lambda sample, turn="first": run_once(f"{turn}-{sample}", lambda folder: copy_sample(sample, folder))
