"""What step 08 says of markets: where the part grows that would really buy, where growth misleads, who is to come."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.method.finding_values import count_value, group_value, number_value, share_value, text_value
from helpers.method.group_named import NO_GROUP
from helpers.method.market_readiness import COMING_YEARS, GROUP, JUDGED, SEGMENT
from helpers.method.pass_chance import FAIL, NOT_TESTED, PASS

TABLE = "market_readiness"
LONG = ("the whole market", "the part of it that is ready to adopt")
SHORT = ("that", "its part")
REST = 0.05  # of all who will ever adopt: fewer in the years to come are called a rest


def readiness_findings(market_readiness: pd.DataFrame) -> list[Finding]:
    """The findings on markets, each only where there is something to say.

    Parameters
    ----------
    market_readiness : DataFrame, from `market_readiness`

    Returns
    -------
    list of Finding
        08.ready_growth; 08.market_mistake, the groups whose market grows while its adoption-ready part falls;
        08.adoption_1, 08.adoption_2 ... one for each segment whose adoption can be read, by group and name.
    """
    groups = market_readiness[market_readiness["level"] == GROUP]
    found = [_ready(groups), _mistake(groups)]
    segments = market_readiness[market_readiness["level"] == SEGMENT]
    read = segments[segments["bass_m"].notna()]
    found += [_adoption(row, number) for number, row in enumerate(read.to_dict("records"), 1)]
    return [one for one in found if one is not None]


def _ready(groups: pd.DataFrame) -> Finding | None:
    """How many groups' adoption-ready markets grow, the fastest and the one that falls most."""
    tested = groups[groups["status"] != NOT_TESTED].sort_values("ready_growth", kind="stable")
    if tested.empty:
        return None
    evidence = "judged" if (tested["basis"] == JUDGED).any() else "measured"
    said = {"id": "08.ready_growth", "n": len(tested), "n_of": "group", "evidence": evidence}
    text = "The part of the market that is ready to adopt "
    if len(tested) == 1:
        row = tested.iloc[0]
        verb = {PASS: "grows", FAIL: "shrinks"}.get(row["status"], "neither surely grows nor surely shrinks")
        text += f"{verb} for {{group:group}}: {{rate:pct1}} a year (between {{low:pct1}} and {{high:pct1}})."
        return Finding(
            text=text, values={"group": group_value(row["group_id"])} | _ready_rate(row), table=TABLE, **said
        )
    grows, falls = tested[tested["status"] == PASS], tested[tested["status"] == FAIL]
    values = {"tested": count_value(len(tested))}
    if len(grows):
        best = grows.iloc[-1]
        values |= {"grows": count_value(len(grows)), "best": group_value(best["group_id"])} | _ready_rate(best)
        text += (
            "grows for {grows:count} of {tested:count} groups, fastest for {best:group}: {rate:pct1} a year (between "
            "{low:pct1} and {high:pct1})"
        )
    else:
        text += "surely grows for none of {tested:count} groups"
    if len(falls):
        worst = falls.iloc[0]
        values |= {"falls": count_value(len(falls)), "worst": group_value(worst["group_id"]), "loss": _loss(worst)}
        text += "; it shrinks for {falls:count}, most for {worst:group}, by {loss:pct1} a year"
    if len(grows) + len(falls) < len(tested):
        values["open"] = count_value(len(tested) - len(grows) - len(falls))
        text += "; for {open:count} it may do either"
    return Finding(text=text + ".", values=values, table=TABLE, **said)


def _mistake(groups: pd.DataFrame) -> Finding | None:
    """The groups whose whole market misleads."""
    rows = groups[groups["mistake"].fillna(False).astype(bool)]
    if rows.empty:
        return None
    parts, values = [], {}
    for number, row in enumerate(rows.to_dict("records"), 1):
        values |= {f"group_{number}": group_value(row["group_id"]), f"loss_{number}": _loss(row)}
        values[f"broad_{number}"] = share_value(row["broad_growth"], row["broad_low"], row["broad_high"])
        whole, ready = LONG if number == 1 else SHORT
        parts.append(
            f"{whole} of {{group_{number}:group}} grows by {{broad_{number}:pct1}} a year while {ready} shrinks by "
            f"{{loss_{number}:pct1}}"
        )
    text = f"Growth that we could not sell to: {'; '.join(parts)}."
    evidence = "judged" if (rows["basis"] == JUDGED).any() else "measured"
    said = {"n": len(rows), "n_of": "group", "evidence": evidence, "table": TABLE}
    return Finding(id="08.market_mistake", text=text, values=values, **said)


def _adoption(row: dict, number: int) -> Finding:
    """When a segment's adoption peaked, and who is still to come."""
    coming, low, high = (round(row[name]) for name in ("still_to_come", "coming_low", "coming_high"))
    values = {
        "segment": text_value(row["segment"]),
        "peak": text_value(str(row["peak_year"])),
        "adopted": count_value(round(row["adopted"])),
        "all": count_value(round(row["bass_m"])),
        "coming": Value(value=coming, low=low, high=high, unit="count"),
        "years": number_value(COMING_YEARS),
        "start": text_value(str(row["coming_from"])),
    }
    few = row["still_to_come"] < REST * row["bass_m"]
    opening = "{segment:text} has had its wave" if few else "{segment:text} is past its peak"
    text = (
        f"{opening}: by the curve that was in {{peak:text}}, {{adopted:count}} of about {{all:count}} who ever will "
        "adopt have done so, and in the {years:number} years from {start:text} about {coming:count} more will "
        "({coming:count_range})."
    )
    years = int(row["years"])
    said = {"n": years, "n_of": "year", "evidence": "modelled", "table": TABLE}
    if row["group_id"] != NO_GROUP:
        values["group"] = group_value(row["group_id"])
        text = text.replace("{segment:text}", "{segment:text} ({group:group})", 1)
    return Finding(id=f"08.adoption_{number}", text=text, values=values, **said)


def _ready_rate(row: pd.Series) -> dict[str, Value]:
    """Adoption-ready growth of a row and its two ends."""
    names = {"rate": "ready_growth", "low": "ready_low", "high": "ready_high"}
    return {name: share_value(row[column]) for name, column in names.items()}


def _loss(row: Mapping) -> Value:
    """How fast an adoption-ready market shrinks, as a number above zero."""
    return share_value(-row["ready_growth"], -row["ready_high"], -row["ready_low"])
