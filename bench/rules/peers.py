"""Runs the same rules over the same made-up firms with Polars, DuckDB and OpenFisca, on one core, after our own runner.

usage: peers.py RULES.txt [FIRMS]
Needs: pip install polars duckdb pyarrow OpenFisca-Core==46.0.1 (openfisca_peer.py says how it is used). Our runner has to be built: cargo build --release -p bench-rules.
Prints a table of medians in seconds of CPU and their ratio to ours. The peers only say yes, no or null for each rule; none
of them says why, which clause failed or which fact is missing. OpenFisca keeps the answer of each clause, the others do
not. Spark is left out: it takes longer to start than all else here.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

for threads in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[threads] = "1"

import duckdb  # noqa: E402
import openfisca_peer  # noqa: E402
import polars  # noqa: E402

RUNS = 5
DECIMALS = {"revenue": 2, "assets": 2, "arrears": 2, "monthly_rent": 2, "rd_ratio": 4}
WHOLE = ["employees", "employees_before", "insured", "layoffs_12m"]
DAYS = ["founded", "last_tax_date"]
YES_NO = ["is_exporter", "is_hightech", "blacklisted"]


def measured(work):
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return statistics.median(times), result


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    rules_file = sys.argv[1]
    firms = sys.argv[2] if len(sys.argv) > 2 else "1000000"
    with open(rules_file, encoding="utf-8") as file:
        rules = [line.strip() for line in file if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        csv = os.path.join(folder, "firms.csv")
        runner = os.path.join(root, "target", "release", "bench-rules")
        lines = subprocess.run(
            [runner, rules_file, "--firms", firms, "--csv", csv], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        ours = {}
        yes = None
        for line in map(json.loads, lines):
            if "measure" in line:
                ours[line["measure"]] = line
            elif line["check"] == "owed and unknown":
                yes = line["yes"]
        types = {name: polars.Int64 for name in WHOLE}
        types |= {name: polars.Decimal(18, scale) for name, scale in DECIMALS.items()}
        types |= {name: polars.Date for name in DAYS} | {name: polars.Boolean for name in YES_NO}
        names = open(csv, encoding="utf-8").readline().strip().split(",")
        frame = polars.read_csv(
            csv, schema_overrides={name: types.get(name, polars.String) for name in names}, null_values=[""]
        )
        connection = duckdb.connect()
        connection.execute("SET threads = 1")
        connection.register("arrow_firm", frame.to_arrow())
        connection.execute("CREATE TABLE firm AS SELECT * FROM arrow_firm")

    columns = ", ".join(f"({rule}) AS r{number}" for number, rule in enumerate(rules))

    def by_polars():
        context = polars.SQLContext(firm=frame)
        return context.execute(f"SELECT {columns} FROM firm", eager=True)

    def by_duckdb():
        return connection.sql(f"SELECT {columns} FROM firm").to_arrow_table()

    def yeses(work):
        table = work()
        frame_of = table if isinstance(table, polars.DataFrame) else polars.from_arrow(table)
        return int(sum(frame_of[column].sum() or 0 for column in frame_of.columns))

    openfisca = openfisca_peer.Bench(rules, frame)
    base = ours["all rules, traced"]["p50"]
    counted = base + ours["missing facts of all rules, counted"]["p50"]
    print(f"{len(rules)} rules, {firms} firms, seconds of CPU on one core, median of {RUNS}")
    print(f"{'ours, traced':28} {base:8.3f}      1.0")
    print(f"{'ours, missing facts counted':28} {counted:8.3f} {counted / base:8.1f}")
    peers = [("Polars", by_polars, yeses), ("DuckDB", by_duckdb, yeses), ("OpenFisca", openfisca.run, lambda work: work())]
    for name, work, count in peers:
        try:
            seconds, _ = measured(work)
            found = count(work)
        except Exception as error:  # a peer that cannot run a rule is a result, too
            print(f"{name:28} {type(error).__name__}: {str(error)[:200]}")
            continue
        agrees = "agrees" if found == yes else f"differs: {found} yes, ours {yes}"
        print(f"{name:28} {seconds:8.3f} {seconds / base:8.1f}  {agrees}")
    for name, line in ours.items():
        print(f"ours: {name:38} p50 {line['p50']:.9f}  p99 {line['p99']:.9f}")


if __name__ == "__main__":
    main()
