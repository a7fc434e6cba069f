"""What `wallet_inputs` gives, for tests: by hand, and drawn from a law that the test knows."""

from __future__ import annotations

import numpy as np
import pandas as pd

PLAIN = {"group_id": "all", "scaled": False, "order_days": 4.0, "breadth": 2.0, "all_order_days": 8.0, "pace": 4.0}


def told(*rows: tuple, **columns: object) -> pd.DataFrame:
    """Inputs from (customer, revenue of the year, wallet or None); all else is alike unless given."""
    table = pd.DataFrame(rows, columns=["customer_id", "year_revenue", "wallet"])
    table = table.astype({"customer_id": "str", "year_revenue": float, "wallet": float}).assign(**(PLAIN | columns))
    table["wallet_revenue"] = table["year_revenue"].where(table["wallet"].notna())
    table["order_value"] = table["year_revenue"] / table["order_days"]
    return table


def drawn(customers: int = 400, known: int = 200, seed: int = 3) -> pd.DataFrame:
    """Inputs of customers in two groups with `true_wallet`; the known are rather those who buy much from us.

    A wallet is revenue / share, with shares of about .2 in g1 and .5 in g2; sizes say something of the wallet.
    """
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, customers)
    wallet = np.exp(7 + 0.5 * group + rng.normal(size=customers))
    share = rng.beta(np.where(group == 0, 4, 8), np.where(group == 0, 16, 8))
    revenue = (wallet * share).round(2)
    wallet = wallet.round(2)
    liked = np.log(revenue) + 2 * rng.gumbel(size=customers)
    seen = np.argsort(np.argsort(-liked)) < known
    size = np.digitize(np.log(wallet) + rng.normal(size=customers), [6.5, 8])
    days = rng.poisson(6, customers) + 1.0
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:04d}" for number in range(customers)],
            "group_id": np.where(group == 0, "g1", "g2"),
            "year_revenue": revenue,
            "wallet": np.where(seen, wallet, np.nan),
            "wallet_revenue": np.where(seen, revenue, np.nan),
            "scaled": False,
            "order_days": days,
            "breadth": rng.integers(1, 5, customers).astype(float),
            "order_value": revenue / days,
            "all_order_days": 2 * days,
            "pace": days,
            "attribute__size": np.array(["small", "middle", "large"])[size],
            "true_wallet": wallet,
        }
    ).astype({"customer_id": "str", "group_id": "str", "attribute__size": "str"})
