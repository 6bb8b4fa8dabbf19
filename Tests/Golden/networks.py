"""Records what PyTorch's activations, losses, optimizers and schedules give, for NetworksTests.

    python Tests/Golden/networks.py > Tests/Golden/networks.json

Recorded with PyTorch 2.15 on CPU.
"""

import json
import math

import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler

torch.manual_seed(1)


def activations():
    inputs = [-1e4, -60, -8, -3, -1.5, -0.75, -0.1, 0, 0.2, 0.9, 1.7, 4, 11, 70, 1e4]
    functions = [
        ({"activation": "identity"}, lambda x: x * 1),
        ({"activation": "sigmoid"}, torch.sigmoid),
        ({"activation": "relu"}, torch.relu),
        ({"activation": "tanh"}, torch.tanh),
        ({"activation": "leakyRelu"}, F.leaky_relu),
        ({"activation": "leakyRelu", "alpha": 0.3}, lambda x: F.leaky_relu(x, 0.3)),
        ({"activation": "elu"}, F.elu),
        ({"activation": "elu", "alpha": 0.5}, lambda x: F.elu(x, 0.5)),
        ({"activation": "softplus"}, F.softplus),
        ({"activation": "gelu"}, F.gelu),
        ({"activation": "silu"}, F.silu),
        ({"activation": "softmax"}, lambda x: F.softmax(x, -1)),
    ]
    for settings, function in functions:
        # Double: PyTorch's float kernels approximate; softplus beyond 20 is x itself there.
        x = torch.tensor(inputs, dtype=torch.float64, requires_grad=True)
        y = function(x)
        weights = torch.linspace(1, 2, len(inputs), dtype=torch.float64)
        (y * weights).sum().backward()
        yield {
            "settings": settings,
            "inputs": inputs,
            "outputs": y.tolist(),
            "outputGradient": weights.tolist(),
            "inputGradient": x.grad.tolist(),
        }


def loss(settings, outputs, compute, **targets):
    """compute gives each sample's loss and its weight; the batch's loss is the weighted mean."""
    x = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    losses, weights = compute(x)
    mean = losses.sum() / weights.sum()
    mean.backward()
    return {
        "settings": settings,
        "rows": x.shape[0],
        "columns": x.shape[1],
        "outputs": x.flatten().tolist(),
        "loss": mean.item(),
        "weight": weights.sum().item(),
        "gradient": x.grad.flatten().tolist(),
        **targets,
    }


def losses():
    outputs = (torch.randn(5, 3, dtype=torch.float64) * 2).tolist()
    extreme = [[1e4, -1e4, 0], [-1e4, -1e4, 1e4], [1e4, 1e4, 1e4], [0, 0, 0], [3, 1e4, -2]]
    values = torch.randn(5, 3, dtype=torch.float64)
    unit = torch.rand(5, 3, dtype=torch.float64)
    classes = torch.tensor([0, 2, 1, 1, 2])
    one_hot = F.one_hot(classes, 3).double()
    sample_weights = torch.tensor([1, 0.5, 2, 0, 1.5], dtype=torch.float64)
    class_weights = torch.tensor([0.5, 1, 3], dtype=torch.float64)
    one = torch.ones(5, dtype=torch.float64)
    elementwise = [
        ({"loss": "meanSquaredError"}, F.mse_loss),
        ({"loss": "meanAbsoluteError"}, F.l1_loss),
        ({"loss": "huber"}, F.huber_loss),
        ({"loss": "huber", "delta": 0.4}, lambda x, t, reduction: F.huber_loss(x, t, reduction, 0.4)),
        ({"loss": "binaryCrossEntropy"}, F.binary_cross_entropy_with_logits),
    ]
    for settings, function in elementwise:
        target = unit if settings["loss"] == "binaryCrossEntropy" else values

        def per_sample(x, target, w=one):
            return w * function(x, target, reduction="none").mean(1), w

        flat = target.flatten().tolist()
        yield loss(settings, outputs, lambda x: per_sample(x, target), values=flat)
        yield loss(settings, extreme, lambda x: per_sample(x, target), values=flat)
        yield loss(
            settings, outputs, lambda x: per_sample(x, target, sample_weights), values=flat,
            weights=sample_weights.tolist())
        yield loss(
            settings, outputs, lambda x: per_sample(x, one_hot), classes=classes.tolist())
        yield loss(
            settings, outputs,
            lambda x: per_sample(x, one_hot, sample_weights * class_weights[classes]),
            classes=classes.tolist(), weights=sample_weights.tolist(),
            classWeights=class_weights.tolist())
        binary = torch.tensor([[1], [0], [0], [1], [1]]).double()
        yield loss(
            settings, [row[:1] for row in outputs], lambda x: per_sample(x, binary),
            classes=binary.long().flatten().tolist())
    for smoothing in [0, 0.1]:
        settings = {"loss": "softmaxCrossEntropy", "labelSmoothing": smoothing}
        for x0 in [outputs, extreme]:
            yield loss(
                settings, x0,
                lambda x: (
                    F.cross_entropy(x, classes, label_smoothing=smoothing, reduction="none"), one),
                classes=classes.tolist())
        # The mean with class weights divides by the weights of the labels.
        yield loss(
            settings, outputs,
            lambda x: (
                F.cross_entropy(
                    x, classes, class_weights, label_smoothing=smoothing, reduction="none"),
                class_weights[classes]),
            classes=classes.tolist(), classWeights=class_weights.tolist())
        yield loss(
            settings, outputs,
            lambda x: (
                sample_weights * F.cross_entropy(
                    x, classes, class_weights, label_smoothing=smoothing, reduction="none"),
                sample_weights * class_weights[classes]),
            classes=classes.tolist(), classWeights=class_weights.tolist(),
            weights=sample_weights.tolist())
        distribution = unit / unit.sum(1, keepdim=True)
        for weight in [None, class_weights]:
            extra = {} if weight is None else {"classWeights": weight.tolist()}
            yield loss(
                settings, outputs,
                lambda x: (
                    F.cross_entropy(
                        x, distribution, weight, label_smoothing=smoothing, reduction="none"),
                    one),
                values=distribution.flatten().tolist(), **extra)


