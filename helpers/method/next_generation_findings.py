"""What step 08 says of the next generation: who becomes the customer we want, whom to call, whose word brings more."""

from __future__ import annotations

from helpers.client.result_model import Finding, Value
from helpers.errors import listed
from helpers.method.finding_values import (
    count_value,
    group_value,
    is_known,
    number_value,
    share_value,
    text_value,
)
from helpers.method.group_members import BESIDE
from helpers.method.lookalikes import NextGeneration
from helpers.method.next_generation import CHANCE, MOST_REASONS
from helpers.method.share import ALL

FIRST = 10  # prospects that are told of together
LEAST_TOLD = 10  # customers, before a part of the movers is told of
LEAST_CAME = 10  # who came and are known by now, before their kinds are told
HUNDRED = 100  # customers
LEAST_COMPARED = round(1 / CHANCE)  # with fewer nobody can be named


def next_generation_findings(found: NextGeneration) -> list[Finding]:
    """The findings on the next generation, each only where there is something to say.

    Returns
    -------
    list of Finding
        08.movers, with their reasons; 08.prospects; 08.going_viral.
    """
    parts = [_movers(found), _prospects(found), _viral(found)]
    return [one for one in parts if one is not None]


def _like(found: NextGeneration) -> tuple[dict[str, Value], str]:
    """The groups that pass, by name where there is one."""
    if len(found.passing) == 1:
        return {"group": group_value(found.passing[0])}, "{group:group}"
    return {"groups": count_value(len(found.passing))}, "one of the {groups:count} groups that pass"


def _movers(found: NextGeneration) -> Finding | None:
    """Who came to behave like the groups that pass, and how many of them may be chance."""
    moved, named = found.movers, len(found.movers.table)
    if moved.why_not or moved.compared < LEAST_COMPARED:
        return None
    values, like = _like(found)
    values["compared"] = count_value(moved.compared)
    said = {"id": "08.movers", "n": moved.compared, "evidence": "measured"}
    if not named:
        text = (
            f"Of {{compared:count}} customers whose two years can be compared, no more came to behave like {like} than "
            "chance would bring."
        )
        return Finding(text=text, values=values, **said)
    there = int(moved.table["group_now"].isin(found.passing).sum())
    values["named"] = count_value(named)
    text = f"{{named:count}} of {{compared:count}} customers have come to behave like {like} within a year"
    if there == named:
        text += ", and stand in it by now"
    elif min(there, named - there) >= LEAST_TOLD:  # few on one side are persons
        values["there"] = count_value(there)
        text += "; {there:count} of them stand in it by now, the others are on the way"
    if moved.by_chance:
        values["chance"] = count_value(moved.by_chance)
        text += ". About {chance:count} of them may be chance: so many went as far the other way"
    else:
        text += ". Nobody went as far the other way, so hardly any of this is chance"
    reasons, why = _reasons(found)
    smallest = min([named, *(int(value.value) for name, value in reasons.items() if name.startswith("count_"))])
    values |= reasons
    return Finding(text=f"{text}.{why}", values=values, smallest=smallest, table="lookalikes", **said)


def _reasons(found: NextGeneration) -> tuple[dict[str, Value], str]:
    """What the movers do otherwise than a year before; nothing where no reason is known."""
    rows = found.movers.features
    rows = rows[rows["told_of"] > 0]
    if rows.empty:
        return {}, ""
    told = rows.groupby("change", sort=False)["told_of"].sum()
    told = told.sort_values(ascending=False, kind="stable")
    told = told[(told >= LEAST_TOLD) | (told == told.iloc[0])][:MOST_REASONS]
    values: dict[str, Value] = {}
    parts = []
    for place, (change, count) in enumerate(told.items()):
        values |= {f"change_{place}": text_value(change), f"count_{place}": count_value(count)}
        of_all = "" if place else " of {named:count}"
        parts.append(f"{{change_{place}:text}} ({{count_{place}:count}}{of_all})")
    return values, f" Compared with a year before, a mover {listed(parts)}."


def _prospects(found: NextGeneration) -> Finding | None:
    """How well attributes tell the kind, and which prospects stand first."""
    asked = found.prospects
    if asked.why_not:
        return None
    first = asked.table[asked.table["rank"] <= FIRST]
    values, like = _like(found)
    values |= {
        "prospects": count_value(len(asked.table)),
        "first": count_value(len(first)),
        "likeness": share_value(first["likeness"].mean()),
        "base": share_value(asked.passing / (asked.passing + asked.others)),
        "auc": share_value(asked.auc, asked.low, asked.high),
        "attributes": text_value(listed([name.replace("_", " ") for name in asked.attributes])),
    }
    text = (
        "Call the first {first:count} of {prospects:count} prospects first: of our customers with attributes like "
        f"theirs {{likeness:pct}} are of {like}, of all in our groups {{base:pct}}. Of two customers, one of them and "
        "one not, {attributes:text} point out the right one in {auc:pct} of cases ({auc:pct_range}); guessing does in "
        "half"
    )
    said = {"n": asked.passing + asked.others, "evidence": "modelled", "table": "lookalikes"}
    return Finding(id="08.prospects", text=text + ".", values=values, **said)


def _viral(found: NextGeneration) -> Finding | None:
    """Which group's word brings most, and of which kind those are who come."""
    rows = found.viral
    if rows.empty:
        return None
    whole = rows[rows["group_id"] == ALL].iloc[0]
    if not is_known(whole["per_year"]):  # nobody was here, such as where no group was formed
        return None
    groups = rows[~rows["group_id"].isin([ALL, *BESIDE])]
    values = {"sent": count_value(whole["buying_referrals"]), "all": number_value(HUNDRED * whole["per_year"])}
    said = {"id": "08.going_viral", "n": int(whole["customers"]), "evidence": "measured", "table": "going_viral"}
    if not whole["buying_referrals"]:
        return Finding(text="Nobody who came by a customer's word has bought in the window.", values={}, **said)
    text = (
        "By our customers' word {sent:count} new ones came and bought, {all:number} a year for every hundred customers"
    )
    if len(groups) > 1:
        best = groups.sort_values("per_year", ascending=False, kind="stable").iloc[0]
        values |= {"best": group_value(best["group_id"]), "rate": number_value(HUNDRED * best["per_year"])}
        values |= {"low": number_value(HUNDRED * best["per_year_low"])}
        values |= {"high": number_value(HUNDRED * best["per_year_high"])}
        text += "; most through {best:group}: {rate:number} ({low:number} to {high:number})"
        if not best["surely_more"]:
            text += ", whose lead over the others may be chance"
    if is_known(whole["part_passing"]) and whole["came_known"] >= LEAST_CAME:
        like, words = _like(found)
        values |= like | {"part": share_value(whole["part_passing"]), "known": count_value(whole["came_known"])}
        text += f". Of {{known:count}} who came and are in a group by now {{part:pct}} are of {words}"
    referrers = int(whole["referrers"])
    return Finding(text=text + ".", values=values, smallest=referrers or None, **said)
