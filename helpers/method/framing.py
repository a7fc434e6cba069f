"""Framing: what arrived, what the business wants, what its leaders believe, and what we assume.

Step 01 says what the rest will stand on. Nothing here is an opinion about customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from helpers.client.result_model import Assumption, Check
from helpers.errors import StepInputError, counted, listed, nearest, quoted
from helpers.method.money import HALF_A_CENT

# The order in which people think of the tables, not the alphabet's.
TABLES = (
    *("transactions", "customers", "contracts", "categories", "wallets", "supplier_spend", "service_events"),
    *("activity_costs", "survey", "referrals", "prospects", "markets", "investments", "touchpoints", "spend", "goals"),
)
PORTFOLIO_GOALS = ("value_tiers", "relationship_types", "advocates", "customer_equity", "none")
BELIEFS = ("favourite_customers", "difficult_customers", "customer_share", "part_losing_money", "top_driver")
SEASONS = 24  # months; in a shorter window the halves lie in different seasons


def data_health(received_data: pd.DataFrame) -> pd.DataFrame:
    """What arrived, what was mended, what was set aside and what the steps work on, table by table.

    Parameters
    ----------
    received_data : DataFrame, one row per table, outcome and reason
        outcome is received, repaired, set_aside, kept or noted; repaired and noted rows are among the kept.

    Returns
    -------
    DataFrame, one row per table, transactions first: the columns of the published data_health
        rows_...   int    0 where nothing of the kind happened
        money_...  float  currency; missing for tables that hold no money
        remarks    str    each repair and correction with its rows; the notes are in `data_notes`

    Raises
    ------
    StepInputError
        If received is not set aside + kept, in rows or to the cent of money; all such tables are named. A loss that
        nobody counted must not pass.

    Examples
    --------
    >>> received = pd.DataFrame({"table": "transactions", "outcome": ["received", "set_aside", "kept"],
    ...     "reason": ["orders.csv", "test customer", ""], "rows": [10, 1, 9], "money": [95.0, 5.0, 90.0]})
    >>> data_health(received)[["rows_kept", "money_set_aside", "remarks"]].values.tolist()
    [[9, 5.0, 'set aside: test customer (1 row)']]
    """
    table, faults = [], []
    present = set(received_data["table"])
    for name in [*(known for known in TABLES if known in present), *sorted(present - set(TABLES))]:
        rows = received_data[received_data["table"] == name]
        count = {outcome: int(part["rows"].sum()) for outcome, part in rows.groupby("outcome")}
        money = {outcome: float(part["money"].astype(float).sum()) for outcome, part in rows.groupby("outcome")}
        holds_money = rows["money"].notna().any()
        lost_rows = count.get("received", 0) - count.get("set_aside", 0) - count.get("kept", 0)
        lost = money.get("received", 0.0) - money.get("set_aside", 0.0) - money.get("kept", 0.0)
        if lost_rows or abs(lost) > HALF_A_CENT:
            faults.append(f"{name}: {lost_rows:,} rows and {lost:,.2f} of money are unaccounted for.")
        table.append(
            {
                "table": name,
                "rows_received": count.get("received", 0),
                "rows_repaired": count.get("repaired", 0),
                "rows_set_aside": count.get("set_aside", 0),
                "rows_kept": count.get("kept", 0),
                **{
                    f"money_{outcome}": round(money.get(outcome, 0.0), 4) if holds_money else float("nan")
                    for outcome in ("received", "set_aside", "kept")
                },
                "remarks": _remarks(rows),
            }
        )
    if faults:
        raise StepInputError(
            "data_health: received = set aside + kept must hold in rows and to the cent. "
            + " ".join(faults)
            + " This is a fault of the intake, not of the client; results/ may be deleted and made again."
        )
    # Named columns, so that a table without rows is a table too.
    counts = [f"rows_{outcome}" for outcome in ("received", "repaired", "set_aside", "kept")]
    amounts = [f"money_{outcome}" for outcome in ("received", "set_aside", "kept")]
    return pd.DataFrame(table, columns=["table", *counts, *amounts, "remarks"])


def monthly_revenue(customer_month: pd.DataFrame, *, as_of: object, window_months: int) -> pd.DataFrame:
    """The whole portfolio month by month, months without any line included.

    Parameters
    ----------
    customer_month : DataFrame, one row per customer and month with a line
        Lines without a customer are in the sums, and no customer.
    as_of : date
        Months count back from it, so the last one is whole.
    window_months : int
        How many.

    Returns
    -------
    DataFrame, one row per month of the window, the oldest first
        month_start                     datetime
        customers, orders, lines        int    0 in a month without lines
        revenue                         float  currency; below zero where returns outweigh sales

    Raises
    ------
    StepInputError
        If the table holds a month that is none of the window's.

    Examples
    --------
    >>> months = pd.DataFrame({"customer_id": ["c1"], "month_start": [pd.Timestamp("2026-08-01")], "lines": [2],
    ...     "orders": [1], "revenue": [30.0]})
    >>> monthly_revenue(months, as_of="2026-10-01", window_months=2)[["lines", "revenue"]].values.tolist()
    [[2.0, 30.0], [0.0, 0.0]]
    """
    now = pd.Timestamp(as_of)
    starts = [now - pd.DateOffset(months=back) for back in range(window_months, 0, -1)]
    index = pd.DatetimeIndex(starts, name="month_start").as_unit("us")
    months = customer_month["month_start"]
    stray = sorted(set(months) - set(index))
    if stray:
        raise StepInputError(
            f"customer_month: {counted(len(stray), 'month')} outside the window, the first from {stray[0]:%Y-%m-%d}. "
            f"Expected the {window_months} months before {now:%Y-%m-%d}."
        )
    named = customer_month["customer_id"].astype("str").replace("", pd.NA)
    sums = customer_month.groupby("month_start")[["orders", "lines", "revenue"]].sum()
    sums.insert(0, "customers", named.groupby(months).nunique())
    sums = sums.reindex(index).fillna(0)
    sums["revenue"] = sums["revenue"].astype(float).round(4)
    return sums.astype(dict.fromkeys(("customers", "orders", "lines"), "int64")).reset_index()


def proposed_portfolio_goals(goals: pd.DataFrame | None) -> tuple[dict[str, str] | None, str]:
    """What to propose for the judgement portfolio_goals, and why.

    Parameters
    ----------
    goals : DataFrame, one row per goal, or None

    Returns
    -------
    proposal : dict or None
        Empty where no goal was delivered: there is nothing to match. None where there are goals: only people know what
        a goal asks of the portfolio.
    because : str

    Examples
    --------
    >>> proposed_portfolio_goals(None)
    ({}, 'No business goal was delivered, so there is none to match.')
    """
    if goals is None or goals.empty:
        return {}, "No business goal was delivered, so there is none to match."
    return None, ""


def goals_in_portfolio_terms(goals: pd.DataFrame | None, portfolio_goals: Mapping[str, str] | None) -> pd.DataFrame:
    """Each business goal restated in the four portfolio goals, and whether anyone can tell that it was reached.

    Parameters
    ----------
    goals : DataFrame, one row per goal, or None
        goal, and what there is of measure, baseline, target, by_date.
    portfolio_goals : mapping of goal to portfolio goal, or None
        The decision: value_tiers, relationship_types, advocates, customer_equity or none. A goal that it does not name
        stands for none; one that is not delivered is left out, and told by `goal_checks`. Without delivered goals the
        goals named here are the goals, without a measure.

    Returns
    -------
    DataFrame, one row per goal in the order given: the columns of the published portfolio_goals
        state  str  no_measure before no_target; measured needs a measure, a target and a date

    Raises
    ------
    StepInputError
        If a goal stands twice, or the decision names a portfolio goal that does not exist.

    References
    ----------
    Hocknell, "How to Create Your Customer Strategy": the portfolio goals.

    Examples
    --------
    >>> goals = pd.DataFrame({"goal": ["Grow in refit"], "measure": ["EBIT margin"], "target": [10.0]})
    >>> goals_in_portfolio_terms(goals, {"Grow in refit": "value_tiers"})[["portfolio_goal", "state"]].values.tolist()
    [['value_tiers', 'no_target']]
    """
    decided = dict(portfolio_goals or {})
    columns = ["goal", "measure", "baseline", "target", "by_date"]
    if goals is None or goals.empty:
        goals = pd.DataFrame({"goal": list(decided)})
    table = goals.reindex(columns=columns).reset_index(drop=True)
    table["goal"] = table["goal"].astype("str")
    if table["goal"].duplicated().any():
        twice = table.loc[table["goal"].duplicated(), "goal"].iloc[0]
        raise StepInputError(f'goals: the goal "{twice}" stands twice. Give each goal its own words.')
    for portfolio_goal in decided.values():
        if portfolio_goal not in PORTFOLIO_GOALS:
            known = nearest(str(portfolio_goal), PORTFOLIO_GOALS)
            raise StepInputError(f'The decision portfolio_goals: "{portfolio_goal}" is no portfolio goal. {known}')
    table["measure"] = table["measure"].astype("str").fillna("").str.strip()
    for name in ("baseline", "target"):
        table[name] = table[name].astype(float)
    table["by_date"] = pd.to_datetime(table["by_date"]).astype("datetime64[us]")
    table["portfolio_goal"] = table["goal"].map(decided).astype("str").fillna("none")
    dated = table["target"].notna() & table["by_date"].notna()
    table["state"] = pd.Series("measured", index=table.index, dtype="str").where(dated, "no_target")
    table["state"] = table["state"].where(table["measure"] != "", "no_measure")
    return table


def goal_checks(goals: pd.DataFrame | None, portfolio_goals: Mapping[str, str] | None) -> list[Check]:
    """Whether each goal that people restated is one of the delivered; of another, what was decided is left out.

    Examples
    --------
    >>> goals = pd.DataFrame({"goal": ["Grow in refit"]})
    >>> goal_checks(goals, {"Grow in refits": "value_tiers"})[0].found
    'not delivered: "Grow in refits". Did you mean "Grow in refit"?'
    """
    there = [] if goals is None else goals["goal"].astype(str).tolist()
    gone = [goal for goal in portfolio_goals or {} if there and goal not in there]
    said = f"not delivered: {listed([quoted(goal) for goal in gone])}. {nearest(gone[0], there)}" if gone else "all"
    return [
        Check(
            id="01.goals",
            sentence="Each goal that portfolio_goals of decisions/01_frame_engagement.yaml names is delivered. "
            "Another is left out.",
            found=said,
            expected="all",
            verdict="flag" if gone else "pass",
        )
    ]


def beliefs_table(beliefs: Mapping[str, Mapping[str, Any]] | None, *, decided_on: str | None = None) -> pd.DataFrame:
    """What each leader believed before any result.

    Parameters
    ----------
    beliefs : mapping of leader to answers, or None
        Answers by question: favourite_customers, difficult_customers, customer_share, part_losing_money, top_driver;
        each a text, a number or a list; and `sealed_on`, YYYY-MM-DD. A question without an answer gives no row.
    decided_on : str, optional
        The day used where a leader has no `sealed_on`.

    Returns
    -------
    DataFrame, one row per leader and answered question, in the order given: the columns of the published beliefs

    Raises
    ------
    StepInputError
        If a question is unknown.

    Examples
    --------
    >>> said = {"finance director": {"customer_share": "a third", "sealed_on": "2026-11-22"}}
    >>> beliefs_table(said)[["leader", "question", "belief"]].values.tolist()
    [['finance director', 'customer_share', 'a third']]
    """
    rows = []
    for leader, answers in (beliefs or {}).items():
        if not isinstance(answers, Mapping):
            raise StepInputError(
                f"The decision beliefs: {leader} has {answers!r}; expected answers by question, "
                "such as {customer_share: 0.4, sealed_on: 2026-11-22}."
            )
        unknown = [name for name in answers if name not in (*BELIEFS, "sealed_on")]
        if unknown:
            known = nearest(str(unknown[0]), BELIEFS)
            raise StepInputError(f'The decision beliefs: {leader} answers "{unknown[0]}", which is not asked. {known}')
        sealed = answers.get("sealed_on") or decided_on
        if sealed is not None and pd.isna(pd.to_datetime(str(sealed), format="%Y-%m-%d", errors="coerce")):
            raise StepInputError(
                f'The decision beliefs: {leader} has sealed_on "{sealed}"; expected a day such as 2026-11-22.'
            )
        for question in BELIEFS:
            answer = answers.get(question)
            if answer is not None and str(answer).strip():
                words = (
                    ", ".join(str(one) for one in answer) if isinstance(answer, list | tuple) else str(answer).strip()
                )
                rows.append({"leader": str(leader), "question": question, "belief": words, "sealed_on": sealed})
    table = pd.DataFrame(rows, columns=["leader", "question", "belief", "sealed_on"])
    table["sealed_on"] = pd.to_datetime(table["sealed_on"]).astype("datetime64[us]")
    return table


def assumptions_table(
    *,
    as_of: object,
    window_months: int,
    currency: str,
    as_of_from: str = "client.yaml",
    window_from: str = "client.yaml",
    date_formats: Mapping[str, str] | None = None,
    hurdle: object = None,
    further: Iterable[Assumption] = (),
    min_cell: int = 10,
    level: float = 0.90,
) -> pd.DataFrame:
    """What the workbook uses that the data did not supply, to be checked at the door.

    Parameters
    ----------
    as_of : date
    window_months : int
        As used, which is less than asked for where the history is short.
    currency : str
    as_of_from, window_from : str
        `client.yaml` where the client said so, `data` where it follows from the data, `method` for a default.
    date_formats : mapping of table to format, optional
        As stated in client.yaml.
    hurdle : optional
        The decision, if anyone has made it.
    further : Assumptions, optional
        Of later steps, such as those of `share_assumptions`; listed as the method's.
    min_cell, level
        Defaults of the method.

    Returns
    -------
    DataFrame, one row per assumption: the columns of the published assumptions, `value` as text

    Examples
    --------
    >>> table = assumptions_table(as_of="2026-10-01", window_months=12, currency="EUR")
    >>> table.loc[table["assumption"] == "seasonal_risk", ["value", "source"]].values.tolist()
    [['yes', 'data']]
    """
    now = pd.Timestamp(as_of)
    start = now - pd.DateOffset(months=window_months)
    last = now - pd.Timedelta(days=1)
    risk = "The halves of the window are shorter than a year, so a change between them may be the season."
    rows = [
        ("as_of", "We look back from this day; nothing on it or later is used.", f"{now:%Y-%m-%d}", as_of_from),
        (
            "window",
            "This is the window: what counts as now.",
            f"{start:%Y-%m-%d} to {last:%Y-%m-%d} ({window_months} months)",
            window_from,
        ),
        ("currency", "All money is in one currency.", currency, "client.yaml"),
        ("net_revenue", "Revenue is net of discount and tax, and returns are negative.", "", "method"),
        *(
            (f"date_format.{name}", f"Dates in {name} are written so.", text, "client.yaml")
            for name, text in (date_formats or {}).items()
        ),
        (
            "active",
            "A customer is active with a positive line in the window or a running contract.",
            "",
            "method",
        ),
        ("min_cell", "No group smaller than this is reported alone to the client audience.", str(min_cell), "method"),
        ("interval_level", "Intervals hold the truth in this part of like samples.", f"{level:.2f}", "method"),
    ]
    if window_months < SEASONS:
        rows.append(("seasonal_risk", risk, "yes", "data"))
    if hurdle is not None:
        words = "What a customer must be worth over the horizon to be worth serving."
        rows.append(("hurdle", words, str(hurdle), "decision"))
    common = [(name, "01_frame_engagement", text, value, source) for name, text, value, source in rows]
    later = [(said.id, said.id[:2], said.text, str(said.value), "method") for said in further]
    return pd.DataFrame(common + later, columns=["assumption", "step", "sentence", "value", "source"])


def _remarks(rows: pd.DataFrame) -> str:
    """Each repair and correction with its rows, in a fixed order; without rows, with the money that it moved."""
    words = {"repaired": "mended", "set_aside": "set aside"}
    said = []
    for outcome, word in words.items():
        for row in rows[rows["outcome"] == outcome].sort_values("reason", kind="stable").itertuples():
            money = 0.0 if pd.isna(row.money) else float(row.money)
            if row.rows > 0:
                said.append(f"{word}: {row.reason} ({counted(int(row.rows), 'row')})")
            elif money:
                said.append(f"{word}: {row.reason} ({money:,.2f} of money)")
    return "; ".join(said)
