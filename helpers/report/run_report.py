"""What `run --json` prints, and what the overview of all clients is made of: how the run of each client ended, as data.

One JSON object on stdout and nothing else, whether one client was run or a hundred:

    format       1; another shape would have another number
    kit          the version of the workbook
    ok           whether every client is done; the exit code is 0 then, else 1 or 130
    notices      sentences on the folders that were given: two that are one, two that differ in capitals only
    overview     the page over all clients, or null where none was made
    clients      a list of objects, one for each client, in the order of their folders:
      folder, client      the folder as it was given, and the name in client.yaml ("" where that cannot be read)
      state               done; failed: a step or the report was not finished, the other steps stand; refused: nothing
                          was made, because of the client's data, settings or folder; interrupted; over_time: stopped
                          at the limit for one client; died: its process ended without a word; not_started
      kind, cause         the kind of fault in a few words of ours, and the whole message; "" when done
      mode, audience      as asked for
      as_of, currency     of the figures; "" where none were made
      steps               {step id: {state, reason, why}} as they stand after the run; why says why each was last run
      changed             what became another while the run was on, in words
      provisional         ids of judgements that nobody has confirmed
      measures            {"02.answer/active": {title, value, low, high, unit, provisional}}: the headlines that the
                          registry declares, of the steps that stand; unit is share, points, money, count or number
      version             the frozen version that says what stands, such as v1; "" after a draft
      report, log         the first page, and the log of the run; "" where there is none
      seconds             how long it took

Paths are absolute. Nothing is left out: what does not apply is empty. Of a client that did not get to its report no
measures are told, since those of an earlier run may stand on other data.
"""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict

from helpers import __version__

State = Literal["done", "failed", "refused", "interrupted", "over_time", "died", "not_started"]

STATES: dict[State, str] = {
    "done": "done",
    "failed": "not finished",
    "refused": "not run",
    "interrupted": "interrupted",
    "over_time": "stopped at its limit",
    "died": "broken off",
    "not_started": "not started",
}


class Part(BaseModel):
    """Base of what is printed: an unknown key is an error, so that both ends of a pipe speak of the same shape."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Measure(Part):
    """A headline of a step: a quantity, never a name or an id."""

    title: str
    value: float | int
    low: float | None = None
    high: float | None = None
    unit: Literal["share", "points", "money", "count", "number"]
    provisional: bool = False


class StepEnd(Part):
    """How a step stands after the run and why, and why it was run the last time."""

    state: str
    reason: str = ""
    why: str = ""


class ClientRun(Part):
    """How the run of one client ended; the head of this module says what each part holds."""

    folder: str
    client: str = ""
    state: State
    kind: str = ""
    cause: str = ""
    mode: str = "draft"
    audience: str = "working"
    as_of: str = ""
    currency: str = ""
    steps: dict[str, StepEnd] = {}
    changed: list[str] = []
    provisional: list[str] = []
    measures: dict[str, Measure] = {}
    version: str = ""
    report: str = ""
    log: str = ""
    seconds: float = 0.0


class RunReport(Part):
    """The whole object."""

    format: Literal[1] = 1
    kit: str = __version__
    ok: bool
    notices: list[str] = []
    overview: str | None = None
    clients: list[ClientRun]

    def text(self) -> str:
        """The object as JSON in ASCII, which every terminal can print and every name survives."""
        return json.dumps(self.model_dump(), indent=1)
