"""The registry: the steps, what each asks, reads, decides and publishes. The method's table of contents.

A step may read only what stands here: `step.table` and `step.result` refuse the rest. So this page is also the
wiring diagram: from it come the order of a run, the table in the README, and what must be computed again.
"""

from __future__ import annotations

from helpers.errors import StepInputError, nearest
from helpers.step_entry import KIT, Choice, Headline, Step
from helpers.steps_of_action import STEPS_OF_ACTION
from helpers.steps_of_choice import STEPS_OF_CHOICE
from helpers.steps_of_today import STEPS_OF_TODAY

__all__ = [
    "BY_ID",
    "KIT",
    "STEPS",
    "Choice",
    "Headline",
    "Step",
    "built_steps",
    "find_step",
    "nearest_step",
]


STEPS: tuple[Step, ...] = (
    *STEPS_OF_TODAY,
    *STEPS_OF_CHOICE,
    *STEPS_OF_ACTION,
    # A new step goes here.
)

BY_ID = {step.id: step for step in STEPS}


def find_step(name: str) -> Step:
    """The step with this id or number ("05", "5" or "05_customer_share").

    >>> find_step("5").id
    '05_customer_share'
    """
    for step in STEPS:
        if name in (step.id, step.number) or name.zfill(2) == step.number:
            return step
    raise StepInputError(f'There is no step "{name}". {nearest_step(name)}')


def nearest_step(name: str) -> str:
    """Advice for a name that no step has: the nearest id, or where all of them stand."""
    return nearest(name, list(BY_ID), "Expected a number or id such as 05 or 05_customer_share; README.md lists all.")


def built_steps() -> list[Step]:
    """The steps whose notebooks exist, in order."""
    return [step for step in STEPS if step.built]
