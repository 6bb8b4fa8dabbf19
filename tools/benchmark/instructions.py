"""Counts what a training step of W2 executes, by callgrind: a figure that no other load disturbs.

Only what happens within the engine's function for a step is counted: its instructions, and those of
them that go into what a step should do without (allocation, locks, reference counts). Called by
compare.py where valgrind is installed; by hand:

    LOCKSTEP_BINARY=… LOCKSTEP_BENCHMARK_FOLDER=/tmp tools/benchmark/instructions.py
"""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import harness
from peers.lockstep import BINARY, run, write_idx

STEPS = 100
# The mangled name of `Trainer.step`, without its types.
STEP = "$s8Training7TrainerC4step"
WATCHED = {
    "allocation": r"^(malloc|calloc|realloc|posix_memalign|aligned_alloc|free)$",
    "locks": r"^pthread_mutex_(un)?lock$",
    "referenceCounts": r"^swift_(retain|release|bridgeObjectRetain|bridgeObjectRelease)$",
}


def per_step() -> dict[str, float]:
    """What one step of W2 executes, with one worker and two shards."""
    workload = harness.WORKLOADS["W2"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # valgrind cannot read the debugging information of this compiler.
        binary = folder / "lockstep"
        subprocess.run(["objcopy", "--strip-debug", BINARY, binary], check=True)
        rows = STEPS * workload.batch
        features, labels = harness.synthetic(workload)
        write_idx(folder / "features", features[:rows])
        write_idx(folder / "labels", labels[:rows].astype(np.uint8))
        run("convert", "--output", folder / "w2.h5", "--train", folder / "features",
            folder / "labels")
        profile = folder / "profile"
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}",
             f"--toggle-collect={step_symbol(binary)}", binary, "train", "--data",
             folder / "w2.h5", "--output", folder / "run", "--hidden",
             ",".join(map(str, workload.sizes[1:-1])), "--batch-size", str(workload.batch),
             "--epochs", "1", "--workers", "1", "--shards", "2", "--checkpoint-share", "0"],
            check=True, capture_output=True)
        return {what: number / STEPS for what, number in counts(profile.read_text()).items()}


def step_symbol(binary: Path) -> str:
    listing = subprocess.run(["nm", binary], check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1] for line in listing.splitlines() if STEP in line}
    if len(names) != 1:
        raise RuntimeError(f"{BINARY} has {len(names)} functions named {STEP}…; expected 1")
    return names.pop()


def counts(profile: str) -> dict[str, int]:
    """Instructions in all, and within functions that are watched, in callgrind's output."""
    total = re.search(r"^(?:summary|totals): (\d+)", profile, re.M)
    result = {"instructions": int(total[1]) if total else 0} | dict.fromkeys(WATCHED, 0)
    names: dict[str, str] = {}
    callee = ""
    lines = iter(profile.splitlines())
    for line in lines:
        # A name stands once, behind its number; later the number stands alone.
        if name := re.match(r"(c?)fn=(\(\d+\))(?: (.*))?", line):
            names.setdefault(name[2], name[3])
            if name[1]:
                callee = names[name[2]].split("'")[0]
        elif line.startswith("calls="):
            # The line behind it has the cost of the calls, all that they call included.
            cost = int(next(lines).split()[-1])
            for what, pattern in WATCHED.items():
                result[what] += cost if re.match(pattern, callee) else 0
    return result


if __name__ == "__main__":
    print(json.dumps(per_step(), indent=1))
