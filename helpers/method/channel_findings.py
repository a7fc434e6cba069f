"""What step 11 says of contacts and channels: where the chain breaks, what is left of a sale, and what contradicts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check, Finding
from helpers.errors import listed
from helpers.method.channel_choice import SEEN, STEADY
from helpers.method.channel_consistency import FEW, NO_WEIGHT, SURE
from helpers.method.finding_values import (
    capital,
    count_value,
    group_value,
    inside_sentence,
    left_open_in,
    number_value,
    share_value,
    text_value,
)
from helpers.method.group_members import BESIDE
from helpers.method.group_named import NO_GROUP
from helpers.method.money import HALF_A_CENT
from helpers.method.share import ALL
from helpers.method.tactic_gaps import ROLE_MEANS


def channel_findings(channel_consistency: pd.DataFrame, channel_choice: pd.DataFrame) -> list[Finding]:
    """The findings on contacts and channels, each only where there is something to say.

    Returns
    -------
    list of Finding
        11.weakest_function, the function that breaks the chain of most groups; 11.weakest_link.<group_id>, its contact
        and what it costs; 11.channels, what is left of a sale; 11.channel_moves; 11.channel_contradictions;
        11.channel_losses, channels that lose money and on which nobody decided
    """
    links = channel_consistency[channel_consistency["weakest"] & (channel_consistency["group_id"] != NO_GROUP)]
    found = [_function(links)]
    found += [_link(group, own) for group, own in links.groupby("group_id", sort=False)]
    formed = channel_choice[~channel_choice["group_id"].isin([ALL, NO_GROUP, *BESIDE])]
    found += [_left(channel_choice), _moves(formed), _contradictions(channel_choice), _losses(formed)]
    return [one for one in found if one is not None]


def _function(links: pd.DataFrame) -> Finding | None:
    """The function with the weakest link of most groups."""
    groups = links["group_id"].nunique()
    if groups < 2:
        return None
    counts = links.drop_duplicates(["group_id", "business_function"])["business_function"].value_counts()
    names = sorted(counts[counts == counts.max()].index)
    values = {"functions": text_value(listed(names)), "groups": count_value(int(counts.max()))}
    values["all"] = count_value(groups)
    verb = "is" if len(names) == 1 else "are each"
    text = f"{{functions:text}} {verb} the weakest link in {{groups:count}} of {{all:count}} groups."
    if counts.max() == groups:
        values.pop("groups")
        text = f"{{functions:text}} {verb} the weakest link in all {{all:count}} groups."
    values["functions"] = text_value(capital(listed(names)))
    return _contact_finding("11.weakest_function", text, values, links)


def _link(group: str, own: pd.DataFrame) -> Finding:
    """The weakest contact of a group, or the contacts that tie for it."""
    row = own.iloc[0]
    values = {
        "group": group_value(group),
        "contact": text_value(listed(own["touchpoint"].tolist())),
        "gap": number_value(row["gap"]),
        "best": text_value(row["best_function"]),
        "cost": number_value(row["cost"]),
    }
    if len(own) > 1:
        text = "For {group:group} {contact:text} are equally weak links: each costs {cost:number} points of the rating."
        values = {name: values[name] for name in ("group", "contact", "cost")}
    else:
        sure = pd.notna(row["weakest_chance"]) and row["weakest_chance"] >= SURE
        text = (
            f"For {{group:group}} the weakest link is {'' if sure else 'probably '}{{contact:text}}: {{gap:number}} "
            "points below what {best:text} does, it takes {cost:number} points off the group's rating."
        )
    return _contact_finding(f"11.weakest_link.{group}", text, values, own)


def _contact_finding(name: str, text: str, values: dict, rows: pd.DataFrame) -> Finding:
    known = rows["responses"].notna().all()
    n = int(rows["responses"].sum()) if known else None
    return Finding(
        id=name, text=text, values=values, n=n, n_of="response", evidence="measured", table="channel_consistency"
    )


def _left(channel_choice: pd.DataFrame) -> Finding | None:
    """Of all customers: the channel through which most is left of a sale, and the one through which least is."""
    rows = channel_choice[(channel_choice["group_id"] == ALL) & (channel_choice["part_of_revenue"] >= SEEN)]
    rows = rows.dropna(subset=["result_rate"])
    if len(rows) < 2 or rows["result_rate"].nunique() < 2:
        return None
    most, least = rows.loc[rows["result_rate"].idxmax()], rows.loc[rows["result_rate"].idxmin()]
    values = {
        "best": text_value(most["channel"]),
        "much": share_value(most["result_rate"]),
        "worst": text_value(least["channel"]),
        "little": share_value(least["result_rate"]),
    }
    text = (
        "Of a sale through {best:text} {much:pct1} is left after cost to serve, of one through {worst:text} "
        "{little:pct1}."
    )
    n = int(rows["customers"].max())
    return Finding(
        id="11.channels", text=text, values=values, n=n, smallest=int(rows["customers"].min()), evidence="modelled",
        table="channel_choice",
    )  # fmt: skip


def _moves(formed: pd.DataFrame) -> Finding | None:
    """The channel whose part of a group's revenue moved most, of those that surely did."""
    rows = formed[~formed["trend"].isin([STEADY, ""]) & formed["trend"].notna()]
    if rows.empty:
        return None
    row = rows.loc[rows["change"].abs().idxmax()]
    values = {
        "group": group_value(row["group_id"]),
        "channel": text_value(row["channel"]),
        "before": share_value(row["part_before"]),
        "now": share_value(row["part_now"]),
    }
    text = (
        "Of the revenue from {group:group} {before:pct} came through {channel:text} in the first half of the window, "
        "{now:pct} in the second."
    )
    return Finding(
        id="11.channel_moves", text=text, values=values, n=int(row["customers"]), evidence="measured",
        table="channel_choice",
    )  # fmt: skip


