"""What do we expect of our intents, by when, and who answers for it? Ranges, so that the next run can score them.

Each result has a measure that the workbook takes again by itself: nobody has to remember what was meant.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.client.result_model import CannotSay
from helpers.errors import StepInputError, listed
from helpers.method.money import HALF_A_CENT
from helpers.method.portfolio_projection import NO_ACTION, WITH_INTENTS
from helpers.method.value_at_stake import KEEP, RELEASE, REPAIR, WIN
from helpers.method.value_words import in_words, range_in_words

PROFIT, SHARE, LAPSE, SERVE, PORTION = "profit", "customer_share", "lapse_rate", "cost_to_serve_rate", "portion"
# name, unit, the better direction, the table that holds the measure
MEASURES = {
    PROFIT: ("Profit a year", "money", "up", "customer_value"),
    SHARE: ("Customer share", "share", "up", "group_share"),
    LAPSE: ("Customers who stop buying in a year", "share", "down", "portfolio_moves"),
    SERVE: ("Cost to serve / revenue", "share", "down", "customer_value"),
    PORTION: ("Part of the portfolio's customers", "share", "", "portfolio_projection"),
}
WITHOUT_US = "as without us"  # of a portion that the intents do not move
BEFORE_FEES = ", before contract fees"
AS_WITHOUT = 0.01  # of the portfolio: portions that lie no further apart are told as the same
REACHED, SHORT, BEYOND, NOT_DUE, CANNOT_SAY = "reached", "short", "beyond", "not_due", "cannot_say"
ENDS = ("low", "likely", "high")


def group_baselines(
    customer_value: pd.DataFrame,
    group_share: pd.DataFrame | None,
    lapse_rates: pd.DataFrame | None,
    portfolio_projection: pd.DataFrame | None,
    *,
    years: float,
) -> pd.DataFrame:
    """Where each measure stands today, group by group.

    Parameters
    ----------
    customer_value : DataFrame, one row per customer, of step 04
    group_share : DataFrame or None, of step 05
        The measured share, else the modelled one.
    lapse_rates, portfolio_projection : DataFrame or None, from `helpers.method.portfolio_projection`
    years : float
        Of the window.

    Returns
    -------
    DataFrame, one row per group and known measure: group_id, measure, value

    Examples
    --------
    >>> value = pd.DataFrame({"customer_id": ["a", "b"], "group_id": "g1", "status": "active",
    ...     "revenue": [60.0, 40.0], "cost_to_serve": [5.0, 5.0], "customer_profit": [10.0, 6.0]})
    >>> group_baselines(value, None, None, None, years=2)[["measure", "value"]].values.tolist()
    [['profit', 8.0], ['cost_to_serve_rate', 0.1]]
    """
    rows = customer_value[customer_value["status"] == "active"].sort_values("customer_id")
    found = []
    for group, own in rows.groupby("group_id"):
        profit = own["customer_profit"].astype(float)
        if profit.notna().any():
            found.append((group, PROFIT, float(profit.sum()) / years))
        served = own[own["revenue"].notna() & own["cost_to_serve"].notna()]
        if served["revenue"].sum() > 0:
            found.append((group, SERVE, float(served["cost_to_serve"].sum() / served["revenue"].sum())))
    if group_share is not None:
        known = group_share["customer_share"].astype(float).fillna(group_share["modelled_share"].astype(float))
        found += [(group, SHARE, float(share)) for group, share in zip(group_share["group_id"], known, strict=True)]
    if lapse_rates is not None:
        found += [(row["group_id"], LAPSE, row["lapse_rate"]) for row in lapse_rates.to_dict("records")]
    if portfolio_projection is not None:
        now = portfolio_projection[portfolio_projection["year"] == 0].drop_duplicates("state")
        found += [(row["state"], PORTION, row["part"]) for row in now.to_dict("records")]
    table = pd.DataFrame(found, columns=["group_id", "measure", "value"])
    return table.dropna(subset=["value"]).astype({"group_id": "str", "measure": "str", "value": "float64"})


def expected_results(
    value_at_stake: pd.DataFrame,
    baselines: pd.DataFrame,
    portfolio_projection: pd.DataFrame | None,
    *,
    by_date: object,
    decided: Mapping[str, Mapping] | None = None,
    currency: str = "",
    profit_chance: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What each group shall show by a date, as proposed from what is at stake, or as people decided.

    Parameters
    ----------
    value_at_stake : DataFrame, from `value_at_stake`
        Only levers that the group's intents pull promise anything.
    baselines : DataFrame, from `group_baselines`
    portfolio_projection : DataFrame or None
        With the intents; portions are proposed from its first year end not before `by_date`, else its last.
    by_date : date
    decided : mapping of "<group_id>.<measure>" to a row, optional
        owner, by_date, low, likely, high; what a row leaves out is proposed.
    currency : str, as the client writes it; for the columns in words
    profit_chance : DataFrame or None, of step 08
        Where its groups pay contract fees, the measure profit says that it is before them: step 08 counts them.

    Returns
    -------
    DataFrame, one row per group and measure that shall change: the columns of the published expected_results
        baseline, low, likely, high  float  in the unit: money a year, or share
        better                       str    up, down or empty: a portion is neither good nor bad by itself
        owner                        str    empty = nobody answers for it yet
        proposed                     bool   whether nobody decided on the range
        rests_on                     str    the lever or the projection
        today_words, expected_words  str    baseline and range, each in its own unit

    Raises
    ------
    StepInputError
        If a decided row is of no measure, or low <= likely <= high does not hold.

    Notes
    -----
    A decided row whose group stands no more, whose measure is not known today, or that nothing moves any more, is left
    out; `set_aside` tells it. Cost to serve over revenue is expected of no group whose customers are led away: it would
    move with who is gone. A portion that is likely as large with no action says so.
    profit: baseline + all that is counted; customer share s: s + (1 - s) x rate of capture; lapse rate r: r x (1 - part
    kept); cost to serve: less what is counted of the repair, over the same revenue. The ends of several levers are
    added, as if all went well or badly together.

    Examples
    --------
    >>> stake = pd.DataFrame({"group_id": "g1", "group_name": "Yards", "lever": ["keep"], "pulled": True,
    ...     "part": 0.2, "part_low": 0.1, "part_high": 0.3, "counted": 10.0, "counted_low": 4.0, "counted_high": 20.0,
    ...     "exposed": 50.0, "why_not": ""})
    >>> base = pd.DataFrame({"group_id": "g1", "measure": ["profit", "lapse_rate"], "value": [100.0, 0.5]})
    >>> table = expected_results(stake, base, None, by_date="2027-12-31")
    >>> table[["measure", "baseline", "low", "likely", "high"]].round(3).values.tolist()
    [['profit', 100.0, 104.0, 110.0, 120.0], ['lapse_rate', 0.5, 0.35, 0.4, 0.45]]
    """
    before_fees = profit_chance is not None and bool((profit_chance["contract_fees"] > 0).any())
    known = {(row["group_id"], row["measure"]): row["value"] for row in baselines.to_dict("records")}
    decided, rows = {str(key): dict(row) for key, row in (decided or {}).items()}, []
    for (group, name), own in value_at_stake.groupby(["group_id", "group_name"], sort=False):
        levers = {row["lever"]: row for row in own.to_dict("records") if row["pulled"] and not row["why_not"]}
        for measure in MEASURES:
            base = known.get((group, measure))
            ranged = None if base is None else _range(measure, base, group, levers, portfolio_projection, by_date)
            if ranged is None or ranged[0][0] == ranged[0][2] == base:
                continue
            given = decided.pop(f"{group}.{measure}", {})
            whose = f"{group}.{measure} ({MEASURES[measure][0]} of {name})"
            row = {"group_id": group, "group_name": name, **_row(measure, base, *ranged, given, by_date, whose)}
            row["measure_name"] += BEFORE_FEES if measure == PROFIT and before_fees else ""
            rows.append(row | {"as_without": measure == PORTION and _as_without_us(group, row, portfolio_projection)})
    groups = set(value_at_stake["group_id"])
    strange = sorted(key for key in decided if not _may_be(key))
    if strange:
        raise StepInputError(
            f"Expected results: {listed(strange)} is none. Expected a group and a measure, such as g1.profit; measures "
            f"are {listed(list(MEASURES), 9)}, groups {listed(sorted(groups), 30) or 'none'}."
        )
    columns = ["group_id", "group_name", "measure", "measure_name", "unit", "better", "baseline", *ENDS, "by_date",
               "owner", "proposed", "rests_on", "table", "today_words", "expected_words"]  # fmt: skip
    for row in rows:
        row["today_words"] = in_words(row["baseline"], row["unit"], currency)
        row["expected_words"] = range_in_words(row["low"], row["high"], row["unit"], currency)
        row["expected_words"] += f", {WITHOUT_US}" if row["as_without"] else ""
    table = pd.DataFrame(rows, columns=columns)
    table["by_date"] = pd.to_datetime(table["by_date"])
    words = ["group_id", "group_name", "measure", "measure_name", "unit", "better", "owner", "rests_on", "table"]
    words += ["today_words", "expected_words"]
    numbers = dict.fromkeys(["baseline", *ENDS], "float64")
    return table.astype(dict.fromkeys(words, "str") | numbers | {"proposed": bool})


