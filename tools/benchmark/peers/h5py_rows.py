"""Other ways to get rows out of an HDF5 file, and a memory copy. Each mode prints a line of JSON.

usage: python -m peers.h5py_rows MODE FILE BATCH SECONDS

h5py        whole batches in order, with a chunk cache that holds every chunk of a batch
in-order    PyTorch's DataLoader with two workers, a batch in order at a time, with the same cache
random      PyTorch's DataLoader with two workers, rows in random order
copy        one thread's memory copy of as many bytes as the file's features, up to a gigabyte
"""

import json
import sys
import time
from collections.abc import Iterator

import h5py
import numpy as np

WORKERS = 2
CACHE_BYTES = 64 << 20


def opened(path: str) -> h5py.Dataset:
    file = h5py.File(path, "r", rdcc_nbytes=CACHE_BYTES, rdcc_nslots=10_007)
    return file["train/features"]


def h5py_batches(path: str, batch: int) -> Iterator[int]:
    rows = opened(path)
    for start in range(0, len(rows), batch):
        yield rows[start:start + batch].nbytes


def loader_batches(path: str, batch: int, is_random: bool) -> Iterator[int]:
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Rows(Dataset):
        """A row an index, or a batch an index; each worker opens the file itself."""

        def __init__(self):
            self.rows = None
            self.count = len(opened(path))

        def __len__(self):
            return self.count if is_random else -(-self.count // batch)

        def __getitem__(self, index):
            self.rows = self.rows or opened(path)
            if is_random:
                return torch.from_numpy(self.rows[index])
            return torch.from_numpy(self.rows[index * batch:(index + 1) * batch])

    torch.set_num_threads(1)
    loader = DataLoader(
        Rows(), batch_size=batch if is_random else None, shuffle=is_random, num_workers=WORKERS)
    for tensors in loader:
        yield tensors.nbytes


def rate(batches: Iterator[int], seconds: float) -> float:
    """Bytes a second, of a sample that takes about so long; the first batch, and with it the start
    of the workers, is left out."""
    next(batches)
    count = 0
    begin = time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds:
        size = next(batches, None)
        if size is None:
            break
        count += size
    return count / (time.perf_counter() - begin)


def copy_rate(path: str) -> float:
    size = min(1 << 30, opened(path).nbytes)
    source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        np.copyto(target, source)
        times.append(time.perf_counter() - begin)
    return size / sorted(times)[2]


def main() -> None:
    mode, path, batch, seconds = sys.argv[1:]
    if mode == "copy":
        result = copy_rate(path)
    elif mode == "h5py":
        result = rate(h5py_batches(path, int(batch)), float(seconds))
    else:
        result = rate(loader_batches(path, int(batch), mode == "random"), float(seconds))
    print(json.dumps({"megabytesPerSecond": result / 1e6}))


if __name__ == "__main__":
    main()
