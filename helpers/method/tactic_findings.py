"""What step 11 says of the best set of tactics: against the team's own, how firm, and what more money would bring."""

from __future__ import annotations

import numpy as np

from helpers.client.result_model import Assumption, CannotSay, Check, Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, group_value, left_open_in, money_value, share_value, text_value
from helpers.method.group_named import NO_GROUP
from helpers.method.money import HALF_A_CENT
from helpers.method.tactic_portfolio import GAP, Portfolio

FIRM = 0.8  # part of the draws from which a tactic is firm


def portfolio_findings(portfolio: Portfolio) -> list[Finding]:
    """The findings on the set of tactics, each only where there is something to say.

    Returns
    -------
    list of Finding
        11.best_set; 11.team_against_best; 11.firm_tactics; 11.budget_more, what more money would bring;
        11.headroom_full, groups in which there is no more to win; 11.best_gap, where it is not proven best
    """
    if portfolio.table.empty:
        return []
    found = [_best(portfolio), _team(portfolio), _firm(portfolio), _more(portfolio), _full(portfolio), _gap(portfolio)]
    return [one for one in found if one is not None]


def _finding(name: str, text: str, values: dict, portfolio: Portfolio, table: str = "tactic_portfolio") -> Finding:
    n = len(portfolio.table)
    return Finding(id=name, text=text, values=values, n=n, n_of="tactic", evidence="judged", table=table)


def _best(portfolio: Portfolio) -> Finding:
    """The set, what it costs and brings."""
    best = portfolio.best
    values = {"all": count_value(len(portfolio.table)), "best": count_value(best.tactics)}
    within = "" if portfolio.budget is None and portfolio.people_days is None else " within the limits"
    if not best.tactics:
        return _finding(
            "11.best_set", f"Of {{all:count}} tactics none is worth its cost{within}: it is best to do nothing.",
            {"all": values["all"]}, portfolio,
        )  # fmt: skip
    values |= {"effect": money_value(best.effect), "cost": money_value(best.cost), "value": money_value(best.value)}
    text = (
        f"{{best:count}} of {{all:count}} tactics are worth most together{within}: they bring {{effect:money}} of "
        "discounted margin for {cost:money}, so {value:money} after cost."
    )
    return _finding("11.best_set", text, values, portfolio)


def _team(portfolio: Portfolio) -> Finding | None:
    """The team's own selection beside it."""
    team, best = portfolio.team, portfolio.best
    if not team.tactics or team.unknown:
        return None
    less = best.value - team.value
    values = {"team": count_value(team.tactics), "value": money_value(team.value)}
    text = "The team's own {team:count} tactics are worth {value:money} after cost"
    if team.broken:
        values["broken"] = text_value(" and ".join(team.broken))
        text += ", and cannot be done as they stand: {broken:text}."
    elif less > HALF_A_CENT:
        values["less"] = money_value(less)
        text += ", {less:money} less than the best set."
        if np.isfinite(portfolio.ahead):
            values["ahead"] = share_value(portfolio.ahead)
            text = text[:-1] + ", which is ahead in {ahead:pct} of the draws of effects."
    else:
        text += ": no other set is worth more."
    return _finding("11.team_against_best", text, values, portfolio)


def _firm(portfolio: Portfolio) -> Finding | None:
    """How many stay whatever the effects turn out to be, and the least firm one."""
    rows = portfolio.table[portfolio.table["best"]].dropna(subset=["stays"])
    if rows.empty or not portfolio.draws:
        return None
    loose = rows[rows["stays"] < FIRM]
    values = {"best": count_value(len(rows)), "firm": count_value(len(rows) - len(loose))}
    verb = "is" if len(rows) - len(loose) == 1 else "are"
    text = (
        f"Of these {{best:count}} tactics {{firm:count}} {verb} nearly always in the best set, whatever the effects "
        "turn out to be within their ranges."
    )
    if len(loose):
        row = loose.loc[loose["stays"].idxmin()]
        values |= {"tactic": text_value(row["title"]), "stays": share_value(row["stays"])}
        text += " The least firm is {tactic:text}, in {stays:pct} of the draws."
    return _finding("11.firm_tactics", text, values, portfolio)


def _more(portfolio: Portfolio) -> Finding | None:
    """What the largest budget that helps would bring beyond the one in force."""
    rows = portfolio.frontier
    now = rows[rows["is_budget"]]
    if now.empty:
        return None
    now, top = now.iloc[0], rows["value"].max()
    if top <= now["value"] + HALF_A_CENT:
        # the budget may be larger than what the best set costs: then the rest of it brings nothing either
        values = {"enough": money_value(now["cost"])}
        text = "The best set costs {enough:money}. A larger budget would bring nothing: what is left out does not earn "
        text += "its cost."
        if portfolio.people_days is not None:
            text = "The best set costs {enough:money}. With the days that people have, a larger budget would bring "
            text += "nothing."
        return _finding("11.budget_more", text, values, portfolio, "tactic_frontier")
    enough = rows[rows["value"] >= top - HALF_A_CENT].iloc[0]
    values = {"gain": money_value(top - now["value"]), "more": money_value(enough["cost"] - now["cost"])}
    text = "Another {more:money} spent would bring {gain:money} more after cost; beyond that nothing earns its cost."
    if portfolio.people_days is not None:
        text = "Another {more:money} spent would bring {gain:money} more after cost, with the days that people have."
    return _finding("11.budget_more", text, values, portfolio, "tactic_frontier")


