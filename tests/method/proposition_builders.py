"""Two groups, a survey and a proposition without a gap, for the tests of step 10."""

from __future__ import annotations

import pandas as pd

from helpers.method.proposition_evidence import Evidence, driver_standing
from helpers.method.proposition_gaps import proposition_gaps
from helpers.method.survey_answers import survey_answers
from helpers.method.value_propositions import Proposition, exit_barriers

GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"], "group_name": ["Yards", "Fleets"]})
INTENTS = pd.DataFrame(
    {"group_id": ["g1", "g2"], "group_name": ["Yards", "Fleets"], "customers": [40, 30], "primary": "grow"}
)
# label, importance, advantage and its interval: ahead, ahead and of no matter, behind, even, not compared
RATED = (
    ("delivery", "Delivery", 0.4, 1.2, 0.8, 1.6),
    ("advice", "Advice", 0.1, 0.9, 0.2, 1.6),
    ("ordering", "Ordering", 0.2, -1.3, -1.9, -0.7),
    ("range", "Range", 0.2, 0.3, -0.2, 0.8),
    ("quality", "Quality", 0.1, None, None, None),
)
SECRETS = pd.DataFrame(
    {
        "secret": ["lift_day", "papers", "old_one"],
        "group_id": ["g1", "g2", "g1"],
        "group_name": ["Yards", "Fleets", "Yards"],
        "what": ["They repack by boat.", "They hunt certificates.", "They fax."],
        "standing": ["confirmed", "to_confirm", "stale"],
        "standing_name": ["Confirmed", "To be confirmed", "Stale: confirm or drop"],
    }
)
SENTENCES = {"10.lead.g1": "Yards rate us higher.", "10.lead.g2": "Fleets rate us higher.", "06.win": "We win."}
WHOLE = {
    "values_line": "A day in harbour less is a day's berth less.",
    "promise": "On the quay before the lift.",
    "drivers": ["delivery"],
    "proof": "10.lead.g1",
    "alternative": "Northgate",
    "price_position": "above",
    "price_driver": "delivery",
    "product": "Everything for one refit.",
    "service": "One crate for each hull.",
    "terms": "Winter prices.",
    "headline": "One crate for each hull",
    "messages": ["There when you say.", "One crate a boat.", "Nobody repacks."],
    "channel": "rep",
}


def performance(groups=("g1", "g2"), rated=RATED):
    """driver_performance as step 06 publishes it, the columns that are read."""
    rows = [
        {"group_id": group, "driver": driver, "label": label, "compared": 30, "importance": importance}
        | {"advantage": middle, "advantage_low": low, "advantage_high": high}
        for group in groups
        for driver, label, importance, middle, low, high in rated
    ]
    return pd.DataFrame(rows)


STANDING = driver_standing(performance(), GROUPS)


def proposition(group="g1", *, primary="grow", state="decided", defended=False, **changed):
    """A proposition without a gap, of this group, with these fields changed; None takes a field out."""
    own = {"proof": f"10.lead.{group}"} if group != "g1" else {}
    other = {"promise": "Aboard on the day.", "headline": "Aboard on the day"} if group != "g1" else {}
    sheet = {name: value for name, value in (WHOLE | own | other | changed).items() if value is not None}
    name = dict(zip(INTENTS["group_id"], INTENTS["group_name"], strict=True))[group]
    return Proposition(group, name, 40, primary, state, defended, sheet)


def gaps_of(*propositions, intents=None, standing=STANDING, evidence=None, secrets=SECRETS, sentences=SENTENCES):
    """The gaps of these propositions; groups without one are left out unless `intents` are given."""
    if intents is None:
        named = [one.group_id for one in propositions]
        intents = INTENTS[INTENTS["group_id"].isin(named)].copy()
        intents["primary"] = [next(one.primary for one in propositions if one.group_id == group) for group in named]
    return proposition_gaps(
        intents,
        list(propositions),
        standing,
        evidence or {},
        sentences=sentences,
        secrets=secrets,
        barriers=exit_barriers(propositions, standing),
    )


def answers(*rows, groups=GROUPS):
    """Responses of customer, competitor, ours and theirs on delivery, remark."""
    columns = ["customer_id", "competitor", "driver_delivery", "competitor_delivery", "verbatim"]
    survey = pd.DataFrame([dict(zip(columns, row, strict=True)) for row in rows], columns=columns)
    return survey_answers(survey, groups, start="2026-01-01", end="2027-01-01")


KNOWN = Evidence(("delivery",), ("Delivery",), "Northgate", "above", "rep", ("Quick delivery.",))
