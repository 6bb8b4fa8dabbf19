"""Makes h5py.h5, a data set as h5py's users write them, for OtherFilesTests.swift.

Usage: python3 make.py   (h5py, NumPy)
"""

import h5py
import numpy as np

rows, width = 30, 5
values = (np.arange(rows * width).reshape(rows, width) * 7) % 100
labels = np.arange(rows) % 4

with h5py.File("h5py.h5", "w") as file:
    file.attrs["class_names"] = ["zéro", "one", "two", "three"]
    # Attributes that mean something else in a file of Lockstep's.
    file.attrs["classes"] = "four"
    file.attrs["format"] = 3
    file.attrs["fingerprint"] = "mine"
    file["X_train"] = values.astype(">f4")
    file["y_train"] = labels.astype(">i8")
    file.create_dataset(
        "X_test", data=values[:8].astype("f2"), chunks=(3, 2), compression="gzip", shuffle=True)
    file["y_test"] = labels[:8].astype("u1")
    file.create_dataset(
        "deep/images", data=values.reshape(rows, 1, width).astype("u1"), compression="gzip",
        maxshape=(None, 1, width), fletcher32=True)
    file["deep/one_hot"] = np.eye(4, dtype="i4")[labels]
    file["deep/flags"] = values % 2 == 1
    file["deep/weights"] = (labels / 2).astype("f8")
    file["deep/link"] = h5py.SoftLink("/deep/images")
    file["deep/away"] = h5py.ExternalLink("other.h5", "/x")
