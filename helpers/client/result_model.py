"""The form of result.json: what a step says, as data. Pictures and sentences are drawn from it later.

Nothing here holds a clock, a path, a host name or a duration: the same inputs give the same bytes. Those facts stand in
results/manifest.json. An unknown key is an error, so a change of the form is a change of `FORMAT`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 1

Evidence = Literal["measured", "modelled", "judged", "assumed"]
Mode = Literal["draft", "final", "interactive"]
Verdict = Literal["pass", "flag", "fail"]


class Part(BaseModel):
    """A piece of a result: unknown keys are refused, and no NaN or infinity gets in."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Value(Part):
    """A number (or a name) that a sentence holds, with the interval around it.

    `unit` says what it is: `share` (0-1), `points`, `money`, `count`, `number`, `date`, `text`, `customer`, `group`.
    A customer or a group is named by its id; the name that a reader sees is chosen when the page is drawn.
    """

    value: float | int | str | None
    low: float | None = None
    high: float | None = None
    unit: Literal["share", "points", "money", "count", "number", "date", "text", "customer", "group"]


class Finding(Part):
    """One sentence about this client. `text` holds placeholders such as `{share:pct}`, never digits.

    `id` is `<NN>.<snake_case>[.<group_id>]`; `n` the number of cases behind it, each an `n_of`; `smallest` the
    fewest customers whose own numbers it tells, where it singles out fewer than n; `table` the published table that
    shows it.
    """

    id: str = Field(pattern=r"^\d\d\.[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)?$")
    text: str
    values: dict[str, Value] = {}
    n: int | None = None
    smallest: int | None = None
    n_of: Literal[
        *("customer", "row", "goal", "leader", "month", "response"),
        *("group", "part", "project", "result", "score", "year"),
        *("claim", "gap", "barrier", "tactic", "question"),
    ] = "customer"
    evidence: Evidence
    table: str | None = None


class Exhibit(Part):
    """A picture or table, as data: which published table, which kind, which columns carry what.

    `encoding` maps the parts of the kind (see `helpers.show.kinds`) to columns of the table.
    """

    id: str = Field(pattern=r"^\d\d\.[a-z][a-z0-9_]*$")
    kind: str
    table: str
    finding: str
    encoding: dict[str, Any] = {}
    subtitle: str
    caption: str = ""
    source: str
    alt: str
    place: Literal["main", "appendix"] = "main"


class Check(Part):
    """A reconciliation: what must hold, what was found. A `fail` stops what reads the step; a `flag` is shown."""

    id: str
    sentence: str
    found: float | int | str | None
    expected: float | int | str | None
    tolerance: float | None = None
    verdict: Verdict


class CannotSay(Part):
    """A question that stays open, why, and what would answer it."""

    question: str
    because: str
    unlocked_by: str


class Assumption(Part):
    """Something used that the data did not supply."""

    id: str
    text: str
    value: float | int | str
    low: float | None = None
    high: float | None = None
    evidence: Evidence = "assumed"


class DecisionUsed(Part):
    """A judgement that the step used, and its state when it did.

    `value` is what the step worked with; `proposed` and `because` what the rule said and why; `reason` the people's
    own; `moved` what made it stale; `seen` the numbers to look at when deciding, as they are today; `options` the only
    values allowed, where there are such. They stand here so that a page can be drawn without opening another file.
    """

    id: str = Field(pattern=r"^\d\d\.[A-Za-z0-9_]+\.[a-z][a-z0-9_]*$")
    state: Literal["decided", "proposed", "stale", "missing"]
    question: str = ""
    value: Any = None
    proposed: Any = None
    because: str = ""
    reason: str | None = None
    by: str | None = None
    decided_on: str | None = None
    moved: list[str] = []
    seen: dict[str, Any] = {}
    options: list[str] = []


class TableFile(Part):
    """A published table on disk: parquet beside result.json."""

    file: str
    rows: int
    sha256: str


class NotebookUsed(Part):
    """Which notebook spoke: the kit's, or the client's own copy; the hash is of its code cells."""

    origin: Literal["kit", "own"]
    sha256: str


class Result(Part):
    """result.json: everything a step says."""

    format: Literal[1] = FORMAT
    step: str
    kit: str
    mode: Mode
    as_of: str
    parameters: dict[str, Any] = {}
    notebook: NotebookUsed
    tables: dict[str, TableFile] = {}
    findings: list[Finding] = []
    exhibits: list[Exhibit] = []
    checks: list[Check] = []
    cannot_say: list[CannotSay] = []
    assumptions: list[Assumption] = []
    decisions: list[DecisionUsed] = []
    provisional: list[str] = []


DECISION = re.compile(r"(\d\d)\.([A-Za-z0-9_]+)\.([a-z][a-z0-9_]*)")


def decision_in_words(decision: object, names: Mapping[str, str]) -> str:
    """A decision's id as people say it; any other text as it stands, and nothing for what is no text.

    >>> decision_in_words("09.g2.intent", {"g2": "Yards"}), decision_in_words("12.all.main_risk", {})
    ('intent of Yards (step 09)', 'main risk (step 12)')
    >>> decision_in_words("the price list", {})
    'the price list'
    """
    text = decision if isinstance(decision, str) else ""
    found = DECISION.fullmatch(text)
    if found is None:
        return text
    step, scope, choice = found.groups()
    whose = "" if scope == "all" else f" of {names.get(scope, scope)}"
    return f"{choice.replace('_', ' ')}{whose} (step {step})"
