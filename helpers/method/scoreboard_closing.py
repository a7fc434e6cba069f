"""What step 13 assumed, whether it adds up, and what it cannot say."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import counted, listed
from helpers.method.equity_bridge import BEFORE, NOW
from helpers.method.finding_values import inside_sentence
from helpers.method.money import HALF_A_CENT, UNITS, ten_thousandths
from helpers.method.results_scored import CANNOT_SAY
from helpers.method.score_periods import LEAST_ORDERS, VERSION
from helpers.method.score_series import PORTION, REVENUE, SHARE
from helpers.method.scoreboard import EARLIER, NAMED
from helpers.method.scoreboard_findings import known_by_period
from helpers.method.share import ALL
from helpers.method.xmr import BASELINE, LEAST, SCALING


def scoreboard_assumptions(
    score_measures: pd.DataFrame,
    results_scored: pd.DataFrame,
    *,
    since: object | None,
    window_start: object,
    as_of: object,
) -> list[Assumption]:
    """What was used that the data did not supply, each only where it was."""
    used = []
    if (score_measures["limits"] != "none").any():
        text = "Limits lie so many mean moving ranges from the centre: three standard deviations of a normal series."
        used.append(Assumption(id="13.limits", text=text, value=SCALING))
        text = "So many points set the centre and the limits of a measure, which are then kept."
        used.append(Assumption(id="13.baseline", text=text, value=BASELINE))
        text = "A measure is taken by month where each month holds so many orders, else by quarter."
        used.append(Assumption(id="13.orders", text=text, value=LEAST_ORDERS))
    if score_measures["seasonal"].any():
        text = "These measures repeat themselves from year to year, and are charted as the difference from the same "
        text += "period a year earlier."
        titles = score_measures.loc[score_measures["seasonal"], "title"]
        names = listed(titles.str.removesuffix(f", {EARLIER}").tolist(), 9)
        used.append(Assumption(id="13.season", text=text, value=names, evidence="measured"))
    if (score_measures["name"] == PORTION).any():
        text = "A customer counts in one group over all time: the one that it was in when it last bought."
        used.append(Assumption(id="13.group", text=text, value="group when last bought"))
    if since is not None and results_scored["due"].astype(bool).any():
        before = max((pd.Timestamp(since) - pd.Timestamp(window_start)).days, 0)
        part = round(before / (pd.Timestamp(as_of) - pd.Timestamp(window_start)).days, 2)
        if part > 0:
            text = (
                "Results are scored over the window of today, as they were expected over that of then. So large a part "
            )
            text += "of it lies before the earlier version, and what was done since shows in the rest only."
            used.append(Assumption(id="13.overlap", text=text, value=part))
    return used


def scoreboard_checks(
    scoreboard: pd.DataFrame,
    customer_days: pd.DataFrame,
    equity_bridge: pd.DataFrame,
    clv_by_group: pd.DataFrame | None,
    *,
    as_of: object,
) -> list[Check]:
    """Revenue ties to the data, and the bridge to both equities, to the cent."""
    found = []
    own = scoreboard[scoreboard["measure"] == REVENUE]
    if len(own):
        # a measure with a season is charted from its second year on
        inside = (customer_days["date"] >= own["period_start"].min()) & (customer_days["date"] < pd.Timestamp(as_of))
        expected = int(ten_thousandths(customer_days.loc[inside, "revenue"]).sum()) / UNITS
        words = "The revenue of all periods is the revenue of their days."
        found.append(_tie("13.revenue", words, float(own["level"].sum()), expected))
    if len(equity_bridge):
        amounts = equity_bridge.set_index("part")["amount"]
        parts = float(amounts.drop([BEFORE, NOW]).sum())
        words = "Customer equity then and all parts of the bridge make that of today."
        found.append(_tie("13.bridge", words, float(amounts[BEFORE]) + parts, float(amounts[NOW])))
        if clv_by_group is not None and (clv_by_group["group_id"] == ALL).any():
            whole = float(clv_by_group.loc[clv_by_group["group_id"] == ALL, "clv"].iloc[0])
            words = "Customer equity at the end of the bridge is that of step 04."
            found.append(_tie("13.equity", words, float(amounts[NOW]), whole))
    return found


def scoreboard_cannot_say(
    score_measures: pd.DataFrame,
    expected_results: pd.DataFrame | None,
    results_scored: pd.DataFrame,
    learning_plan: pd.DataFrame | None,
    *,
    groups: bool,
    by_group: bool,
) -> list[CannotSay]:
    """Measures that cannot be had by period, results that cannot be scored, and what would change that.

    Parameters
    ----------
    score_measures, expected_results, results_scored, learning_plan : DataFrame
    groups, by_group : bool
        Whether there are groups at all, and whether customers of the past can be placed in them.
    """
    gaps, known = [], known_by_period(score_measures)
    names = set(score_measures["name"])
    if (ALL, SHARE) not in known:
        because = "Wallets are not known quarter by quarter."
        gaps.append(
            CannotSay(
                question="How does our share of the chosen customers move from quarter to quarter?",
                because=because,
                unlocked_by="the wallets of each quarter, from a panel or a survey (table wallets).",
            )
        )
    if {"high_tier", "advocates"} & names:
        gaps.append(
            CannotSay(
                question="How do value tiers and advocates move from month to month?",
                because="A tier is a year's profit, and an advocate all of its history: by month both would be rolling "
                "windows, in which neighbours share their days and noise looks like a trend. They are points from "
                "version to version.",
                unlocked_by="further versions.",
            )
        )
    if "customer_equity" not in names:
        gaps.append(
            CannotSay(
                question="What is customer equity, and what moves it?",
                because="No margin is known.",
                unlocked_by="cost of goods by line (table transactions), or a decided gross margin rate (step 04).",
            )
        )
    if groups and not by_group:
        gaps.append(
            CannotSay(
                question="How does each group move over time?",
                because="Groups were not formed by behaviour, so nobody knows who was in which before today.",
                unlocked_by="groups by behaviour (step 03).",
            )
        )
    short = score_measures[(score_measures["limits"] == "none") & (score_measures["period"] != VERSION)]
    if len(short):
        titles = [
            inside_sentence(NAMED[row["name"]][0]) + (f" ({row['group_name']})" if row["group_name"] else "")
            for row in short.to_dict("records")
        ]
        gaps.append(
            CannotSay(
                question=f"What is noise and what is news in {listed(titles, 4)}?",
                because=f"It takes {LEAST} points to set limits.",
                unlocked_by="a longer history.",
            )
        )
    lacking = _not_by_period(expected_results, known) if by_group else []
    if lacking:
        gaps.append(
            CannotSay(
                question=f"How do these expected results move between versions: {listed(lacking, 6)}?",
                because="They are not known by month or quarter, and are scored when due.",
                unlocked_by="wallets by quarter, or service events over the whole history.",
            )
        )
    lost = results_scored[results_scored["outcome"] == CANNOT_SAY]
    if len(lost):
        gaps.append(
            CannotSay(
                question=f"What came of {counted(len(lost), 'result')} that the earlier version expected?",
                because="The group or the measure is not there any more: "
                + listed(sorted(set(_titles(lost))), 6)
                + ".",
                unlocked_by="the same groups and tables as in that version.",
            )
        )
    if learning_plan is None or learning_plan.empty:
        gaps.append(
            CannotSay(
                question="What have we learned?",
                because="No question was named that somebody shall answer.",
                unlocked_by="learning loops in step 11.",
            )
        )
    return gaps


def _not_by_period(expected: pd.DataFrame | None, known: set[tuple[str, str]]) -> list[str]:
    if expected is None:
        return []
    return [
        title
        for title, pair in zip(
            _titles(expected), zip(expected["group_id"], expected["measure"], strict=True), strict=True
        )
        if pair not in known
    ]


def _titles(rows: pd.DataFrame) -> list[str]:
    return [f"{row['measure_name'].lower()} of {row['group_name']}" for row in rows.to_dict("records")]


def _tie(name: str, sentence: str, found: float, expected: float) -> Check:
    verdict = "pass" if abs(found - expected) < HALF_A_CENT else "fail"
    exact = {"found": round(found, 2), "expected": round(expected, 2)}
    return Check(id=name, sentence=sentence, tolerance=HALF_A_CENT, verdict=verdict, **exact)
