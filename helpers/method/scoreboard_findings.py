"""What step 13 says: whether anything moved beyond noise, what moved customer equity, and what came of our results."""

from __future__ import annotations

import re

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.errors import listed
from helpers.method.difference import beyond_both
from helpers.method.equity_bridge import BEFORE, CAUSES, CONTRACTS, DEFINITION, MODEL, NOW
from helpers.method.expected_results import NOT_DUE
from helpers.method.finding_values import (
    capital,
    count_value,
    date_value,
    group_value,
    inside_sentence,
    money_value,
    number_value,
    share_value,
    text_value,
)
from helpers.method.results_scored import NOBODY, owner_scores
from helpers.method.score_periods import VERSION
from helpers.method.score_series import PROFIT
from helpers.method.scoreboard import DIFFERENCE, LATELY, MOVED, NAMED, PORTFOLIO
from helpers.method.share import ALL
from helpers.method.xmr import CHANCE, PERSISTENT

HOW = {"money": "money", "share": "pct1", "count": "ratio"}
WAY = {True: "better", False: "worse"}
LEAST_RESULTS = 3  # fewer of an owner say nothing of how well it promises


def scoreboard_findings(
    scoreboard: pd.DataFrame,
    score_measures: pd.DataFrame,
    equity_bridge: pd.DataFrame,
    results_scored: pd.DataFrame,
    *,
    as_of: object,
    since: object | None,
    equity: tuple[Value, Value] | None = None,
) -> list[Finding]:
    """The findings on measures, equity and results, each only where there is something to say.

    Parameters
    ----------
    scoreboard, score_measures, equity_bridge, results_scored : DataFrame, as published
    as_of : date
    since : date or None
        as_of of the earlier version; None in the first one.
    equity : (then, now), from `earlier_version.equity_then_and_now`, or None
        Customer equity with its ranges, where both count the same: whether it moved by more than they allow.

    Returns
    -------
    list of Finding
        13.answer, what came since the earlier version, or that this is the first; 13.bridge, what moved customer
        equity; 13.equity, whether it moved by more than its ranges allow; 13.measuring, what of it no customer did;
        13.scored, what came of the promises and of what is only watched, or in the first version who answers for them;
        13.owners, whose ranges held most often, and whose never or least; 13.portfolio, which measures of all customers
        moved in the last twelve months; 13.moved, how many of all did, and how many would by chance;
        13.moved.<measure>, those in the second picture; 13.limits, how many have limits; 13.persistent, measures whose
        signals come easily
    """
    limited = score_measures[score_measures["limits"] != "none"]
    lately = limited[limited["last_signal"] >= pd.Timestamp(as_of) - pd.DateOffset(months=LATELY)]
    found = [_answer(limited, lately, equity_bridge, results_scored, since, equity)]
    found += [*_bridge(equity_bridge, equity), _scored(results_scored, since), _owners(results_scored)]
    found += [_portfolio(scoreboard, limited, lately), _moved(limited, lately)]
    pictured = dict.fromkeys(scoreboard.loc[scoreboard["picture"] == MOVED, "measure"])
    found += [_one(row, scoreboard) for row in limited[limited["measure"].isin(pictured)].to_dict("records")]
    found += [_limits(len(score_measures), limited), _persistent(limited[limited["persistent"]])]
    return [one for one in found if one is not None]


