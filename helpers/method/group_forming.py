"""Forming the groups: what the customers' behaviour would make, and the groups by the way in that is in force.

Three ways in: by all behaviour, by recency, frequency and money, or by rules that people write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.group_before import GroupsBefore, drift
from helpers.method.group_clusters import Centres, assign, centres_table, fit_centres, frozen_centres
from helpers.method.group_evidence import Reality, choose_clusters, confidence, groups_are_real
from helpers.method.group_features import group_features, standing, telling_channel
from helpers.method.group_identity import (
    Identity,
    decided_anchors,
    default_names,
    identify,
    identity_words,
    kept_identity,
    proposed_anchors,
)
from helpers.method.group_members import customer_groups
from helpers.method.group_profiles import group_behaviour
from helpers.method.group_scale import Scale, feature_scale, scaled
from helpers.method.group_tree import COLUMNS, group_rules, tree_rules
from helpers.method.rfm import DEFAULT_GROUPS, rfm_cuts, rfm_scores, rfm_values
from helpers.method.rule_columns import RuleColumn, rule_columns
from helpers.method.rules import UNGROUPED, first_match, read_rules
from helpers.method.share import ALL

BEHAVIOUR, RFM, RULES = "behaviour", "rfm", "rules"
NO_CENTRES = centres_table(Centres(Scale((), (), (), (), ()), np.zeros((0, 0))), [])


@dataclass(frozen=True)
class Behaviour:
    """What groups by behaviour would rest on, whatever way in is in force.

    `k` is the number of groups that the rule proposes, None where none is allowed; `evidence` the table by k;
    `reality` the test at k.
    """

    features: pd.DataFrame
    scale: Scale
    scale_said: pd.DataFrame
    k: int | None
    evidence: pd.DataFrame
    reality: Reality

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways in that are possible for this client."""
        return (BEHAVIOUR, RFM, RULES) if self.k is not None else (RFM, RULES)

    @property
    def proposal(self) -> str:
        """The way in that the rule proposes."""
        return BEHAVIOUR if self.reality.real else RFM

    @property
    def because(self) -> str:
        """Why, in words."""
        if self.reality.real:
            return "Groups by behaviour come back in other samples, more surely than in a cloud without groups."
        return f"{self.reality.why_not} So groups are tiers of a continuum, and plain scores serve as well."


@dataclass(frozen=True)
class Formed:
    """The groups in force. `real` tells that they are groups by behaviour that came back; else they are tiers or rules.

    `evidence` marks the number in force; `centres` is empty where groups are not by behaviour; `unmatched` are words of
    rules that nobody has, `idle` the groups whose decided rule takes nobody. `kept` tells that customers were assigned
    to the groups of the version before, which were not formed anew.
    """

    way_in: str
    real: bool
    reality: Reality
    customer_groups: pd.DataFrame
    behaviour: pd.DataFrame
    rules: pd.DataFrame
    evidence: pd.DataFrame
    centres: pd.DataFrame
    cuts: pd.DataFrame
    identity: Identity
    anchors: dict[str, list[str]]
    descriptions: dict[str, str]
    unmatched: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    kept: bool = False

    @property
    def proposal(self) -> dict[str, dict]:
        """The names and anchors to decide on: those in force, anchors proposed where nobody named any."""
        formed = self.customer_groups.drop_duplicates("group_id").set_index("group_id")["group_name"]
        rules = self.rules.set_index("group_id")["expression"] if self.way_in != BEHAVIOUR else {}
        ids = self.rules["group_id"]
        return {
            group: {"name": formed[group]}
            | ({"anchors": self.anchors[group]} if self.anchors.get(group) else {})
            | ({"rule": rules[group]} if group in rules else {})
            for group in ids
        }

    @property
    def because(self) -> str:
        """Why these names are proposed, in words."""
        changed = identity_words(self.identity)
        if changed:
            return f"Against what was decided, {changed}"
        if self.way_in == BEHAVIOUR:
            return "Named after what sets each group apart; the anchors are the customers nearest to its centre."
        return "The first rule that holds for a customer names its group."

    @property
    def scopes(self) -> list[str]:
        """Where a number of groups is asked for: for all where groups by behaviour are formed, else nowhere."""
        return [ALL] if self.way_in == BEHAVIOUR and not self.kept else []


def behaviour_found(
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    customer_channel: pd.DataFrame,
    *,
    as_of: object,
    kept: GroupsBefore | None = None,
) -> Behaviour:
    """What the customers' behaviour of the last twelve months says: how many groups, and whether there are any.

    Parameters
    ----------
    customer_summary, customer_days, customer_quarter, customer_channel : DataFrame
    as_of : date
    kept : GroupsBefore, optional
        Groups of an earlier version that customers are assigned to; their centres name the channel that counts.

    Returns
    -------
    Behaviour
    """
    channel = (kept and kept.channel) or telling_channel(customer_channel, end=as_of)
    bought = (customer_days, customer_quarter, customer_channel)
    features = _features(customer_summary, *bought, as_of=as_of, channel=channel)
    scale, said = feature_scale(features, channel)
    points = scaled(features, scale)
    revenue = _revenue(customer_summary).reindex(features["customer_id"]).fillna(0.0).to_numpy()
    k, evidence = choose_clusters(points, revenue)
    reality = groups_are_real(points, k) if k else _too_unsure(len(features), evidence)
    return Behaviour(features, scale, said, k, evidence, reality)


