"""The runs that record.py records: small networks on small made-up data."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Run:
    """One recorded run: what Lockstep's run file would say, and the data."""

    name: str
    configuration: dict
    features: np.ndarray  # float32 [rows, inputs]
    targets: np.ndarray  # uint8 [rows] class indices, or float32 [rows, outputs] values
    weights: np.ndarray | None = None  # float32 [rows]
    seed: int = 1


def dense(*layers: tuple) -> list[dict]:
    """Dense layers, each of so many units, an activation and, for some activations, its alpha."""
    keys = ("units", "activation", "alpha")
    return [{"layer": "dense"} | dict(zip(keys, values)) for values in layers]


def configuration(network: list[dict], loss: str | dict, optimizer: str | dict, **rest) -> dict:
    """A run file of 60 steps over 92 rows: 20 epochs of batches of 32, 32 and 28 rows."""
    settings = {"network": network, "loss": loss, "optimizer": optimizer}
    return settings | {"batchSize": 32, "epochs": 20, "shuffle": {"mode": "none"}} | rest


def rows(inputs: int, seed: int, count: int = 92) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (count, inputs)).astype(np.float32)


def teacher(features: np.ndarray, outputs: int, seed: int) -> np.ndarray:
    """A smooth random function of the features with some noise: float32 [rows, outputs]."""
    random = np.random.default_rng(seed)
    hidden = np.tanh(features @ random.normal(0, 0.6, (features.shape[1], 12)))
    values = hidden @ random.normal(0, 0.7, (12, outputs))
    return (values + random.normal(0, 0.2, values.shape)).astype(np.float32)


def classes(features: np.ndarray, count: int, seed: int) -> np.ndarray:
    return teacher(features, count, seed).argmax(axis=1).astype(np.uint8)


def distributions(features: np.ndarray, count: int, seed: int) -> np.ndarray:
    """A probability for each class: float32 [rows, classes], each row adding up to one."""
    powers = np.exp(2 * teacher(features, count, seed))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def uneven(count: int, seed: int) -> np.ndarray:
    """Sample weights from 0.25 to 2, and a few of exactly zero."""
    random = np.random.default_rng(seed)
    weights = random.uniform(0.25, 2, count).astype(np.float32)
    weights[random.choice(count, count // 12, replace=False)] = 0
    return weights


x12, x9, x7 = rows(12, seed=10), rows(9, seed=11), rows(7, seed=12)
x16 = rows(16, seed=13, count=150)

RUNS = [
    Run(
        "relu-crossentropy-sgd",
        configuration(
            dense((24, "relu"), (16, "relu"), (5, "identity")),
            "softmaxCrossEntropy",
            {"optimizer": "sgd", "momentum": 0.9, "nesterov": True},
            learningRate=0.05, weightDecay=1e-3,
        ),
        x12, classes(x12, 5, seed=20),
    ),
    Run(
        "tanh-smoothed-classweights-adam-cosine",
        configuration(
            dense((20, "tanh"), (4, "identity")),
            {"loss": "softmaxCrossEntropy", "labelSmoothing": 0.1},
            "adam",
            learningRate=0.02, classWeights=[0.5, 1.0, 2.0, 1.25],
            schedule={"schedule": "cosine", "warmupSteps": 6},
        ),
        x9, classes(x9, 4, seed=21),
    ),
    Run(
        "gelu-sampleweights-adamw-onecycle-clip",
        configuration(
            dense((16, "gelu"), (16, "gelu"), (3, "identity")),
            "softmaxCrossEntropy",
            {"optimizer": "adamW", "betas": [0.85, 0.99], "epsilon": 1e-7},
            learningRate=0.02, weightDecay=0.1, schedule="oneCycle", clipNorm=0.25,
        ),
        x7, classes(x7, 3, seed=22), uneven(len(x7), seed=32),
    ),
    Run(
        "sigmoid-softmax-meansquare-rmsprop-step",
        configuration(
            dense((18, "sigmoid"), (4, "softmax")),
            "meanSquaredError",
            {"optimizer": "rmsprop", "alpha": 0.95, "epsilon": 1e-6, "momentum": 0.5,
             "centered": True},
            learningRate=0.003, schedule={"schedule": "step", "every": 20, "gamma": 0.5},
        ),
        x12, classes(x12, 4, seed=23),
    ),
    Run(
        "elu-meansquare-adagrad-exponential",
        configuration(
            dense((16, "elu", 0.7), (12, "softplus"), (2, "identity")),
            "meanSquaredError",
            "adagrad",
            learningRate=0.05, weightDecay=1e-3, decayBiases=True,
            schedule={"schedule": "exponential", "gamma": 0.99},
        ),
        x9, teacher(x9, 2, seed=24),
    ),
    Run(
        "silu-huber-adam-accumulate",
        configuration(
            dense((20, "silu"), (1, "identity")),
            {"loss": "huber", "delta": 0.5},
            {"optimizer": "adam", "betas": [0.9, 0.99]},
            learningRate=0.01, weightDecay=0.01, accumulate=2, epochs=30,
        ),
        x7, teacher(x7, 1, seed=25), uneven(len(x7), seed=35),
    ),
    Run(
        "leakyrelu-binarycrossentropy-sgd-l1",
        configuration(
            dense((24, "leakyRelu", 0.1), (3, "identity")),
            "binaryCrossEntropy",
            {"optimizer": "sgd", "momentum": 0.8, "dampening": 0.1},
            learningRate=0.1, l1=1e-3, schedule={"schedule": "exponential", "gamma": 0.98},
        ),
        x12, (teacher(x12, 3, seed=26) > 0).astype(np.float32),
    ),
    Run(
        "tanh-meanabsolute-rmsprop-cosine",
        configuration(
            dense((14, "tanh"), (10, "tanh"), (2, "identity")),
            "meanAbsoluteError",
            "rmsprop",
            learningRate=0.002, schedule={"schedule": "cosine", "minimum": 0.0005},
        ),
        x7, teacher(x7, 2, seed=27),
    ),
    Run(
        "relu-distributions-adamw-step",
        configuration(
            dense((16, "relu"), (5, "identity")),
            "softmaxCrossEntropy",
            "adamW",
            task="classification", learningRate=0.01, weightDecay=0.02, decayBiases=True,
            schedule={"schedule": "step", "every": 15, "gamma": 0.6, "warmupSteps": 5},
        ),
        x9, distributions(x9, 5, seed=29), uneven(len(x9), seed=39),
    ),
    Run(
        "all-together",
        configuration(
            dense((24, "relu"), (12, "silu"), (4, "identity")),
            {"loss": "softmaxCrossEntropy", "labelSmoothing": 0.05},
            "adamW",
            learningRate=0.01, weightDecay=0.05, clipNorm=0.5, accumulate=3,
            classWeights=[1.5, 0.75, 1.0, 0.5],
            schedule={"schedule": "cosine", "warmupSteps": 10},
            batchSize=20, epochs=20,
        ),
        x16, classes(x16, 4, seed=28), uneven(len(x16), seed=38),
    ),
]