def learning_findings(learning_loop: pd.DataFrame) -> list[Finding]:
    """13.learning, how many questions are due; 13.learned.<loop>, each answer of which is said what it changed."""
    if learning_loop.empty:
        return []
    states = learning_loop["state"].value_counts()
    late, never = (int(states.get(state, 0)) for state in ("overdue", "never"))
    values = {"all": count_value(len(learning_loop)), "day": date_value(learning_loop["judged_on"].iloc[0])}
    values |= {"late": count_value(late)} if late > 1 else {}
    values |= {"never": count_value(never)} if never > 1 else {}
    words = [("{late:count} were" if late > 1 else "one was" if late else "none was") + " overdue on {day:date}"]
    words += [("{never:count} were" if never > 1 else "one was") + " never answered"] if never else []
    text = f"Of {{all:count}} questions that we mean to learn from {listed(words)}."
    if len(learning_loop) == 1:
        del values["all"]
        text = "The one question that we mean to learn from was "
        text += f"{'overdue' if late else 'never answered, seen' if never else 'not overdue'} on {{day:date}}."
    kind = {"evidence": "judged", "table": "learning_loop", "n_of": "row"}
    found = [Finding(id="13.learning", text=text, values=values, n=len(learning_loop), **kind)]
    for row in learning_loop[(learning_loop["answer"] != "") & (learning_loop["changed"] != "")].to_dict("records"):
        values = {"question": text_value(row["question"]), "answer": text_value(row["answer"].rstrip("."))}
        values["changed"] = text_value(inside_sentence(row["changed"].rstrip(".")))
        text = "We asked: {question:text} We learned: {answer:text}. It changed {changed:text}."
        name = re.sub(r"[^A-Za-z0-9_]", "_", row["loop"])
        found.append(Finding(id=f"13.learned.{name}", text=text, values=values, n=1, **kind))
    return found


def _answer(limited, lately, bridge, scored, since, equity) -> Finding:
    """What there is to say in one sentence, since the earlier version or for the first time."""
    kind = {"evidence": "measured", "n_of": "row"}
    if since is None:
        text, values = "Too early to say whether it works: this is the first version.", {}
        if len(scored):
            values = {"results": count_value(len(scored)), "first": date_value(scored["by_date"].min())}
            text = "Too early to say whether it works: this is the first version, and the first of {results:count} "
            text += "results that we expect is due on {first:date}."
        return Finding(id="13.answer", text=text, values=values, n=len(scored) or None, table="results_scored", **kind)
    kind |= {"table": "score_measures", "n": len(limited)}
    values: dict[str, Value] = {"limits": count_value(len(limited)), "moved": count_value(len(lately))}
    values["since"] = date_value(since)
    words, due = [], scored[scored["due"].astype(bool) & (scored["better"] != "")]
    if len(due):
        values |= {"good": count_value(due["good"].sum()), "due": count_value(len(due))}
        words.append("{good:count} of {due:count} promised results that were due came within their range or better")
    if len(bridge):
        amounts = bridge.set_index("part")["amount"]
        change = amounts[NOW] - amounts[BEFORE]
        values |= {"change": money_value(abs(change)), "now": money_value(amounts[NOW])}
        way = "rose" if change >= 0 else "fell"
        chance = ", which its ranges allow to be no change at all," if _may_be_chance(equity) else ""
        words.append(f"customer equity {way} by {{change:money}} to {{now:money}}{chance}")
    words.append(
        "{moved:count} of the {limits:count} measures with limits moved beyond noise in the last twelve months"
    )
    text = f"Since the version of {{since:date}} {listed(words)}."
    return Finding(id="13.answer", text=text, values=values, **kind)


def _portfolio(scoreboard, limited, lately) -> Finding | None:
    """Which of the first measures moved and which did not."""
    shown = list(dict.fromkeys(scoreboard.loc[scoreboard["picture"] == PORTFOLIO, "measure"]))
    rows = limited[limited["measure"].isin(shown)]
    if rows.empty:
        return None
    moved = rows["measure"].isin(lately["measure"])
    news, noise = ([_named(name) for name in rows.loc[own, "name"]] for own in (moved, ~moved))
    values = {"news": text_value(listed(news, 9))} if news else {}
    values |= {"noise": text_value(listed(noise, 9))} if noise else {}
    text = "For all customers together {news:text} moved beyond noise in the last twelve months; "
    text += "{noise:text} did not."
    if not news:
        text = "For all customers together {noise:text} did not move beyond noise in the last twelve months."
    if not noise:
        text = "For all customers together {news:text} moved beyond noise in the last twelve months."
    kind = {"evidence": "measured", "table": "scoreboard", "n_of": "row"}
    return Finding(id="13.portfolio", text=text, values=values, n=len(rows), **kind)


