"""The machine's own peak: multiplications of square matrices by NumPy's BLAS, a process a core,
each on one thread. It prints operations a second: the cores' best moments, added up."""

import json
import multiprocessing
import os
import time

SIZE, BLOCK = 1024, 8


def multiply(barrier, seconds: float) -> float:
    import numpy as np

    random = np.random.default_rng(0)
    a, b = (random.normal(0, 1, (SIZE, SIZE)).astype(np.float32) for _ in range(2))
    out = a @ b
    barrier.wait()
    best, end = float("inf"), time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        for _ in range(BLOCK):
            np.matmul(a, b.T, out=out)
        best = min(best, time.perf_counter() - begin)
    return 2 * SIZE**3 * BLOCK / best


def main() -> None:
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"
    processes = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(processes) as pool:
        barrier = manager.Barrier(processes)
        rates = pool.starmap(multiply, [(barrier, 2.0)] * processes)
    print(json.dumps({"flops": sum(rates)}))


if __name__ == "__main__":
    main()
