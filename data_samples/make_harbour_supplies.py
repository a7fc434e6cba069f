"""Make the sample client harbour_supplies: a whole client folder, and the truth that was planted in it.

    python make_harbour_supplies.py FOLDER [--seed N] [--customers N] [--without movers] [--without groups]

writes client.yaml, README.md, LICENSE-DATA, data/, decisions/, truth.yaml and truth_customers.csv into FOLDER. The
same seed and number of customers give the same bytes; another seed gives another Harbour, with other numbers and the
same story. Files of other names are left alone.

--without makes a world in which there is nothing to find: nobody moves toward the best group, or there are no groups
but one continuum of customers. It is for checking that nothing is found.

Needs numpy, pandas, scipy and scikit-learn. `harbour_maker` is the generator, one question a module; it imports nothing
of the kit, so that truth is not computed by what it judges.
"""

import argparse
from pathlib import Path

SEED, CUSTOMERS = 1, 900
FEWEST, MOST = 200, 20_000  # customers; with fewer, groups and survey are too small for the planted facts


def seed(text):
    """A seed from the command line."""
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f'"{text}" is no seed; expected a whole number from 0 to 999999999')
    return int(text)


def customers(text):
    """A number of customers from the command line."""
    if not text.isdecimal() or not FEWEST <= int(text) <= MOST:
        words = f'"{text}" is no number of customers; expected one from {FEWEST} to {MOST:,}'
        raise argparse.ArgumentTypeError(words)
    return int(text)


def main():
    """Read the command line, make the folder and print what was written."""
    parser = argparse.ArgumentParser(description="Make the sample client harbour_supplies, with its truth.")
    parser.add_argument("folder", type=Path, help="the client folder; it is made where it is not there")
    parser.add_argument("--seed", type=seed, default=SEED, help=f"another one makes another Harbour (default {SEED})")
    parser.add_argument("--customers", type=customers, default=CUSTOMERS, help=f"how many (default {CUSTOMERS})")
    parser.add_argument(
        "--without", choices=("movers", "groups"), action="append", default=[], help="what not to plant"
    )
    asked = parser.parse_args()

    # after the command line: they take a second, and whoever asks for --help should not wait
    from harbour_maker.build import build
    from harbour_maker.truth import truth
    from harbour_maker.writing import write

    harbour = build(
        asked.seed, asked.customers, movers="movers" not in asked.without, groups="groups" not in asked.without
    )
    for name, rows in write(harbour, truth(harbour), asked.folder).items():
        print(f"{name}: {rows:,} rows")


if __name__ == "__main__":
    main()
