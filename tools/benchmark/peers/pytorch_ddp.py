"""PyTorch's DistributedDataParallel over gloo: a process a core, each with one thread and its part
of the batch."""

import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel

import harness
from peers.pytorch import network

STEPS_PER_TURN = 16
helpers: list[multiprocessing.Process] = []


def run(rank, ranks, meeting_point, workload, features, labels):
    """One rank's training. Rank 0 tells the others before each turn whether to go on."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    dist.init_process_group(
        "gloo", init_method=f"file://{meeting_point}", rank=rank, world_size=ranks,
        timeout=timedelta(seconds=120))
    x, y = torch.from_numpy(features), torch.from_numpy(labels)
    model = DistributedDataParallel(network(workload))
    adam = torch.optim.Adam(model.parameters(), lr=harness.LEARNING_RATE, fused=True)

    def steps():
        shuffle = torch.Generator().manual_seed(1)  # the same order on every rank
        while True:
            order = torch.randperm(workload.rows, generator=shuffle)
            for rows in order.split(workload.batch)[: workload.steps_per_epoch]:
                mine = rows.tensor_split(ranks)[rank]
                loss = F.cross_entropy(model(x[mine]), y[mine])
                adam.zero_grad()
                loss.backward()
                adam.step()
                yield loss.detach()

    training = steps()
    go_on = torch.ones(1)
    try:
        while True:
            dist.broadcast(go_on, src=0)
            if not go_on:
                return
            for _ in range(STEPS_PER_TURN):
                loss = next(training)
            yield STEPS_PER_TURN * workload.batch, loss
    finally:
        if rank == 0:
            dist.broadcast(torch.zeros(1), src=0)
        dist.destroy_process_group()


def help_out(*arguments):
    for _ in run(*arguments):
        pass


def train(workload, variant, features, labels):
    ranks = harness.cores()
    with tempfile.TemporaryDirectory() as folder:
        shared = (ranks, f"{folder}/meeting-point", workload, features, labels)
        context = multiprocessing.get_context("spawn")
        for rank in range(1, ranks):
            helpers.append(context.Process(target=help_out, args=(rank, *shared), daemon=True))
            helpers[-1].start()
        yield from run(0, *shared)


def helpers_memory() -> int:
    """Peak bytes of the helpers, kept while they live (they end when rank 0 does)."""
    total = 0
    for process in helpers:
        status = Path(f"/proc/{process.pid}/status")
        if status.exists():
            peak = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
            total += int(peak[0].split()[1]) * 1024 if peak else 0
    return total


if __name__ == "__main__":
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    sys.exit(harness.main(train, f"PyTorch {torch.__version__}", helpers_memory))
