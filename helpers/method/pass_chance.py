"""Passed, failed or open: how a probability is read where a test of step 08 is decided."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.client.result_model import Assumption

PASS_FROM, FAIL_TO = 0.80, 0.20  # probabilities that the test is passed
PASS, FAIL, UNDECIDED, NOT_TESTED = "pass", "fail", "undecided", "not_tested"
STATUS_NAMES = {PASS: "Passes", FAIL: "Fails", UNDECIDED: "Open", NOT_TESTED: "Not tested"}
PASSED = Assumption(
    id="08.pass_from",
    text="A test is passed where the chance of it is this or more, and failed where it is at most the lower number; "
    "between the two it is undecided.",
    value=PASS_FROM,
    low=FAIL_TO,
    high=PASS_FROM,
)


def status_of(chance: ArrayLike) -> np.ndarray:
    """The status of each probability that a test is passed.

    Parameters
    ----------
    chance : array of float, 0 to 1; missing where there are no data

    Returns
    -------
    array of str: pass (.80 or more), fail (.20 or less), undecided or not_tested

    Examples
    --------
    >>> status_of([0.8, 0.2, 0.5, float("nan")]).tolist()
    ['pass', 'fail', 'undecided', 'not_tested']
    """
    # rounded, so that a chance of exactly the border reaches it
    chance = np.round(np.atleast_1d(np.asarray(chance, dtype=float)), 12)
    choices = [np.isnan(chance), chance >= PASS_FROM, chance <= FAIL_TO]
    return np.select(choices, [NOT_TESTED, PASS, FAIL], UNDECIDED)
