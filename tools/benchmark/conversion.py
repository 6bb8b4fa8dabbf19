#!/usr/bin/env python3
"""How fast a CSV file of 30 columns of numbers becomes HDF5: `lockstep convert` against pandas
`read_csv` and h5py, each in a process of its own, in turn. Both write doubles, uncompressed.

usage: tools/benchmark/conversion.py [--binary LOCKSTEP] [--gigabytes 2] [--rounds 3] [--folder DIR]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import harness

REPOSITORY = Path(__file__).resolve().parents[2]
COLUMNS = 30

PANDAS = """
import sys, time
import h5py, pandas
wall, cpu = time.perf_counter(), time.process_time()
frame = pandas.read_csv(sys.argv[1])
with h5py.File(sys.argv[2], "w") as file:
    file["train/features"] = frame.iloc[:, :-1].to_numpy()
    file["train/targets"] = frame.iloc[:, -1].to_numpy()
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def write_table(path: str, size: int) -> int:
    """Normal numbers with six decimals and a class, until the file has `size` bytes."""
    generator = np.random.default_rng(0)
    pattern = ",".join(["%.6f"] * COLUMNS + ["%d"])
    rows = 0
    with open(path, "w", encoding="ascii") as file:
        file.write(",".join(f"x{column}" for column in range(COLUMNS)) + ",y\n")
        while file.tell() < size:
            block = generator.normal(size=(20_000, COLUMNS))
            classes = generator.integers(0, 2, size=len(block))
            file.write("".join(pattern % (*row, label) + "\n" for row, label in zip(block, classes)))
            rows += len(block)
    return rows


def run(command: list[str]) -> tuple[str, dict]:
    """Runs a command; what it printed, and its seconds, processor seconds and peak memory in MiB."""
    harness.warm_memory()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return output, {
        "seconds": time.perf_counter() - start, "processor": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/lockstep"))
    parser.add_argument("--gigabytes", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        table, output = f"{folder}/table.csv", f"{folder}/out.h5"
        rows = write_table(table, int(options.gigabytes * 1e9))
        convert = [options.binary, "convert", "--json", "--force", "--output", output, "--train", table,
                   "--target", "y", "--compression", "none"]
        measured: dict[str, list[dict]] = {"pandas": [], "plain": [], "default": []}
        for _ in range(options.rounds):
            text, figures = run([sys.executable, "-c", PANDAS, table, output])
            # Without the time that Python takes to start and to import.
            figures["seconds"], figures["processor"] = map(float, text.split())
            measured["pandas"].append(figures)
            for name, more in [("plain", ["--shuffle", "none", "--duplicates", "ignore"]), ("default", [])]:
                measured[name].append(run(convert + more)[1])
        medians = {
            name: {key: statistics.median(round[key] for round in rounds) for key in rounds[0]}
            for name, rounds in measured.items()
        }
        for name in ["plain", "default"]:
            for key in ["seconds", "processor"]:
                medians[name][f"{key}Ratio"] = statistics.median(
                    theirs[key] / ours[key] for theirs, ours in zip(measured["pandas"], measured[name]))
        print(json.dumps({
            "rows": rows, "bytes": Path(table).stat().st_size, "cores": os.cpu_count(),
            "load": os.getloadavg(), **medians,
        }, indent=2))


if __name__ == "__main__":
    main()
