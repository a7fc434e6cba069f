"""What step 07 says: in which groups both sides gain, how far apart they are, and whether it matters.

Every sentence is chosen by the data. What is undecided is called so, and never told as a place on the map.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.method.exchange_balance import SERVICE, TO_THEM, TO_US
from helpers.method.exchange_claim import CONTRARY, LIKE, SHOWN, TOO_FEW
from helpers.method.exchange_tables import ExchangeTables, formed
from helpers.method.finding_values import (
    count_value,
    group_value,
    is_known,
    money_value,
    share_value,
    text_value,
)
from helpers.method.full_profiles import known_parts
from helpers.method.group_parts import MIN_CELL
from helpers.method.share import ALL
from helpers.method.value_exchange import CANNOT_SAY, LOW, OVER_GIVE, PARITY, SWEET, UNDECIDED, UNDER_GET

WHERE = {
    SWEET: "both sides gain",
    OVER_GIVE: "they gain, and we give more than we get",
    UNDER_GET: "we gain, and they have better elsewhere: they are at risk",
    LOW: "neither side gains",
}


def exchange_findings(tables: ExchangeTables) -> list[Finding]:
    """Everything that step 07 says of this client, the answer first.

    Parameters
    ----------
    tables : ExchangeTables

    Returns
    -------
    list of Finding
    """
    said = [_answer(tables), _map(tables), _to_us(tables), _to_them(tables)]
    said += [_position(row) for row in tables.groups.to_dict("records") if row["group_id"] != ALL]
    said += [_money(tables), _levers(tables), _claim(tables), _profiles(tables)]
    return [finding for finding in said if finding is not None]


def _answer(tables: ExchangeTables) -> Finding:
    """The answer to the step's question, or the half of it that is known."""
    whole, rows = tables.whole, tables.groups
    known = rows[rows["position"] != CANNOT_SAY]
    values = _sides(whole)
    if known.empty:
        return _half_answer(whole, values)
    counts = {place: int((known["position"] == place).sum()) for place in (*WHERE, UNDECIDED)}
    values |= {"groups": count_value(len(rows)), "sweet": count_value(counts[SWEET])}
    values |= {"undecided": count_value(counts[UNDECIDED])}
    evidence, n = "modelled", int(whole["customers"])
    if len(rows) == 1:
        row = rows.iloc[0]
        values |= _sides(row)
        text = "The relation pays for {us:pct} of customers on our side and for {them:pct} on theirs: "
        return _said("answer", text + _place(row), values, n, evidence)
    text = f"In {'{sweet:count}' if counts[SWEET] else 'none'} of {{groups:count}} groups both sides gain for sure"
    names = known.loc[known["position"] == SWEET, "group_id"].tolist()
    text += _named(names, values)
    for place, words in ((OVER_GIVE, "we give more than we get"), (UNDER_GET, "customers have better elsewhere")):
        names = known.loc[known["position"] == place, "group_id"].tolist()
        if names:
            text += f"; in {_listing(names, values)} {words}"
    if counts[LOW]:
        text += f"; in {_listing(known.loc[known['position'] == LOW, 'group_id'].tolist(), values)} neither side gains"
    if counts[UNDECIDED]:
        text += "; {undecided:count} " + ("is" if counts[UNDECIDED] == 1 else "are") + " undecided"
    return _said("answer", text, values, n, evidence)


def _half_answer(whole: pd.Series, values: dict[str, Value]) -> Finding:
    """What is left of the answer where one side or both are not known."""
    if "us" in values and "them" in values:
        text = (
            "The relation pays for {us:pct} of customers on our side and for {them:pct} of respondents on theirs; who "
        )
        text += "of them is in which group is not known"
        return _said("answer", text, values, int(whole["valued"]), "modelled")
    if "us" in values:
        text = "The relation pays for us with {us:pct} of customers; what they gain from us is not known"
        return _said("answer", text, values, int(whole["valued"]), "modelled")
    if "them" in values:
        text = "{them:pct} of those who compared us gain more with us than elsewhere; what they leave us is not known"
        return _said("answer", text, values, int(whole["respondents"]), "measured", of="response")
    text = "Neither what customers are worth to us nor what they gain from us is known, so the two cannot be compared"
    return _said("answer", text, {}, None, "measured")


