"""A client with toy steps to order, and the assurance that no kernel outlives a test."""

import os

import psutil
import pytest

from tests.run.toy import Toy


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A toy client whose steps are written by the test."""
    return Toy(tmp_path, monkeypatch)


def kernels(of: int) -> list[psutil.Process]:
    """The kernels below a process."""
    found = []
    for process in psutil.Process(of).children(recursive=True):
        try:
            if "ipykernel" in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.fixture(autouse=True)
def no_kernel_left():
    """Whatever a test does to a kernel, none is alive when it ends."""
    yield
    gone, alive = psutil.wait_procs(kernels(os.getpid()), timeout=5)
    assert not alive
