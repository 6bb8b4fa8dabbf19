"""Lockstep, run as a user would: `lockstep train` on a dataset file. The variant is the number of
shards, by default one a core. It counts its own training steps."""

import json
import multiprocessing
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import harness

FOLDER = Path(os.environ["LOCKSTEP_BENCHMARK_FOLDER"])
BINARY = os.environ["LOCKSTEP_BINARY"]


def write_idx(path: Path, values: np.ndarray) -> None:
    code = {"uint8": 0x08, "float32": 0x0D}[values.dtype.name]
    header = struct.pack(f">BBBB{values.ndim}i", 0, 0, code, values.ndim, *values.shape)
    path.write_bytes(header + values.astype(values.dtype.newbyteorder(">")).tobytes())


def convert(workload: harness.Workload, dataset: Path) -> None:
    """Makes the dataset file of the workload's train rows, and no others: nothing is validated."""
    with tempfile.TemporaryDirectory() as folder:
        if workload.data == "synthetic":
            sources = [Path(folder) / "features.idx", Path(folder) / "labels.idx"]
            features, labels = harness.synthetic(workload)
            write_idx(sources[0], features)
            write_idx(sources[1], labels.astype(np.uint8))
        else:
            sources = [
                harness.FASHION_MNIST / f"train-{part}-ubyte.gz"
                for part in ("images-idx3", "labels-idx1")
            ]
        run("convert", "--output", dataset, "--train", *sources)


def run(*arguments: object) -> str:
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def train(workload: harness.Workload, dataset: Path, shards: int, epochs: int) -> dict:
    """One training run; its own figures, and the peak memory of its process."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        command = [
            BINARY, "train", "--data", dataset, "--output", f"{folder}/run",
            "--hidden", ",".join(map(str, workload.sizes[1:-1])),
            "--batch-size", workload.batch, "--epochs", epochs, "--optimizer", "adam",
            "--learning-rate", harness.LEARNING_RATE, "--shards", shards, "--json",
        ]
        output, log = Path(folder) / "output", Path(folder) / "log"
        with output.open("wb") as out, log.open("wb") as errors:
            process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(log.read_text())
        return json.loads(output.read_text()) | {"peakMemory": usage.ru_maxrss * 1024}


def main() -> None:
    options = harness.arguments()
    workload = harness.WORKLOADS[options.workload]
    dataset = FOLDER / f"{workload.data}.h5"
    if not dataset.exists():
        # In a process of its own: Linux would count this one's peak memory as the trainer's.
        conversion = multiprocessing.Process(target=convert, args=(workload, dataset))
        conversion.start()
        conversion.join()
        if conversion.exitcode != 0:
            sys.exit(1)

    shards = int(options.variant or harness.cores())
    # The first epoch is the warm-up; the second says how many more make a measurement.
    result = train(workload, dataset, shards, epochs=2)
    epochs = round(options.seconds / result["history"][-1]["seconds"])
    if epochs > 1:
        harness.warm_memory()
        result = train(workload, dataset, shards, 1 + epochs)
    measured = result["history"][1:]
    seconds = sum(epoch["seconds"] for epoch in measured)
    print(json.dumps({
        "samplesPerSecond": len(measured) * workload.rows / seconds,
        "seconds": seconds,
        "samples": len(measured) * workload.rows,
        "loss": result["train"]["loss"],
        "secondsToFirstStep": result.get("secondsToFirstStep"),
        "peakMemory": result["peakMemory"],
        "version": run("--version").strip(),
    }))


if __name__ == "__main__":
    main()