def _map(tables: ExchangeTables) -> Finding | None:
    """How many groups are in balance, and where the two sides lie furthest apart."""
    rows = tables.groups
    rows = rows[rows["balance"].notna() & (rows["customers"] >= MIN_CELL)]
    if rows.empty:
        return None
    row = rows.loc[rows["balance"].abs().idxmax()]
    near, values = int(rows["in_balance"].sum()), _sides(row) | {"group": group_value(row["group_id"])}
    values |= {"near": count_value(near), "groups": count_value(len(rows))}
    apart = "{us:pct} for us, {them:pct} for them"
    text = f"{{group:group}}: {apart}"
    if len(rows) > 1:
        text = ("{near:count}" if near else "None") + " of {groups:count} groups "
        text += ("is" if near < 2 else "are") + " in balance; "
        text += f"the two sides are furthest apart in {{group:group}} ({apart})"
    return _said("map", text, values, int(rows["customers"].sum()), "modelled", smallest=int(row["customers"]))


def _to_us(tables: ExchangeTables) -> Finding | None:
    """How many customers are worth more than the hurdle."""
    whole = tables.whole
    if not is_known(whole["to_us"]):
        return None
    values = _sides(whole) | {"hurdle": money_value(tables.hurdle.amount)}
    text = "{us:pct} of customers will be worth more to us than the hurdle of {hurdle:money} ({us:pct_range})"
    return _said("to_us", text, values, int(whole["valued"]), "modelled")


def _to_them(tables: ExchangeTables) -> Finding | None:
    """How many of those who answered gain."""
    whole = tables.whole
    if not is_known(whole["to_them"]):
        return None
    text = "{them:pct} of those who compared us find more of what they value with us than elsewhere ({them:pct_range})"
    return _said("to_them", text, _sides(whole), int(whole["respondents"]), "measured", of="response")


def _position(row: Mapping) -> Finding | None:
    """One group on its own: both sides with their ranges, and where that puts it."""
    group, values = row["group_id"], _sides(row) | {"group": group_value(row["group_id"])}
    if row["position"] == CANNOT_SAY:
        return None
    text = "{group:group}: {us:pct} of customers are worth more to us than the hurdle ({us:pct_range}), and {them:pct} "
    text += f"of respondents gain with us ({{them:pct_range}}): {_place(row)}"
    few = int(min(row["customers"], row["respondents"]))
    return _said(f"balance.{group}", text, values, int(row["customers"]), "modelled", smallest=few)


def _place(row: Mapping) -> str:
    """Where a group stands, in words; of an undecided one which side is sure, and which way."""
    if row["position"] != UNDECIDED:
        return WHERE[row["position"]]
    words = []
    for whom, side in (("we gain", TO_US), ("they gain", TO_THEM)):
        low, high = row[f"{side}_low"] >= PARITY, row[f"{side}_high"] >= PARITY
        words.append(
            (whom if low else whom.replace("gain", "do not gain")) if low == high else f"whether {whom} is open"
        )
    return ", ".join(words)


def _money(tables: ExchangeTables) -> Finding | None:
    """The money beside the two percentages: they count customers alike, and money does not."""
    rows, whole = tables.groups, tables.whole
    rows = rows[(rows["customers"] >= MIN_CELL) & rows["part_of_clv"].notna()]
    if len(rows) < 2 or not whole["clv"] > 0:
        return None
    row = rows.loc[rows["part_of_clv"].idxmax()]
    values = {"group": group_value(row["group_id"]), "part": share_value(row["part_of_clv"])}
    values |= {"heads": share_value(row["customers"] / whole["customers"]), "equity": money_value(whole["clv"])}
    text = "{group:group} are {heads:pct} of customers and hold {part:pct} of the {equity:money} that all are worth"
    losing = rows[rows["clv"] < 0]
    if len(losing):
        text += f"; on {_listing(losing['group_id'].tolist(), values)} we expect to lose"
    fewest = int(min([row["customers"], *losing["customers"]]))
    return _said("money", text, values, int(whole["customers"]), "modelled", smallest=fewest)


def _levers(tables: ExchangeTables) -> Finding | None:
    """The nearest lever of the group that lies furthest from balance, and the groups that no single lever helps."""
    levers = formed(tables.exchange_levers)
    levers = levers[levers["customers"] >= MIN_CELL]
    if levers.empty:
        return None
    levers = levers.assign(gap=levers["target"] - levers["now"]).sort_values("gap", ascending=False, kind="stable")
    gaps = levers.drop_duplicates(["group_id", "side"])
    does = levers["nearest"] & (levers["points"].notna() | levers["part"].notna())
    helped = levers[does].drop_duplicates(["group_id", "side"])
    values: dict[str, Value] = {"sides": count_value(len(gaps))}
    reached = set(zip(helped["group_id"], helped["side"], strict=True))
    alone = [key[0] for key in zip(gaps["group_id"], gaps["side"], strict=True) if key not in reached]
    n = int(levers.drop_duplicates("group_id")["customers"].sum())
    parts = [_lever_words(row, values) for row in helped.head(1).to_dict("records")]
    # where one side is known of nobody, there is nothing to balance: only the other side's own half
    aim = "balance" if all(is_known(tables.whole[side]) for side in (TO_US, TO_THEM)) else "parity on the side we know"
    if alone:
        where = f"to {aim}" if helped.empty else "there"
        parts.append(f"no single lever brings {_listing(list(dict.fromkeys(alone)), values)} {where}")
    text = ("" if helped.empty else f"{aim} would take ") + "; ".join(parts)
    return _said("levers", text, values, n, "modelled", smallest=int(levers["customers"].min()))