def optimizers():
    start = torch.randn(7)
    gradients = [torch.randn(7) for _ in range(6)]
    cases = [
        ({"optimizer": "sgd"}, torch.optim.SGD, {}),
        ({"optimizer": "sgd", "momentum": 0.9}, torch.optim.SGD, {"momentum": 0.9}),
        (
            {"optimizer": "sgd", "momentum": 0.9, "dampening": 0.3}, torch.optim.SGD,
            {"momentum": 0.9, "dampening": 0.3}),
        (
            {"optimizer": "sgd", "momentum": 0.8, "nesterov": True}, torch.optim.SGD,
            {"momentum": 0.8, "nesterov": True}),
        ({"optimizer": "rmsprop"}, torch.optim.RMSprop, {}),
        (
            {"optimizer": "rmsprop", "alpha": 0.9, "momentum": 0.5, "centered": True},
            torch.optim.RMSprop, {"alpha": 0.9, "momentum": 0.5, "centered": True}),
        (
            {"optimizer": "rmsprop", "centered": True, "epsilon": 1e-4}, torch.optim.RMSprop,
            {"centered": True, "eps": 1e-4}),
        ({"optimizer": "adam"}, torch.optim.Adam, {}),
        (
            {"optimizer": "adam", "betas": [0.8, 0.95], "epsilon": 1e-3}, torch.optim.Adam,
            {"betas": (0.8, 0.95), "eps": 1e-3}),
        ({"optimizer": "adamW"}, torch.optim.AdamW, {}),
        ({"optimizer": "adagrad"}, torch.optim.Adagrad, {}),
        (
            {"optimizer": "adagrad", "initialAccumulator": 0.2, "epsilon": 1e-5},
            torch.optim.Adagrad, {"initial_accumulator_value": 0.2, "eps": 1e-5}),
    ]
    for settings, optimizer, options in cases:
        for decay in [None, 0.1]:
            parameters = torch.nn.Parameter(start.clone())
            extra = {} if decay is None else {"weight_decay": decay}
            optimizing = optimizer([parameters], lr=0.05, **options, **extra)
            after = []
            for gradient in gradients:
                parameters.grad = gradient.clone()
                optimizing.step()
                after.append(parameters.tolist())
            yield {
                "settings": settings,
                "weightDecay": decay,
                "learningRate": 0.05,
                "start": start.tolist(),
                "gradients": [gradient.tolist() for gradient in gradients],
                "parameters": after,
            }


def schedules():
    base, total = 0.4, 20

    def record(settings, make, warmup=0):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
        if warmup:
            main = make(optimizer, total - warmup)
            rise = lr_scheduler.LinearLR(
                optimizer, start_factor=1 / (warmup + 1), total_iters=warmup)
            schedule = lr_scheduler.SequentialLR(optimizer, [rise, main], [warmup])
        else:
            schedule = make(optimizer, total)
        rates = []
        for step in range(total):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step + 1 < total:
                schedule.step()
        return {
            "settings": {**settings, "warmupSteps": warmup},
            "totalSteps": total,
            "base": base,
            "rates": rates,
        }

    for warmup in [0, 4]:
        yield record(
            {"schedule": "constant"},
            lambda o, n: lr_scheduler.ConstantLR(o, factor=1, total_iters=n), warmup)
        yield record(
            {"schedule": "step", "every": 3, "gamma": 0.5},
            lambda o, n: lr_scheduler.StepLR(o, 3, gamma=0.5), warmup)
        yield record(
            {"schedule": "exponential", "gamma": 0.9},
            lambda o, n: lr_scheduler.ExponentialLR(o, 0.9), warmup)
        yield record(
            {"schedule": "cosine", "minimum": 0.01},
            lambda o, n: lr_scheduler.CosineAnnealingLR(o, n, eta_min=0.01), warmup)
    # PyTorch's OneCycleLR sets its own start, so that it has no warm-up to compare.
    yield record(
        {"schedule": "oneCycle"}, lambda o, n: lr_scheduler.OneCycleLR(o, base, total_steps=n))
    yield record(
        {"schedule": "oneCycle", "pctStart": 0.42, "divFactor": 10, "finalDivFactor": 50},
        lambda o, n: lr_scheduler.OneCycleLR(
            o, base, total_steps=n, pct_start=0.42, div_factor=10, final_div_factor=50))


def written(value):
    if isinstance(value, dict):
        return {key: written(member) for key, member in value.items()}
    if isinstance(value, list):
        return [written(member) for member in value]
    if isinstance(value, float):
        assert math.isfinite(value)
        return float(f"{value:.9g}")
    return value


parts = {
    "activations": activations(), "losses": losses(), "optimizers": optimizers(),
    "schedules": schedules(),
}
print("{")
for number, (name, cases) in enumerate(parts.items()):
    lines = ",\n".join(json.dumps(written(case)) for case in cases)
    print(f'"{name}": [\n{lines}\n]' + ("," if number + 1 < len(parts) else ""))
print("}")
