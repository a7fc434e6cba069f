"""What does the business want? The table goals, and what each asks of the portfolio."""

from __future__ import annotations

import pandas as pd

from harbour_maker.world import AS_OF, WINDOW_START

EARN, TIES, TOLD, WORTH, LOSSES, NAME = (
    "Earn more on what we sell",
    "Tie more of our customers to us",
    "Be recommended by those we serve well",
    "Raise the worth of our customer base",
    "Stop losing money on small accounts",
    "Be the first name a skipper thinks of",
)
PORTFOLIO_GOALS = {
    EARN: "value_tiers",
    TIES: "relationship_types",
    TOLD: "advocates",
    WORTH: "customer_equity",
    LOSSES: "value_tiers",
    NAME: "none",
}


def goals(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The table goals: five that a measure covers, with today's figure from the books, and one that none does."""
    recent = tables["transactions"].loc[lambda lines: lines["date"] >= AS_OF - pd.DateOffset(months=12)]
    revenue = float(recent["revenue"].sum())
    spent = float(tables["spend"]["amount"].sum())
    margin = 100 * ((revenue - float(recent["cost_of_goods"].sum()) - spent) / revenue)
    bought = recent["customer_id"].dropna().unique()
    customers = tables["customers"].set_index("customer_id")
    tied = 100 * float((customers.loc[bought, "relationship_type"] != "transactional").mean())
    said = tables["survey"]["recommend"].dropna()
    promoters = 100 * float((said >= 9).mean() - (said <= 6).mean())
    orders = tables["transactions"].loc[lambda lines: lines["date"] >= WINDOW_START].dropna(subset="customer_id")
    small = orders[orders["revenue"] > 0].groupby("order_id")["revenue"].sum()
    small = 100 * float((small < 60).mean())
    rows = [
        (
            EARN,
            "Operating margin before rent and administration, percent",
            round(margin, 1),
            round(margin + 3.0, 1),
            "2028-12-31",
        ),
        (
            TIES,
            "Buyers with a contract or as preferred customers, percent",
            round(tied, 1),
            round(tied + 8),
            "2028-06-30",
        ),
        (TOLD, "Net Promoter Score", round(promoters), round(promoters + 12), "2027-12-31"),
        (WORTH, "Customer equity, change in percent", 0, 15, "2028-12-31"),
        (LOSSES, "Orders under 60 EUR, percent of all", round(small, 1), round(small * 0.6, 1), "2027-12-31"),
        (NAME, "No measure yet", None, None, None),
    ]
    return pd.DataFrame(rows, columns=["goal", "measure", "baseline", "target", "by_date"])


def goals_truth() -> dict[str, dict]:
    """Which portfolio goal each business goal stands for."""
    return {
        "portfolio_goals": {
            "what": "What each business goal asks of the portfolio; one is covered by no measure.",
            "value": PORTFOLIO_GOALS,
        },
        "goal_without_measure": {"what": "The goal that nobody can tell to be reached.", "value": NAME},
    }
