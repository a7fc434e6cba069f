"""Three tests of step 08 in sentences: who goes our way, on whom we earn, and whom we have a right to win."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Finding, Value
from helpers.errors import listed
from helpers.method.finding_values import count_value, group_value, money_value, share_value, text_value
from helpers.method.group_direction import (
    COMMODITISING,
    MATTERS,
    NO_FUTURE,
    NO_LIST_PRICE,
    SHORT,
    SPECIALISING,
    TWICE,
    WITHIN,
)
from helpers.method.margin_trend import LEAST_QUARTERS
from helpers.method.pass_chance import FAIL, NOT_TESTED, PASS
from helpers.method.profit_chance import DOWNTURN, LOSS, MARGIN_ONLY, NO_COST, NO_VALUE, TOO_FEW
from helpers.method.right_to_win import JUDGED, JUDGED_CHANCE, NO_SURVEY, NOT_COMPARED
from helpers.method.share import ALL

MOST_NAMED = 12
WHY = {
    SHORT: (f"There are fewer than {LEAST_QUARTERS} whole quarters.", "a longer history of transactions."),
    NO_LIST_PRICE: (
        f"List prices are known for nine tenths of the revenue in fewer than {LEAST_QUARTERS} quarters.",
        "transactions: list_revenue.",
    ),
    NO_FUTURE: (
        f"No category is marked as our future, or categories are known in fewer than {LEAST_QUARTERS} quarters.",
        "categories: role, with future for those that we go for; transactions: category.",
    ),
    NO_VALUE: ("Step 04 knows no customer's profit.", "transactions: cost_of_goods."),
    NO_COST: ("Profit is known for customers with less than half of the revenue.", "cost_of_goods on more lines."),
    TOO_FEW: ("There is one customer, or none.", "groups that are drawn wider."),
    NO_SURVEY: (
        "Nobody asked customers about us and a competitor.",
        "survey: driver_ and competitor_ columns; or two advantages with a proof in the decision right_to_win.",
    ),
    NOT_COMPARED: (
        "Too few of them compared us with a competitor, or what matters to them is not known.",
        "more answers from them; or two advantages with a proof in the decision right_to_win.",
    ),
}


def direction_findings(group_direction: pd.DataFrame) -> list[Finding]:
    """Who goes our way, and who turns into a buyer on price.

    Parameters
    ----------
    group_direction : DataFrame, from `group_direction`

    Returns
    -------
    list of Finding
        08.direction; 08.commoditising, where there is such a group, the steepest by name.
    """
    rows = _of_groups(group_direction)
    if rows.empty:
        return []
    said = {"n": int(rows["customers"].sum()), "evidence": "measured", "table": "group_direction"}
    ours = rows[rows["verdict"] == SPECIALISING].sort_values("future_slope", ascending=False, kind="stable")
    sinks = rows[rows["verdict"] == COMMODITISING].sort_values("depth_slope", ascending=False, kind="stable")
    values = {"tested": count_value(len(rows))}
    if len(rows) == 1 and ours.empty:
        text, values = (
            "It is not sure that {group:group} goes our way",
            {"group": group_value(rows["group_id"].iloc[0])},
        )
    elif ours.empty:
        text = "Of {tested:count} groups none surely goes our way"
    else:
        best = ours.iloc[0]
        values |= {"ours": count_value(len(ours))} | _moves(best)
        text = "{ours:count} of {tested:count} groups " + (
            "goes our way: " if len(ours) == 1 else "go our way, most of all "
        )
        text += (
            "{group:group}, where categories of our future gain about {future:points} of revenue a year and have "
            "{future_now:pct1} now"
        )
        if best["depth_slope"] < 0:
            text += ", while discounts shrink by {depth:points} a year"
        said["smallest"] = int(best["customers"])
    unclear = len(rows) - len(ours) - len(sinks)
    if unclear and len(rows) > 1:
        values["unclear"] = count_value(unclear)
        text += "; for {unclear:count} the quarters show no clear direction"
    found = [Finding(id="08.direction", text=text + ".", values=values, **said)]
    if len(sinks):
        worst = sinks.iloc[0]
        values = _moves(worst)
        text = (
            "Among {group:group} price comes to decide: discounts deepen by about {depth:points} of the list price a "
            "year, to {depth_now:pct1} now, and categories of our future "
        )
        text += "lose {future:points} of the revenue" if worst["future_slope"] < 0 else "gain nothing there"
        if len(sinks) > 1:
            values |= {f"also_{place}": group_value(group) for place, group in enumerate(sinks["group_id"].iloc[1:], 1)}
            text += "; likewise among " + " and ".join(
                f"{{{name}:group}}" for name in values if name.startswith("also_")
            )
        said |= {"n": int(sinks["customers"].sum()), "smallest": int(sinks["customers"].min())}
        found.append(Finding(id="08.commoditising", text=text + ".", values=values, **said))
    return found


def profitable_findings(profit_chance: pd.DataFrame) -> list[Finding]:
    """On which groups we earn beyond doubt, and which fail and why.

    Parameters
    ----------
    profit_chance : DataFrame, from `profit_chance`

    Returns
    -------
    list of Finding
        08.profitable, where we lose money on a group; 08.earns_and_falls, the groups that fail for their downturn
        alone.
    """
    rows = _of_groups(profit_chance)
    if rows.empty:
        return []
    said = {"n": int(rows["known_customers"].sum()), "evidence": "measured", "table": "profit_chance"}
    passes = rows[rows["status"] == PASS]
    service = "cost of goods, with no service recorded" if (rows["basis"] == MARGIN_ONLY).any() else "costs they cause"
    values = {"tested": count_value(len(rows)), "passes": count_value(len(passes))}
    does = "surely earns us money and keeps" if len(passes) == 1 else "surely earn us money and keep"
    text = f"After the {service}, {{passes:count}} of {{tested:count}} groups {does} doing so"
    losers = rows[rows["fails_by"].str.contains(LOSS) & (rows["profit"] < 0)].sort_values("profit", kind="stable")
    if len(losers):
        worst = losers.iloc[0]
        values |= {"losers": count_value(len(losers)), "worst": group_value(worst["group_id"])}
        values["loss"] = money_value(-worst["profit"], -worst["profit_high"], -worst["profit_low"])
        said["smallest"] = int(worst["known_customers"])
        if len(losers) == 1:
            text += "; on {worst:group} we lose money, {loss:money} in the window"
        else:
            text += "; on {losers:count} we lose money, most on {worst:group}, {loss:money} in the window"
    open_ = int((~rows["status"].isin([PASS, FAIL])).sum())
    if open_:
        values["open"] = count_value(open_)
        text += "; for {open:count} it hangs on a few customers"
    found = [Finding(id="08.profitable", text=text + ".", values=values, **said)] if len(losers) else []
    falls = rows[(rows["fails_by"] == DOWNTURN) & (rows["p_profit"].notna()) & (rows["profit"] > 0)]
    if len(falls):
        row = falls.sort_values("profit", ascending=False, kind="stable").iloc[0]
        values = {"group": group_value(row["group_id"]), "profit": money_value(row["profit"])}
        text = "On {group:group} we earn {profit:money} in the window, and the test fails even so: the margin falls"
        if len(falls) > 1:
            values["more"] = count_value(len(falls) - 1)
            text += "; likewise on {more:count} more"
        said |= {"n": int(falls["known_customers"].sum()), "smallest": int(row["known_customers"])}
        found.append(Finding(id="08.earns_and_falls", text=text + ".", values=values, **said))
    return found


def right_to_win_findings(right_to_win: pd.DataFrame) -> list[Finding]:
    """Whom we have a right to win, by which driver, and whom not.

    Parameters
    ----------
    right_to_win : DataFrame, from `right_to_win`

    Returns
    -------
    list of Finding
        08.right_to_win; 08.no_right_to_win, the groups that fail; 08.denied, judged advantages that customers deny.
    """
    rows = _of_groups(right_to_win)
    if rows.empty:
        return []
    evidence = "judged" if (rows["basis"] == JUDGED).any() else "measured"
    said = {"n": int(rows["compared"].sum()) or None, "evidence": evidence, "table": "right_to_win"}
    passes = rows[rows["status"] == PASS].sort_values("chance", ascending=False, kind="stable")
    values = {"tested": count_value(len(rows)), "passes": count_value(len(passes))}
    text = "We have a right to win {passes:count} of {tested:count} groups"
    measured = passes[passes["basis"] != JUDGED]
    if len(measured):
        best = measured.iloc[0]
        values |= {"group": group_value(best["group_id"]), "driver": text_value(best["label"])}
        values["chance"] = share_value(best["chance"])
        said["smallest"] = int(best["compared"])
        text += (
            ", surest with {group:group}: {driver:text} matters there, and we are found better at it than the best "
            "alternative (a chance of {chance:pct})"
        )
    judged = int((passes["basis"] == JUDGED).sum())
    if judged:
        values["judged"] = count_value(judged)
        text += "; {judged:count} of them by our own judgement, with proofs"
    open_ = int((~rows["status"].isin([PASS, FAIL])).sum())
    if open_:
        values["open"] = count_value(open_)
        text += "; for {open:count} the answers do not decide it"
    if len(rows) == 1 and passes.empty:
        text = "Whether we have a right to win {group:group}, the answers do not decide" if open_ else ""
        values = {"group": group_value(rows["group_id"].iloc[0])}
    found = [Finding(id="08.right_to_win", text=text + ".", values=values, **said)] if text else []
    fails = rows[rows["status"] == FAIL]
    if len(fails):
        values = {f"group_{place}": group_value(group) for place, group in enumerate(fails["group_id"], 1)}
        names = [f"{{{name}:group}}" for name in values]
        whom = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        text = f"On nothing that matters to {whom} are we better than the alternative: no growth there until we are."
        said |= {"n": int(fails["compared"].sum()) or None, "smallest": int(fails["compared"].min()) or None}
        found.append(Finding(id="08.no_right_to_win", text=text, values=values, **said))
    denied = rows[rows["contradicted"] != ""]
    if len(denied):
        row = denied.iloc[0]
        values: dict[str, Value] = {"group": group_value(row["group_id"]), "named": text_value(row["contradicted"])}
        text = "We name {named:text} as an advantage with {group:group}, and its customers say the opposite"
        if len(denied) > 1:
            values["more"] = count_value(len(denied) - 1)
            text += "; likewise in {more:count} more"
        said |= {"n": int(denied["compared"].sum()) or None, "smallest": int(row["compared"]) or None}
        said["evidence"] = "measured"
        found.append(Finding(id="08.denied", text=text + ".", values=values, **said))
    return found


def group_tests_cannot_say(
    group_direction: pd.DataFrame, profit_chance: pd.DataFrame, right_to_win: pd.DataFrame
) -> list[CannotSay]:
    """The questions of the three tests that stay open, each with whom it concerns."""
    asked = (
        ("In which direction do {whom} go?", group_direction),
        ("Do we earn money on {whom}?", profit_chance),
        ("Have we a right to win {whom}?", right_to_win),
    )
    gaps = []
    for question, table in asked:
        rows = table[table["group_id"] != ALL]
        for why, (because, unlocked) in WHY.items():
            names = rows.loc[(rows["why_not"] == why) & (rows["status"] == NOT_TESTED), "group_name"].tolist()
            if names:
                whom = "our groups" if len(names) == len(rows) else listed(names, MOST_NAMED)
                gaps.append(CannotSay(question=question.format(whom=whom), because=because, unlocked_by=unlocked))
    return gaps


def group_tests_assumptions(group_direction: pd.DataFrame, right_to_win: pd.DataFrame) -> list[Assumption]:
    """What the three tests rest on besides the data."""
    said = []
    rows = _of_groups(group_direction)
    if (rows["looks"] == TWICE).any():
        text = "Half of a group's draws are of who is in it today, half of who would have been a year ago."
        said.append(Assumption(id="08.drawn_twice", text=text, value="half and half", evidence="modelled"))
    elif (rows["looks"] == WITHIN).any():
        text = "What the choice of customers does to a group's direction is a step between two years, and no slope."
        said.append(Assumption(id="08.drawn_once", text=text, value="a step", evidence="assumed"))
    if (rows["status"] != NOT_TESTED).any():
        text = (
            "A group goes against us only where discounts deepen, or categories of our future lose, by this part or "
            "more a year."
        )
        said.append(Assumption(id="08.against", text=text, value=MATTERS, evidence="assumed"))
    if (right_to_win["basis"] == JUDGED).any():
        text = "Two advantages with a proof that people judge are as good as this chance."
        said.append(Assumption(id="08.two_proofs", text=text, value=JUDGED_CHANCE, evidence="judged"))
    if right_to_win["measured_chance"].notna().any():
        text = "How important a driver is and how far we are ahead on it err independently."
        said.append(Assumption(id="08.apart", text=text, value="independent", evidence="assumed"))
    return said


def _of_groups(table: pd.DataFrame) -> pd.DataFrame:
    """The groups that were tested, without the row of all customers."""
    return table[(table["group_id"] != ALL) & (table["status"] != NOT_TESTED)]


def _moves(row: pd.Series) -> dict[str, Value]:
    """A group, where it stands, and how fast it goes, as amounts of zero or more."""
    found = {"group": group_value(row["group_id"])}
    for name in ("depth", "future"):
        ends = sorted(abs(row[f"{name}_slope_{end}"]) for end in ("low", "high"))
        crosses = row[f"{name}_slope_low"] < 0 < row[f"{name}_slope_high"]
        found[name] = share_value(abs(row[f"{name}_slope"]), *(() if crosses else ends))
        found[f"{name}_now"] = share_value(row[f"{name}_now"])
    return found
