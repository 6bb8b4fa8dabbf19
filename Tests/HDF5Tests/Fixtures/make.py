"""Makes the files beside this script: what h5py writes, and what must be refused.

    python3 make.py          needs h5py 3.14 (HDF5 1.14) or near; the files here were made with it
"""

import os

import h5py
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))

NUMBERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def ramp(code):
    """0 … 14, in rows of 3, with the type's smallest and largest value at the end."""
    values = np.arange(15).astype(code)
    info = np.finfo(code) if code[0] == "f" else np.iinfo(code)
    values[13], values[14] = info.min, info.max
    return values.reshape(5, 3)


def numbers(file):
    for code in NUMBERS:
        for order, name in ("<", "little"), (">", "big"):
            data = ramp(code).astype(order + code)
            file[f"{name}/contiguous/{code}"] = data
            if code in ("u1", "i2", "f2", "f4", "i8"):
                file.create_dataset(
                    f"{name}/deflate/{code}", data=data, chunks=(2, 3), compression="gzip",
                    shuffle=True)
    file["half"] = np.array([0, -0.0, 1, -2.5, 65504, 6e-8, np.inf, -np.inf, np.nan], ">f2")
    file["bool"] = np.array([True, False, True])
    file["scalar"] = np.float32(2.5)
    file["nothing"] = np.zeros((0, 4), "f4")
    file["null"] = h5py.Empty("f4")
    file.create_dataset("unwritten", (3,), "i4", chunks=(2,), fillvalue=7)
    file.create_dataset("growing", data=np.arange(4, dtype="i4"), maxshape=(None,), chunks=(3,))
    file.create_dataset("fletcher", data=np.arange(9, dtype="u2"), chunks=(4,), fletcher32=True)

    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((4,))
    compact = h5py.h5d.create(file.id, b"compact", h5py.h5t.STD_I32LE, space, plist)
    compact.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([4, 3, 2, 1], "i4"))


def strings(file):
    file.create_dataset("variable", data=["", "plain", "äöü €"], dtype=h5py.string_dtype())
    file.create_dataset(
        "ascii", data=["one", "two"], dtype=h5py.string_dtype("ascii"), chunks=(1,))
    file["fixed"] = np.array([b"ab", b"abcde", b""], "S5")
    file["fixed-utf8"] = np.array(["ä".encode(), b"abcd"], h5py.string_dtype("utf-8", 4))
    file.create_dataset("matrix", data=[["a", "b"], ["c", "d"]], dtype=h5py.string_dtype())
    file.create_dataset("unwritten", (2,), dtype=h5py.string_dtype())
    file["latin1"] = np.array([b"\xe4"], "S1")
    for pad, name in (
        (h5py.h5t.STR_NULLTERM, b"null-terminated"), (h5py.h5t.STR_SPACEPAD, b"space-padded")):
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(6)
        kind.set_strpad(pad)
        dataset = h5py.h5d.create(file.id, name, kind, h5py.h5s.create_simple((2,)))
        text = b"ab\0xyz" b"abcde\0" if pad == h5py.h5t.STR_NULLTERM else b"a b   " b"abcdef"
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.frombuffer(text, "S6"), kind)


def attributes(file):
    attrs = file.create_group("train").attrs
    attrs["text"] = "größer"
    attrs["bytes"] = np.bytes_(b"raw")
    attrs["texts"] = ["a", "bc", ""]
    attrs["int"] = 42
    attrs["big"] = np.array(-7, ">i2")
    attrs["float"] = 0.25
    attrs["half"] = np.float16(1.5)
    attrs["array"] = np.arange(6, dtype=">f4").reshape(2, 3)
    attrs["flag"] = True
    attrs["none"] = h5py.Empty("f8")
    attrs["pair"] = np.array((1, 2.0), dtype=[("a", "i4"), ("b", "f8")])
    attrs["größe"] = 3


def unsupported(file):
    file["compound"] = np.zeros(2, dtype=[("a", "i4"), ("b", "f8")])
    file.create_dataset("sequences", (2,), dtype=h5py.vlen_dtype("i4"))
    file["target"] = np.arange(3, dtype="i4")
    file.create_dataset("references", data=[file["target"].ref], dtype=h5py.ref_dtype)
    file["opaque"] = np.zeros(2, "V3")
    file["complex"] = np.zeros(2, "c8")
    file["arrays"] = np.zeros(2, dtype=[("a", "i4", (3,))])["a"]
    file.create_dataset("array-elements", (2,), dtype=np.dtype(("i4", (3,))))
    file["long-double"] = np.zeros(2, np.longdouble)
    twelve = h5py.h5t.STD_I16LE.copy()
    twelve.set_precision(12)
    h5py.h5d.create(file.id, b"twelve-bits", twelve, h5py.h5s.create_simple((2,)))
    bfloat = h5py.h5t.IEEE_F32LE.copy()
    bfloat.set_fields(15, 7, 8, 0, 7)
    bfloat.set_size(2)
    bfloat.set_ebias(127)
    h5py.h5d.create(file.id, b"bfloat16", bfloat, h5py.h5s.create_simple((2,)))
    file.create_dataset("lzf", data=np.arange(100), chunks=(50,), compression="lzf")