def _full(portfolio: Portfolio) -> Finding | None:
    """Groups in which the tactics promise more than can be won."""
    if not portfolio.full:
        return None
    values = {"group": group_value(portfolio.full[0])}
    text = "In {group:group} the tactics together promise more than there is to win: what is above it is not counted."
    if len(portfolio.full) > 1:
        values["groups"] = count_value(len(portfolio.full))
        text = "In {groups:count} groups, {group:group} among them, the tactics promise more than there is to win: "
        text += "what is above it is not counted."
    return _finding("11.headroom_full", text, values, portfolio)


def _gap(portfolio: Portfolio) -> Finding | None:
    """Where the solver stopped before it was sure."""
    if portfolio.gap > 0:
        values = {"gap": share_value(portfolio.gap)}
        text = "The set is not proven to be best: another could be worth {gap:pct1} more at most."
        return _finding("11.best_gap", text, values, portfolio)
    return None


def portfolio_checks(portfolio: Portfolio) -> list[Check]:
    """Whether the set keeps its limits and its prerequisites, and its parts add up."""
    rows = portfolio.table[portfolio.table["best"]]
    found = []
    for name, words, column, limit in (
        ("budget", "The best set costs no more than the budget.", "cost", portfolio.budget),
        ("days", "The best set takes no more days than people have.", "people_days", portfolio.people_days),
    ):
        if limit is not None:
            total = float(rows[column].sum())
            verdict = "pass" if total <= max(limit, 0.0) + HALF_A_CENT else "fail"
            found.append(_check(name, words, total, float(limit), verdict))
    total, whole = float(rows["effect_counted"].sum()), portfolio.best.effect
    verdict = "pass" if abs(total - whole) < HALF_A_CENT * max(len(rows), 1) else "fail"
    words = "What each tactic of the best set counts for adds up to the set's effect."
    found.append(_check("effect_counted", words, total, round(whole, 2), verdict))
    return found


def _check(name: str, words: str, found: float, expected: float, verdict: str) -> Check:
    numbers = {"found": round(found, 2), "expected": expected, "tolerance": HALF_A_CENT}
    return Check(id=f"11.{name}", sentence=words, verdict=verdict, **numbers)


def portfolio_assumptions(portfolio: Portfolio) -> list[Assumption]:
    """What was used that the data did not supply."""
    if portfolio.table.empty:
        return []
    found = [
        Assumption(
            id="11.overlap", text="A second and later tactic on the same driver of the same group counts so much.",
            value=0.5,
        ),
        Assumption(
            id="11.net_of_cost", text="A tactic has to earn its cost: a budget is a limit and no target.",
            value="effect less cost",
        ),
    ]  # fmt: skip
    if portfolio.draws:
        text = "Draws of the tactics' effects, each apart, split-normal with low and high as 5th and 95th percentile."
        found.append(Assumption(id="11.effect_draws", text=text, value=portfolio.draws, evidence="judged"))
    return found


def portfolio_cannot_say(portfolio: Portfolio) -> list[CannotSay]:
    """What stays open about the set."""
    gaps: list[CannotSay] = []
    gap = left_open_in(gaps)
    rows = portfolio.table
    if rows.empty:
        gap("Which tactics are best together?", "There is no tactic.", "the decision 11.all.tactics.")
        return gaps
    for why, own in rows[rows["why_not"] != ""].groupby("why_not", sort=False):
        gap(f"Is {listed(own['title'].tolist())} worth doing?", why, "the register of tactics: effect, cost and needs.")
    if portfolio.budget is None and portfolio.people_days is None:
        gap(
            "Which tactics can we afford?", "Nobody said how much money or how many days there are.",
            "the decisions 11.all.budget and 11.all.people_days.",
        )  # fmt: skip
    vague = rows.loc[rows["tactic"].isin(portfolio.no_range), "title"].tolist()
    if vague:
        unlocked = "the register of tactics: effect low and high."
        gap(f"How firm is {listed(vague)}?", "Nobody said how little or how much it may bring.", unlocked)
    names = dict(zip(rows["group_id"], rows["group_name"], strict=True))
    open_ended = [names[group] or group for group in portfolio.uncapped if group != NO_GROUP]
    if open_ended:
        unlocked = "wallets of 30 customers or more, and the rate of capture in step 05."
        gap(f"Can so much be won in {listed(open_ended)}?", "How much there is to win is not known.", unlocked)
    if np.isnan(portfolio.gap):
        gap("Which tactics are best together?", "The solver found no set.", "fewer tactics, or wider limits.")
    elif portfolio.gap > GAP:
        gap("Is there a better set?", "The solver stopped at its limit of nodes.", "fewer tactics in the register.")
    if not portfolio.draws:
        gap("How firm is each tactic?", "The register is too long to be solved again and again.", "fewer tactics.")
    return gaps
