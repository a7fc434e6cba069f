"""What answers a risk? The chosen tactic that acts on it, what we ask again and again, or that nothing does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

from helpers.method.finding_values import is_known
from helpers.method.strategy_groups import GroupPlan, selected_tactics, weighed_tactics
from helpers.method.strategy_material import Material, Sentence, Told, place, sentence, words

EXPOSED = "exposed"
FOR_THEM = ("serve", "keep", "evolve")  # stages in which something changes for those who are customers
PAYS_US = ("profit", "cost_to_serve_rate")  # measures of what a group leaves us
BETTER, PAY, WIN, KEEP = (
    "make us better at what they value",
    "raise what they leave us",
    "win more of what they spend",
    "keep them",
)
# what a tactic has to be meant for so that it acts on one of the uncertain numbers of step 09; on the others none can
AIMS = MappingProxyType(
    {
        "right_to_win": BETTER, "to_them": BETTER, "to_us": PAY, "lifetime": PAY, "margin_slope": PAY,
        "profitable": PAY, "customer_share": WIN, "headroom": WIN,
    }
)  # fmt: skip
READ = ("group_id", "effect_likely", "cost", "measure", "driver", "stage")  # cells by which a tactic is chosen


def acts_on(aim: str, drivers: Sequence[str]) -> Callable[[dict], bool]:
    """Whether a tactic is meant for an aim, by its driver and stage or by the measure that it is seen by.

    Parameters
    ----------
    aim : str
        One of BETTER, PAY, WIN, KEEP; any other gives a test that no tactic passes.
    drivers : sequence of str
        What the group values most. To be better at it a tactic has to serve one of these, for customers whom we have,
        and be seen by something else than what they leave us: a new price serves the driver price, and betters nothing.

    Examples
    --------
    >>> price = {"driver": "price", "stage": "serve", "measure": "profit"}
    >>> acts_on(BETTER, ["price"])(price), acts_on(PAY, ["price"])(price), acts_on("", [])(price)
    (False, True, False)
    """
    tests: dict[str, Callable[[dict], bool]] = {
        BETTER: lambda row: (
            row.get("driver") in drivers and row.get("stage") in FOR_THEM and row.get("measure") not in PAYS_US
        ),
        PAY: lambda row: row.get("measure") in PAYS_US,
        WIN: lambda row: row.get("measure") == "customer_share",
        KEEP: lambda row: row.get("stage") == "keep" or row.get("measure") == "lapse_rate",
    }
    return tests.get(aim, lambda row: False)


def answer(
    material: Material, kind: str, plan: GroupPlan, chosen: Sequence[str], quantity: str = ""
) -> tuple[Sentence, str]:
    """What is planned against a risk, and the titles of all chosen tactics that act on it.

    Parameters
    ----------
    kind : str
        Of the risk. Who is exposed has to be kept; else it is the number that most of the doubt rests on.
    quantity : str
        That number, as step 09 calls it.
    chosen : sequence of str
        The places by which the risk was chosen.

    Notes
    -----
    Of several tactics the one that is worth most after its cost, of equal ones the last by its key. Beside it stands
    what we mean to ask the group again and again, where there is such a question.
    """
    aim = KEEP if kind == EXPOSED else AIMS.get(quantity, "")
    weighed = [*weighed_tactics(material), *(one for name in READ for one in weighed_tactics(material, name)), *chosen]
    own = [row for row in selected_tactics(material) if row["group_id"] == plan.group_id]
    drivers = [row["driver"] for row in material.rows("top_needs", group_id=plan.group_id)]
    acting = [row for row in own if acts_on(aim, drivers)(row)]
    values = {"group": plan.name}
    if acting:
        text, values, trial = _tactic(material, max(acting, key=lambda row: (_after_cost(row), str(row["tactic"]))))
        weighed += trial
    elif not own:
        text = "Nothing is planned against it: step {step:text} holds no chosen tactic for {group:group}."
        values["step"] = words("11 Align the tactics", material.step_of("11"))
    elif aim:
        values["aim"] = words(aim, material.step_of("11"))
        text = "Nothing that we plan answers it: no chosen tactic for them is meant to {aim:text}."
    else:
        values["aim"] = words("No tactic can answer it; it has to be found out", material.step_of("11"))
        text = "{aim:text}."
    asked = next(iter(material.rows("learning_plan", group_id=plan.group_id)), None)
    weighed += [place("learning_plan", row, "group_id") for row in material.rows("learning_plan")]
    question = material.cell("learning_plan", asked, "question", "text")
    if question:
        more, told = _asked(material, asked, question)
        text, values = f"{text} {more}", values | told
        weighed += [place("learning_plan", asked, name) for name in ("owner", "answer", "last_answered")]
    said = sentence("risk", f"against_{kind}", text, values, evidence="judged", weighed=weighed)
    return said, "; ".join(str(row["title"]) for row in acting)


def _tactic(material: Material, row: dict) -> tuple[str, dict, list[str]]:
    """A tactic as an answer: what it is, who answers for it, when we look; and what chose these words."""
    values = {"title": material.cell("tactics", row, "title", "text")}
    owner, tried = material.cell("tactics", row, "owner", "text"), material.cell("tactics", row, "trial_on", "date")
    text, weighed = "What we do: {title:text}", []
    if owner:
        values["owner"] = owner
        text += " ({owner:text})"
    if tried:
        values["tried"] = tried
        trial = next(iter(material.rows("trial_plans", tactic=row["tactic"])), None)
        text += _look(trial)
        weighed = [place("trial_plans", trial, name) for name in ("possible", "why_not")] if trial else []
    weighed += [place("tactics", row, name) for name in ("owner", "trial_on")]
    return f"{text}.", values, weighed


def _asked(material: Material, row: dict, question: Told) -> tuple[str, dict[str, Told]]:
    """A question with what was answered last and when, and who asks it where nothing was answered yet."""
    values = {"question": question}
    answer, day = (material.cell("learning_plan", row, name, unit)
                   for name, unit in (("answer", "text"), ("last_answered", "date")))  # fmt: skip
    if answer and day:
        return "We asked: {question:text} The answer of {day:date}: {answer:text}", values | {
            "answer": answer,
            "day": day,
        }
    who = material.cell("learning_plan", row, "owner", "text")
    if who is None:
        return "We ask: {question:text}", values
    return "We ask: {question:text} ({asker:text})", values | {"asker": who}


def _after_cost(row: dict) -> float:
    """What a tactic is judged to bring after its cost; the least of all where nobody said."""
    known = is_known(row["effect_likely"]) and is_known(row["cost"])
    return float(row["effect_likely"] - row["cost"]) if known else float("-inf")


def _look(trial: dict | None) -> str:
    """When it is looked at, and whether that can be a trial with a clear answer."""
    if trial and trial["possible"] is True:
        return "; its trial is read on {tried:date}"
    if trial and not trial["why_not"]:
        return "; we look on {tried:date}, but the group is too small for a clear answer"
    return "; we look at it on {tried:date}"
