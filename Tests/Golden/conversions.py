#!/usr/bin/env python3
"""Records what NumPy, pandas, scikit-learn and Pillow make of small sources, for `GoldenConversionTests` to
compare with what `lockstep convert` makes of them where none of these is at hand.

usage: Tests/Golden/conversions.py

Writes conversions.json beside itself. The tables are those of tools/check-conversion, which compares more of
them, with the libraries present.
"""

import base64
import importlib.machinery
import importlib.util
import io
import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from PIL import Image
from sklearn import datasets as bundled
from sklearn.datasets import dump_svmlight_file, load_svmlight_file
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

HERE = Path(__file__).resolve().parent
LARGEST_TEXT = 3000


def check_conversion():
    """tools/check-conversion, as a module."""
    path = str(HERE.parents[1] / "tools/check-conversion")
    loader = importlib.machinery.SourceFileLoader("check_conversion", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def case(files: dict[str, bytes], arguments: list[str], features, targets, **more) -> dict:
    """What is converted, how, and what features and targets must be: flat, and features' shape."""
    features = np.asarray(features)
    if features.ndim == 1:
        features = features[:, None]
    return {
        "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
        "arguments": arguments, "shape": list(features.shape),
        "features": features.astype(np.float64).ravel().tolist(),
        "targets": np.asarray(targets).astype(np.float64).ravel().tolist(), **more,
    }


def tables() -> list[dict]:
    module, cases = check_conversion(), []
    for text, arguments, options in module.GOOD:
        if len(text) > LARGEST_TEXT:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pd.read_csv(
                io.BytesIO(text.encode()), float_precision="round_trip", **arguments)
        target = [] if "--target" in options else ["--target", "y"]
        cases.append(case(
            {"t.csv": text.encode()},
            ["--train", "t.csv", "--format", "csv", "--task", "regression", *target, *options],
            frame.drop(columns="y"), frame["y"]))
    for text in module.MISSING:
        frame = pd.read_csv(io.StringIO(text), skipinitialspace=True, na_values="NA ")
        cases.append(case(
            {"t.csv": text.encode()},
            ["--train", "t.csv", "--format", "csv", "--target", "y", "--task", "regression", "--impute",
             "mean"],
            SimpleImputer().fit_transform(frame[["x", "z"]]), frame["y"]))
    return cases + scaled_tables() + categories()


def scaled_tables() -> list[dict]:
    cases = []
    for name in ["iris", "wine"]:
        frame = getattr(bundled, f"load_{name}")(as_frame=True).frame.iloc[::3]
        values = frame.drop(columns="target").to_numpy().astype(np.float64)
        for scaling, peer in [
            ("standardize", StandardScaler()), ("minmax", MinMaxScaler()), ("robust", RobustScaler()),
        ]:
            peer.fit(values)
            # What becomes 0, and what 1 above it.
            zero = peer.inverse_transform(np.zeros((1, values.shape[1])))[0]
            one = peer.inverse_transform(np.ones((1, values.shape[1])))[0]
            cases.append(case(
                {"t.csv": frame.to_csv(index=False).encode()},
                ["--train", "t.csv", "--target", "target", "--scale", scaling], values, frame["target"],
                zero=zero.tolist(), one=one.tolist()))
    return cases


def categories() -> list[dict]:
    generator = np.random.default_rng(1)
    words = ["red", "green", "a,b", "with \"quotes\"", "two\nlines", "größer", " spaced "]
    frame = pd.DataFrame({
        "c": generator.choice(words, 60), "x": generator.normal(size=60),
        "y": generator.choice(["no rain", "rain", "snow"], 60),
    })
    hot = OneHotEncoder(sparse_output=False).fit(frame[["c"]])
    order = sorted(words, key=lambda word: word.encode())
    columns = [list(hot.categories_[0]).index(word) for word in order]
    features = np.column_stack([hot.transform(frame[["c"]])[:, columns], frame["x"]])
    classes = sorted(set(frame["y"]))
    return [case(
        {"t.csv": frame.to_csv(index=False).encode()}, ["--train", "t.csv", "--target", "y"], features,
        [classes.index(word) for word in frame["y"]], classNames=classes)]


def saved(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def arrays() -> list[dict]:
    generator, cases = np.random.default_rng(2), []
    labels = np.arange(4) % 3
    types = ["?", "i1", "u1"] + [
        order + kind for order in "<>" for kind in ("i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8")]
    for name in types:
        for shape, order in (((4, 3), "C"), ((4, 3), "F"), ((4, 2, 3), "F")):
            kind = np.dtype(name).kind
            values = {
                "b": lambda: generator.integers(0, 2, shape), "f": lambda: generator.standard_normal(shape),
                "u": lambda: generator.integers(0, 250, shape),
                "i": lambda: generator.integers(-120, 120, shape),
            }[kind]()
            values = np.asarray(values.astype(name), order=order)
            cases.append(case(
                {"x.npy": saved(values), "y.npy": saved(labels)}, ["--train", "x.npy", "y.npy"], values,
                labels))
    for save in (np.savez, np.savez_compressed):
        file = io.BytesIO()
        values = generator.standard_normal((5, 4))
        save(file, x_train=values, y_train=np.arange(5.0) / 3)
        cases.append(case({"a.npz": file.getvalue()}, ["--train", "a.npz"], values, np.arange(5.0) / 3))
    return cases


def sparse_rows() -> list[dict]:
    generator, cases = np.random.default_rng(3), []
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/rows"
        for targets in (np.arange(12) % 4, np.where(np.arange(12) % 3, 1, -1), np.arange(12) / 8):
            values = generator.integers(-40, 40, (12, 9)) * generator.integers(0, 2, (12, 9)) / 8
            values[:, [0, 8]] = 1
            dump_svmlight_file(values, targets, path, zero_based=False)
            read, labels = load_svmlight_file(path)
            if set(labels) == {-1, 1}:
                labels = (labels + 1) / 2
            cases.append(case(
                {"rows": Path(path).read_bytes()}, ["--train", "rows"], read.toarray(), labels))
    return cases


def images() -> list[dict]:
    generator, cases = np.random.default_rng(4), []
    names = ["a/0.png", "a/1.png", "b/0.png"]
    for channels in (1, 3):
        pictures = [
            Image.fromarray(generator.integers(0, 256, (9, 7, channels), dtype=np.uint8).squeeze())
            for _ in names]
        files = {}
        for name, picture in zip(names, pictures):
            file = io.BytesIO()
            picture.save(file, "png")
            files[f"images/{name}"] = file.getvalue()
        for size in (None, (5, 4), (11, 13)):
            sized = [p.resize(size, Image.Resampling.BILINEAR) if size else p for p in pictures]
            decoded = np.stack([np.asarray(p) for p in sized])
            if channels == 3:
                decoded = decoded.transpose(0, 3, 1, 2)
            # Pillow rounds between its two passes.
            more = {"tolerance": 1} if size else {}
            arguments = ["--image-size", f"{size[0]}x{size[1]}", "--fit", "stretch"] if size else []
            cases.append(case(files, ["--train", "images", *arguments], decoded, [0, 0, 1], **more))
    return cases


def main() -> None:
    cases = tables() + arrays() + sparse_rows() + images()
    recorded = {
        "recordedWith": f"NumPy {np.__version__}, pandas {pd.__version__}, "
                        f"scikit-learn {sklearn.__version__}",
        "cases": cases,
    }
    path = HERE / "conversions.json"
    path.write_text(json.dumps(recorded, separators=(",", ":")).replace("},{", "},\n{") + "\n")
    print(f"{path}: {len(cases)} conversions, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