def scored_results(earlier: pd.DataFrame, baselines: pd.DataFrame, *, as_of: object) -> pd.DataFrame:
    """What became of the results that an earlier version expected.

    Parameters
    ----------
    earlier : DataFrame, from `expected_results`, of an earlier version
    baselines : DataFrame, from `group_baselines`, of this one
    as_of : date, of this one

    Returns
    -------
    DataFrame, as `earlier`, with
        now    float  where the measure stands
        score  str    reached: within the range; beyond: better than it; short: worse. A portion outside its range is
                      short. not_due before by_date; cannot_say where the measure is not known any more

    Examples
    --------
    >>> row = {"group_id": "g1", "measure": "lapse_rate", "better": "down", "low": 0.2, "high": 0.3,
    ...     "by_date": pd.Timestamp("2027-01-01")}
    >>> now = pd.DataFrame({"group_id": ["g1"], "measure": ["lapse_rate"], "value": [0.1]})
    >>> scored_results(pd.DataFrame([row]), now, as_of="2027-06-01")["score"].tolist()
    ['beyond']
    """
    table = earlier.merge(baselines.rename(columns={"value": "now"}), on=["group_id", "measure"], how="left")
    above, below = table["now"] > table["high"] + _slack(table), table["now"] < table["low"] - _slack(table)
    good = (above & (table["better"] == "up")) | (below & (table["better"] == "down"))
    score = np.select(
        [pd.to_datetime(table["by_date"]) > pd.Timestamp(as_of), table["now"].isna(), good, above | below],
        [NOT_DUE, CANNOT_SAY, BEYOND, SHORT],
        REACHED,
    )
    return table.assign(score=pd.Series(score, index=table.index, dtype="str"))


