#!/usr/bin/env python3
"""Whether a small shuffle window learns from data that are sorted by class: Fashion-MNIST, sorted, in
chunks of 128 KiB, streamed through windows of several sizes, against the same rows fully shuffled.
Test accuracy after two epochs of 784-128-10 in batches of 64, the mean of several seeds, and whether
`lockstep train` warned.

usage: tools/benchmark/sorted.py [--binary LOCKSTEP] [--seeds 5] [--output FILE.json]

Needs a Python with h5py and NumPy. Exit status 1 where a window that is not warned of is more than a
point worse than a full shuffle.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

import harness

# Rows of a chunk of 128 KiB, by the type of the features.
CHUNK_ROWS = {"float32": (128 << 10) // (4 * 784), "uint8": (128 << 10) // 784}
TENTH = 60_000 // 10
# The type, rows of a block, blocks in the window; none for a full shuffle of a shuffled file.
WINDOWS = {
    "fully shuffled": ("uint8",),
    "a tenth, float32": ("float32", CHUNK_ROWS["float32"], TENTH // CHUNK_ROWS["float32"]),
    "a tenth, uint8": ("uint8", CHUNK_ROWS["uint8"], TENTH // CHUNK_ROWS["uint8"]),
    "half the default window, uint8": ("uint8", CHUNK_ROWS["uint8"], 32),
    "a tenth, uint8, in 8 blocks": ("uint8", TENTH // 8, 8),
}
POINT = 0.01


def write(folder: Path, order: str, kind: str) -> None:
    with h5py.File(folder / f"{order}-{kind}.h5", "w") as file:
        for split, name in ("train", "train"), ("test", "t10k"):
            images = harness.read_idx(f"{name}-images-idx3")
            labels = harness.read_idx(f"{name}-labels-idx1")
            if order == "sorted":
                rows = np.argsort(labels, kind="stable")
            else:
                rows = np.random.default_rng(0).permutation(len(labels))
            if kind == "float32":
                images = images.astype("f4") / 255
            file.create_dataset(
                f"{split}/features", data=images[rows], chunks=(CHUNK_ROWS[kind], 28, 28),
                compression="gzip", shuffle=True)
            file[f"{split}/targets"] = labels[rows]


def train(binary: str, folder: Path, kind: str, window: list[int], seed: int) -> dict:
    shuffle = ["--shuffle", "full"]
    if window:
        shuffle = ["--shuffle", "window", "--block-rows", window[0], "--window-blocks", window[1],
                   "--memory-budget", "40M"]
    data = folder / f"{'sorted' if window else 'shuffled'}-{kind}.h5"
    command = [
        binary, "train", "--data", data, "--output", folder / "run", "--force", "--hidden", "128",
        "--batch-size", "64", "--epochs", "2", "--seed", seed, "--shards", "2", "--json", *shuffle]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    accuracy = json.loads(done.stdout)["test"]["accuracy"]
    return {"seed": seed, "accuracy": accuracy, "isWarned": "Warning: neighbouring rows" in done.stderr}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--binary", default=harness.REPOSITORY / ".build/release/lockstep")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    results: dict[str, dict] = {}
    with tempfile.TemporaryDirectory() as folder:
        for order, kind in ("sorted", "float32"), ("sorted", "uint8"), ("shuffled", "uint8"):
            write(Path(folder), order, kind)
        for name, (kind, *window) in WINDOWS.items():
            runs = [
                train(options.binary, Path(folder), kind, window, seed)
                for seed in range(options.seeds)]
            results[name] = {
                "type": kind, "blockRows and windowBlocks": window, "isWarned": all(run["isWarned"] for run in runs), "runs": runs,
                "meanAccuracy": statistics.mean(run["accuracy"] for run in runs)}
    full = results["fully shuffled"]["meanAccuracy"]
    failed = False
    for name, result in results.items():
        result["pointsBelowFullShuffle"] = 100 * (full - result["meanAccuracy"])
        failed |= not result["isWarned"] and full - result["meanAccuracy"] > POINT
        print(f"{name:30}{result['meanAccuracy']:8.2%}{result['pointsBelowFullShuffle']:8.2f} points"
              f" below{'   warned' if result['isWarned'] else ''}")
    if options.output:
        options.output.write_text(json.dumps(results, indent=1) + "\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
