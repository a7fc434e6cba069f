"""What step 06 leaves open about drivers, what it assumed, and whether its tables agree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.checks import same_count
from helpers.method.driver_map import CANNOT_SAY, SURE
from helpers.method.driver_performance import LEAST
from helpers.method.group_parts import BESIDE
from helpers.method.money import HALF_A_CENT
from helpers.method.share import ALL
from helpers.method.survey_answers import OTHER, OWN, Answers


def needs_cannot_say(driver_map: pd.DataFrame) -> list[CannotSay]:
    """The questions about performance that stay open for this client, each only where it does.

    Without any rating there is nothing to compare, and `importance_cannot_say` says so.
    """
    if driver_map.empty:
        return []
    gaps, whole = [], driver_map[driver_map["group_id"] == ALL]
    if whole["advantage"].isna().any():
        missing = whole.loc[whole["advantage"].isna(), "label"].tolist()
        nobody = not whole["compared"].any()
        gaps.append(
            CannotSay(
                question="Are we better than the best alternative on "
                + ("what customers value?" if len(missing) == len(whole) else f"{listed(missing)}?"),
                because="Nobody was asked to rate another supplier."
                if nobody
                else "Too few customers rated both us and another supplier.",
                unlocked_by="survey: competitor_ columns beside the driver_ ones, and whom they rate in competitor.",
            )
        )
    compared = driver_map["driver"].isin(whole.loc[whole["advantage"].notna(), "driver"])  # others are asked for above
    groups = driver_map[compared & ~driver_map["group_id"].isin([ALL, *BESIDE])]
    silent = groups["advantage"].isna().groupby(groups["group_id"], sort=False).any()
    names = groups.drop_duplicates("group_id").set_index("group_id")["group_name"]
    few = [names[group] for group in silent.index[silent]]
    if few and whole["advantage"].notna().any():
        gaps.append(
            CannotSay(
                question=f"How do we compare with the alternative for {listed(few)}?",
                because="Too few customers of the group compared us on some drivers.",
                unlocked_by="survey: more answers of these customers.",
            )
        )
    if driver_map["part_of_cost"].isna().all():
        gaps.append(
            CannotSay(
                question="Does it pay to be better on a driver?",
                because="No recorded cost is laid at the door of a driver that customers rated.",
                unlocked_by="service_events, and activity_costs with the driver that each activity serves.",
            )
        )
    return gaps


def needs_assumptions(driver_map: pd.DataFrame) -> list[Assumption]:
    """What the places on the map rest on that the data did not supply; nothing without ratings."""
    if driver_map.empty:
        return []
    said = [
        ("least_compared", "With fewer customers a rating or an advantage is not stated.", LEAST, "judged"),
        ("sure_of_importance", "A driver counts as important from this chance of an equal part on.", SURE, "judged"),
        (
            "who_answers",
            "Customers who did not answer would rate us as those of their group and size who did. Who likes us answers "
            "more readily, so our lead may be flattering; responses that speak of it:",
            int(driver_map.loc[driver_map["group_id"] == ALL, "rated"].max()),
            "assumed",
        ),
    ]
    if driver_map["part_of_cost"].notna().any():
        words = "A driver costs what the activities that serve it cost. Activities that serve none of them are:"
        said.append(("cost_by_driver", words, "left out", "assumed"))
    return [Assumption(id=f"06.{name}", text=text, value=value, evidence=how) for name, text, value, how in said]


def needs_checks(answers: Answers, driver_map: pd.DataFrame, costs: pd.DataFrame | None = None) -> list[Check]:
    """Whether the tables on drivers agree with the answers and with each other.

    Parameters
    ----------
    answers : Answers
    driver_map : DataFrame, from `driver_map`
    costs : DataFrame, optional
        One row per group and driver, from `driver_costs`.

    Returns
    -------
    list of Check
        Ratings counted once, advantages as the ratings give them, places that rest on numbers, costs that add up;
        none without ratings, where there is nothing to go wrong.
    """
    if driver_map.empty:
        return []
    rows, whole = answers.sincere, driver_map[driver_map["group_id"] == ALL]
    given = int(rows[[OWN + name for name in answers.names]].notna().to_numpy().sum())
    checks = [
        same_count(
            "06.ratings", "Ratings behind the performance of all are the ratings given.", whole["rated"].sum(), given
        )
    ]
    if whole["advantage"].notna().any():
        known = whole[whole["advantage"].notna()]  # a driver of ours that nobody rated elsewhere has none
        both = [rows[OWN + name] - rows[OTHER + name] for name in known["driver"]]
        means = [float(np.average(gap.dropna(), weights=rows.loc[gap.dropna().index, "weight"])) for gap in both]
        off = np.abs(np.array(means) - known["advantage"].to_numpy()).max()
        words = "Our advantage is the weighted mean of rating less rating; the largest difference."
        checks.append(_close("advantage", words, off, 0.0, 1e-6))
    placed = driver_map["place"] != CANNOT_SAY
    words = "Drivers with a place on the map that lack importance or advantage."
    lacking = driver_map.loc[placed, ["importance", "advantage"]].isna().any(axis=1).sum()
    checks.append(same_count("06.places", words, lacking, 0))
    if costs is not None and (costs["group_id"] != ALL).any():
        words = "The costs by driver of the groups, of customers in none included, are those of all."
        sums = costs.groupby(costs["group_id"] == ALL)["cost_to_serve"].sum()
        checks.append(_close("driver_cost", words, sums[False], sums[True], HALF_A_CENT))
    return checks


def _close(name: str, sentence: str, found: float, expected: float, within: float) -> Check:
    found, expected = round(float(found), 9), round(float(expected), 9)
    verdict = "pass" if abs(found - expected) <= within else "fail"
    return Check(id=f"06.{name}", sentence=sentence, found=found, expected=expected, tolerance=within, verdict=verdict)
