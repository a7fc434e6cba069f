"""Would we choose the same if we knew better? How firm each proposed intent is, and which number would change it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.method.fact_doubts import QUANTITIES, diagnosed, drawn_facts
from helpers.method.intent_facts import LARGE
from helpers.method.intent_rules import IntentRule
from helpers.method.intent_space import settled
from helpers.method.intent_words import TESTS
from helpers.method.intents import first_rule
from helpers.method.margin_trend import STEEP
from helpers.method.pass_chance import FAIL, FAIL_TO, PASS, PASS_FROM, UNDECIDED, status_of
from helpers.method.share import CUTS
from helpers.method.value_exchange import PARITY, PLACES

FIRM = 0.80  # of the draws: from here on a proposal is called firm
LEAST = 20  # draws on a side, so that a part of them says something
DIGITS = 9


def intent_stability(
    facts: pd.DataFrame, rules: Sequence[IntentRule], drawn: dict, *, share_cuts: tuple[float, float] = CUTS
) -> pd.DataFrame:
    """In which part of all draws each group is proposed the same as today.

    Parameters
    ----------
    facts : DataFrame, one row per group, of `helpers.method.intent_facts.intent_facts`
    rules : list of IntentRule
    drawn : dict of `helpers.method.fact_doubts.drawn_quantities`
    share_cuts : the bands of customer share

    Returns
    -------
    DataFrame, one row per group in the order of the facts
        group_id, group_name, primary, secondary  str  as proposed today; secondary empty where there is none
        intent_stability  float  part of the draws with the same first and second intent; missing where nothing of the
                                 group was drawn, for then nothing was asked of the proposal
        primary_stability float  part of the draws with the same first intent, whatever the second
        same_rule         float  part of the draws in which the same rule fires; a rule for what is open today fires in
                                 none, for in a draw all that was drawn is known
        firm              bool   a stability of .80 or more
        otherwise, otherwise_secondary  str  what is proposed most often instead; empty where nothing is
        otherwise_part    float  in which part of the draws; of two that tie, the first by name

    Notes
    -----
    With 1,000 draws a part of one half is known to within 2.6 points, nine times of ten. What is not known at all is
    not drawn: the less is known of a group, the less its stability tells.

    Examples
    --------
    >>> from helpers.method.intent_rules import intent_rules
    >>> from helpers.method.intent_words import FACTS
    >>> rows = [
    ...     {"id": "sure", "sentence": "It grows.", "when": 'market == "pass"', "primary": "maintain"},
    ...     {"id": "rest", "sentence": "It does not.", "when": "True", "primary": "re_engineer"},
    ... ]
    >>> words = {name: fact.blank for name, fact in FACTS.items()} | {"market": "pass"}
    >>> facts = pd.DataFrame([{"group_id": "g1", "group_name": "Yards", **words}])
    >>> drawn = {("", "large"): np.full(4, 0.1), ("g1", "market"): np.array([1.0, 1.0, 1.0, 0.0])}
    >>> found = intent_stability(facts, intent_rules(rows), drawn)
    >>> found[["primary", "intent_stability", "otherwise", "otherwise_part"]].values.tolist()
    [['maintain', 0.75, 're_engineer', 0.25]]
    """
    rows, asked = [], {group for group, _ in drawn}
    now = _proposed(facts, rules)
    then = _proposed(drawn_facts(facts, drawn, share_cuts=share_cuts), rules)
    for today in now.itertuples():
        own = then[then["group_id"] == today.group_id]
        same = (own["primary"] == today.primary) & (own["secondary"] == today.secondary)
        counts = own[~same].groupby(["primary", "secondary"]).size().sort_values(ascending=False, kind="stable")
        other = counts.index[0] if len(counts) else ("", "")
        rows.append(
            {
                **{name: getattr(today, name) for name in ("group_id", "group_name", "primary", "secondary")},
                "intent_stability": round(float(same.mean()), DIGITS),
                "primary_stability": round(float((own["primary"] == today.primary).mean()), DIGITS),
                "same_rule": round(float((own["rule"] == today.rule).mean()), DIGITS),
                "firm": bool(same.mean() >= FIRM),
                "otherwise": other[0],
                "otherwise_secondary": other[1],
                "otherwise_part": round(float(counts.iloc[0]) / len(own), DIGITS) if len(counts) else 0.0,
            }
        )
        if today.group_id not in asked:
            parts = ("intent_stability", "primary_stability", "same_rule", "otherwise_part")
            rows[-1] |= dict.fromkeys(parts, np.nan) | {"firm": False}
    columns = ["group_id", "group_name", "primary", "secondary", "intent_stability", "primary_stability", "same_rule"]
    return pd.DataFrame(rows, columns=[*columns, "firm", "otherwise", "otherwise_secondary", "otherwise_part"])


def assumption_sensitivity(
    facts: pd.DataFrame,
    rules: Sequence[IntentRule],
    doubts: pd.DataFrame,
    drawn: dict,
    *,
    share_cuts: tuple[float, float] = CUTS,
) -> pd.DataFrame:
    """For each uncertain number of each group: how much of the doubt about the intent it explains, and where it flips.

    Parameters
    ----------
    facts, rules, drawn, share_cuts : as `intent_stability` takes them
    doubts : DataFrame of `helpers.method.fact_doubts.fact_doubts`

    Returns
    -------
    DataFrame, one row per group and quantity; groups in their order, in each what explains most first
        group_id, group_name, quantity, title, fact, kind, value, low, high   as in `doubts`
        rank              int    from 1 in each group; equal ones in the order of `QUANTITIES`
        cut               float  the border by which the draws are told apart; of a chance, of which passed or not is
                                 drawn, missing
        part_above        float  part of the draws above it; of a chance, in which the test is passed
        stable_below, stable_above  float  stability of today's proposal on each side; missing on fewer than 20 draws
        explains          float  part of the doubt about the proposal that is gone if the side were known (0 to 1): the
                                 first-order index of Sobol; missing where one side cannot be told or there is no doubt
        worth             float  in which part of the draws more the likeliest intent would be the right one if the side
                                 were known; missing where one side cannot be told
        else_primary, else_secondary  str  what is proposed most often instead on the side on which today's proposal is
                                 the less stable; of two that tie, the first by name; empty where a side cannot be told
        flip_at           float  the nearest value at which today's proposal changes, all other facts as they are;
                                 missing where none does
        flip_way          str    rises or falls; empty without
        flip_primary, flip_secondary, flip_rule  str  what is proposed beyond it

    Notes
    -----
    Quantities of one source are drawn together, so each explains what that source does. `flip_at` asks the rules
    with one number turned, `explains` the draws with all of them: a number can have a border that it never reaches, and
    then explains nothing.

    References
    ----------
    Sobol, "Sensitivity Estimates for Nonlinear Mathematical Models" (1993); Saltelli and others, *Global Sensitivity
    Analysis: The Primer* (2008), chapter 4; Howard, "Information Value Theory", *IEEE Transactions on Systems
    Science and Cybernetics* 2 (1966), on what it is worth to know.
    """
    now = _proposed(facts, rules).set_index("group_id")
    then = _proposed(drawn_facts(facts, drawn, share_cuts=share_cuts), rules)
    known = {row["group_id"]: row for row in facts.to_dict("records")}
    values = doubts.set_index(["group_id", "quantity"])["value"].to_dict()
    rows = []
    for doubt in doubts.to_dict("records"):
        group, quantity = doubt["group_id"], doubt["quantity"]
        own, today = then[then["group_id"] == group], now.loc[group]
        same = ((own["primary"] == today["primary"]) & (own["secondary"] == today["secondary"])).to_numpy()
        cut, above = _told_apart(quantity, doubt["value"], drawn, group, share_cuts)
        rows.append(
            {**doubt, "cut": cut, **_sides(same, above), "worth": _worth(own, above), **_instead(own, same, above)}
            | _flip(known[group], quantity, values, rules, (today["primary"], today["secondary"]), share_cuts)
        )
    columns = [*doubts.columns, "rank", "cut", "part_above", "stable_below", "stable_above", "explains", "worth"]
    columns += ["else_primary", "else_secondary", "flip_at", "flip_way", "flip_primary", "flip_secondary", "flip_rule"]
    if not rows:
        return pd.DataFrame(columns=columns)
    table = pd.DataFrame(rows)
    order = {name: number for number, name in enumerate(QUANTITIES)}
    table["group_place"] = table["group_id"].map({group: place for place, group in enumerate(known)})
    table["own_place"] = table["quantity"].map(order)
    table["most"] = -table["explains"].fillna(0.0)
    table = table.sort_values(["group_place", "most", "own_place"], ignore_index=True)
    table["rank"] = table.groupby("group_place").cumcount() + 1
    return table[columns]


def _proposed(facts: pd.DataFrame, rules: Sequence[IntentRule]) -> pd.DataFrame:
    """Rule and intents of each row of facts."""
    by_id = {rule.id: rule for rule in rules}
    fired = first_rule(facts, rules).tolist() if len(facts) else []
    return facts[["group_id", "group_name"]].assign(
        rule=fired, primary=[by_id[name].primary for name in fired], secondary=[by_id[name].secondary for name in fired]
    )


def _told_apart(
    quantity: str, value: float, drawn: dict, group: str, share_cuts: tuple[float, float]
) -> tuple[float, np.ndarray]:
    """The border that counts for a quantity, and which draws lie above it."""
    values = drawn[group, quantity]
    if quantity in TESTS:
        return np.nan, values > 0.5
    if quantity == "headroom":
        return LARGE, values >= drawn["", "large"]
    cuts = [bound for bound, _ in _regions(quantity, share_cuts)[1:]]
    cut = min(cuts, key=lambda one: abs(one - value))
    return cut, values >= cut


def _sides(same: np.ndarray, above: np.ndarray) -> dict[str, float]:
    """How stable the proposal is on each side of a border, and how much knowing the side would tell."""
    part, stability = float(above.mean()), float(same.mean())
    enough = [int(side.sum()) >= LEAST for side in (~above, above)]
    means = [float(same[side].mean()) if told else np.nan for side, told in zip((~above, above), enough, strict=True)]
    doubt = stability * (1 - stability)
    explains = part * (1 - part) * (means[1] - means[0]) ** 2 / doubt if all(enough) and doubt > 0 else np.nan
    found = {"part_above": part, "stable_below": means[0], "stable_above": means[1], "explains": explains}
    return {name: round(one, DIGITS) for name, one in found.items()}


def _worth(own: pd.DataFrame, above: np.ndarray) -> float:
    """How much more often the likeliest intent is right if one knows on which side of the border the number lies."""
    if min(above.sum(), (~above).sum()) < LEAST:
        return np.nan
    pairs = own["primary"] + " " + own["secondary"]

    def right(some: pd.Series) -> int:
        return int(some.value_counts().max())

    return round((right(pairs[above]) + right(pairs[~above]) - right(pairs)) / len(pairs), DIGITS)


def _instead(own: pd.DataFrame, same: np.ndarray, above: np.ndarray) -> dict[str, str]:
    """What is proposed most often instead on that side of the border on which today's proposal is the less stable."""
    names = ("else_primary", "else_secondary")
    if min(above.sum(), (~above).sum()) < LEAST:
        return dict.fromkeys(names, "")
    shaky = above if same[above].mean() < same[~above].mean() else ~above
    counts = own[shaky & ~same].groupby(["primary", "secondary"]).size().sort_values(ascending=False, kind="stable")
    return dict(zip(names, counts.index[0] if len(counts) else ("", ""), strict=True))