def _contradictions(channel_choice: pd.DataFrame) -> Finding | None:
    """How many of the decided roles the data speak against, and what they hold against the largest ones."""
    decided = channel_choice[(channel_choice["role"] != "") & (channel_choice["group_id"] != ALL)]
    if decided.empty:
        decided = channel_choice[channel_choice["role"] != ""]
    against = decided[decided["contradiction"] != ""]
    if against.empty:
        return None
    row = against.sort_values("part_of_revenue", ascending=False, kind="stable").iloc[0]
    values = {"roles": count_value(len(decided)), "against": count_value(len(against))}
    values |= {"group": group_value(row["group_id"]), "why": text_value(inside_sentence(row["contradiction"]))}
    values["channel"] = text_value(row["channel"] if len(decided) == 1 or len(against) > 1 else capital(row["channel"]))
    says = f"{{channel:text}} is to {ROLE_MEANS[row['role']]} for {{group:group}}, but {{why:text}}"
    text = f"Something speaks against {{against:count}} of {{roles:count}} roles that people gave channels. {says}"
    if len(decided) == 1:
        values = {name: value for name, value in values.items() if name not in ("roles", "against")}
        text = f"Something speaks against the one role that people gave a channel, that {says}"
    elif len(against) == 1:
        del values["against"]
        text = text.replace("{against:count}", "one")
    else:
        text = text.replace("channels. ", "channels. The largest: ")
    return Finding(
        id="11.channel_contradictions", text=text, values=values, n=len(decided), n_of="row", evidence="modelled",
        table="channel_choice",
    )  # fmt: skip


def _losses(formed: pd.DataFrame) -> Finding | None:
    """Channels that lose money in a group, and that nobody decided on."""
    rows = formed[(formed["role"] == "") & (formed["contradiction"] != "")]
    if rows.empty:
        return None
    worst = rows.loc[rows["result"].idxmin()]
    own = rows[rows["group_id"] == worst["group_id"]]
    values = {"group": group_value(worst["group_id"]), "channels": text_value(listed(own["channel"].tolist()))}
    text = "What {group:group} order through {channels:text} loses money after cost to serve, and nobody decided on it."
    if rows["group_id"].nunique() > 1:
        values["groups"] = count_value(rows["group_id"].nunique())
        text = (
            "In {groups:count} groups a channel loses money after cost to serve, and nobody decided on it: most with "
            "{group:group}, through {channels:text}."
        )
    return Finding(
        id="11.channel_losses", text=text, values=values, n=int(rows["customers"].sum()),
        smallest=int(rows["customers"].min()), evidence="modelled", table="channel_choice",
    )  # fmt: skip


