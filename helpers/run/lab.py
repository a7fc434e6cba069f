"""JupyterLab for one client: on this machine only, with this kit's kernel, and nothing that asks or tells the world.

The server shows the client's folder and nothing above it. Its kernels are the ones that a run starts, so that a
notebook says the same in both. What JupyterLab wants to remember (open tabs) is kept by client, outside its folder.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import ipykernel

from helpers.client.folder import Client
from helpers.errors import RunError
from helpers.run.interrupts import ended_as_by_ctrl_c
from helpers.run.kernels import KERNEL_NAME, OnlyThisKernel, kernel_environment, state_folder
from helpers.run.start_page import START
from helpers.steps import KIT

SECONDS = 90.0  # a first start on a slow disk
SERVE = """import sys
sys.path.insert(0, {kit!r})
from helpers.run.interrupts import end_with_parent
end_with_parent({parent})
from jupyterlab.labapp import main
sys.exit(main())"""
LOOK = KIT / "templates" / "jupyterlab.css"
SCHEMAS = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
COMMANDS = ".jp-Notebook.jp-mod-commandMode"  # the state in which single keys are commands
ANYWHERE, ON_A_CELL = " :focus", " .jp-Cell:focus"
# No question about news, no look for updates, and text as it reads rather than as it is typed.
QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}


class ListedKernel(OnlyThisKernel):
    """The kit's kernel as JupyterLab wants it: in a list to choose from, with a folder for its pictures."""

    def find_kernel_specs(self) -> dict[str, str]:
        """The one kernel there is; its pictures are ipykernel's."""
        return {KERNEL_NAME: str(Path(ipykernel.__file__).parent / "resources")}


@contextmanager
def open_lab(client: Client, *, port: int = 0) -> Iterator[tuple[str, subprocess.Popen]]:
    """JupyterLab on the client's folder: its address, token included, and its process; gone when the block ends.

    `port` 0 takes any that is free.

    Raises
    ------
    RunError
        If it does not start; its log is in results/logs/jupyterlab.txt.
    """
    log = client.results_folder / "logs" / "jupyterlab.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = _environment(client)
    with log.open("wb") as said, ended_as_by_ctrl_c():
        command, token = _command(client, port)
        process = subprocess.Popen(
            command, cwd=client.folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            base = _address(process, Path(environment["JUPYTER_RUNTIME_DIR"]), log)
            yield f"{base}lab/tree/results/{START}?token={token}", process
        finally:
            _end(process)


def quiet_keys(schemas: Path = SCHEMAS) -> list[dict[str, Any]]:
    """Shortcuts that leave the keys of a form to the form, as JupyterLab's settings want them.

    JupyterLab takes a key for a command wherever in a notebook the focus is: on a list of a form, ArrowDown goes to the
    next cell and `d d` deletes this one. Each such shortcut is disabled and given again for a cell that has the focus.
    """
    found = []
    for file in sorted(schemas.glob("@jupyterlab/*/*.json")):
        for shortcut in json.loads(file.read_text(encoding="utf-8")).get("jupyter.lab.shortcuts", []):
            selector = shortcut["selector"]
            if selector.startswith(COMMANDS) and selector.endswith(ANYWHERE):
                found.append({**shortcut, "disabled": True})
                found.append({**shortcut, "selector": selector.removesuffix(ANYWHERE) + ON_A_CELL})
    return found


def _command(client: Client, port: int) -> tuple[list[str], str]:
    token = secrets.token_hex(24)
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": str(port),
        "ServerApp.port_retries": "50",
        "ServerApp.open_browser": "False",
        "ServerApp.root_dir": str(client.folder),
        "ServerApp.terminals_enabled": "False",
        "ServerApp.kernel_spec_manager_class": "helpers.run.lab.ListedKernel",
        "ServerApp.quit_button": "False",
        "ServerApp.allow_root": "True",  # in a container there is often no one else
        "IdentityProvider.token": token,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.news_url": "None",
        "LabApp.custom_css": "True",
        "LabApp.extension_manager": "readonly",
    }
    start = [sys.executable, "-P", "-c", SERVE.format(kit=str(KIT), parent=os.getpid())]
    return [*start, *(f"--{name}={value}" for name, value in options.items())], token


def _environment(client: Client) -> dict[str, str]:
    """The environment of a run's kernel, and places of this client's own for what JupyterLab remembers."""
    state = state_folder()
    tabs = state / "lab" / sha256(os.fsencode(client.folder)).hexdigest()[:16]
    tabs.mkdir(parents=True, exist_ok=True)
    environment = kernel_environment(state, {"JUPYTERLAB_WORKSPACES_DIR": str(tabs)})
    settings = Path(environment["JUPYTER_CONFIG_DIR"]) / "labconfig"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = QUIET | {"@jupyterlab/shortcuts-extension:shortcuts": {"shortcuts": quiet_keys()}}
    (settings / "default_setting_overrides.json").write_text(json.dumps(quiet), encoding="utf-8")
    look = settings.parent / "custom" / "custom.css"
    look.parent.mkdir(exist_ok=True)
    look.write_bytes(LOOK.read_bytes())
    return environment


def _address(process: subprocess.Popen, runtime: Path, log: Path) -> str:
    """The server's address, from the file that it writes when it listens."""
    told = runtime / f"jpserver-{process.pid}.json"
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            return json.loads(told.read_text(encoding="utf-8"))["url"]
        except (OSError, ValueError):
            pass  # not there yet, or half written
        if process.poll() is not None:
            raise RunError(f"JupyterLab ended with {process.returncode}; why stands in results/logs/{log.name}.")
        time.sleep(0.1)
    raise RunError(f"JupyterLab did not start within {SECONDS:.0f} seconds; see results/logs/{log.name}.")


def _end(process: subprocess.Popen) -> None:
    """Ask the server to end, which ends its kernels; one that does not listen is killed."""
    process.terminate()
    try:
        process.wait(15)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):  # too slow, or too slow for whoever waits
        process.kill()
        process.wait()
