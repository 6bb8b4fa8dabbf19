#!/usr/bin/env python3
"""Records short training runs of PyTorch, for Lockstep's tests to replay.

usage: Tests/Golden/record.py [NAME ...]        (needs torch, h5py and numpy)

Each run is described by a configuration with the keys of Lockstep's run file, and by nothing else:
the functions below say what each key means in PyTorch. README.md has the files' layout.

Every run is recorded in float32 on one thread, then done again in float64, and refused when the two
differ by more than a tenth of what the tests allow: such a run would test the luck of rounding.
"""

import json
import math
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
import torch.nn.functional as F

from runs import RUNS, Run

TOLERANCE = 1e-5


def activation(layer: dict) -> torch.nn.Module:
    """The module of a layer's `activation`, with its `alpha` where it has one."""
    return {
        "identity": lambda: torch.nn.Identity(),
        "sigmoid": lambda: torch.nn.Sigmoid(),
        "tanh": lambda: torch.nn.Tanh(),
        "relu": lambda: torch.nn.ReLU(),
        "leakyRelu": lambda: torch.nn.LeakyReLU(layer["alpha"]),
        "elu": lambda: torch.nn.ELU(layer["alpha"]),
        "softplus": lambda: torch.nn.Softplus(),
        "gelu": lambda: torch.nn.GELU(),
        "silu": lambda: torch.nn.SiLU(),
        "softmax": lambda: torch.nn.Softmax(dim=1),
    }[layer["activation"]]()


def network(run: Run, dtype: torch.dtype) -> torch.nn.Sequential:
    """The network of the run, with its initial parameters, made by NumPy from a fixed seed.

    Weights are drawn as He or Glorot would, biases around zero, so that every bias matters.
    """
    random = np.random.default_rng(run.seed)
    inputs = run.features.shape[1]
    layers = []
    for layer in run.configuration["network"]:
        units = layer["units"]
        dense = torch.nn.Linear(inputs, units, dtype=dtype)
        weight = random.normal(0, math.sqrt(2 / (inputs + units)), (units, inputs))
        bias = random.normal(0, 0.1, units)
        with torch.no_grad():
            dense.weight.copy_(torch.from_numpy(weight.astype(np.float32)))
            dense.bias.copy_(torch.from_numpy(bias.astype(np.float32)))
        layers.append(torch.nn.Sequential(dense, activation(layer)))
        inputs = units
    return torch.nn.Sequential(*layers)


def parameters(net: torch.nn.Sequential) -> dict[str, torch.nn.Parameter]:
    """The parameters by Lockstep's names; a weight is [outputs, inputs], a bias [outputs]."""
    return {
        f"{index}-dense/{name}": parameter
        for index, layer in enumerate(net)
        for name, parameter in layer[0].named_parameters()
    }


def sample_losses(configuration: dict, outputs, targets, class_weights):
    """Each sample's loss, times its class weight. Elementwise losses are means over the outputs."""
    name, options = named(configuration["loss"], "loss")
    if name == "softmaxCrossEntropy":
        return F.cross_entropy(
            outputs, targets, weight=class_weights, reduction="none",
            label_smoothing=options.get("labelSmoothing", 0.0),
        )
    if not targets.is_floating_point():
        targets = F.one_hot(targets, outputs.shape[1])
    targets = targets.to(outputs.dtype).reshape(outputs.shape)
    losses = {
        "meanSquaredError": lambda: F.mse_loss(outputs, targets, reduction="none"),
        "meanAbsoluteError": lambda: F.l1_loss(outputs, targets, reduction="none"),
        "huber": lambda: F.huber_loss(outputs, targets, reduction="none", delta=options["delta"]),
        "binaryCrossEntropy": lambda: F.binary_cross_entropy_with_logits(
            outputs, targets, reduction="none"),
    }[name]()
    return losses.mean(dim=1)


def optimizer(configuration: dict, named_parameters: dict) -> torch.optim.Optimizer:
    """The optimizer; weight decay leaves out the biases unless decayBiases is set."""
    name, options = named(configuration["optimizer"], "optimizer")
    decay = configuration.get("weightDecay", 0.0)
    groups = [
        {"params": [p], "weight_decay": decay if decays(configuration, tensor) else 0.0}
        for tensor, p in named_parameters.items()
    ]
    rename = {"epsilon": "eps", "initialAccumulator": "initial_accumulator_value"}
    arguments = {rename.get(key, key): value for key, value in options.items()}
    kind = {
        "sgd": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamW": torch.optim.AdamW,
        "adagrad": torch.optim.Adagrad,
    }[name]
    return kind(groups, lr=configuration["learningRate"], foreach=False, **arguments)


def decays(configuration: dict, tensor: str) -> bool:
    return tensor.endswith("/weight") or configuration.get("decayBiases", False)