def leaving(file):
    """Everything that leads out of the file, or nowhere."""
    group = file.create_group("group")
    group["data"] = np.arange(3, dtype="i4")
    file["soft"] = h5py.SoftLink("/group/data")
    file["soft-group"] = h5py.SoftLink("/group")
    file["broken"] = h5py.SoftLink("/nowhere")
    file["external"] = h5py.ExternalLink("outside.h5", "/secret")
    file["external-root"] = h5py.ExternalLink("outside.h5", "/")
    file["soft-external"] = h5py.SoftLink("/external")
    file["soft-through-external"] = h5py.SoftLink("/external-root/secret")
    file["hidden/external"] = h5py.ExternalLink("outside.h5", "/secret")
    file.create_dataset("external-storage", (4,), "u1", external=[("outside.bin", 0, 4)])
    layout = h5py.VirtualLayout(shape=(3,), dtype="i4")
    layout[:] = h5py.VirtualSource("outside.h5", "secret", shape=(3,))
    file.create_virtual_dataset("virtual", layout)
    file["type"] = np.dtype("i4")


def views(file):
    """Views of datasets, mostly in other files."""

    def view(name, *parts):
        layout = h5py.VirtualLayout(shape=(3 * len(parts),), dtype="i4")
        for index, (source, dataset) in enumerate(parts):
            layout[3 * index : 3 * index + 3] = h5py.VirtualSource(source, dataset, shape=(3,))
        file.create_virtual_dataset(name, layout)

    file["train/features"] = h5py.ExternalLink("leaving.h5", "/group/data")
    file["train/targets"] = h5py.ExternalLink("leaving.h5", "/group/data")
    view("two-files", ("outside.h5", "secret"), ("leaving.h5", "group/data"))
    view("of-view", ("leaving.h5", "virtual"))
    view("of-link", ("leaving.h5", "external"))
    view("of-external-storage", ("leaving.h5", "external-storage"))
    view("no-file", ("nowhere.h5", "secret"))
    view("no-dataset", ("outside.h5", "nowhere"))
    view("no-hdf5", ("outside.bin", "secret"))
    view("own", (".", "block-0"))
    view("itself", (".", "itself"))
    view("one", (".", "other"))
    view("other", (".", "one"))
    view("view-1", (".", "block-0"))
    for number in range(2, 18):
        view(f"view-{number}", (".", f"view-{number - 1}"))
    for block in range(2):
        file[f"block-{block}"] = np.arange(3, dtype="i4") + 3 * block
    # As many blocks as there are.
    space = h5py.h5s.create_simple((6,), (h5py.h5s.UNLIMITED,))
    space.select_hyperslab((0,), (h5py.h5s.UNLIMITED,), (3,), (3,))
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_virtual(space, b"views.h5", b"block-%b", h5py.h5s.create_simple((3,)))
    h5py.h5d.create(file.id, b"blocks", h5py.h5t.STD_I32LE, space, plan)


def numbered(file):
    """Views of as many files as there are, one after another and side by side."""
    unlimited = h5py.h5s.UNLIMITED
    for name, shape, count, block in (
        (b"rows", (6,), (unlimited,), (3,)),
        (b"columns", (1, 6), (1, unlimited), (1, 3)),
    ):
        space = h5py.h5s.create_simple(shape, (*shape[:-1], unlimited))
        space.select_hyperslab((0,) * len(shape), count, block, block)
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_virtual(space, b"part-%b.h5", b"data", h5py.h5s.create_simple((3,)))
        h5py.h5d.create(file.id, name, h5py.h5t.STD_I32LE, space, plan)


def huge(file):
    file.create_dataset("rows", (2**40, 1024), "f4", chunks=(64, 1024), compression="gzip")
    file.create_dataset("overflow", (2**40, 2**40), "f8", chunks=(64, 64))
    file.create_dataset("chunk", (2**30, 4), "f4", chunks=(2**27, 4), maxshape=(None, 4))


for name, make, options in (
    ("numbers.h5", numbers, {}),
    ("numbers-v110.h5", numbers, {"libver": ("v110", "v110")}),
    ("strings.h5", strings, {}),
    ("attributes.h5", attributes, {}),
    ("unsupported.h5", unsupported, {}),
    ("leaving.h5", leaving, {}),
    ("views.h5", views, {}),
    ("numbered.h5", numbered, {}),
    ("outside.h5", lambda file: file.create_dataset("secret", data=np.array([7, 8, 9], "i4")), {}),
    ("huge.h5", huge, {}),
):
    with h5py.File(name, "w", **options) as file:
        make(file)
with open("outside.bin", "wb") as file:
    file.write(b"\1\2\3\4")