def _named(name: str) -> str:
    """What a measure is called inside a sentence.

    >>> _named("lapse_rate"), _named("revenue")
    ('the part of customers who fall silent', 'revenue')
    """
    words = inside_sentence(NAMED[name][0])
    return f"the {words}" if words.startswith(("part ", "portion ", "profit of ")) else words


def _limits(measures: int, limited) -> Finding | None:
    """How many measures have limits at all."""
    if not measures:
        return None
    values = {"measures": count_value(measures), "limits": count_value(len(limited))}
    text = "{limits:count} of {measures:count} measures have limits; the others have too few points to tell news from "
    text += "noise."
    if len(limited) == 1:
        text = text.replace("{limits:count} of {measures:count} measures have", "One of {measures:count} measures has")
    if len(limited) == measures:
        text = "All {measures:count} measures have limits that tell news from noise."
    if limited.empty:
        text = "None of {measures:count} measures has points enough for limits that tell news from noise."
    if measures == 1:
        has = "has no points enough for" if limited.empty else "has"
        text = f"The one measure {has} limits that tell news from noise."
    values = {name: value for name, value in values.items() if f"{{{name}:" in text}
    kind = {"evidence": "measured", "table": "score_measures", "n_of": "row"}
    return Finding(id="13.limits", text=text, values=values, n=measures, **kind)


def _moved(limited, lately) -> Finding | None:
    """How many moved, and how many would without any change."""
    if len(limited) < 2 or lately.empty:
        return None
    values = {"moved": count_value(len(lately)), "limits": count_value(len(limited))}
    values["chance"] = number_value(round(CHANCE * len(limited), 1))
    text = "{moved:count} of {limits:count} measures moved beyond noise in the last twelve months. "
    text += "By chance alone about {chance:number} would seem to in two years."
    if (lately["name"] == PROFIT).any():
        text += " Profit is told as one quarter times four, a season and no year: the strategy counts with the mean of "
        text += "the window."
    kind = {"evidence": "measured", "table": "score_measures", "n_of": "row"}
    return Finding(id="13.moved", text=text, values=values, n=len(limited), **kind)


def _one(row: dict, scoreboard: pd.DataFrame) -> Finding:
    """What one measure says that moved: where it stands against its centre, and since when."""
    own = scoreboard[scoreboard["measure"] == row["measure"]]
    last = own[own["value"].notna()].iloc[-1]
    marked = own[own["in_signal"]].iloc[-1]
    unit, how = row["unit"], HOW[row["unit"]]
    values = {"what": text_value(_named(row["name"])), "rule": text_value(row["last_signal_name"])}
    values |= {"when": text_value(marked["label"]), "now": _value(last["value"], unit)}
    values["centre"] = _value(row["centre"], unit)
    whose = "For all customers together"
    if row["group_id"] != ALL:
        values["group"], whose = group_value(row["group_id"]), "In {group:group}"
    against = " differs from a year earlier by" if row["charted"] == DIFFERENCE else " is"
    text = f"{whose} {{what:text}}{against} {{now:{how}}}, against a centre of {{centre:{how}}}. "
    text += "Last signal, {when:text}: {rule:text}."
    if row["better"]:
        good = (marked["value"] > row["centre"]) == (row["better"] == "up")
        values["way"], text = text_value(WAY[good]), text[:-1] + ", for the {way:text}."
    name = row["measure"].replace(".", "_")
    people = int(last["customers"])
    return Finding(id=f"13.moved.{name}", text=text, values=values, n=people, evidence="measured", table="scoreboard")


def _persistent(rows: pd.DataFrame) -> Finding | None:
    """Measures whose limits are narrower than they should be."""
    if rows.empty:
        return None
    names = [f"{inside_sentence(NAMED[row['name']][0])}{_whose(row)}" for row in rows.to_dict("records")]
    values = {"names": text_value(listed(names, 3)), "alike": number_value(PERSISTENT)}
    values |= {"count": count_value(len(rows))} if len(rows) > 1 else {}
    text = (
        f"In {'{count:count} measures' if len(rows) > 1 else 'one measure'} neighbouring points are alike (correlation "
    )
    text += "above {alike:ratio}), so that limits are narrow and signals come easily: {names:text}."
    facts = {"evidence": "measured", "table": "score_measures", "n_of": "row"}
    return Finding(id="13.persistent", text=text, values=values, n=len(rows), **facts)


