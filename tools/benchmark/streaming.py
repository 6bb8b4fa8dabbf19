#!/usr/bin/env python3
"""How fast Lockstep streams HDF5 files that do not fit its memory, against h5py, PyTorch's DataLoader
over h5py, and a memory copy, all measured in turn on the same files.

usage: tools/benchmark/streaming.py [--rounds 5] [--seconds 5] [--gigabytes 8] [--folder DIR]
                                    [--output FILE.json]

Needs a release build of `Streaming` and `lockstep`, a Python with h5py, NumPy and PyTorch, and as
many gigabytes of disk and of free memory as --gigabytes says, and two more. README.md has what is measured.
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

import h5py
import numpy as np

import compare
import harness

HERE = Path(__file__).resolve().parent
BATCH = 256
CHUNK_ROWS = 256
WIDTH = 784
ROW_BYTES = 4 * WIDTH
BUDGET = 400 << 20


def pixels() -> np.ndarray:
    """The images of Fashion-MNIST as float32, without the last that fill no chunk."""
    images = harness.read_idx("train-images-idx3").reshape(-1, WIDTH)
    return images[: len(images) // CHUNK_ROWS * CHUNK_ROWS].astype(np.float32) / 255


def write(path: Path, rows: int, storage: str) -> None:
    """Writes `rows` images, over and over the same, with labels and row numbers: contiguous, in plain
    chunks, or in chunks with shuffle and gzip 4, which are compressed once and stored again and
    again."""
    images = pixels()
    rows -= rows % CHUNK_ROWS
    with h5py.File(path, "w") as file:
        options = {"contiguous": {}, "chunks": {"chunks": (CHUNK_ROWS, WIDTH)}}.get(
            storage, {"chunks": (CHUNK_ROWS, WIDTH), "shuffle": True, "compression": "gzip"})
        features = file.create_dataset("train/features", (rows, WIDTH), "f4", **options)
        first = min(rows, len(images))
        features[:first] = images[:first]
        for start in range(first, rows, CHUNK_ROWS):
            if storage == "gzip":
                mask, chunk = features.id.read_direct_chunk((start % first, 0))
                features.id.write_direct_chunk((start, 0), chunk, mask)
            else:
                features[start:start + CHUNK_ROWS] = images[start % first:][:CHUNK_ROWS]
        file["train/targets"] = (np.arange(rows) % 10).astype("u1")
        file["train/row"] = np.arange(rows)


def result_of(command: list) -> dict:
    """What a process prints as JSON."""
    done = subprocess.run(list(map(str, command)), cwd=HERE, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return json.loads(done.stdout)


class Bench:
    """Measures one thing after another, over and over, so that what the machine does besides meets
    all of them."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.results: dict[str, dict[str, list[dict]]] = {}

    def stream(self, file: Path, order: str, decoders: int) -> list:
        return [self.options.streaming, file, order, BATCH, decoders, BUDGET]

    def peer(self, file: Path, mode: str) -> list:
        return [
            sys.executable, "-m", "peers.h5py_rows", mode, file, BATCH, self.options.seconds]

    def interleave(self, section: str, commands: dict[str, list]) -> None:
        results = self.results[section] = {name: [] for name in commands}
        for number in range(1, self.options.rounds + 1):
            for name, command in commands.items():
                harness.warm_memory()
                result = result_of(command)
                results[name].append(result | {"loadAverage": round(os.getloadavg()[0], 2)})
                rate = result.get("megabytesPerSecond") or result["samplesPerSecond"]
                compare.say(
                    f"{section}, round {number} of {self.options.rounds}: {name} {rate:,.1f}")

    def median(self, section: str, name: str, key: str = "megabytesPerSecond") -> float:
        return statistics.median(result[key] for result in self.results[section][name])


def train(lockstep: str, data: Path, budget: str, epochs: int) -> list:
    """W1 on Fashion-MNIST as `convert` stores it: bytes, gzip."""
    run = data.parent / "run"
    workload = harness.WORKLOADS["W1"]
    hidden = ",".join(map(str, workload.sizes[1:-1]))
    return [
        lockstep, "train", "--data", data, "--output", run, "--force", "--hidden", hidden,
        "--batch-size", workload.batch, "--epochs", epochs, "--shuffle", "window",
        "--memory-budget", budget, "--json"]


