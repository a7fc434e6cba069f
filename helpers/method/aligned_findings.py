"""What step 11 tells and in which order: a few strong sentences, and what they sum up stays in the tables."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from helpers.client.result_model import Finding

ORDER = (
    *("answer", "best_set", "team_against_best", "budget_more", "headroom_full", "best_gap"),
    *("orphans", "gaps", "timeline", "trials"),
    *("intent_unfunded", "intent_overfunded", "processes_unchanged", "spend_out_of_line", "reactive"),
    *("weakest_function", "weakest_link", "weakest_promise", "channels", "channel_contradictions", "channel_losses"),
    *("best_below", "treatment"),
)
# a sentence is left out where one of these was said: it holds the same, and the table behind it shows the rest
SUMMED_UP = MappingProxyType(
    {
        "weakest_link": ("weakest_function",),
        "channel_losses": ("channel_contradictions",),
        "channel_moves": ("channels",),
        "treatment": ("best_below",),
        "best_below_group": ("best_below",),
        "firm_tactics": ("best_set",),
        "misaligned": ("spend_out_of_line",),
        "people_misaligned": ("spend_out_of_line", "misaligned"),
    }
)


def aligned_findings(findings: Iterable[Finding]) -> list[Finding]:
    """The findings to tell, the one that answers the step's question first.

    Parameters
    ----------
    findings : of Finding, of all parts of the step, in any order

    Returns
    -------
    list of Finding
        Without those that another sums up. What has no place in the order comes last, as it came.

    Examples
    --------
    >>> names = ("treatment", "best_below", "answer")
    >>> said = [Finding(id=f"11.{name}", text="So.", evidence="judged") for name in names]
    >>> [one.id for one in aligned_findings(said)]
    ['11.answer', '11.best_below']
    """
    findings = list(findings)
    said = {_kind(one) for one in findings}
    kept = [one for one in findings if not said & set(SUMMED_UP.get(_kind(one), ()))]
    place = {name: number for number, name in enumerate(ORDER)}
    return sorted(kept, key=lambda one: place.get(_kind(one), len(ORDER)))


def _kind(finding: Finding) -> str:
    """The name of a finding without the step's number and the group."""
    return finding.id.split(".")[1]
