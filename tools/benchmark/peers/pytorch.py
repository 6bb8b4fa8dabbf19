"""PyTorch in one process: eager with the default Adam, with the fused Adam, or compiled."""

import torch
import torch.nn.functional as F

import harness


def network(workload: harness.Workload) -> torch.nn.Sequential:
    layers = []
    for inputs, outputs in workload.layers:
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def train(workload, variant, features, labels):
    torch.set_num_threads(harness.cores())
    torch.manual_seed(0)
    x, y = torch.from_numpy(features), torch.from_numpy(labels)
    model = network(workload)
    adam = torch.optim.Adam(
        model.parameters(), lr=harness.LEARNING_RATE, fused=variant in ("fused", "compile"))

    def loss_of(rows):
        return F.cross_entropy(model(x[rows]), y[rows])

    if variant == "compile":
        loss_of = torch.compile(loss_of)
    while True:
        order = torch.randperm(workload.rows)
        for rows in order.split(workload.batch)[: workload.steps_per_epoch]:
            loss = loss_of(rows)
            adam.zero_grad()
            loss.backward()
            adam.step()
            yield workload.batch, loss.detach()


if __name__ == "__main__":
    harness.main(train, f"PyTorch {torch.__version__}")
