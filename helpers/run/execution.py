"""Papermill with limits: how long a cell and a step may take, and how much a notebook may print. Its only importer.

A kernel that hangs in C does not hear an interrupt, so nothing here asks it to stop: the caller ends its process.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from time import monotonic
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill import PapermillExecutionError, execute_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

from helpers.run.kernels import KERNEL_NAME
from helpers.show.output import MIME

ENGINE = "workbook"
START_SECONDS = 60
READ_SECONDS = 60  # what a cell has printed must have been read so long after its end
MOST_ERROR = 100_000  # characters of a traceback
SHOWN = ("display_data", "execute_result", "update_display_data")
# a line that HiGHS, the solver of step 11, prints past everybody where a register is large; nobody asked for it
SLIP = re.compile(r"^HighsMipSolverData::.*\n?", re.MULTILINE)
CUT = "\n[Cut here: this step has printed more than {most:,} characters; what came after is left out.]\n"
logging.getLogger("papermill").setLevel(logging.CRITICAL)
# What happened to a notebook or its kernel is told by us, in one line; an interrupted run leaves tasks unawaited.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Limits:
    """Seconds for one cell and for the whole notebook; characters that all its cells may print together."""

    cell_seconds: float = 600
    step_seconds: float = 1800
    characters: int = 5_000_000


class CellFailed(Exception):
    """A cell raised an error: its name, its words, and the traceback."""

    def __init__(self, name: str, words: str, traceback: str) -> None:
        super().__init__(name, words)
        self.name, self.words, self.traceback = name, words, traceback


class TookTooLong(Exception):
    """A limit of time was reached in the cell with this code; `whole` if it was that of the whole step."""

    def __init__(self, code: str, seconds: float, *, whole: bool) -> None:
        super().__init__(code, seconds)
        self.code, self.seconds, self.whole = code, seconds, whole


class KernelDied(Exception):
    """The kernel's process is gone; `status` is its exit code, or minus the signal, or None if nobody knows."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class KernelNotStarted(Exception):
    """No cell was run: the kernel did not answer."""


def execute(
    notebook: NotebookNode, manager: AsyncKernelManager, parameters: Mapping[str, Any], limits: Limits
) -> tuple[NotebookNode, int]:
    """Run all cells of a notebook in a started kernel.

    Returns
    -------
    (NotebookNode, int)
        The notebook with its outputs, and how many characters it printed; those beyond the limit are not in it.

    Raises
    ------
    CellFailed, TookTooLong, KernelDied, KernelNotStarted
    """
    clients: list[LimitedClient] = []
    try:
        done = execute_notebook(
            notebook,
            None,
            dict(parameters),
            engine_name=ENGINE,
            kernel_name=KERNEL_NAME,
            language="python",
            progress_bar=False,
            km=manager,
            limits=limits,
            clients=clients,
        )
    except PapermillExecutionError as error:
        raise CellFailed(error.ename, error.evalue, "\n".join(error.traceback)) from None
    except CellTimeoutError:  # not the time of a cell, which is ours to tell, but that of reading what it printed
        raise TookTooLong(clients[0].code, READ_SECONDS, whole=False) from None
    except DeadKernelError:
        process = manager.provisioner.process if manager.provisioner else None
        raise KernelDied(process.poll() if process else None) from None
    except RuntimeError as error:
        if clients and clients[0].started:
            raise
        raise KernelNotStarted(str(error)) from None
    return done, clients[0].printed


