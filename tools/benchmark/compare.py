"""Measures Lockstep and its peers in turn and compares them. Started by `run`; see README.md."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import harness

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / ".build/benchmark"

# Name, module in peers/, variant, module that must be installed.
PEERS = {
    "lockstep": ("lockstep", "", None),
    "lockstep-8-shards": ("lockstep", "8", None),
    "lockstep-16-shards": ("lockstep", "16", None),
    "lockstep-64-shards": ("lockstep", "64", None),
    "pytorch-eager": ("pytorch", "eager", "torch"),
    "pytorch-fused": ("pytorch", "fused", "torch"),
    "pytorch-compile": ("pytorch", "compile", "torch"),
    "pytorch-ddp": ("pytorch_ddp", "", "torch"),
    "jax-step": ("jax", "step", "jax"),
    "jax-scan": ("jax", "scan", "jax"),
    "tensorflow": ("tensorflow", "", "tensorflow"),
    "scikit-learn": ("scikit_learn", "", "sklearn"),
}


@dataclass
class Row:
    """What was measured of one peer on one workload."""

    measurements: list[dict] = field(default_factory=list)
    problem: str | None = None

    def median(self, key: str) -> float | None:
        values = [m[key] for m in self.measurements if m.get(key) is not None]
        return median(values) if values else None

    @property
    def rates(self) -> list[float]:
        return [m["samplesPerSecond"] for m in self.measurements]

    @property
    def spread(self) -> float:
        """The distance from the slowest to the fastest, as a part of the median."""
        return (max(self.rates) - min(self.rates)) / median(self.rates)


def run(module: str, *arguments: str) -> dict:
    """Runs one module of peers/ in a process of its own; its last line of output is the result."""
    command = [sys.executable, "-m", f"peers.{module}", *arguments]
    harness.warm_memory()
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise RuntimeError(lines[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure_all(options: argparse.Namespace) -> tuple[dict[str, dict[str, Row]], list[float]]:
    """A row per workload and peer, and what sgemm.py found in each round of each workload."""
    os.environ |= {"LOCKSTEP_BINARY": options.binary, "LOCKSTEP_BENCHMARK_FOLDER": str(FOLDER)}
    shutil.rmtree(FOLDER, ignore_errors=True)  # datasets of an older Lockstep, perhaps
    FOLDER.mkdir(parents=True)
    rows = {w: {peer: Row() for peer in options.peers} for w in options.workloads}
    peaks: list[float] = []
    for workload in options.workloads:
        for number in range(1, options.rounds + 1):
            peaks.append(run("sgemm")["flops"])
            for peer, row in rows[workload].items():
                if row.problem:
                    continue
                module, variant, needed = PEERS[peer]
                if needed and not installed(needed):
                    row.problem = "missing"
                    continue
                say(f"{workload}, round {number} of {options.rounds}: {peer} …")
                try:
                    row.measurements.append(run(
                        module, "--workload", workload, f"--variant={variant}",
                        "--seconds", str(options.seconds)))
                except (RuntimeError, subprocess.TimeoutExpired) as error:
                    row.problem = f"failed: {error}"
    return rows, peaks


def installed(module: str) -> bool:
    command = f"import importlib.util as u, sys; sys.exit(not u.find_spec('{module}'))"
    return subprocess.run([sys.executable, "-c", command]).returncode == 0


def fastest_peer(rows: dict[str, Row]) -> float | None:
    """Samples a second of the fastest that is not Lockstep."""
    rates = [
        median(row.rates) for peer, row in rows.items()
        if row.measurements and not peer.startswith("lockstep")
    ]
    return max(rates, default=None)


def summary(workload: str, rows: dict[str, Row], peak: float) -> dict[str, dict]:
    """The figures of the table."""
    reference = fastest_peer(rows)
    result: dict[str, dict] = {}
    for peer, row in rows.items():
        if not row.measurements:
            result[peer] = {"problem": row.problem}
            continue
        rate = median(row.rates)
        result[peer] = {
            "samplesPerSecond": rate,
            "spread": row.spread,
            "ratioToFastestPeer": rate / reference if reference else None,
            "partOfSGEMMPeak": rate * harness.WORKLOADS[workload].flops_per_sample / peak,
            "peakMemory": row.median("peakMemory"),
            "secondsToFirstStep": row.median("secondsToFirstStep"),
            "loss": row.median("loss"),
            "version": row.measurements[-1]["version"],
        }
    return result


def table(workload: str, figures: dict[str, dict]) -> str:
    shape = harness.WORKLOADS[workload]
    lines = [
        f"{workload}: dense {'-'.join(map(str, shape.sizes))}, batch {shape.batch}, {shape.data}",
        f"{'':20}{'samples/s':>12}{'spread':>9}{'ratio':>8}{'of peak':>9}{'memory':>10}"
        f"{'first step':>12}",
    ]

    def rank(item: tuple[str, dict]) -> float:
        return -item[1].get("samplesPerSecond", 0)

    for peer, row in sorted(figures.items(), key=rank):
        if "problem" in row:
            lines.append(f"{peer:20}{row['problem']}")
            continue
        ratio, first = row["ratioToFastestPeer"], row["secondsToFirstStep"]
        lines.append(
            f"{peer:20}{row['samplesPerSecond']:12,.0f}{row['spread']:9.1%}"
            f"{'' if ratio is None else f'{ratio:.2f}':>8}{row['partOfSGEMMPeak']:9.1%}"
            f"{row['peakMemory'] / 2**20:7,.0f} MB{'' if first is None else f'{first:.2f} s':>12}")
    return "\n".join(lines)


def machine() -> dict:
    models = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": harness.cores(),
        "memory": pages,
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "loadAverage": os.getloadavg()[0],
    }


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def names(known: dict) -> Callable[[str], list[str]]:
    """A parser of `a,b`, each one of the known names."""
    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        strange = [name for name in chosen if name not in known]
        if strange:
            raise argparse.ArgumentTypeError(f"unknown: {strange[0]}; known: {', '.join(known)}")
        return chosen
    return parse


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/benchmark/run")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--workloads", type=names(harness.WORKLOADS), default=list(harness.WORKLOADS))
    parser.add_argument("--peers", type=names(PEERS), default=list(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=7.0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 2.0
    elif options.output is None:
        options.output = HERE / "results" / time.strftime("%Y-%m-%dT%H%MZ.json", time.gmtime())

    facts = machine()
    if facts["loadAverage"] > 0.5:
        say(f"warning: this machine is busy (load {facts['loadAverage']:.1f}); figures will be low")
    rows, peaks = measure_all(options)
    peak = max(peaks)
    counted = None
    if "lockstep" in options.peers and shutil.which("valgrind"):
        import instructions  # needs the environment that measure_all has set
        say("W2, a step's instructions …")
        try:
            counted = instructions.per_step()
        except (Exception, SystemExit) as error:  # the measurements must not be lost for it
            say(f"not counted: {error}")
    result = {
        "machine": facts | {"sgemmPeak": peak},
        "rounds": options.rounds,
        "seconds": options.seconds,
        "instructionsPerStepOfW2": counted,
        "workloads": {w: summary(w, peers, peak) for w, peers in rows.items()},
        "measurements": {
            w: {peer: row.measurements for peer, row in peers.items()}
            for w, peers in rows.items()
        },
    }
    print(f"{facts['processor']}, {facts['cores']} cores, {facts['system']}; "
          f"SGEMM peak {peak / 1e9:,.0f} GF/s; medians of {options.rounds} rounds")
    for workload, figures in result["workloads"].items():
        print("\n" + table(workload, figures))
    if counted:
        print("\nW2, a step by callgrind: " + ", ".join(
            f"{what} {number:,.0f}" for what, number in counted.items()))
    else:
        print("\nW2, a step's instructions: not counted (it takes valgrind)")
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps(result, indent=1) + "\n")
        say(f"\nwritten: {options.output}")
        if installed("matplotlib"):
            from plot import draw
            draw(result, options.output.with_suffix(".svg"))
        else:
            say("matplotlib is missing: no chart was drawn")


if __name__ == "__main__":
    main()
