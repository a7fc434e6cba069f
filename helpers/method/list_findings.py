"""What step 02 says: one sentence for the board, what the list says of us, then one for each exhibit.

Every sentence is chosen by the data, so that it is true whatever they are: one customer or a hundred thousand, a closed
list, halves of different seasons, no money at all.
"""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.method.finding_values import count_value, is_known, money_value, share_value, text_value
from helpers.method.list_changes import change_findings
from helpers.method.list_tables import ListTables
from helpers.method.list_words import FEWEST, customers, list_says, opened, used_values
from helpers.method.rating import MIN_KNOWN, UNRATED

MOST = 0.80  # of the revenue; and of the draws in which a firm letter holds
EVEN = 0.70  # where it takes so many of the customers to bring most of the revenue, it is spread evenly
LARGE, TIMES_MEAN = 0.10, 2  # a customer with this part of the revenue, and so many times the mean, is told of alone


def list_findings(tables: ListTables, *, min_known: float = MIN_KNOWN) -> list[Finding]:
    """The findings of step 02, the answer first.

    Parameters
    ----------
    tables : ListTables
    min_known : float
        As the ratings were made with.

    Returns
    -------
    list of Finding
        Always: 02.answer, 02.concentration, 02.bridge. Where there is something to tell: 02.closed, 02.list,
        02.largest, 02.below_zero, 02.kept, 02.halves, 02.cohorts, 02.calls, 02.stability, 02.unrated,
        02.contract_only, 02.others, 02.no_customer.
    """
    found = [
        _answer(tables, min_known),
        _closed(tables),
        _list(tables),
        _concentration(tables),
        _largest(tables),
        _below_zero(tables),
        *change_findings(tables),
        _stability(tables),
        _unrated(tables, min_known),
        _contract_only(tables),
        _others(tables),
        _no_customer(tables),
    ]
    return [finding for finding in found if finding is not None]


def _answer(tables: ListTables, min_known: float) -> Finding:
    said = {"id": "02.answer", "table": "rating_mix", "evidence": "judged"}
    if not tables.active:
        return Finding(text="No customer is active in the window, so there is nobody to rate.", **said)
    best, worst = tables.mix("A"), tables.mix("D")
    values = {"active": count_value(tables.active), "least": share_value(min_known)}
    clauses = [_nobody_rated(tables)] if not _rated(tables) else []
    if best is not None:
        values["best"] = count_value(best["customers"])
        verb = "is" if best["customers"] == 1 else "are"
        brings = _brings(best, "best", values)
        who = f"{{best:count}} of our {customers('active', tables.active, 'active ')} {verb} rated A"
        clauses.append(f"{who} and {brings}" if brings else who)
    elif not clauses:
        clauses.append("None of our {active:count} active customers is rated A")
    if worst is not None:
        values["worst"] = count_value(worst["customers"])
        brings = _brings(worst, "worst", values)
        who = "the one" if worst["customers"] == 1 else "the {worst:count}"
        verb = "is" if worst["customers"] == 1 else "are"
        clauses.append(f"{who} rated D {brings}" if brings else f"{{worst:count}} {verb} rated D")
    text = "; ".join(clauses).replace(":pct}", ":pct} of the revenue", 1 if _rated(tables) else 0)
    told = [int(row["customers"]) for row in (best, worst) if row is not None]
    said |= {"n": tables.active, "smallest": min(told, default=None)}
    return Finding(text=f"{text}.", values=used_values(text, values), **said)


def _rated(tables: ListTables) -> bool:
    return bool((tables.customer_ratings["rating"] != UNRATED).any())


def _nobody_rated(tables: ListTables) -> str:
    """Why there is no letter at all."""
    if tables.active == 1:
        return "We have one active customer and nobody to compare it with, so it is not rated"
    nobody = "None of our {active:count} active customers is rated: "
    if not tables.rating_measures["used"].any():
        return nobody + "no measure tells them apart"
    return nobody + "of each, less than {least:pct} of what a rating weighs is known"