def drift_of(
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    customer_channel: pd.DataFrame,
    *,
    as_of: object,
    before: GroupsBefore | None,
) -> float:
    """How far groups formed anew would agree with those of the version before, whichever are in force.

    As `group_before.drift`, on what customers did in the last twelve months, measured as it was then.
    """
    if before is None or not before.keeps(BEHAVIOUR):
        return float("nan")
    bought = (customer_days, customer_quarter, customer_channel)
    return drift(_features(customer_summary, *bought, as_of=as_of, channel=before.channel), before)


def _features(
    customer_summary: pd.DataFrame, *bought: pd.DataFrame, as_of: object, channel: str | None
) -> pd.DataFrame:
    """The features of active customers."""
    features = group_features(*bought, end=as_of, channel=channel)
    # who is not active in the window by the summary has no group; the twelve months lie inside it or make it
    active = customer_summary.loc[customer_summary["status"] == "active", "customer_id"]
    return features[features["customer_id"].isin(active)].reset_index(drop=True)


def form_groups(
    found: Behaviour,
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    customers: pd.DataFrame | None,
    *,
    as_of: object,
    way_in: str,
    count: float | None = None,
    decided: Mapping[str, Mapping] | None = None,
    kept: GroupsBefore | None = None,
) -> Formed:
    """The groups by a way in, with their lasting ids and names.

    Parameters
    ----------
    found : Behaviour, from `behaviour_found`
    customer_summary, customer_days : DataFrame
    customers : DataFrame as delivered, or None
        Rules may name its columns too.
    as_of : date
    way_in : str
        behaviour, rfm or rules.
    count : int, optional
        Groups by behaviour; without it as many as the rule proposes.
    decided : mapping of group_id to its row, optional
        name, anchors, description and rule, as in the decision `all.groups`.
    kept : GroupsBefore, optional
        Groups of an earlier version: customers are assigned to its centres, or scored by its cuts, where it was of the
        same way in. Ids are those of that version then, and names where nobody has decided others.

    Returns
    -------
    Formed

    Raises
    ------
    StepInputError
        If the way in is not possible for this client, or a rule cannot be used.
    """
    stands = standing(customer_summary, customer_days, as_of=as_of)
    revenue, decided = _revenue(customer_summary), {str(group): row for group, row in (decided or {}).items()}
    values = rfm_values(customer_summary, as_of=as_of)
    kept = kept if kept and kept.keeps(way_in) else None
    cuts = kept.cuts if kept and way_in == RFM else rfm_cuts(values)
    asked = _asked(customer_summary, found.features, rfm_scores(values, cuts), customers)
    identity, centres, reality, unmatched, idle = Identity({}), NO_CENTRES, found.reality, (), ()
    names = kept.names if kept else {}
    names = names | {group: str(row["name"]) for group, row in decided.items() if row.get("name")}
    if way_in == BEHAVIOUR:
        made, ids = frozen_centres(kept.centres) if kept else (None, None)
        k = made.k if made else _count(found, count)
        scale = made.scale if made else found.scale
        reality = reality if k == found.k and not kept else groups_are_real(scaled(found.features, scale), k)
        made = made or fit_centres(found.features, scale, k)
        identity, assigned, centres = _clusters(found.features, made, revenue, decided_anchors(decided), ids)
    else:
        rows = decided if any(row.get("rule") for row in decided.values()) else {}
        written, rows = tuple(rows), rows or (dict(DEFAULT_GROUPS) if way_in == RFM else {})
        names = {group: str(row.get("name") or group) for group, row in rows.items()} if rows else names
        asked = asked[asked["recency_score"].notna()] if way_in == RFM else asked
        assigned, expressions, unmatched = _by_rules(asked, rows)
        idle = tuple(group for group in written if group not in set(assigned["group_id"]))
    groups = customer_groups(stands, assigned, _all_named(assigned, names), way_in=way_in)
    behaviour = group_behaviour(found.features, groups, customer_summary)
    if way_in == BEHAVIOUR:
        nameless = [group for group in identity.ids.values() if group not in names]
        given = _all_named(assigned, default_names(behaviour, nameless) | names)
        groups = customer_groups(stands, assigned, given, way_in=way_in)
        behaviour["group_name"] = behaviour["group_id"].map(given).fillna(behaviour["group_name"]).astype("str")
        mine = found.features.merge(assigned[["customer_id", "group_id"]], on="customer_id")
        tree = tree_rules(mine, mine["group_id"], found.scale.names)
        rules = group_rules(tree.expressions, list(COLUMNS), mine, groups, fidelity=tree.fidelity)
    else:
        rules = group_rules(expressions, _columns(asked), asked, groups, fidelity=1.0)
    proposed = proposed_anchors(groups) if way_in == BEHAVIOUR else {}
    return Formed(
        way_in=way_in,
        real=way_in == BEHAVIOUR and reality.real,
        reality=reality,
        customer_groups=groups,
        behaviour=behaviour,
        rules=rules,
        evidence=_marked(found.evidence, reality.k if way_in == BEHAVIOUR else found.k),
        centres=centres,
        cuts=cuts,
        identity=identity,
        anchors=proposed | {group: ids for group, ids in decided_anchors(decided).items() if ids},
        descriptions={group: str(row["description"]) for group, row in decided.items() if row.get("description")},
        unmatched=unmatched,
        idle=idle,
        kept=kept is not None,
    )


