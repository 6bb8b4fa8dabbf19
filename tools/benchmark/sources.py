#!/usr/bin/env python3
"""How fast arrays and images become HDF5: NPY against `cp`, alone and with `sync`, Fashion-MNIST on
the clock, and folders of JPEG images (of one size, and photographs of many brought to one) against
libjpeg-turbo's own decoding of them, on one thread, times the cores.

usage: tools/benchmark/sources.py [--binary LOCKSTEP] [--gigabytes 4] [--images 20000]
           [--photographs 4000] [--rounds 3] [--folder DIR]
"""

import argparse
import ctypes
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import harness

REPOSITORY = Path(__file__).resolve().parents[2]
FASHION = Path("/usr/share/datasets/fashion-mnist")
SIZE = 224
RGB = 0


class TurboJPEG:
    """The library's decoding alone: files are in memory, and pixels go to the same memory."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libturbojpeg.so.0")
        for name in ("tjInitDecompress", "tjInitCompress"):
            getattr(self.library, name).restype = ctypes.c_void_p

    def compress(self, pixels: np.ndarray, quality: int = 85) -> bytes:
        handle = ctypes.c_void_p(self.library.tjInitCompress())
        buffer, size = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_ulong()
        self.library.tjCompress2(
            handle, pixels.ctypes.data_as(ctypes.c_void_p), pixels.shape[1], 0, pixels.shape[0], RGB,
            ctypes.byref(buffer), ctypes.byref(size), 2, quality, 0)
        content = ctypes.string_at(buffer, size.value)
        self.library.tjFree(buffer)
        self.library.tjDestroy(handle)
        return content

    def seconds(self, files: list[bytes]) -> float:
        """Processor seconds for all files on this thread."""
        handle = ctypes.c_void_p(self.library.tjInitDecompress())
        sizes = [self.size(handle, file) for file in files]
        pixels = ctypes.create_string_buffer(3 * max(width * height for width, height in sizes))
        start = time.process_time()
        for file, (width, height) in zip(files, sizes):
            status = self.library.tjDecompress2(
                handle, file, ctypes.c_ulong(len(file)), pixels, width, 0, height, RGB, 0)
            assert status == 0
        seconds = time.process_time() - start
        self.library.tjDestroy(handle)
        return seconds

    def size(self, handle: ctypes.c_void_p, file: bytes) -> tuple[int, int]:
        width, height, *others = (ctypes.c_int() for _ in range(4))
        status = self.library.tjDecompressHeader3(
            handle, file, ctypes.c_ulong(len(file)), ctypes.byref(width), ctypes.byref(height),
            *map(ctypes.byref, others))
        assert status == 0
        return width.value, height.value


def run(command: list, output: Path) -> dict:
    """Seconds on the clock, and the processors' seconds, of a command that writes a file anew."""
    output.unlink(missing_ok=True)
    harness.warm_memory()
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {command}")
    return {"seconds": time.perf_counter() - start, "processor": usage.ru_utime + usage.ru_stime}


def medians(rounds: list[dict]) -> dict:
    return {key: statistics.median(figures[key] for figures in rounds) for key in rounds[0]}


def measure_npy(convert: list, folder: Path, gigabytes: float, rounds: int) -> dict:
    """The copy and the conversion in turn, each of a file that was read before."""
    rows = int(gigabytes * 1e9 / 4 / 1024)
    features = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float32, (rows, 1024))
    block = np.random.default_rng(0).standard_normal((4096, 1024), dtype=np.float32)
    for first in range(0, rows, len(block)):
        features[first:first + len(block)] = block[:min(len(block), rows - first)]
    features.flush()
    del features
    np.save(folder / "y.npy", (np.arange(rows) % 10).astype(np.uint8))
    copies, durable, plain, default = [], [], [], []
    output = folder / "out"
    copy = ["cp", folder / "x.npy", output]
    convert = convert + ["--output", output, "--train", folder / "x.npy", folder / "y.npy",
                         "--compression", "none"]
    for _ in range(rounds):
        copies.append(run(copy, output))
        durable.append(run(["sh", "-c", f"cp '{copy[1]}' '{output}' && sync '{output}'"], output))
        plain.append(run(convert + ["--shuffle", "none", "--duplicates", "ignore"], output))
        default.append(run(convert, output))
    (folder / "x.npy").unlink()

    def speed(copies: list[dict], own: list[dict]) -> float:
        return statistics.median(c["seconds"] / o["seconds"] for c, o in zip(copies, own))

    return {
        "bytes": rows * 4096, "cp": medians(copies), "cpAndSync": medians(durable),
        "plain": medians(plain), "default": medians(default),
        "plainOfCp": speed(copies, plain), "plainOfCpAndSync": speed(durable, plain),
        "defaultOfCp": speed(copies, default), "defaultOfCpAndSync": speed(durable, default),
    }


