"""How long a million order lines take to come in: `python tests/benchmarks/intake.py [LINES]`. Medians of three.

Wall and CPU seconds on the machine at hand; the number to hold is about 15 s of CPU for a million lines.
"""

import random
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from helpers.client.folder import open_client
from helpers.client.intake import take_in

CONFIG = """client: Benchmark
currency: EUR
as_of: 2026-01-01
tables:
  transactions:
    file: data/orders.csv
    columns: {order_id: "Order No", customer_id: Cust, date: Date, revenue: Net, quantity: Qty, list_revenue: List}
    date_format: "%d/%m/%Y"
"""


def write_orders(path: Path, lines: int) -> None:
    """Random order lines of two years, 20,000 customers and 30 categories."""
    draw = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("Order No,Cust,Date,Net,Category,Product,Qty,List\n")
        for number in range(lines):
            day, cents = date(2024, 1, 1) + timedelta(days=draw.randrange(730)), draw.randrange(100, 100_000)
            file.write(
                f"SO{number // 3},C{draw.randrange(20_000):05d},{day:%d/%m/%Y},{cents / 100:.2f},"
                f"Cat {draw.randrange(30)},P{draw.randrange(2_000)},{draw.randrange(1, 20)},{cents / 80:.2f}\n"
            )


def main(lines: int) -> None:
    """Take the same file in three times and print the medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "client.yaml").write_text(CONFIG, encoding="utf-8")
        write_orders(folder / "data" / "orders.csv", lines)
        wall, cpu = [], []
        for _ in range(3):
            started, used = time.perf_counter(), time.process_time()
            take_in(open_client(folder), folder / "tables")
            wall.append(time.perf_counter() - started)
            cpu.append(time.process_time() - used)
        print(f"{lines:,} lines: {statistics.median(wall):.1f} s wall, {statistics.median(cpu):.1f} s CPU")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