def _whose(row: dict) -> str:
    return f" ({row['group_name']})" if row["group_name"] else ""


def _may_be_chance(equity: tuple[Value, Value] | None) -> bool:
    """Whether customer equity moved by no more than the ranges of then and now allow; False where that is not known."""
    return equity is not None and not beyond_both(*((one.value, one.low, one.high) for one in equity))


def _bridge(bridge: pd.DataFrame, equity: tuple[Value, Value] | None) -> list[Finding]:
    """The largest part of the change of equity, what those who stayed did to it, and what is no change of customers."""
    if bridge.empty:
        return []
    amounts = bridge.set_index("part")["amount"]
    parts = bridge[~bridge["is_total"] & ~bridge["part"].isin([MODEL, DEFINITION])]
    change, measuring = amounts[NOW] - amounts[BEFORE], float(amounts.reindex([MODEL, DEFINITION]).sum())
    values = {
        "change": money_value(abs(change)),
        "before": money_value(amounts[BEFORE]),
        "now": money_value(amounts[NOW]),
    }
    way = "rose" if change >= 0 else "fell"
    text = f"Customer equity {way} by {{change:money}}, from {{before:money}} to {{now:money}}."
    if parts["amount"].any():
        most = parts.loc[parts["amount"].abs().idxmax()]
        values |= {"most": text_value(inside_sentence(most["part_name"])), "amount": money_value(most["amount"])}
        text += " What moved it most is {most:text}: {amount:money}."
    stayed = round(float(amounts.reindex([*CAUSES, CONTRACTS]).sum()), 2)
    if stayed:  # who came and who left can hide what became of all others
        values["stayed"] = money_value(abs(stayed))
        text += f" Those who stayed are worth {{stayed:money}} {'more' if stayed > 0 else 'less'} to us than then."
    people = int(bridge.loc[bridge["part"] == NOW, "customers"].iloc[0])
    kind = {"n": people, "evidence": "modelled", "table": "equity_bridge"}
    found = [Finding(id="13.bridge", text=text, values=values, **kind)]
    if equity is not None:
        text = "Customer equity was {before:money} ({before:money_range}) and is {now:money} ({now:money_range}): "
        chance = "the ranges allow that nothing has changed."
        text += chance if _may_be_chance(equity) else "more than both ranges allow."
        values = {"before": equity[0], "now": equity[1]}
        found.append(Finding(id="13.equity", text=text, values=values, **kind))
    if round(measuring, 2):
        text = (
            "{measuring:money} of that change comes from measuring and from no customer: the model was fitted anew, or "
            "margins count other costs."
        )
        found.append(Finding(id="13.measuring", text=text, values={"measuring": money_value(measuring)}, **kind))
    return found


def _scored(scored: pd.DataFrame, since: object | None) -> Finding | None:
    """How many results came as expected, better, worse, and are open; in the first version who answers for them."""
    if scored.empty:
        return None
    due = scored[scored["due"].astype(bool)]
    kind = {"evidence": "measured", "table": "results_scored", "n": len(scored), "n_of": "row"}
    text, values = _came(due)
    if since is None:
        owned = scored["owner"] != NOBODY
        values = {"all": count_value(len(scored)), "owned": count_value(owned.sum())}
        values["owners"] = count_value(scored.loc[owned, "owner"].nunique())
        text = "Of the {all:count} results that we expect {owned:count} have an owner, in all {owners:count} people."
        text = text if owned.any() else "Nobody answers yet for the {all:count} results that we expect."
        if owned.all():
            text = "Each of the {all:count} results that we expect has an owner: {owners:count} people in all."
        if values["owners"].value == 1:
            text = text.replace(": {owners:count} people in all", ", one and the same")
            text = text.replace("in all {owners:count} people", "one and the same")
        values = {name: value for name, value in values.items() if f"{{{name}:" in text}
    elif due.empty:
        text = "None of the {all:count} results that we expect is due and can be measured yet"
        values, ahead = {"all": count_value(len(scored))}, scored.loc[scored["outcome"] == NOT_DUE, "by_date"].dropna()
        values |= {"first": date_value(ahead.min())} if len(ahead) else {}
        text += "; the next is due on {first:date}." if len(ahead) else "."
    return Finding(id="13.scored", text=text, values=values, **kind)