def _brings(row: pd.Series, name: str, values: dict[str, Value]) -> str:
    """What the customers of a letter bring; empty where no part is known. Fills `values`."""
    part = row["part_of_revenue"]
    if not is_known(part):
        return ""
    verb = "brings" if row["customers"] == 1 else "bring"
    if part < 0:
        return f"{verb} less than nothing"
    values[f"{name}_part"] = share_value(part)
    return f"{verb} {{{name}_part:pct}}"


def _closed(tables: ListTables) -> Finding | None:
    if not tables.closed:
        return None
    text = (
        "Everybody on this list first bought in the data's first quarter: it was drawn so, or nobody was won since. "
        "If it was drawn so, falling revenue tells of these customers only, not of the business."
    )
    said = {"id": "02.closed", "table": "cohorts", "evidence": "measured"}
    return Finding(text=text, n=tables.ever_bought, **said)


def _list(tables: ListTables) -> Finding | None:
    words = list_says(tables)
    if not words:
        return None
    text = f"You are your client list, and ours says: {words}."
    said = {"id": "02.list", "table": "revenue_bridge", "evidence": "judged"}
    return Finding(text=text, n=int(tables.spread["customers"]), **said)


def _concentration(tables: ListTables) -> Finding:
    row = tables.spread
    said = {"id": "02.concentration", "table": "concentration", "evidence": "measured"}
    if not is_known(row["part_for_80"]):
        return Finding(text="No active customer brought money on balance: there is nothing to spread.", **said)
    sold, enough = int(row["customers"]), int(row["customers_for_80"])
    values = {"sold": count_value(sold), "enough": count_value(enough), "part": share_value(row["part_for_80"])}
    values |= {"most": share_value(MOST), "tenth": share_value(row["part_of_top_10"])}
    values["gini"] = text_value(f"{row['gini']:.2f}")
    verb = "brings" if enough == 1 else "bring"
    if sold == 1:
        text = "One customer brings all that active customers bring."
    elif sold >= FEWEST and row["part_for_80"] >= EVEN:
        text = "What customers bring is spread evenly: {part:pct} of those we sold to bring {most:pct} of it."
    elif enough == sold:
        text = "All {sold:count} customers we sold to are needed to bring {most:pct} of what they bring."
    elif enough < FEWEST:
        text = f"{{enough:count}} of the {{sold:count}} customers we sold to {verb} {{most:pct}} or more of "
        text += "what all bring."
    else:
        text = "{enough:count} of the {sold:count} customers we sold to, {part:pct}, bring {most:pct} of what all bring"
        if sold >= 10 * FEWEST:
            text += "; the largest tenth brings {tenth:pct}"
        text += " (Gini {gini:text})."
    said |= {"n": sold, "smallest": min(enough, sold - enough) or None}
    return Finding(text=text, values=used_values(text, values), **said)


def _largest(tables: ListTables) -> Finding | None:
    part, sold = tables.spread["largest_customer"], tables.spread["customers"]
    if not is_known(part) or sold == 1 or part < max(LARGE, TIMES_MEAN / sold):
        return None
    text = "The largest customer alone brings {part:pct} of what all bring: losing it would be an event of its own."
    said = {"id": "02.largest", "table": "concentration", "evidence": "measured"}
    return Finding(text=text, values={"part": share_value(part)}, n=1, smallest=1, **said)


def _below_zero(tables: ListTables) -> Finding | None:
    count = int(tables.spread["below_zero"])
    if not count:
        return None
    verb = "has" if count == 1 else "have"
    text = f"{opened(customers('below', count, 'active '))} {verb} revenue below zero in the window; "
    text += "where we say how few bring how much, that counts as nothing."
    said = {"id": "02.below_zero", "table": "concentration", "evidence": "measured"}
    said |= {"n": count, "smallest": count}
    return Finding(text=text, values=used_values(text, {"below": count_value(count)}), **said)


