"""The kernel a step runs in: this interpreter, this kit, and nothing that the machine or the client folder adds.

No kernel is looked up. A kernelspec of the same name elsewhere, a `pandas.py` in the client's folder, a user's IPython
start-up file or a PYTHONPATH would otherwise change what a run computes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from helpers.steps import KIT

KERNEL_NAME = "python3"
START = (
    "import sys; sys.path.insert(0, {kit!r}); "
    "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
)
# One thread and a fixed hash seed keep sums and orders the same from run to run.
FIXED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "MPLBACKEND": "agg",
    "JUPYTER_PLATFORM_DIRS": "1",
}
DROPPED = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH")


class OnlyThisKernel(KernelSpecManager):
    """Knows one kernel: ours."""

    def find_kernel_specs(self) -> dict[str, str]:
        """No kernel stands in a folder that could be looked up."""
        return {}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Our own specification, whatever is installed on the machine."""
        if kernel_name != KERNEL_NAME:
            raise NoSuchKernel(kernel_name)
        argv = [sys.executable, "-c", START.format(kit=str(KIT)), "-f", "{connection_file}"]
        return KernelSpec(
            argv=[*argv, "--HistoryManager.hist_file=:memory:"],
            display_name="Customer Strategy Workbook",
            language="python",
            metadata={"supported_encryption": ["curve"]},
        )


def kernel_environment(state: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a kernel: the user's, without what redirects Python or Jupyter, plus what keeps runs equal.

    `state` is a folder of the kit's own for what IPython, Jupyter and Matplotlib want to write.
    """
    environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
    folders = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib", "JUPYTER_CONFIG_DIR": "jupyter"}
    folders |= {"JUPYTER_DATA_DIR": "jupyter-data", "JUPYTER_RUNTIME_DIR": "jupyter-runtime"}
    for folder in folders.values():
        (state / folder).mkdir(parents=True, exist_ok=True)
    return environment | FIXED | {name: str(state / folder) for name, folder in folders.items()} | dict(extra)


@contextmanager
def running_kernel(cwd: Path, environment: dict[str, str]) -> Iterator[AsyncKernelManager]:
    """A started kernel manager; the kernel is gone when the block ends, however it ends."""
    connection = Path(environment["JUPYTER_RUNTIME_DIR"]) / f"kernel-{os.getpid()}-{os.urandom(6).hex()}.json"
    manager = AsyncKernelManager(
        kernel_name=KERNEL_NAME,
        kernel_spec_manager=OnlyThisKernel(),
        transport_encryption="auto",
        connection_file=str(connection),
    )
    run_sync(manager.start_kernel)(cwd=str(cwd), env=environment)
    try:
        yield manager
    finally:
        run_sync(manager.shutdown_kernel)(now=True)
        manager.cleanup_connection_file()
