"""How long a form takes: from a changed number to the sentence that says what moves, and from Save to the file.

    python tests/benchmarks/forms.py [CUSTOMERS]

Generated measures for 10,000 customers by default; medians of 20 moves and 20 saves, in one process.
Aim: under 300 ms a move. Nothing is asserted: how fast a machine is, a test cannot know.
"""

import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from helpers.ask.form import Form, Question  # noqa: E402
from helpers.client.result_model import DecisionUsed  # noqa: E402
from helpers.method import rating, rating_measures, rating_what_if  # noqa: E402
from helpers.show.audience import audience_for  # noqa: E402
from helpers.show.sentences import say  # noqa: E402
from helpers.steps import find_step  # noqa: E402

MOVES = 20


def generated(customers):
    """Measures of that many customers, each drawn on its own, some unknown."""
    draw = np.random.default_rng(6)
    table = pd.DataFrame({"customer_id": [f"C{number}" for number in range(customers)]})
    for measure in rating_measures.MEASURES:
        values = draw.lognormal(0, 1, customers)
        table[measure.name] = np.where(draw.random(customers) < 0.05, np.nan, values)
    return table


def form_for(name, preview, folder):
    """The form of a judgement of step 02 on the method's own proposal."""
    step, audience = find_step("02"), audience_for("working", "EUR", {})
    choice = step.choice(name)
    value = dict(rating.DEFAULT_WEIGHTS if name == "weights" else rating.DEFAULT_CUTS)
    used = DecisionUsed(id=f"02.all.{name}", state="proposed", proposed=value, value=value)
    sentence = lambda value: say(preview(value), audience)  # noqa: E731
    return Form(Question(folder, step, choice, used, preview=sentence, today=lambda: date(2026, 11, 23)))


def timed(action):
    """Milliseconds of wall time."""
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


def main():
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    measures = generated(customers)
    counted = rating_measures.measure_table(measures, rating.family_weights())
    cuts = rating.rating_cuts()
    rated = rating.rate(measures, counted, cuts=cuts, draws=1)
    previews = {
        "weights": rating_what_if.if_weights(measures, rated, cuts=cuts, min_known=0.6),
        "cuts": rating_what_if.if_cuts(rated),
    }
    rest = {"friction": 15, "advocacy": 10}
    values = {
        "weights": lambda move: {"worth": 35 + move, "trend": 15 - move / 2, "engagement": 25 - move / 2, **rest},
        "cuts": lambda move: {"A": 65 + move, "B": 50 + move / 2, "C": 35},
    }
    print(f"{customers:,} customers, medians of {MOVES}")
    with tempfile.TemporaryDirectory() as scratch:
        for name, preview in previews.items():
            form = form_for(name, preview, Path(scratch))
            moves = [timed(lambda move=move, form=form, name=name: form.field.show(values[name](move / 2)))
                     for move in range(MOVES)]  # fmt: skip
            form._by.value, form._reason.value = "Ana", "It fits."
            saves = [timed(form.save) for _ in range(MOVES)]
            print(f"  {name:<8} a move {statistics.median(moves):6.1f} ms   a save {statistics.median(saves):6.1f} ms")


if __name__ == "__main__":
    main()
