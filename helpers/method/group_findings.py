"""What step 03 says of its groups: how many, how real, who is many, who pays, by what they differ."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Evidence, Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, group_value, is_known, number_value, share_value, text_value
from helpers.method.group_forming import BEHAVIOUR, RFM
from helpers.method.group_identity import identity_words
from helpers.method.group_profiles import WORDS
from helpers.method.group_tables import GroupTables
from helpers.method.group_tree import EXACT
from helpers.method.share import ALL

FEWEST = 10  # customers of a group of whom a difference is told
SURE = 0.90  # part of fits in which a customer stays, to be called sure


def group_findings(tables: GroupTables) -> list[Finding]:
    """The sentences of step 03, each only where its numbers are known.

    Parameters
    ----------
    tables : GroupTables

    Returns
    -------
    list of Finding
        03.answer and 03.group.<group_id> where there are groups.
    """
    said = [_answer(tables), _evidence(tables), _portions(tables), _behaviour(tables), _rules(tables)]
    said += [_attributes(tables), _buying(tables), _beside(tables), _confidence(tables), _identity(tables)]
    return [finding for finding in said if finding is not None] + _each(tables)


def evidence_of(tables: GroupTables) -> Evidence:
    """`measured` where the groups came back in other samples; tiers and rules are judged."""
    return "measured" if tables.formed.real else "judged"


def _answer(tables: GroupTables) -> Finding | None:
    groups, formed = tables.groups, tables.formed
    if groups.empty:
        return None
    values = {"groups": count_value(len(groups)), "part": share_value(_sum(groups["part_of_customers"]))}
    money = _sum(groups["part_of_revenue"])
    many = len(groups) > 1
    if formed.real:
        text = "Our customers fall into {groups:count} groups that behave alike"
    elif formed.way_in in (BEHAVIOUR, RFM):
        tiers = "{groups:count} tiers of a continuum are" if many else "one tier is"
        text = f"Our customers form no clear groups; {tiers} useful to manage"
    else:
        text = "Our own rules make {groups:count} customer groups" if many else "Our own rules make one customer group"
    text += f"; {'they hold' if many else 'it holds'} {{part:pct}} of the active customers"
    if is_known(money):
        values["money"] = share_value(money)
        text += f" and {'bring' if many else 'brings'} {{money:pct}} of all revenue"
    return Finding(
        id="03.answer",
        text=f"{text}.",
        values=values,
        n=int(groups["customers"].sum()),
        evidence=evidence_of(tables),
        table="group_portions",
    )


def _sum(parts: pd.Series) -> float:
    """The sum of parts; each is rounded at its ninth decimal, and what makes all of it is said to be all."""
    return round(float(parts.sum(skipna=False)), 7)


def _evidence(tables: GroupTables) -> Finding | None:
    reality = tables.formed.reality
    if not is_known(reality.agreement):
        return None
    values = {"k": count_value(reality.k), "agreement": number_value(round(reality.agreement, 2))}
    if not is_known(reality.null_agreement):
        text = "Two samples of the same customers divide them differently: in {k:count} groups they agree to "
        text += "{agreement:number} only, where one is full agreement."
    else:
        values["null"] = number_value(round(reality.null_agreement, 2))
        text = "Two samples divide the customers into {k:count} groups with an agreement of {agreement:number}, "
        text += "more than a cloud without groups reaches, {null:number}; one is full agreement."
        if not reality.real:
            text = "Two samples divide the customers into {k:count} groups with an agreement of {agreement:number}, "
            text += "and so does a cloud without any groups, {null:number}: these are slices of a continuum."
    customers = len(tables.found.features)
    return Finding(id="03.evidence", text=text, values=values, n=customers, evidence="measured", table="group_evidence")


def _portions(tables: GroupTables) -> Finding | None:
    """The group that brings most beyond its number, the first of equal ones."""
    groups = tables.groups[tables.groups["part_of_revenue"].notna()]
    if len(groups) < 2:
        return None
    ahead = groups["part_of_revenue"] - groups["part_of_customers"]
    first, last = groups.loc[ahead.idxmax()], groups.loc[ahead.idxmin()]
    values = {}
    for name, row in (("first", first), ("last", last)):
        values[name] = group_value(row["group_id"])
        values[f"{name}_part"] = share_value(row["part_of_customers"])
        values[f"{name}_money"] = share_value(row["part_of_revenue"])
    text = "{first:group}: {first_part:pct} of the customers and {first_money:pct} of the revenue; "
    text += "{last:group}: {last_part:pct} of the customers and {last_money:pct} of the revenue."
    return Finding(
        id="03.portions",
        text=text,
        values=values,
        n=int(groups["customers"].sum()),
        evidence="measured",
        table="group_portions",
    )


def _behaviour(tables: GroupTables) -> Finding | None:
    """The measure in which typical places of the groups lie farthest apart."""
    rows = tables.formed.behaviour
    rows = rows[rows["group_id"].isin(tables.groups["group_id"]) & rows["measure"].isin(WORDS)]
    by_measure = rows.groupby("measure", sort=False)["place"]
    apart = (by_measure.max() - by_measure.min()).round(9)
    if apart.empty or apart.max() <= 0:
        return None
    rows = rows[rows["measure"] == apart.idxmax()]
    high, low = rows.loc[rows["place"].idxmax()], rows.loc[rows["place"].idxmin()]
    heading = high["measure_name"]
    values = {
        "measure": text_value(heading[0].lower() + heading[1:]),
        "high": group_value(high["group_id"]),
        "low": group_value(low["group_id"]),
        "high_place": share_value(high["place"]),
        "low_place": share_value(low["place"]),
    }
    text = "The groups differ most in {measure:text}: highest are {high:group}, typically above {high_place:pct} "
    text += "of all who ordered of late, lowest {low:group}, above {low_place:pct}."
    return Finding(
        id="03.behaviour",
        text=text,
        values=values,
        n=len(tables.found.features),
        evidence="measured",
        table="group_behaviour",
    )


def _rules(tables: GroupTables) -> Finding | None:
    rules = tables.formed.rules
    if rules.empty:
        return None
    said = {"id": "03.rules", "n": int(rules["customers"].sum()), "table": "group_rules"}
    if tables.formed.way_in != BEHAVIOUR:
        return Finding(
            text="Each group is its rule; where several hold for a customer, the first one counts.",
            evidence="judged",
            **said,
        )
    if not is_known(rules["fidelity"].iloc[0]):
        return None
    fidelity = rules["fidelity"].iloc[0]
    values = {"right": share_value(fidelity)}
    text = "Short rules put {right:pct} of the customers that they were not made from into their group"
    text += "." if fidelity >= EXACT else "; that is an approximation, and the list of customers counts."
    return Finding(text=text, values=values, evidence="measured", **said)


def _attributes(tables: GroupTables) -> Finding | None:
    text = "Who they are tells most of {group:group}: {label:text} is true of {part:pct} of them, "
    text += "of all customers of {all:pct}."
    return _difference(tables, tables.attributes, "attributes", text, "known")


def _buying(tables: GroupTables) -> Finding | None:
    text = "How they buy tells most of {group:group}: {label:text} makes {part:pct} of their spend, "
    text += "of all customers' spend {all:pct}."
    return _difference(tables, tables.buying, "buying", text, None)


def _difference(tables: GroupTables, rows: pd.DataFrame, name: str, text: str, known: str | None) -> Finding | None:
    """The cell in which a group differs most from all, the first of equal ones."""
    if rows.empty:
        return None
    whole = rows[rows["group_id"] == ALL].set_index("label")["part_of_group"]
    sizes = tables.groups.set_index("group_id")["customers"]
    cells = rows[rows["group_id"].isin(sizes.index)].copy()
    counts = cells[known] if known else cells["group_id"].map(sizes)
    cells["ahead"] = (cells["part_of_group"] - cells["label"].map(whole)).round(9)
    cells = cells[(counts >= FEWEST) & (cells["ahead"] > 0)]
    if cells.empty:
        return None
    best = cells.loc[cells["ahead"].idxmax()]
    values = {
        "group": group_value(best["group_id"]),
        "label": text_value(best["label"]),
        "part": share_value(best["part_of_group"]),
        "all": share_value(whole[best["label"]]),
    }
    n = int(best[known]) if known else int(sizes[best["group_id"]])
    return Finding(id=f"03.{name}", text=text, values=values, n=n, evidence="measured", table=f"group_{name}")


def _beside(tables: GroupTables) -> Finding | None:
    """Who is active and in no group, by the reason."""
    beside = tables.beside
    if beside.empty:
        return None
    did = {
        "one_order": "ordered once so far",
        "lapsing": "ordered in the window, but not in its last twelve months",
        "contract_only": "are active by a contract alone",
        "ungrouped": "are in no group, because no rule holds for them",
    }
    counts = beside.set_index("group_id")["customers"].astype(int)
    values = {"beside": count_value(counts.sum()), **{name: count_value(count) for name, count in counts.items()}}
    parts = [f"{{{name}:count}} {did[name]}" for name in counts.index]
    text = f"{{beside:count}} active customers stand beside the groups: {listed(parts)}."
    if counts.sum() == 1:
        text = f"Of the active customers one stands beside the groups: {listed(parts)}."
    return Finding(
        id="03.beside", text=text, values=values, n=int(counts.sum()), evidence="measured", table="group_portions"
    )


def _confidence(tables: GroupTables) -> Finding | None:
    sure = tables.formed.customer_groups["confidence"].dropna()
    if sure.empty:
        return None
    values = {"sure": share_value((sure >= SURE).mean()), "times": share_value(SURE)}
    text = (
        "{sure:pct} of the customers grouped by behaviour stay in their group in at least {times:pct} of other samples."
    )
    return Finding(
        id="03.confidence", text=text, values=values, n=len(sure), evidence="measured", table="customer_groups"
    )


def _identity(tables: GroupTables) -> Finding | None:
    """Whether the groups are those that people decided on."""
    identity = tables.formed.identity
    if not identity.anchors:
        return None
    changed = bool(identity.new or identity.vanished)
    values = {"anchors": count_value(identity.anchors), "astray": count_value(identity.astray)}
    kept = "All {anchors:count} customers that stand for a group are in it."
    if identity.astray:
        kept = "Of {anchors:count} customers that stand for a group, {astray:count} are in another group or in none."
    text = f"The groups are those that were decided on. {kept}"
    if changed:
        values["what"] = text_value(identity_words(identity))
        text = f"The groups are no longer those that were decided on: {{what:text}} {kept}"
    return Finding(
        id="03.identity", text=text, values=values, n=identity.anchors, evidence="measured", table="customer_groups"
    )


def _each(tables: GroupTables) -> list[Finding]:
    """A sentence for each group."""
    found = []
    for row in tables.groups.to_dict("records"):
        values = {
            "group": group_value(row["group_id"]),
            "customers": count_value(row["customers"]),
            "part": share_value(row["part_of_customers"]),
            "told": text_value(row["description"]),
        }
        text = "{group:group}: {customers:count} customers, {part:pct} of all"
        if row["customers"] == 1:
            text = "{group:group}: a single customer, {part:pct} of all"
        if is_known(row["part_of_revenue"]):
            values["money"] = share_value(row["part_of_revenue"])
            text += ", with {money:pct} of the revenue"
        found.append(
            Finding(
                id=f"03.group.{row['group_id']}",
                text=f"{text}. {{told:text}}",
                values=values,
                n=int(row["customers"]),
                evidence=evidence_of(tables),
                table="group_profiles",
            )
        )
    return found
