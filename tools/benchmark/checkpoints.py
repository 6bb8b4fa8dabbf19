#!/usr/bin/env python3
"""What checkpoints cost, each figure beside what it is compared with, measured in turn:

- how long training is blocked by a checkpoint of 100 million parameters with Adam (1.2 GB), against
  one thread's memory copy of that size;
- how fast it is written, against a plain sequential write and fsync of that size: when the machine
  does nothing else, and while a network is trained on all cores;
- how long training from a stream waits for data, with and without checkpoints being written all the
  time.

usage: tools/benchmark/checkpoints.py [--binary LOCKSTEP] [--rounds 3] [--units 9900] [--folder DIR]

The stream is of Fashion-MNIST (Debian's dataset-fashion-mnist, or $FASHION_MNIST); without it the
last part is left out.
"""

import argparse
import ctypes
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FASHION_MNIST = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
COPIES = 5


def copy_seconds(size: int) -> float:
    """One thread's memcpy between two buffers that are in memory already."""
    source, target = (ctypes.create_string_buffer(size) for _ in range(2))
    ctypes.memset(source, 1, size)
    ctypes.memmove(target, source, size)
    times = []
    for _ in range(COPIES):
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


class Lockstep:
    def __init__(self, binary: str, folder: str) -> None:
        self.binary, self.folder = binary, folder
        self.run = f"{folder}/run"

    def command(self, data: Path | str, *options: object) -> list[str]:
        shutil.rmtree(self.run, ignore_errors=True)
        return [self.binary, "train", "--data", str(data), "--output", self.run, "--json",
                "--shards", "2", "--keep", "1", *map(str, options)]

    def train(self, data: Path | str, *options: object) -> dict:
        """What `lockstep train` came to."""
        output = subprocess.run(
            self.command(data, *options), check=True, capture_output=True, text=True).stdout
        return json.loads(output)

    def while_training(self, data: Path, *options: object, work) -> float:
        """What `work` gives, done while a network is trained and no checkpoint is written."""
        process = subprocess.Popen(
            self.command(data, *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # The first checkpoint is there, and the history after it.
        while not os.path.exists(f"{self.run}/history.json") and process.poll() is None:
            time.sleep(0.05)
        result = work()
        assert process.poll() is None, "training ended too soon"
        process.kill()
        process.wait()
        return result


def large_checkpoints(lockstep: Lockstep, rounds: int, units: int) -> None:
    digits = REPOSITORY / "Datasets/digits.h5"
    network = ["--hidden", f"{units},{units}", "--batch-size", 719]
    names = ["blocked", "copied", "alone", "plain alone", "training", "plain training"]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        # No epochs: the first checkpoint is written, and nothing else done.
        result = lockstep.train(digits, *network, "--epochs", 0)
        size = Path(result["checkpoint"]).stat().st_size
        seconds["alone"].append(result["checkpoints"]["writeSeconds"])
        seconds["plain alone"].append(write_seconds(lockstep.folder, size))
        # Two steps: of three checkpoints two are written while a step is made.
        result = lockstep.train(
            digits, *network, "--epochs", 1, "--checkpoint-every", 1)["checkpoints"]
        seconds["blocked"].append(result["copySeconds"] / result["written"])
        seconds["copied"].append(copy_seconds(size))
        seconds["training"].append(result["writeSeconds"] / result["written"])
        seconds["plain training"].append(lockstep.while_training(
            digits, *network, "--epochs", 1, work=lambda: write_seconds(lockstep.folder, size)))
    median = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"a checkpoint of {size / 1e9:.2f} GB, medians of {rounds} rounds")
    print(f"  training is blocked      {median['blocked'] * 1e3:6.0f} ms, "
          f"{median['blocked'] / median['copied']:.2f} x the {median['copied'] * 1e3:.0f} ms of a "
          "memory copy")
    for name, words in ("alone", "writing alone"), ("training", "writing while training"):
        speed, plain = (size / median[key] / 1e6 for key in (name, f"plain {name}"))
        print(f"  {words:<23s}  {speed:6.0f} MB/s, {speed / plain:.0%} of the {plain:.0f} MB/s of a "
              "plain write and fsync")


def streaming(lockstep: Lockstep, rounds: int) -> None:
    files = {split: [FASHION_MNIST / f"{name}-{kind}-ubyte.gz"
                     for kind in ("images-idx3", "labels-idx1")]
             for split, name in (("train", "train"), ("test", "t10k"))}
    if not files["train"][0].exists():
        print("waiting for data: left out, there is no Fashion-MNIST here")
        return
    data = f"{lockstep.folder}/fashion.h5"
    subprocess.run(
        [lockstep.binary, "convert", "--output", data, "--compression", "gzip:1",
         "--train", *files["train"], "--test", *files["test"]], check=True, capture_output=True)
    seconds: dict[str, list[float]] = {"with": [], "without": []}
    share = []
    for _ in range(rounds):
        for name, every in ("with", 5), ("without", 1_000_000):
            result = lockstep.train(
                data, "--hidden", "1024,1024", "--batch-size", 128, "--epochs", 2, "--shuffle",
                "window", "--memory-budget", "24M", "--checkpoint-every", every)
            seconds[name].append(sum(epoch["secondsWaiting"] for epoch in result["history"]))
            if name == "with":
                total = sum(epoch["seconds"] for epoch in result["history"])
                cost = result["checkpoints"]
                share.append(cost["writeSeconds"] / (total + cost["waitSeconds"]))
    with_, without = (statistics.median(seconds[name]) for name in ("with", "without"))
    print(f"two epochs from a stream, medians of {rounds} rounds")
    print(f"  waiting for data         {with_:6.2f} s while a checkpoint is written "
          f"{statistics.median(share):.0%} of the time, {without:.2f} s while none is")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/lockstep"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--units", type=int, default=9900)
    parser.add_argument("--folder", help="where to write; by default a folder in TMPDIR")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        lockstep = Lockstep(arguments.binary, folder)
        large_checkpoints(lockstep, arguments.rounds, arguments.units)
        streaming(lockstep, arguments.rounds)


if __name__ == "__main__":
    main()
