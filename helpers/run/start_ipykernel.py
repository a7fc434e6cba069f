"""The first moments of a kernel's process: `python start_ipykernel.py [--wait] ARGUMENTS OF IPYKERNEL`.

It binds its life to its parent's, loads the libraries that steps use, and becomes a kernel. With `--wait` it stops
before the last of these, and becomes one when it is told its arguments, folder and environment (JSON on stdin). Nothing
of the kit is imported here: what a kernel that waited knows, every other kernel knows too when its first cell runs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module

WAIT = "--wait"
KIT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What `import helpers.step` and the methods load of other people's code; a test tells when something is missing here.
LIBRARIES = (
    "duckdb",
    "filelock",
    "ipykernel.kernelapp",
    "IPython.display",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "pandas",
    "pydantic.fields",
    "pydantic.main",
    "pydantic.types",
    "ruamel.yaml",
    "scipy.optimize",
    "scipy.special",
    "statistics",
)
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def end_with_parent() -> None:
    """Have the system kill this process when its parent is gone, whatever ended that and whatever runs here.

    Only Linux can do so, and takes the thread that started this process for its parent: let that be one that stays.
    Elsewhere ipykernel looks for its parent every second, as it does here besides; but a thread cannot look while a
    calculation in C holds the interpreter.
    """
    if sys.platform != "linux":
        return
    import ctypes

    parent = os.environ.get("JPY_PARENT_PID", "")
    with suppress(OSError, AttributeError):  # a C library without it: the look every second remains
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if parent.isdecimal() and os.getppid() != int(parent):
        os._exit(1)  # it was gone before we asked


def wait_to_be_needed() -> list[str]:
    """The arguments of the kernel to become, in its folder and environment; stdin closed without a word is the end."""
    told = sys.stdin.buffer.read()
    if not told:
        sys.exit(0)
    words = json.loads(told)
    os.environ.update(words["environment"])
    os.chdir(words["folder"])
    return words["arguments"]


def main() -> None:
    """Become a kernel."""
    end_with_parent()
    for name in LIBRARIES:
        with suppress(Exception):  # the cell that needs it will say what is wrong with it
            import_module(name)
    if sys.argv[1:] == [WAIT]:
        sys.argv[1:] = wait_to_be_needed()
    sys.path.insert(0, KIT)
    from ipykernel.kernelapp import IPKernelApp

    class Kernel(IPKernelApp):
        """A kernel that runs no start-up file and reads no configuration, of the user's or of the machine's."""

        def _run_startup_files(self) -> None:
            pass

        def load_config_file(self, *_: object, **__: object) -> None:
            pass

    Kernel.launch_instance()


if __name__ == "__main__":
    main()
