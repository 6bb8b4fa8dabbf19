"""Draws a result of `run` as a chart. Started by compare.py; by hand: plot.py RESULT.json CHART.svg"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "lockstep"  # the same figures, the same file
import matplotlib.pyplot as plt

OURS, THEIRS = "#d1495b", "#7d8ca3"


def draw(result: dict, chart: Path) -> None:
    """A panel per workload: samples a second of each peer, with its slowest and fastest round."""
    workloads = result["workloads"]
    figure, panels = plt.subplots(
        1, len(workloads), figsize=(4.2 * len(workloads), 3.6), squeeze=False,
        layout="constrained")
    for panel, (workload, peers) in zip(panels[0], workloads.items()):
        measured = [(name, row) for name, row in peers.items() if "problem" not in row]
        measured.sort(key=lambda item: item[1]["samplesPerSecond"])
        names = [name for name, _ in measured]
        medians = [row["samplesPerSecond"] for _, row in measured]
        rates = [
            [m["samplesPerSecond"] for m in result["measurements"][workload][name]]
            for name in names
        ]
        spread = [
            [middle - min(found) for middle, found in zip(medians, rates)],
            [max(found) - middle for middle, found in zip(medians, rates)],
        ]
        colors = [OURS if name.startswith("lockstep") else THEIRS for name in names]
        panel.barh(names, medians, xerr=spread, color=colors, ecolor="#333333")
        panel.set_title(workload)
        panel.set_xlabel("samples/s")
        panel.spines[["top", "right"]].set_visible(False)
        panel.ticklabel_format(axis="x", style="plain")
        panel.locator_params(axis="x", nbins=4)
        panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    machine = result["machine"]
    figure.suptitle(f"{machine['processor']}, {machine['cores']} cores", fontsize=10)
    figure.savefig(chart, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
