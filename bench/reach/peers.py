"""Finds the nearest facility of five kinds for every node of the made-up city with pandana and scipy, after our own runner.

usage: peers.py
Needs: pip install pandana scipy. Our runner has to be built: cargo build --release -p bench-reach.
Prints a table of seconds of CPU on one core (medians of three runs; building once) and their ratio to ours, and by how much the answers
differ at most. pandana answers within a greatest distance, here 100 km, and gives distances only where we also say whose they are.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[threads] = "1"

import numpy  # noqa: E402
import pandana  # noqa: E402
import pandas  # noqa: E402
import scipy.sparse  # noqa: E402
import scipy.sparse.csgraph  # noqa: E402

RUNS = 3
FARTHEST_M = 100_000


def measured(work, runs=RUNS):
    times = []
    for _ in range(runs):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return statistics.median(times), result


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    runner = os.environ.get("BENCH_REACH", os.path.join(root, "target", "release", "bench-reach"))
    with tempfile.TemporaryDirectory() as folder:
        lines = subprocess.run([runner, "--csv", folder], check=True, capture_output=True, text=True).stdout.splitlines()
        nodes, edges, facilities, ours = (
            pandas.read_csv(os.path.join(folder, f"{name}.csv")) for name in ("nodes", "edges", "facilities", "ours")
        )
    nodes = nodes.set_index("id")
    kinds = sorted(facilities["kind"].unique())
    expected = [ours[ours["kind"] == kind].set_index("id")["m"].reindex(nodes.index).to_numpy() for kind in kinds]
    at = {kind: facilities[facilities["kind"] == kind]["node"].to_numpy() for kind in kinds}

    building, network = measured(
        lambda: pandana.Network(nodes["x"], nodes["y"], edges["from"], edges["to"], edges[["m"]], twoway=True), runs=1
    )

    def by_pandana():
        found = []
        for kind in kinds:
            network.set_pois(str(kind), FARTHEST_M, 1, nodes["x"].loc[at[kind]], nodes["y"].loc[at[kind]])
            found.append(network.nearest_pois(FARTHEST_M, str(kind), num_pois=1)[1].reindex(nodes.index).to_numpy())
        return found

    place = pandas.Series(numpy.arange(len(nodes)), index=nodes.index)
    graph = scipy.sparse.csr_array(
        (edges["m"], (place.loc[edges["from"]], place.loc[edges["to"]])), shape=(len(nodes), len(nodes))
    )

    def by_scipy():
        return [
            scipy.sparse.csgraph.dijkstra(graph, directed=False, indices=place.loc[at[kind]].to_numpy(), min_only=True)
            for kind in kinds
        ]

    rows = {}
    for name, work in (("pandana", by_pandana), ("scipy", by_scipy)):
        seconds, found = measured(work)
        off = max(float(numpy.abs(one - other).max()) for one, other in zip(found, expected, strict=True))
        rows[name] = (seconds, off)
    for line in lines:
        print(line)
    own = next(json.loads(line)["p50_s"] for line in lines if "read for every node" in line)
    print(f"{len(nodes)} nodes, {len(kinds)} kinds; ours {own:.4f} s; pandana builds in {building:.2f} s")
    for name, (seconds, off) in rows.items():
        print(f"{name}: {seconds:.3f} s of CPU, {seconds / own:.0f} x ours, answers differ by at most {off:.3f} m")


if __name__ == "__main__":
    main()
