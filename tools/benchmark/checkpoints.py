#!/usr/bin/env python3
"""What a checkpoint of 100 million parameters with Adam (1.2 GB) costs: how long training waits for
it, against a memory copy of that size, and how fast it is written, against a plain file.

usage: tools/benchmark/checkpoints.py [--binary LOCKSTEP] [--units 9900] [--folder DIR]
"""

import argparse
import ctypes
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ROUNDS = 5


def copy_seconds(size: int) -> float:
    """One thread's memcpy between two buffers that are in memory already."""
    source, target = (ctypes.create_string_buffer(size) for _ in range(2))
    ctypes.memset(source, 1, size)
    ctypes.memmove(target, source, size)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        ctypes.memmove(target, source, size)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def write_seconds(folder: str, size: int) -> float:
    """A plain sequential write of `size` bytes, and fsync."""
    block = memoryview(os.urandom(8 << 20))
    path = f"{folder}/plain"
    start = time.perf_counter()
    with open(path, "wb", buffering=0) as file:
        for offset in range(0, size, len(block)):
            file.write(block[: size - offset])
        os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    os.unlink(path)
    return seconds


def checkpoint_cost(binary: str, folder: str, units: int) -> dict:
    """Trains two steps, each with a checkpoint of its own."""
    run = f"{folder}/run"
    subprocess.run(["rm", "-rf", run], check=True)
    output = subprocess.run(
        [binary, "train", "--data", REPOSITORY / "Datasets/digits.h5", "--output", run, "--json",
         "--hidden", f"{units},{units}", "--batch-size", "719", "--epochs", "1", "--shards", "2",
         "--checkpoint-every", "1", "--keep", "1"],
        check=True, capture_output=True, text=True).stdout
    result = json.loads(output)
    result["bytes"] = Path(result["checkpoint"]).stat().st_size
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/lockstep"))
    parser.add_argument("--units", type=int, default=9900)
    parser.add_argument("--folder", help="where to write; by default a folder in TMPDIR")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        plain, written, blocked, copied = [], [], [], []
        for _ in range(3):
            result = checkpoint_cost(arguments.binary, folder, arguments.units)
            size, cost = result["bytes"], result["checkpoints"]
            plain.append(write_seconds(folder, size))
            written.append(cost["writeSeconds"] / cost["written"])
            blocked.append(cost["copySeconds"] / cost["written"])
            copied.append(copy_seconds(size))
    plain_s, written_s, blocked_s, copied_s = map(
        statistics.median, (plain, written, blocked, copied))
    print(f"a checkpoint of {size / 1e9:.2f} GB, medians of {len(plain)} rounds")
    print(f"  training is blocked  {blocked_s * 1e3:6.0f} ms, {blocked_s / copied_s:.2f} x the "
          f"{copied_s * 1e3:.0f} ms of a memory copy")
    print(f"  writing reaches      {size / written_s / 1e6:6.0f} MB/s, {plain_s / written_s:.0%} of "
          f"the {size / plain_s / 1e6:.0f} MB/s of a plain write and fsync")


if __name__ == "__main__":
    main()