def _regions(quantity: str, share_cuts: tuple[float, float]) -> list[tuple[float, str]]:
    """Where each word of a quantity begins, from the lowest up; of the two sides of the exchange, no and yes."""
    low, high = share_cuts
    below = float("-inf")
    return {
        "to_us": [(below, "no"), (PARITY, "yes")],
        "to_them": [(below, "no"), (PARITY, "yes")],
        "lifetime": [(below, "below"), (0.0, "above")],
        "margin_slope": [(below, "yes"), (STEEP, "no")],
        "customer_share": [(below, "win_more"), (low, "build"), (high, "deepen_and_defend")],
        "headroom": [(below, "small"), (LARGE, "large")],
    }.get(quantity) or [(below, FAIL), (FAIL_TO, UNDECIDED), (PASS_FROM, PASS)]


def _flip(
    row: dict, quantity: str, values: dict, rules: Sequence[IntentRule], today: tuple[str, str], share_cuts: tuple
) -> dict[str, object]:
    """The nearest border of one number beyond which the rules propose something else."""
    value = values[row["group_id"], quantity]
    regions = _regions(quantity, share_cuts)
    here = max(number for number, (bound, _) in enumerate(regions) if value >= bound)
    # beyond a border above a region begins, beyond one below it ends
    beyond = [(bound, "rises", word) for bound, word in regions[here + 1 :]]
    beyond += [(regions[number + 1][0], "falls", regions[number][1]) for number in range(here)]
    beyond.sort(key=lambda one: abs(one[0] - value))
    for bound, way, word in beyond:
        turned = pd.DataFrame([_turned(row, quantity, word, values)])
        if quantity in TESTS or quantity == "margin_slope":
            turned = settled(turned)
        if quantity in ("lifetime", "margin_slope", "profitable"):
            turned = diagnosed(turned)
        then = _proposed(turned, rules).iloc[0]
        if (then["primary"], then["secondary"]) != today:
            found = {"flip_primary": then["primary"], "flip_secondary": then["secondary"], "flip_rule": then["rule"]}
            return {"flip_at": bound, "flip_way": way, **found}
    return {"flip_at": np.nan, **dict.fromkeys(["flip_way", "flip_primary", "flip_secondary", "flip_rule"], "")}


def _turned(row: dict, quantity: str, word: str, values: dict) -> dict:
    """The facts of a group with one number on another side; the other side of the exchange stays where it is."""
    if quantity not in ("to_us", "to_them"):
        turned = {**row, QUANTITIES[quantity].fact: word}
        chance = values.get((row["group_id"], "profitable"))
        # a margin that falls no more leaves the test of profit to its own chance
        if quantity == "margin_slope" and word == "no" and chance is not None:
            turned["profitable"] = str(status_of(chance)[0])
        return turned
    sides = {name: values[row["group_id"], name] >= PARITY for name in ("to_us", "to_them")} | {quantity: word == "yes"}
    return {**row, "position": PLACES[sides["to_us"], sides["to_them"]]}
