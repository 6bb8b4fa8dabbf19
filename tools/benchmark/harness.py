"""What the peers share: the workloads, their data, and the clock.

A peer is a file in peers/ with a generator `train(workload, variant, features, labels)`. It trains
for ever, in the peer's best form: data in memory, rows shuffled by index each epoch, Adam at 1e-3,
float32, all cores. It yields `(samples, loss)` after each piece of work that is really done, with
nothing left queued. `main(train)` then measures it, and prints one line of JSON.
"""

import argparse
import gzip
import json
import mmap
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import SupportsFloat

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
FASHION_MNIST = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Workload:
    """A dense ReLU network with softmax cross-entropy, and the data it trains on."""

    sizes: tuple[int, ...]
    batch: int
    rows: int
    data: str  # "fashion-mnist" or "synthetic"

    @property
    def layers(self) -> list[tuple[int, int]]:
        return list(zip(self.sizes, self.sizes[1:]))

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches: peers that compile for a shape would pay for the ragged one."""
        return self.rows // self.batch

    @property
    def flops_per_sample(self) -> int:
        """Multiplications and additions of the matrix products of a training step: forward, weight
        gradients, and input gradients of all layers but the first."""
        weights = [inputs * outputs for inputs, outputs in self.layers]
        return 2 * (2 * sum(weights) + sum(weights[1:]))


WORKLOADS = {
    "W1": Workload((784, 512, 256, 10), batch=256, rows=60_000, data="fashion-mnist"),
    "W2": Workload((28, 64, 64, 2), batch=128, rows=600_000, data="synthetic"),
    "W4": Workload((784, 2048, 2048, 10), batch=512, rows=60_000, data="fashion-mnist"),
}


def read_idx(name: str) -> np.ndarray:
    """One IDX file of bytes, as its authors published it: a header, then the values."""
    data = gzip.decompress((FASHION_MNIST / f"{name}-ubyte.gz").read_bytes())
    rank = data[3]
    shape = np.frombuffer(data, ">i4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def synthetic(workload: Workload) -> tuple[np.ndarray, np.ndarray]:
    """Normal features, and classes that a random network of one hidden layer gives them."""
    random = np.random.default_rng(0)
    inputs, outputs = workload.sizes[0], workload.sizes[-1]
    features = random.normal(0, 1, (workload.rows, inputs)).astype(np.float32)
    hidden = np.tanh(features @ random.normal(0, 0.5, (inputs, 16)))
    return features, (hidden @ random.normal(0, 1, (16, outputs))).argmax(axis=1)


def load(workload: Workload) -> tuple[np.ndarray, np.ndarray]:
    """Features as float32 [rows, inputs], classes as int64 [rows]."""
    if workload.data == "synthetic":
        features, labels = synthetic(workload)
    else:
        features = read_idx("train-images-idx3").reshape(workload.rows, -1).astype(np.float32) / 255
        labels = read_idx("train-labels-idx1")
    return features, labels.astype(np.int64)


def cores() -> int:
    return len(os.sched_getaffinity(0))


def warm_memory() -> None:
    """Makes sure that a process which is started next is not the first to touch its memory.

    A virtual machine may give memory that was free for two seconds back to its host, and touching it
    takes ten times as long then: it is to memory what a cold page cache is to files.
    """
    # In a process of its own: Linux would count this one's peak memory as that of those it starts.
    process = multiprocessing.Process(target=use_memory)
    process.start()
    process.join()
    if process.exitcode != 0:
        sys.exit("the memory for a measurement cannot be had")


def use_memory(byte_count: int = 512 << 20) -> None:
    memory = mmap.mmap(-1, byte_count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    for place in range(0, byte_count, mmap.PAGESIZE):
        memory[place] = 1
    # The system gives back what was freed before, and then waits two seconds after this is.
    time.sleep(2.5)


Work = Generator[tuple[int, SupportsFloat], None, None]
Train = Callable[[Workload, str, np.ndarray, np.ndarray], Work]


def measure(work: Work, warm_up: float, seconds: float) -> dict:
    """Runs `work` for `warm_up` seconds, then counts its samples for `seconds` more."""
    next(work)
    first_step = seconds_since_start()
    begin = time.perf_counter()
    while time.perf_counter() - begin < warm_up:
        next(work)
    samples = 0
    begin = time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds:
        count, loss = next(work)
        samples += count
    result = {
        "samplesPerSecond": samples / elapsed,
        "seconds": elapsed,
        "samples": samples,
        "loss": float(loss),
        "secondsToFirstStep": first_step,
    }
    work.close()
    return result


def seconds_since_start() -> float:
    """Seconds since this process was started, interpreter and imports included."""
    ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures one peer on one workload.")
    parser.add_argument("--workload", choices=WORKLOADS, required=True)
    parser.add_argument("--variant", default="")
    parser.add_argument("--warm-up", type=float, default=1.0, help="seconds")
    parser.add_argument("--seconds", type=float, default=7.0)
    return parser.parse_args()


def main(train: Train, version: str, extra_memory: Callable[[], int] = lambda: 0) -> None:
    """Measures `train` as the command line says. `extra_memory`: bytes held by helper processes."""
    options = arguments()
    workload = WORKLOADS[options.workload]
    work = train(workload, options.variant, *load(workload))
    result = measure(work, options.warm_up, options.seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result | {"peakMemory": peak + extra_memory(), "version": version}))
