"""How a run that has just ended is told as data: from its outcome and the results that stand, or from its error."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, get_args

from helpers.client.folder import Client, open_client
from helpers.client.result_model import Result
from helpers.client.results import finished_steps, read_manifest
from helpers.errors import WorkbookError, counted
from helpers.report.run_report import ClientRun, Measure, RunReport, StepEnd
from helpers.run.runner import Outcome
from helpers.steps import STEPS

QUANTITIES = get_args(Measure.model_fields["unit"].annotation)
# The kind of a fault in our own words: unlike the message, it never quotes what stands in a client's files.
KINDS = {
    "ClientFileError": "the folder, its client.yaml or another text file in it cannot be used",
    "TableError": "a delivered table cannot be read without guessing",
    "DecisionMissing": "a final run refuses open judgements",
    "DecisionStale": "a final run refuses stale judgements",
    "DecisionError": "a file under decisions/ cannot be used",
    "RunError": "its folder, its disk or another command is in the way",
    "WorkbookError": "it could not be run",
    "OSError": "a file could not be read or written",
}


def told(folder: str, outcome: Outcome, *, mode: str, audience: str) -> RunReport:
    """The end of a run that got as far as its report; of client.yaml it says what was read when the run began."""
    client = outcome.client
    standing = finished_steps(client.results_folder)
    return _alone(
        folder=folder,
        client=client.name,
        state="failed" if outcome.failed else "done",
        kind=f"{counted(len(outcome.failed), 'step')} did not finish" if outcome.failed else "",
        cause="\n".join(f"{step_id}: {reason}" for step_id, reason in outcome.failed.items()),
        mode=mode,
        audience=audience,
        as_of=max((result.as_of for result in standing.values()), default=""),
        currency=client.currency,
        steps=_steps(client),
        changed=outcome.changed,
        provisional=outcome.provisional,
        measures=headlines(standing),
        report=str(outcome.report or ""),
        version=outcome.version,
    )


def told_early(folder: str, error: BaseException, words: str, *, began: bool, mode: str, audience: str) -> RunReport:
    """The end of a run without a report. `words` is the message, `began` whether anything was made before it came."""
    known: dict[str, Any] = {"folder": folder, "mode": mode, "audience": audience}
    with suppress(WorkbookError, OSError):  # that may be just what cannot be read
        client = open_client(folder)
        known["client"] = client.name
        known["steps"] = _steps(client) if began else {}
    if not isinstance(error, (WorkbookError, OSError)):
        return _alone(state="interrupted", kind="it was interrupted", cause="it was interrupted", **known)
    kind = next(KINDS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in KINDS)
    return _alone(state="failed" if began else "refused", kind=kind, cause=words, **known)


def _steps(client: Client) -> dict[str, StepEnd]:
    runs = sorted(read_manifest(client.results_folder).steps.items())
    return {step_id: StepEnd(state=run.state, reason=run.reason, why=run.why) for step_id, run in runs}


def _alone(**parts: Any) -> RunReport:
    run = ClientRun(**parts)
    return RunReport(ok=run.state == "done", clients=[run])


def headlines(standing: Mapping[str, Result]) -> dict[str, Measure]:
    """The headlines that the registry declares, of the results that stand; what a step did not say is left out."""
    found = {}
    for step in (step for step in STEPS if step.id in standing):
        result = standing[step.id]
        said = {finding.id: finding.values for finding in result.findings}
        for headline in step.headlines:
            finding, _, name = headline.value.partition("/")
            value = said.get(f"{step.number}.{finding}", {}).get(name)
            if value is None or value.value is None or value.unit not in QUANTITIES:
                continue
            found[f"{step.number}.{headline.value}"] = Measure(
                title=headline.title,
                value=value.value,
                low=value.low,
                high=value.high,
                unit=value.unit,
                provisional=bool(result.provisional),
            )
    return found
