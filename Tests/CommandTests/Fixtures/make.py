"""Makes inverted.h5, whose features went through the filter of invert.c, for PluginTests.swift.

Usage: python3 make.py   (h5py, NumPy)
"""

import os

import h5py
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))

rows = np.arange(12, dtype="f4").reshape(6, 2)
with h5py.File("inverted.h5", "w") as file:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((3, 2))
    plist.set_filter(300, h5py.h5z.FLAG_OPTIONAL, ())
    file.create_group("train")
    features = h5py.h5d.create(
        file.id, b"train/features", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(rows.shape), plist)
    for start in 0, 3:
        chunk = np.invert(np.frombuffer(rows[start:start + 3].tobytes(), "u1"))
        features.write_direct_chunk((start, 0), chunk.tobytes(), 0)
    file["train/targets"] = np.array([0, 1, 0, 1, 0, 1], "u1")