def _came(due: pd.DataFrame) -> tuple[str, dict[str, Value]]:
    """What came of the promised results, and apart of the portions: nobody means to move those one way."""
    watched = due["better"] == ""
    promised, values, words = due[~watched], {}, []
    if len(promised):
        hit, good = (promised[name].astype(bool) for name in ("hit", "good"))
        values |= {"due": count_value(len(promised)), "better": count_value((good & ~hit).sum())}
        values |= {"worse": count_value((~good).sum())} | ({"hit": count_value(hit.sum())} if hit.any() else {})
        came = "{hit:count} came within their range" if hit.any() else "none came within its range"
        words.append(f"of {{due:count}} promised results that were due {came}, {{better:count}} better and "
                     "{worse:count} worse")  # fmt: skip
    if watched.any():
        values |= {"watched": count_value(watched.sum()), "seen": count_value(due.loc[watched, "hit"].sum())}
        words.append("of {watched:count} portions that are only watched {seen:count} came within their range")
    return f"{capital('; '.join(words))}.", values


def _owners(scored: pd.DataFrame) -> Finding | None:
    """Whose ranges held most often, and whose never or least; of equal ones the owner with more results, then by name.

    Of owners with fewer than three results none is said to be the least: only that none of their ranges held.
    """
    table = owner_scores(scored)
    table = table[table["owner"] != NOBODY].sort_values(
        ["hit_rate", "results", "owner"], ascending=[False, False, True]
    )
    if table.empty:
        return None
    best, rest = table.iloc[0], table.iloc[1:]
    values = {"best": text_value(best["owner"]), "held": count_value(best["hits"]), "due": count_value(best["results"])}
    text = "The ranges of {best:text} held {held:count} of {due:count} times"
    never, many = rest[rest["hits"] == 0], rest[rest["results"] >= LEAST_RESULTS]
    if len(table) > 1 and table["hit_rate"].nunique() == 1:
        values = {"rate": share_value(best["hit_rate"]), "owners": count_value(len(table))}
        text = "The ranges of all {owners:count} owners held alike often: {rate:pct} of those that were due"
    elif len(never):
        names = []
        for at, row in enumerate(never.to_dict("records")):
            values |= {f"never{at}": text_value(row["owner"]), f"of{at}": count_value(row["results"])}
            names.append(f"{{never{at}:text}} (none of {{of{at}:count}})")
        text += f", and those of {listed(names, 20)} never"
    elif len(many) and many.iloc[-1]["hit_rate"] < best["hit_rate"]:
        least = many.iloc[-1]
        values |= {"least": text_value(least["owner"]), "less": count_value(least["hits"])}
        values["of"] = count_value(least["results"])
        text = "The ranges of {best:text} held most often, {held:count} of {due:count} times, and those of "
        text += "{least:text} least, {less:count} of {of:count}"
    kind = {"evidence": "measured", "table": "results_scored", "n": int(table["results"].sum()), "n_of": "row"}
    return Finding(id="13.owners", text=f"{text}.", values=values, **kind)


def _value(value: float, unit: str) -> Value:
    return {"money": money_value, "share": share_value, "count": number_value}[unit](value)


def known_by_period(score_measures: pd.DataFrame) -> set[tuple[str, str]]:
    """The group and measure of all that is taken by month or quarter."""
    rows = score_measures[score_measures["period"] != VERSION]
    return set(zip(rows["group_id"], rows["name"], strict=True))
