"""Make the data file of the sample client cdnow from the PyPI package lifetimes (MIT).

    python make_cdnow.py FOLDER [--wheel PATH]

writes FOLDER/data/orders.csv: the 6,919 purchases of 2,357 customers of an online music shop, 1 January 1997 to 30 June
1998. client.yaml and the README of the sample are written by hand and never touched.

The package's file has no headings and columns of fixed width: number in the full list, number in the sample, day, CDs,
dollars. The headings here are ours; the number in the full list is left out; not a digit is changed. `lifetimes` itself
is not needed and not maintained any more: only its data file is read.
"""

import argparse
import csv
from pathlib import Path

from package_wheel import opened_wheel

REQUIREMENT = "lifetimes==0.11.3"
WHEEL_SHA256 = "261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8"
MEMBER = "lifetimes/datasets/CDNOW_sample.txt"
HEADINGS = ("customer_no", "order_day", "cds", "dollars")


def make(folder, wheel=None):
    """Write orders.csv into `folder`/data, in the order of the source, and return its number of rows."""
    with opened_wheel(REQUIREMENT, WHEEL_SHA256, wheel) as archive:
        lines = archive.read(MEMBER).decode("ascii").split("\n")
    rows = [line.split()[1:] for line in lines if line.strip()]
    data = Path(folder) / "data"
    data.mkdir(parents=True, exist_ok=True)
    with (data / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADINGS)
        writer.writerows(rows)
    return len(rows)


def main():
    """Read the command line, make the file and print what was written."""
    parser = argparse.ArgumentParser(description="Make the data file of the sample client cdnow.")
    parser.add_argument("folder", type=Path, help="the client folder; the file is written into its subfolder data")
    parser.add_argument("--wheel", type=Path, help=f"the wheel of {REQUIREMENT}; downloaded with pip when not given")
    arguments = parser.parse_args()
    print(f"orders.csv: {make(arguments.folder, arguments.wheel):,} rows")


if __name__ == "__main__":
    main()