def measure_fashion(convert: list, folder: Path, rounds: int) -> dict | None:
    names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
    files = [FASHION / f"{name}-ubyte.gz" for name in names]
    if not files[0].exists():
        return None
    output = folder / "out"
    convert = convert + ["--output", output, "--train", *files[:2], "--test", *files[2:]]
    return medians([run(convert, output) for _ in range(rounds)])


def smooth_noise(library: TurboJPEG) -> list[bytes]:
    """Photograph-like images of one size, so that nothing is resampled."""
    rng = np.random.default_rng(1)
    files = []
    for number in range(200):
        coarse = rng.integers(0, 256, (SIZE // 8, SIZE // 8, 3)).astype(np.float32)
        smooth = coarse.repeat(8, axis=0).repeat(8, axis=1)
        smooth = (smooth + np.roll(smooth, 4, 0) + np.roll(smooth, 4, 1)) / 3
        noisy = smooth + rng.normal(0, 6, smooth.shape)
        files.append(library.compress(np.ascontiguousarray(noisy.clip(0, 255), dtype=np.uint8)))
    return files


def photographs(library: TurboJPEG) -> list[bytes] | None:
    """Parts of scikit-learn's two photographs, of 400 to 640 by 300 to 427 pixels."""
    try:
        from sklearn.datasets import load_sample_images
    except ImportError:
        return None
    whole = load_sample_images().images
    rng = np.random.default_rng(1)
    files = []
    for number in range(200):
        photograph = whole[number % len(whole)]
        height, width = rng.integers(300, 428), rng.integers(400, 641)
        top = rng.integers(0, photograph.shape[0] - height + 1)
        left = rng.integers(0, photograph.shape[1] - width + 1)
        part = np.ascontiguousarray(photograph[top:top + height, left:left + width])
        files.append(library.compress(part, quality=90))
    return files


def measure_images(convert: list, folder: Path, files: list[bytes], count: int, rounds: int) -> dict:
    """A folder of `count` images, which are `files` again and again."""
    library = TurboJPEG()
    root = folder / "images"
    for number in range(count):
        path = root / f"class{number % 10}" / f"{number:06}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[number % len(files)])
    own, plain, twice = [], [], []
    output = folder / "out"
    convert = convert + ["--output", output, "--train", root, "--compression", "none",
                         "--shuffle", "none", "--duplicates", "ignore"]
    for _ in range(rounds):
        own.append(library.seconds(files) / len(files))
        plain.append(run(convert, output))
        # Looks for damaged images first: reads and decodes all of them, for nothing else.
        twice.append(run(convert + ["--on-error", "skip"], output))
    shutil.rmtree(root)
    cores = os.cpu_count()
    return {
        "images": count, "libraryImagesPerSecondOfACore": 1 / statistics.median(own),
        "imagesPerSecond": count / statistics.median(p["seconds"] for p in plain),
        "plain": medians(plain), "skippingDamaged": medians(twice),
        "decodingOfLibraryTimesCores": statistics.median(
            o * count / cores / (t["seconds"] - p["seconds"])
            for o, p, t in zip(own, plain, twice)),
        "ofLibraryTimesCores": statistics.median(
            o * count / cores / p["seconds"] for o, p in zip(own, plain)),
        "processorOfLibrary": statistics.median(
            o * count / p["processor"] for o, p in zip(own, plain)),
    }


def measure_photographs(convert: list, folder: Path, count: int, rounds: int) -> dict | None:
    """Photographs of many sizes, brought to one."""
    files = photographs(TurboJPEG())
    if files is None:
        return None
    return measure_images(
        convert + ["--image-size", f"{SIZE}x{SIZE}"], folder, files, count, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/lockstep"))
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--photographs", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        convert = [options.binary, "convert", "--json"]
        print(json.dumps({
            "cores": os.cpu_count(), "load": os.getloadavg(),
            "npy": measure_npy(convert, folder, options.gigabytes, options.rounds),
            "fashion": measure_fashion(convert, folder, options.rounds),
            "jpeg": measure_images(
                convert, folder, smooth_noise(TurboJPEG()), options.images, options.rounds),
            "photographs": measure_photographs(
                convert, folder, options.photographs, options.rounds),
        }, indent=2))


if __name__ == "__main__":
    main()