def measure(bench: Bench, folder: Path) -> dict:
    """All sections; their ratios."""
    options = bench.options
    rows = int(options.gigabytes * 1e9) // ROW_BYTES
    small = min(rows, 10**9 // ROW_BYTES)
    gzip, plain, chunks, large = (folder / f"{name}.h5" for name in (
        "gzip", "contiguous", "chunks", "large"))
    write(gzip, small, "gzip")
    bench.interleave("decoding", {
        "h5py": bench.peer(gzip, "h5py"),
        "lockstep, 1 core": ["taskset", "--cpu-list", "0", *bench.stream(gzip, "none", 1)],
        "lockstep, 2 cores": bench.stream(gzip, "none", 2),
    })
    gzip.unlink()

    write(plain, small, "contiguous")
    write(chunks, small, "chunks")
    bench.interleave("not compressed", {
        "memory copy": bench.peer(plain, "copy"),
        "lockstep, contiguous": bench.stream(plain, "none", 2),
        "lockstep, chunks": bench.stream(chunks, "none", 2),
    })
    chunks.unlink()
    plain.unlink()

    write(plain, rows, "contiguous")
    bench.interleave("shuffled, contiguous", {
        "DataLoader, random rows": bench.peer(plain, "random"),
        "lockstep": bench.stream(plain, "window", 2),
    })
    plain.unlink()

    write(large, rows, "gzip")
    bench.interleave("shuffled, gzip", {
        "DataLoader, random rows": bench.peer(large, "random"),
        "DataLoader, in order": bench.peer(large, "in-order"),
        "lockstep": bench.stream(large, "window", 2),
    })
    large.unlink()

    fashion = folder / "fashion.h5"
    sources = [
        harness.FASHION_MNIST / f"train-{part}-ubyte.gz" for part in ("images-idx3", "labels-idx1")]
    subprocess.run(
        [options.lockstep, "convert", "--output", fashion, "--compression", "gzip:4", "--train", *sources],
        check=True, capture_output=True)
    bench.interleave("training W1", {
        "from memory": train(options.lockstep, fashion, "1G", options.epochs),
        "from the file": train(options.lockstep, fashion, "44M", options.epochs),
    })
    return ratios(bench)


def ratios(bench: Bench) -> dict:
    median = bench.median
    stream = bench.results["shuffled, gzip"]["lockstep"]
    ours, plain = median("shuffled, gzip", "lockstep"), median("shuffled, contiguous", "lockstep")
    copy = median("not compressed", "memory copy")
    both = median("decoding", "lockstep, 2 cores")
    return {
        "decoding: 2 cores to h5py in order": both / median("decoding", "h5py"),
        "decoding: 2 cores to 1": both / median("decoding", "lockstep, 1 core"),
        "contiguous to a memory copy": median("not compressed", "lockstep, contiguous") / copy,
        "plain chunks to a memory copy": median("not compressed", "lockstep, chunks") / copy,
        "shuffled gzip to DataLoader, random rows":
            ours / median("shuffled, gzip", "DataLoader, random rows"),
        "shuffled gzip to DataLoader, in order":
            ours / median("shuffled, gzip", "DataLoader, in order"),
        "shuffled contiguous to DataLoader, random rows":
            plain / median("shuffled, contiguous", "DataLoader, random rows"),
        "shuffled gzip: peak resident bytes": max(run["peakResidentBytes"] for run in stream),
        "shuffled gzip: every row once": all(run["everyRowOnce"] for run in stream),
        "training W1: from the file to from memory":
            median("training W1", "from the file", "samplesPerSecond")
            / median("training W1", "from memory", "samplesPerSecond"),
    }


def main() -> None:
    release = harness.REPOSITORY / ".build/release"
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--streaming", default=release / "Streaming")
    parser.add_argument("--lockstep", default=release / "lockstep")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each peer")
    parser.add_argument("--gigabytes", type=float, default=8.0, help="of the large file, decoded")
    parser.add_argument("--epochs", type=int, default=10, help="of training")
    parser.add_argument("--folder", help="where to write files; by default a folder in TMPDIR")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    bench = Bench(options)
    facts = compare.machine() | {"niceLevel": os.nice(0)}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = measure(bench, Path(folder))
    for name, value in found.items():
        print(f"{name:50}{value if isinstance(value, bool) else f'{value:14,.2f}'}")
    if options.output:
        result = {
            "machine": facts, "loadAverageAtTheEnd": os.getloadavg()[0], "rounds": options.rounds,
            "gigabytes": options.gigabytes, "chunkRows": CHUNK_ROWS, "batch": BATCH,
            "ratios": found, "measurements": bench.results,
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
        }
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