class LimitedClient(PapermillNotebookClient):
    """Executes the cells of one notebook within the limits."""

    def __init__(self, managed: Any, *, limits: Limits, **options: Any) -> None:
        # the second is for the one question that papermill asks the kernel after the last cell
        super().__init__(managed, timeout_func=self._seconds_left, timeout=limits.cell_seconds, **options)
        self._limits, self._end = limits, monotonic() + limits.step_seconds
        self._streams: list[tuple[NotebookNode, list[str]]] = []
        self.printed, self.started, self.code = 0, False, ""

    # ---- time --------------------------------------------------------------------------------------------------------

    def _seconds_left(self, cell: NotebookNode) -> float:
        return max(0.01, min(self._limits.cell_seconds, self._end - monotonic()))

    async def _async_handle_timeout(self, timeout: float, cell: NotebookNode | None = None) -> None:
        whole = monotonic() >= self._end
        seconds = self._limits.step_seconds if whole else self._limits.cell_seconds
        raise TookTooLong(self.code, seconds, whole=whole)

    # ---- output ------------------------------------------------------------------------------------------------------

    def execute_cell(self, cell: NotebookNode, cell_index: int, **options: Any) -> NotebookNode:
        """Execute a cell; what it prints without showing anything in between is one output, however it arrived."""
        self.code, self.started, self._streams = cell.source, True, []
        try:
            return super().execute_cell(cell, cell_index, **options)
        finally:
            for output, pieces in self._streams:
                output.text = SLIP.sub("", "".join(pieces))
            if cell.cell_type == "code":
                cell.outputs[:] = [one for one in cell.outputs if one.output_type != "stream" or one.text]
                _stdout_first(cell.outputs)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take a message of the kernel, or as much of it as there is room for."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            room, note = self._room_for(len(content["text"]))
            return self._print(msg, content["name"], content["text"][:room] + note, cell, cell_index)
        if kind in SHOWN and MIME not in content["data"]:  # what the kit itself shows is small, and is needed
            size = sum(len(str(value)) for value in content["data"].values())
            room, note = self._room_for(size)
            if room < size:
                return self._print(msg, "stderr", note, cell, cell_index)
        if kind == "error":
            content["traceback"] = ["\n".join(content["traceback"])[-MOST_ERROR:]]
        return super().process_message(msg, cell, cell_index)

    def _room_for(self, size: int) -> tuple[int, str]:
        """For how many of so many more characters there is room, and what to write where the room ends."""
        room = self._limits.characters - self.printed
        self.printed += size
        if size <= room:
            return size, ""
        return max(0, room), CUT.format(most=self._limits.characters) if room >= 0 else ""

    def _print(
        self, msg: dict[str, Any], name: str, text: str, cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        if not text:
            return None
        last = list(takewhile(lambda output: output.output_type == "stream", reversed(cell.outputs)))
        for output, pieces in self._streams:
            open_ = output.name == name and any(output is one for one in last)
            if open_ and not self.clear_before_next_output:
                pieces.append(text)
                return None
        header = msg["header"] | {"msg_type": "stream"}
        msg = msg | {"msg_type": "stream", "header": header, "content": {"name": name, "text": text}}
        output = super().process_message(msg, cell, cell_index)
        if output is not None:
            self._streams.append((output, [text]))
        return output


def _stdout_first(outputs: list[NotebookNode]) -> None:
    """Put neighbouring streams in one order: which of the two arrived first is chance."""
    for place in range(len(outputs) - 1):
        if [one.get("name") for one in outputs[place : place + 2]] == ["stderr", "stdout"]:
            outputs[place : place + 2] = outputs[place + 1], outputs[place]


class LimitedEngine(Engine):
    """Papermill's way to a client of our own."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        km: AsyncKernelManager,
        limits: Limits,
        clients: list[LimitedClient],
        **_: Any,
    ) -> None:
        """Execute the notebook in the kernel of `km`; the client is left in `clients` for who asks what happened."""
        client = LimitedClient(
            nb_man,
            limits=limits,
            km=km,
            kernel_name=kernel_name,
            log=logging.getLogger("papermill"),
            iopub_timeout=READ_SECONDS,
            startup_timeout=START_SECONDS,
            record_timing=False,
        )
        clients.append(client)
        try:
            client.execute()
        finally:
            if client.kc is not None:
                client.kc.stop_channels()


papermill_engines.register(ENGINE, LimitedEngine)
