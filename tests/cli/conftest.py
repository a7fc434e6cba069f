"""A client that was run, for the tests that start from one."""

import shutil

import pytest


@pytest.fixture
def finished(run_sample, tmp_path):
    """A copy of the sample with the results of a run."""
    return shutil.copytree(run_sample("complete_journey").folder, tmp_path / "client")