def channel_checks(channel_choice: pd.DataFrame, revenue: float, gone: Sequence[str] = ()) -> list[Check]:
    """Whether the channels add up, and whether the decision on them names a group that is not there any more.

    Parameters
    ----------
    channel_choice : DataFrame
    revenue : float
        Of all customers in the window, as customer_summary has it.
    gone : list of str, from `channel_choice.gone_groups`
    """
    found = float(channel_choice.loc[channel_choice["group_id"] == ALL, "revenue"].sum())
    words = "The channels' revenue adds up to that of all customers in the window."
    ties = abs(found - revenue) < HALF_A_CENT
    verdict = "pass" if ties else "fail"
    return [
        Check(
            id="11.channel_revenue", sentence=words, found=round(found, 2), expected=round(float(revenue), 2),
            tolerance=HALF_A_CENT, verdict=verdict,
        ),
        *_all_there(gone),
    ]  # fmt: skip


def _all_there(gone: Sequence[str]) -> list[Check]:
    """Flagged with the groups that are not there; what was decided for them counts for nobody."""
    if not gone:
        return []
    words = (
        "Each group that channel_choice of decisions/11_align_tactics.yaml names is one of ours; other rows are left "
    )
    words += "out."
    expected = "ids or names of step 03"
    return [
        Check(id="11.channel_groups", sentence=words, found=listed(list(gone), 30), expected=expected, verdict="flag")
    ]


def channel_assumptions(channel_consistency: pd.DataFrame, channel_choice: pd.DataFrame) -> list[Assumption]:
    """What was used that the data did not supply."""
    found = []
    if channel_consistency["score_low"].notna().any():
        text = "Ratings of a contact lie as far apart as the ratings of drivers in the survey."
        found.append(Assumption(id="11.rating_spread", text=text, value="as in the survey"))
    if channel_choice["cost_to_serve"].notna().any():
        text = "A customer's cost to serve falls on its channels as its orders do."
        found.append(Assumption(id="11.channel_cost", text=text, value="by orders"))
    return found


def channel_cannot_say(
    channel_consistency: pd.DataFrame, channel_choice: pd.DataFrame, unknown: Sequence[str] = ()
) -> list[CannotSay]:
    """What stays open about contacts and channels.

    Parameters
    ----------
    channel_consistency, channel_choice : DataFrame
    unknown : list of str, from `channel_consistency.unknown_groups`
    """
    gaps: list[CannotSay] = []
    gap = left_open_in(gaps)
    chain = "Where does the chain of contacts break?"
    if channel_consistency.empty:
        gap(chain, "No contact was rated.", "touchpoints.")
    elif channel_consistency["score_low"].isna().all():
        gap(
            "How sure is it which contact is the weakest?", "How far ratings lie apart is not known.",
            "touchpoints: responses, and a survey with ratings of drivers.",
        )  # fmt: skip
    few = channel_consistency[channel_consistency["why_not"] == FEW]
    if len(few):
        gap(
            f"Is {listed(few['touchpoint'].drop_duplicates().tolist())} a weak link?",
            "Fewer than ten answered.", "touchpoints with ten responses or more in each group.",
        )  # fmt: skip
    if (channel_consistency["why_not"] == NO_WEIGHT).any():
        gap("Which contact costs most?", "Nobody said how much each matters.", "touchpoints: importance.")
    if unknown:
        gap(
            f"What do contacts mean for {listed(list(unknown))}?", "The table touchpoints names groups we do not have.",
            "touchpoints: customer_group with the ids or names of step 03.",
        )  # fmt: skip
    if channel_choice.empty:
        return gaps
    if channel_choice["channel"].nunique() < 2:
        gap("Which channel serves which group best?", "There is one channel.", "transactions: channel.")
    elif channel_choice["gross_margin"].isna().any():
        gap("What is left of a sale through each channel?", "A line has no cost.", "transactions: cost_of_goods.")
    elif channel_choice["cost_to_serve"].isna().all():
        gap(
            "What is left of a sale through each channel?", "Cost to serve is not known.",
            "service_events and activity_costs.",
        )  # fmt: skip
    return gaps