def _clusters(
    features: pd.DataFrame,
    made: Centres,
    revenue: pd.Series,
    anchors: Mapping[str, list[str]],
    kept: list[str] | None = None,
) -> tuple[Identity, pd.DataFrame, pd.DataFrame]:
    """Who is in which cluster, by lasting ids: those that were kept with the centres, else those of the anchors."""
    near = assign(features, made)
    labels = near.set_index("customer_id")["label"].astype("int64")
    identity = kept_identity(labels, kept, anchors) if kept else identify(labels, revenue, anchors)
    ids = kept or [identity.ids.get(label, f"g{label + 1}") for label in range(made.k)]
    named = dict(enumerate(ids))
    assigned = pd.DataFrame(
        {
            "customer_id": near["customer_id"],
            "group_id": near["label"].map(named).astype("str"),
            "distance": near["distance"],
            "second_group_id": near["second_label"].map(named).astype("str"),
            "confidence": confidence(scaled(features, made.scale), made.points),
        }
    )
    centres = centres_table(made, ids)
    return identity, assigned, centres.sort_values("group_id", key=lambda ids: ids.str[1:].astype(int), kind="stable")


def _by_rules(asked: pd.DataFrame, rows: Mapping[str, Mapping]) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...]]:
    """Who is in which group by the first rule that holds, the rules, and words in them that nobody has."""
    rules = read_rules({group: row.get("rule") or "" for group, row in rows.items()}, _columns(asked))
    labels = first_match(asked, rules)
    placed = pd.DataFrame({"customer_id": asked["customer_id"], "group_id": labels})
    absent = [f'{column} "{word}"' for rule in rules.values() for column, word in rule.absent_words(asked)]
    expressions = {group: rule.text for group, rule in rules.items()}
    return placed[placed["group_id"] != UNGROUPED].reset_index(drop=True), expressions, tuple(dict.fromkeys(absent))


def _asked(customer_summary: pd.DataFrame, *others: pd.DataFrame | None) -> pd.DataFrame:
    """Each active customer with all that a rule may name: the summary, the features, scores and what was delivered."""
    active = customer_summary[customer_summary["status"] == "active"].sort_values("customer_id", ignore_index=True)
    table = active.drop(columns="status")
    for other in others:
        if other is not None:
            known = [name for name in other if name != "customer_id" and name in table]
            table = table.merge(other.drop(columns=known), on="customer_id", how="left")
    return table


def _columns(asked: pd.DataFrame) -> list[RuleColumn]:
    """Its columns, the features under their titles."""
    titled = {column.name: column for column in COLUMNS}
    return [titled.get(column.name, column) for column in rule_columns(asked)]


def _count(found: Behaviour, count: float | None) -> int:
    k = int(count) if count else found.k
    if k is None or k not in set(found.evidence["k"]):
        possible = listed([str(one) for one in found.evidence["k"]]) or "no number of"
        raise StepInputError(
            f"Groups by behaviour: {len(found.features)} customers carry {possible} groups. "
            "Decide another all.group_count, or rfm or rules for all.way_in."
        )
    return k


def _all_named(assigned: pd.DataFrame, names: Mapping[str, str]) -> dict[str, str]:
    return {group: group for group in assigned["group_id"].unique()} | dict(names)


def _marked(evidence: pd.DataFrame, k: int | None) -> pd.DataFrame:
    """The evidence with its band and the number in force."""
    chosen = evidence["k"] == (k or 0)
    low, high = (evidence["agreement"] + sign * evidence["agreement_error"] for sign in (-1, 1))
    return evidence.assign(
        agreement_low=low,
        agreement_high=high.clip(upper=1.0),
        chosen=chosen,
        chosen_label=np.where(chosen, "in force", ""),
    )


def _revenue(customer_summary: pd.DataFrame) -> pd.Series:
    return customer_summary.set_index("customer_id")["revenue"].astype(float)


def _too_unsure(customers: int, evidence: pd.DataFrame) -> Reality:
    """Where no number of groups is allowed."""
    why = f"{customers} customers came back in the last 12 months; that is too few to tell groups."
    if len(evidence):
        why = "In each number of groups one is too small to be led by itself."
    return Reality(0, False, float("nan"), float("nan"), why)
