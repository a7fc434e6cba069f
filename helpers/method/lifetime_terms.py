"""Over how long, and how much less what comes later counts: one answer, given in step 04 and taken from there."""

from __future__ import annotations

from helpers.client.result_model import Result

MONTHS, ANNUAL_DISCOUNT = 36, 0.10


def terms_of(said: Result | None) -> dict[str, float]:
    """Horizon and discount as step 04 used them in this run; those of the method where it did not run.

    What is compared with lifetime value has to count as it does: hurdles, projects, effects of tactics.

    Parameters
    ----------
    said : Result of step 04, or None

    Returns
    -------
    dict
        months           int    from the day after the window
        annual_discount  float  what comes a year later counts less by this part

    Examples
    --------
    >>> terms_of(None)
    {'months': 36, 'annual_discount': 0.1}
    """
    used = said.parameters if said else {}
    return {
        "months": int(used.get("HORIZON_MONTHS", MONTHS)),
        "annual_discount": float(used.get("ANNUAL_DISCOUNT", ANNUAL_DISCOUNT)),
    }