def _slack(table: pd.DataFrame) -> np.ndarray:
    """What nobody would call a difference."""
    return np.where(table["measure"] == PROFIT, HALF_A_CENT, 1e-9)


def _range(
    measure: str,
    base: float,
    group: str,
    levers: Mapping[str, Mapping],
    projection: pd.DataFrame | None,
    by_date: object,
) -> tuple[tuple[float, float, float], str] | None:
    """Low, likely and high as proposed, and what they rest on; None where nothing is promised."""
    if measure == PORTION:
        return _portion(group, projection, by_date)
    if measure == PROFIT:
        sums = [sum(row[name] for row in levers.values()) for name in ("counted_low", "counted", "counted_high")]
        names = " + ".join(levers)
        return (tuple(base + one for one in sums), names) if levers else None
    lever = {SHARE: WIN, LAPSE: KEEP, SERVE: REPAIR}[measure]
    if lever not in levers or (measure == SERVE and RELEASE in levers):
        return None
    row = levers[lever]
    parts = [float(row[name]) for name in ("part_low", "part", "part_high")]
    if measure == SHARE:
        ends = [base + (1 - base) * min(max(part, 0.0), 1.0) for part in parts]
    elif measure == LAPSE:
        ends = [base * (1 - part) for part in reversed(parts)]
    else:
        ends = [base * (1 - float(row[name])) for name in ("relieved_high", "relieved", "relieved_low")]
    return tuple(ends), lever


def _portion(group: str, projection: pd.DataFrame | None, by_date: object):
    """The portion as projected with the intents."""
    row = _due(group, projection, by_date, WITH_INTENTS)
    return None if row is None else ((row["part_low"], row["part"], row["part_high"]), "projection")


