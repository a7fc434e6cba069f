"""The kernel a step runs in: this interpreter, this kit, and nothing that the machine or the client folder adds.

No kernel is looked up. A kernelspec of the same name elsewhere, a `pandas.py` in the client's folder, a user's IPython
start-up file or a PYTHONPATH would otherwise change what a run computes. Where the system has sockets that are files,
runner and kernel talk in a folder that nobody else may enter: no two kernels can race for the number of a port.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.launcher import launch_kernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import run_sync

from helpers.steps import KIT

KERNEL_NAME = "python3"
START = [sys.executable, str(KIT / "helpers" / "run" / "start_ipykernel.py")]
WAIT = "--wait"
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
PARENTS = "JPY_"  # variables that bind a kernel to the process that started it
SOCKET_NAME = 100  # characters that the name of a socket may have on every system
# What a kernel says it says to the notebook; ipykernel would repeat the output of programs on the user's terminal.
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
SPARE_BYTES = 1_000_000_000  # free memory below which no second kernel is kept ready


class OnlyThisKernel(KernelSpecManager):
    """Knows one kernel: ours."""

    def find_kernel_specs(self) -> dict[str, str]:
        """No kernel stands in a folder that could be looked up."""
        return {}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Our own specification, whatever is installed on the machine."""
        if kernel_name != KERNEL_NAME:
            raise NoSuchKernel(kernel_name)
        return KernelSpec(
            argv=[*START, "-f", "{connection_file}", "--HistoryManager.hist_file=:memory:"],
            display_name="Customer Strategy Workbook",
            language="python",
            metadata={"supported_encryption": ["curve"]},
        )


def state_folder() -> Path:
    """Where Jupyter, IPython and Matplotlib may keep what they want to keep: inside the environment if it allows.

    Else a folder of this process alone. One with a known name in the temporary folder could be another user's.
    """
    inside = Path(sys.prefix) / "workbook-state"
    with suppress(OSError):
        inside.mkdir(exist_ok=True)
        if os.access(inside, os.W_OK | os.X_OK):
            return inside
    return _private_folder()


@cache
def _private_folder() -> Path:
    """A new folder that nobody else may enter; it is gone when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="workbook-state-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


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


class SpareKernel:
    """A process that has loaded its libraries and waits to become the next step's kernel. It lives for one command.

    It is a convenience and no more: where it cannot be had, or has died, the next kernel starts as any other does.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is that of every kernel of the run; what differs by step is told when the kernel is needed."""
        self.wanted = True  # whether another kernel will follow the one that is about to start
        self._environment = dict(environment)
        self._process: subprocess.Popen | None = None

    def prepare(self) -> None:
        """Have one ready before long, if none is and the machine has a core and memory to spare."""
        if not self.wanted or self._process is not None or not _room():
            return
        try:
            # Jupyter's own way to start a process: in a group of its own, bound to this one
            self._process = launch_kernel([*START, WAIT], stdin=subprocess.PIPE, env=dict(self._environment), **SILENT)
        except OSError:
            self._process = None

    def become(self, command: list[str], folder: str, environment: Mapping[str, str]) -> subprocess.Popen | None:
        """The process, about to be the kernel that this command would start; None where there is none alive."""
        process, self._process = self._process, None
        if process is None or command[: len(START)] != START:
            return None
        words: dict[str, Any] = {"arguments": command[len(START) :], "folder": folder}
        words["environment"] = {name: value for name, value in environment.items() if not name.startswith(PARENTS)}
        try:
            process.stdin.write(json.dumps(words).encode())
            process.stdin.close()
        except OSError:
            _end(process)
        return process if process.poll() is None else None

    def close(self) -> None:
        """End the one that nobody needed."""
        if self._process is not None:
            _end(self._process)
            self._process = None

    def __enter__(self) -> SpareKernel:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _room() -> bool:
    """Whether the machine has a core and memory to spare for what may be needed later."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores > 1 and psutil.virtual_memory().available > SPARE_BYTES


def _end(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    process.stdin.close()


class Provisioner(LocalProvisioner):
    """Starts the process of a kernel, or takes the one that waits."""

    spare: SpareKernel | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Where a spare process becomes the kernel, it is held like one that was started."""
        process = self.spare.become(cmd, kwargs["cwd"], kwargs["env"]) if self.spare else None
        if process is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.cwd = process, process.pid, kwargs["cwd"]
        self.pgid = os.getpgid(process.pid) if hasattr(os, "getpgid") else None
        return self.connection_info


@contextmanager
def running_kernel(
    cwd: Path, environment: dict[str, str], spare: SpareKernel | None = None
) -> Iterator[AsyncKernelManager]:
    """A started kernel manager; the kernel is gone when the block ends, however it ends.

    The spare process becomes the kernel if there is one, and another is made ready behind it if one is wanted.
    """
    with tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True) as private:
        connection = Path(private) / "kernel.json"
        sockets = os.name == "posix" and len(os.fsencode(connection)) < SOCKET_NAME
        manager = AsyncKernelManager(
            kernel_name=KERNEL_NAME,
            kernel_id=str(uuid.uuid4()),
            kernel_spec_manager=OnlyThisKernel(),
            transport="ipc" if sockets else "tcp",
            transport_encryption="auto",
            connection_file=str(connection),
        )
        manager.provisioner = Provisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
        manager.provisioner.spare = spare
        run_sync(manager.start_kernel)(cwd=str(cwd), env=environment, **SILENT)
        try:
            if spare is not None:
                spare.prepare()
            yield manager
        finally:
            run_sync(manager.shutdown_kernel)(now=True)
