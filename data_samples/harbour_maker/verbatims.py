"""What do customers say in their own words, and which of them let slip a secret?

A secret is something about the customer's own work that no rival knows and an offer can be built on (Osing). Most
remarks hold none: they praise or complain as the ratings do, or say next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.opinions import DRIVERS
from harbour_maker.survey import Survey
from harbour_maker.world import draws

REMARKS = 0.60  # part of the responses with a remark
SECRETS_EACH = 3.1 / 320  # remarks that hold one secret, per response


@dataclass(frozen=True)
class Secret:
    """What only customers of one group know: key, group, what it means in our words, how they put it."""

    key: str
    group: str
    what: str
    words: tuple[str, ...]


SECRETS = (
    Secret(
        "lift_day_kits",
        "yards",
        "A boat out of the water costs them berth money every day, so they pack parts by boat the evening before.",
        (
            "Every night before a lift one of my people repacks your boxes into one crate per boat.",
            "A hull on the hard costs us by the day, so the evening before we sort everything by boat name ourselves.",
            "We lose an hour each lift morning picking our parts for that boat out of your mixed pallets.",
            "If it came as one crate per hull, the lad who sorts deliveries the night before could go home.",
        ),
    ),
    Secret(
        "winter_quotes",
        "yards",
        "They fix refit prices with owners in October, months before they buy the parts.",
        (
            "We promise owners their refit price in October and only learn yours in February.",
            "My winter quotes go out in autumn; whatever your list does after that comes out of my pocket.",
            "The refit is sold in October. I would sign for the whole winter then if the prices held.",
            "Between quoting in autumn and buying in spring I carry the price risk alone.",
        ),
    ),
    Secret(
        "evening_orders",
        "workshops",
        "Mechanics order by phone from under the engine in the evening and guess part numbers from the old part.",
        (
            "Half our orders are typed on a phone at eight in the evening with oily thumbs and the old part in hand.",
            "The boys photograph the worn part and guess the number; every third guess comes back to you.",
            "Nobody here sits at a desk. We order lying under an engine after hours.",
            "We read part numbers off what is left of the old part, in the evening, by torch.",
        ),
    ),
    Secret(
        "second_van",
        "workshops",
        "What arrives after ten waits until tomorrow, because jobs are handed out at half past nine.",
        (
            "Jobs are given out at half past nine. A parcel at ten may as well come the next day.",
            "If the van is here by nine we finish the engine that day, otherwise it stands another night.",
            "Your late van suits nobody here: by ten everyone is on another job.",
            "I keep a customer's boat one day longer each time the parts miss our half past nine meeting.",
        ),
    ),
    Secret(
        "inspection_papers",
        "fleets",
        "Before each inspection someone spends days collecting certificates for parts bought from all suppliers.",
        (
            "Before an inspection our office spends three days hunting certificates for what you delivered.",
            "The surveyor wants the paper for every extinguisher and we go through a year of delivery notes.",
            "What I dread is not the repair, it is finding the certificate when the inspector stands on deck.",
            "Two of us collect certificates for a week each spring, from all suppliers, yours included.",
        ),
    ),
    Secret(
        "same_spares_aboard",
        "fleets",
        "Skippers keep a private stock of spares on board, because the office cannot see what each vessel carries.",
        (
            "Each skipper hides spares in his own locker, so we buy the same impeller five times.",
            "The office has no idea what is on board. We order to be safe, and so does the crew.",
            "At refit we found eleven of the same filter on one ferry and none on the other.",
            "Our crews hoard. If somebody counted what each vessel carries, we would buy less and more wisely.",
        ),
    ),
    Secret(
        "counter_compare",
        "chandlers",
        "Their customers look up our web shop at their counter, so our public price caps theirs.",
        (
            "Customers hold your web shop under my nose at my own counter.",
            "People see your price on their phone while they stand at my till, and then I have to match it.",
            "I sell against the price you show to everybody. Half my discount goes straight through.",
            "The first thing a berth holder does at my counter is look up what you ask for it.",
        ),
    ),
    Secret(
        "club_treasurer",
        "owners",
        "One member orders for twenty and then splits the bill by hand, so ordering depends on one volunteer.",
        (
            "I order for twenty boats and spend Sunday splitting your invoice by member.",
            "The treasurer divides each bill by hand; when he is ill nobody in the club orders.",
            "We would order twice as often if the invoice came per boat and not per club.",
            "One of us collects what everybody needs. The day she stops, so does the ordering.",
        ),
    ),
)

GOOD = {
    "price": ("Fair prices.", "Good value for what we get.", "Prices are all right.", "Not cheap, but fair."),
    "availability": ("You nearly always have it.", "Things are in stock when needed.", "Hardly ever out of stock."),
    "delivery": (
        "Deliveries are on time.",
        "The driver is a good man.",
        "There when you say.",
        "Quick delivery.",
    ),
    "advice": ("Your people know boats.", "The advice on the phone is worth a lot.", "Good help with the wiring."),
    "range": ("Wide choice.", "One stop for nearly everything.", "The catalogue has what we need."),
    "quality": ("Parts last.", "Good quality, few surprises.", "We trust what you sell."),
    "ordering": ("Ordering is easy.", "The web shop works for us.", "Placing an order takes a minute."),
    "complaints": (
        "What was wrong you put right.",
        "A return was sorted out at once.",
        "Claims are quick.",
    ),
}
BAD = {
    "price": (
        "Too dear.",
        "Northgate is cheaper on most things.",
        "Your prices went up again.",
        "Rope costs a fortune.",
    ),
    "availability": ("Back orders, again.", "Out of stock when the season starts.", "Half the order came later."),
    "delivery": (
        "The van was late twice this month.",
        "Delivered to the wrong gate.",
        "Delivery is a lottery.",
    ),
    "advice": ("Nobody knew which pump fits.", "New staff on the phone, no idea of boats.", "Poor advice."),
    "range": ("The range is thin on electrics.", "I buy paint elsewhere, you have too little.", "Small choice."),
    "quality": ("Two shackles bent in one summer.", "The cheap hoses crack.", "Quality is not what it was."),
    "ordering": ("The web shop lost my basket.", "I have to phone because the site is slow.", "Ordering is tedious."),
    "complaints": ("Still waiting for the credit note.", "Nobody calls back.", "A claim takes weeks with you."),
}
PLAIN = (
    "All fine.",
    "Nothing to add.",
    "Keep it up.",
    "No comment.",
    "ok",
    "Same as last time.",
    "Works for us.",
    "We are content on the whole.",
    "See you at the boat show.",
    "Ask me again after the season.",
)
# what people really type: pages and sheets must show it as text
ODD = (
    'Delivery was "on time" - <b>three days late</b>; otherwise fine & dandy.',
    "Great team \N{THUMBS UP SIGN}\N{SAILBOAT} merci beaucoup, à bientôt!",
    "=good prices; bad hold music, 'Ship to Shore' for 20 minutes...",
)


def verbatims(survey: Survey, seed: int) -> tuple[pd.Series, pd.DataFrame]:
    """The remarks, and where the secrets are.

    Returns
    -------
    remarks : Series, one per response in the order of the table; missing where nothing was written
    secrets : DataFrame, one row per remark that holds one: key, group, respondent_id
    """
    random = draws(seed, "verbatims")
    table, latent = survey.table, survey.latent
    ratings = table[[f"driver_{name}" for name in DRIVERS]].to_numpy(dtype=float, na_value=np.nan)
    open_rows = np.flatnonzero(random.random(len(table)) < REMARKS)
    remarks = pd.Series(None, index=table.index, dtype=object)
    for row in open_rows:
        remarks[row] = _ordinary(ratings[row], random)
    free = [row for row in open_rows if not latent["straight_liner"].iat[row]]
    found = []
    for secret in SECRETS:
        own = [row for row in free if latent["group"].iat[row] == secret.group]
        wanted = max(1, round(SECRETS_EACH * len(table)))
        for place, row in enumerate(random.permutation(own)[:wanted]):
            said = secret.words[place % len(secret.words)]
            remarks[row] = _around(said, _ordinary(ratings[row], random), random)
            free.remove(row)
            found.append({"key": secret.key, "group": secret.group, "respondent_id": latent["respondent_id"].iat[row]})
    for row, words in zip(random.permutation(free), ODD, strict=False):
        remarks[row] = words
    return remarks, pd.DataFrame(found, columns=["key", "group", "respondent_id"])


def _ordinary(ratings: np.ndarray, random: np.random.Generator) -> str:
    """One to three short sentences that fit the ratings given; of equal ones any may be meant."""
    said = []
    if random.random() < 0.25 or np.isnan(ratings).all():
        said.append(str(random.choice(PLAIN)))
    else:
        shaken = ratings + random.uniform(0, 0.1, len(ratings))
        best, worst = np.nanargmax(shaken), np.nanargmin(shaken)
        if ratings[best] >= 7:
            said.append(str(random.choice(GOOD[DRIVERS[best]])))
        if ratings[worst] <= 6 and random.random() < 0.7:
            said.append(str(random.choice(BAD[DRIVERS[worst]])))
    if not said or random.random() < 0.15:
        said.append(str(random.choice(PLAIN)))
    return " ".join(said)


def _around(secret: str, ordinary: str, random: np.random.Generator) -> str:
    """A secret among other words: before, after, or by itself."""
    return str(random.choice((f"{ordinary} {secret}", f"{secret} {ordinary}", secret), p=(0.4, 0.3, 0.3)))