def _as_without_us(group: str, row: Mapping, projection: pd.DataFrame | None) -> bool:
    """Whether the portion that is likely is that which no action brings by the same day."""
    idle = _due(group, projection, row["by_date"], NO_ACTION)
    return idle is not None and bool(abs(idle["part"] - row["likely"]) < AS_WITHOUT)


def _due(group: str, projection: pd.DataFrame | None, by_date: object, scenario: str) -> dict | None:
    """A group's first projected year end not before a day, else its last."""
    if projection is None:
        return None
    own = projection[(projection["scenario"] == scenario) & (projection["state"] == group)]
    own = own[own["year"] > 0].sort_values("year")
    if own.empty:
        return None
    due = own[own["year_end"] >= pd.Timestamp(by_date)]
    return (due.iloc[0] if len(due) else own.iloc[-1]).to_dict()


def _row(
    measure: str, base: float, ends: tuple[float, ...], rests_on: str, given: Mapping, by_date: object, whose: str
) -> dict:
    """One result, as decided where people did."""
    name, unit, better, table = MEASURES[measure]
    own = [given.get(end) for end in ENDS]
    low, likely, high = (float(one) if one is not None else float(end) for one, end in zip(own, ends, strict=True))
    if not low <= likely <= high:
        told = (f"{title} {end:.12g} ({'proposed' if said is None else 'decided'})"
                for title, end, said in zip(ENDS, (low, likely, high), own, strict=True))  # fmt: skip
        raise StepInputError(
            f"Expected results, {whose}: found {listed(list(told))}. Expected low, likely and high in that order: "
            "what a row leaves out is proposed, so give all three in decisions/09_choose_intent.yaml, or none."
        )
    return {
        "measure": measure,
        "measure_name": name,
        "unit": unit,
        "better": better,
        "baseline": base,
        "low": low,
        "likely": likely,
        "high": high,
        "by_date": given.get("by_date") or by_date,
        "owner": str(given.get("owner") or ""),
        "proposed": all(one is None for one in own),
        "rests_on": rests_on,
        "table": table,
    }


def set_aside(decided: Mapping[str, Mapping] | None, expected_results: pd.DataFrame) -> list[CannotSay]:
    """Results that people decided on and that cannot be expected today.

    >>> gaps = set_aside({"g1.customer_share": {"owner": "Renn"}}, pd.DataFrame({"group_id": [], "measure": []}))
    >>> gaps[0].question
    'What becomes of the results decided for g1.customer_share?'
    """
    stands = set(expected_results["group_id"] + "." + expected_results["measure"]) if len(expected_results) else set()
    lost = sorted({str(key) for key in decided or {}} - stands)
    if not lost:
        return []
    return [
        CannotSay(
            question=f"What becomes of the results decided for {listed(lost, 30)}?",
            because="Their group stands no more, their measure is not known today, or the intents do not move it.",
            unlocked_by="the data that they were decided on, or another decision on the results.",
        )
    ]


def _may_be(key: str) -> bool:
    """Whether a key is of a group, which may stand no more, and of a measure."""
    group, _, measure = key.rpartition(".")
    return bool(group) and measure in MEASURES


def proposed_results(expected_results: pd.DataFrame) -> dict[str, dict[str, object]]:
    """The results as rows of the decision, for people to put owners to: by "<group_id>.<measure>" its day and range.

    Examples
    --------
    >>> row = {"group_id": "g1", "measure": "profit", "by_date": pd.Timestamp("2027-09-01"), "owner": ""}
    >>> row |= {"low": 3637.52, "likely": 13026.6, "high": 24497.2, "unit": "money"}
    >>> proposed_results(pd.DataFrame([row]))
    {'g1.profit': {'owner': '', 'by_date': '2027-09-01', 'low': 3638.0, 'likely': 13027.0, 'high': 24497.0}}
    """
    digits = {"money": 0, "share": 4}
    return {
        f"{row['group_id']}.{row['measure']}": {
            "owner": row["owner"],
            "by_date": f"{row['by_date']:%Y-%m-%d}",
            **{end: round(float(row[end]), digits[row["unit"]]) for end in ENDS},
        }
        for row in expected_results.to_dict("records")
    }