def _lever_words(row: Mapping, values: dict[str, Value]) -> str:
    """What a lever would have to do, as part of a sentence."""
    values["group"] = group_value(row["group_id"])
    if row["side"] == TO_THEM:
        values |= {
            "lever": text_value(row["lever_name"]),
            "move": Value(value=round(float(row["points"]), 1), unit="points"),
        }
        return "{lever:text} rated {move:points} higher in {group:group}"
    values["move"] = share_value(row["part"])
    return (
        f"{'cost to serve cut by' if row['lever'] == SERVICE else 'prices raised by'} {{move:pct}} for {{group:group}}"
    )


def _claim(tables: ExchangeTables) -> Finding | None:
    """Whether customers with whom both sides gained stayed, bought and spoke more than like ones."""
    rows = tables.exchange_claim
    rows = rows[(rows["comparison"] == LIKE) & (rows["verdict"] != TOO_FEW)]
    if rows.empty:
        return None
    told = [rows[rows["verdict"] == verdict] for verdict in (SHOWN, CONTRARY)]
    row = next((found.iloc[0] for found in told if len(found)), rows.iloc[0])
    values = {"sweet": count_value(row["sweet_customers"]), "others": count_value(row["other_customers"])}
    values |= {"kept": share_value(row["sweet_rate"]), "other": share_value(row["other_rate"])}
    values["months"] = count_value(row["months"])  # for the exhibit's subtitle
    text = {
        SHOWN: "Gain on both sides pays",
        CONTRARY: "Gain on both sides does not pay",
    }.get(row["verdict"], "Gain on both sides is not shown to pay")
    text += f": {{kept:pct}} of {{sweet:count}} such customers {row['outcome_name'].lower()}, "
    text += "{other:pct} of {others:count} others worth as much"
    return _said("claim", text, values, int(row["customers"]), "measured")


def _profiles(tables: ExchangeTables) -> Finding | None:
    """Which parts of the profiles are known, and of how many groups."""
    profiles = tables.group_profiles_full
    known = known_parts(profiles)
    if not any(known.values()):
        return None
    groups = max(int(profiles["is_group"].sum()), 1)
    whole = [part for part, count in known.items() if count == groups]
    partly = [part for part, count in known.items() if 0 < count < groups]
    none = [part for part, count in known.items() if not count]
    values = {"groups": count_value(groups), "parts": count_value(len(whole)), "all": count_value(len(known))}
    text = f"Of {{all:count}} parts of a profile {'{parts:count}' if whole else 'none'} "
    text += ("are" if len(whole) > 1 else "is") + (" known of every group" if groups > 1 else " known")
    if partly:
        text += f"; {_and(partly)} of some groups only"
    if none:
        text += f"; {_and(none)} of none" if groups > 1 else f"; {_and(none)} not"
    return _said("profiles", text, values, int(tables.whole["customers"]) or None, "modelled")


def _sides(row: Mapping) -> dict[str, Value]:
    """Both sides of a row with their ranges, as far as they are known."""
    names = {"us": TO_US, "them": TO_THEM}
    found = {
        name: share_value(row[side], row[f"{side}_low"], row[f"{side}_high"])
        for name, side in names.items()
        if is_known(row[side])
    }
    if is_known(row["balance"]):
        found["balance"] = share_value(row["balance"], row["balance_low"], row["balance_high"])
    return found


def _named(groups: list[str], values: dict[str, Value]) -> str:
    return f" ({_listing(groups, values)})" if groups else ""


def _listing(groups: list[str], values: dict[str, Value]) -> str:
    """Groups by name, at most five; their ids go into the values."""
    for group in groups:
        values[f"at_{group}"] = group_value(group)
    return _and([f"{{at_{group}:group}}" for group in groups])


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _said(
    name: str,
    text: str,
    values: dict[str, Value],
    n: int | None,
    evidence: str,
    *,
    smallest: int | None = None,
    of: str = "customer",
) -> Finding:
    table = {"claim": "exchange_claim", "levers": "exchange_levers", "profiles": "group_profiles_full"}
    return Finding(
        id=f"07.{name}",
        text=f"{text[:1].upper()}{text[1:]}.",
        values=values,
        n=n,
        smallest=smallest,
        n_of=of,
        evidence=evidence,
        table=table.get(name, "value_exchange"),
    )