def _stability(tables: ListTables) -> Finding | None:
    if not tables.active:
        return None
    used = tables.rating_measures[tables.rating_measures["used"].astype(bool)]
    rated = tables.customer_ratings["rating_stability"].dropna()
    values = {"used": count_value(len(used)), "all": count_value(len(tables.rating_measures))}
    rests = f"The rating rests on {'one' if len(used) == 1 else '{used:count}'} of {{all:count}} measures"
    if used.empty:
        text = "The rating can use none of its {all:count} measures."
    elif rated.empty:
        text = f"{rests}, and they are known of too few customers."
    elif used["family"].nunique() == 1:
        kind = "" if len(used) == 1 else ", all of one kind"
        text = f"{rests}{kind}, so other weights would change no letter."
    else:
        values |= {"firm": share_value(float((rated >= MOST).mean())), "most": share_value(MOST)}
        text = f"{rests}; {{firm:pct}} of the letters hold in {{most:pct}} or more of the draws of other weights."
    said = {"id": "02.stability", "table": "rating_measures", "evidence": "modelled"}
    return Finding(text=text, values=used_values(text, values), n=len(rated) or None, **said)


def _unrated(tables: ListTables, min_known: float) -> Finding | None:
    row = tables.mix(UNRATED)
    if row is None or not _rated(tables):
        return None
    unrated = tables.customer_ratings["rating"] == UNRATED
    known = tables.customer_ratings.loc[unrated, "weight_known"].max()
    values = {"unrated": count_value(row["customers"]), "least": share_value(min_known)}
    verb, them = ("is", "it") if row["customers"] == 1 else ("are", "them")
    amount = "less than {least:pct}" if known > 0 else "nothing"
    text = f"{opened(customers('unrated', row['customers'], 'active '))} {verb} not rated: "
    text += f"{amount} of what a rating weighs is known of {them}."
    said = {"id": "02.unrated", "table": "rating_mix", "evidence": "measured"}
    return Finding(text=text, values=used_values(text, values), n=int(row["customers"]), **said)


def _contract_only(tables: ListTables) -> Finding | None:
    alone = int(tables.customer_ratings["revenue"].isna().sum())
    if not alone:
        return None
    verb, brings = ("is", "it brings") if alone == 1 else ("are", "they bring")
    text = f"{opened(customers('alone', alone))} {verb} active by a running contract alone, without a line in the "
    text += f"window; what {brings} is not known here."
    said = {"id": "02.contract_only", "table": "customer_ratings", "evidence": "measured"}
    return Finding(text=text, values=used_values(text, {"alone": count_value(alone)}), n=alone, **said)


def _others(tables: ListTables) -> Finding | None:
    kinds = {"dormant": "who bought before the window only", "never": "without any sale above zero"}
    rows = {name: row for name in kinds if (row := tables.mix(name)) is not None}
    if not rows:
        return None
    values = {name: count_value(row["customers"]) for name, row in rows.items()}
    parts = [f"{customers(name, row['customers'])} {kinds[name]}" for name, row in rows.items()]
    text = f"Beside the active, and not rated: {' and '.join(parts)}."
    said = {"id": "02.others", "table": "rating_mix", "evidence": "measured"}
    count = sum(int(row["customers"]) for row in rows.values())
    return Finding(text=text, values=used_values(text, values), n=count, **said)


def _no_customer(tables: ListTables) -> Finding | None:
    row = tables.mix("no_customer")
    if row is None:
        return None
    values = {"amount": money_value(row["revenue"])}
    text = "Lines without a customer come to {amount:money}"
    if is_known(row["part_of_revenue"]) and row["part_of_revenue"] > 0:
        values["part"] = share_value(row["part_of_revenue"])
        text += ", {part:pct} of all revenue"
    text += ": nobody can be rated for them, and nobody asked to come back."
    said = {"id": "02.no_customer", "table": "rating_mix", "evidence": "measured"}
    return Finding(text=text, values=values, **said)