def learning_rates(configuration: dict, steps: int) -> list[float]:
    """The learning rate of each step, by PyTorch's own schedulers, run without a network."""
    name, options = named(configuration.get("schedule", "constant"), "schedule")
    base = configuration["learningRate"]
    warmup = options.get("warmupSteps", 0)
    rest = steps - warmup
    sgd = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    schedulers = torch.optim.lr_scheduler
    scheduler = {
        "constant": lambda: schedulers.LambdaLR(sgd, lambda step: 1.0),
        "step": lambda: schedulers.StepLR(sgd, options["every"], options["gamma"]),
        "exponential": lambda: schedulers.ExponentialLR(sgd, options["gamma"]),
        "cosine": lambda: schedulers.CosineAnnealingLR(sgd, rest, options.get("minimum", 0.0)),
        "oneCycle": lambda: schedulers.OneCycleLR(
            sgd, max_lr=base, total_steps=rest, cycle_momentum=False),
    }[name]()
    start = sgd.param_groups[0]["lr"]  # where the schedule proper begins
    rates = [start * (step + 1) / (warmup + 1) for step in range(warmup)]
    for _ in range(rest):
        rates.append(sgd.param_groups[0]["lr"])
        sgd.step()
        if len(rates) < steps:
            scheduler.step()
    return rates


def mini_batches(run: Run) -> list[list[np.ndarray]]:
    """The rows of each mini-batch of each step. A step has `accumulate` of them, or those that are
    left at the end of an epoch."""
    batch = run.configuration["batchSize"]
    together = run.configuration.get("accumulate", 1)
    steps = []
    for _ in range(run.configuration["epochs"]):
        rows = np.arange(len(run.features))
        batches = [rows[start:start + batch] for start in range(0, len(rows), batch)]
        steps += [batches[start:start + together] for start in range(0, len(batches), together)]
    return steps


def train(run: Run, dtype: torch.dtype):
    """Trains; returns the initial and final parameters, each step's loss and learning rate."""
    configuration = run.configuration
    features = torch.from_numpy(run.features).to(dtype)
    targets = torch.from_numpy(run.targets)
    targets = targets.to(dtype) if targets.is_floating_point() else targets.to(torch.int64)
    weights = torch.ones(len(features)) if run.weights is None else torch.from_numpy(run.weights)
    weights = weights.to(dtype)
    class_weights = configuration.get("classWeights")
    if class_weights is not None:
        class_weights = torch.tensor(class_weights, dtype=dtype)

    net = network(run, dtype)
    tensors = parameters(net)
    initial = {name: p.detach().clone() for name, p in tensors.items()}
    update = optimizer(configuration, tensors)
    steps = mini_batches(run)
    rates = learning_rates(configuration, len(steps))
    losses = []
    for batches, rate in zip(steps, rates):
        update.zero_grad()
        loss_sum, weight_sum = 0.0, 0.0
        for rows in batches:
            weight = weights[rows]
            loss = (weight * sample_losses(
                configuration, net(features[rows]), targets[rows], class_weights)).sum()
            loss.backward()  # adds to the gradients of the step's earlier mini-batches
            if class_weights is not None:
                weight = weight * class_weights[targets[rows]]
            loss_sum += loss.item()
            weight_sum += weight.sum().item()
        losses.append(loss_sum / weight_sum)
        for parameter in tensors.values():
            parameter.grad /= weight_sum
        if "clipNorm" in configuration:
            torch.nn.utils.clip_grad_norm_(net.parameters(), configuration["clipNorm"])
        for name, parameter in tensors.items():
            if configuration.get("l1") and decays(configuration, name):
                parameter.grad += configuration["l1"] * parameter.detach().sign()
        for group in update.param_groups:
            group["lr"] = rate
        update.step()
    final = {name: p.detach().clone() for name, p in tensors.items()}
    return initial, final, losses, rates


def record(run: Run, path: Path) -> None:
    initial, final, losses, rates = train(run, torch.float32)
    _, exact, exact_losses, _ = train(run, torch.float64)
    difference = max(
        max(abs(a - b) / abs(b) for a, b in zip(losses, exact_losses)),
        max(float((final[name] - exact[name]).norm() / exact[name].norm()) for name in final),
    )
    moved = min(float((final[n] - initial[n]).norm() / initial[n].norm()) for n in final)
    print(f"{run.name}: {len(losses)} steps, loss {losses[0]:.4f} to {losses[-1]:.4f}, "
          f"float64 differs by {difference:.1e}, least moved tensor by {moved:.2f}")
    if difference > TOLERANCE:
        sys.exit(f"{run.name}: float32 and float64 differ by more than {TOLERANCE}")

    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        file.attrs["configuration"] = json.dumps(run.configuration)
        file.attrs["recordedWith"] = f"PyTorch {torch.__version__}, float32, one thread"
        file["features"] = run.features
        file["targets"] = run.targets
        if run.weights is not None:
            file["weights"] = run.weights
        file["order"] = np.tile(
            np.arange(len(run.features), dtype=np.int32), (run.configuration["epochs"], 1))
        file["losses"] = np.array(losses)
        file["learningRates"] = np.array(rates)
        for name in final:
            file[f"initial/{name}"] = initial[name].numpy()
            file[f"final/{name}"] = final[name].numpy()


def named(setting: str | dict, key: str) -> tuple[str, dict]:
    """A setting is a name, or an object that has the name under `key` and options beside it."""
    if isinstance(setting, str):
        return setting, {}
    return setting[key], {name: value for name, value in setting.items() if name != key}


def main() -> None:
    if {"-h", "--help"} & set(sys.argv[1:]):
        sys.exit(__doc__)
    torch.set_num_threads(1)
    chosen = [run for run in RUNS if run.name in sys.argv[1:] or len(sys.argv) == 1]
    if not chosen:
        sys.exit(f"no such run; the runs: {', '.join(run.name for run in RUNS)}")
    for run in chosen:
        record(run, Path(__file__).parent / f"{run.name}.h5")


if __name__ == "__main__":
    main()
