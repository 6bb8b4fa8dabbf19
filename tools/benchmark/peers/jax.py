"""JAX: one compiled call a step, or one compiled call for an epoch (a scan over its steps)."""

import jax
import jax.numpy as jnp
import numpy as np

import harness

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
# A scan is cut after so many samples, so that a measurement ends on time on large networks too.
SAMPLES_PER_SCAN = {"W1": 60_000, "W2": 600_000, "W4": 10_240}


def initial(workload):
    random = np.random.default_rng(0)
    return [
        (jnp.asarray(random.normal(0, np.sqrt(2 / inputs), (inputs, outputs)), jnp.float32),
         jnp.zeros(outputs, jnp.float32))
        for inputs, outputs in workload.layers
    ]


def loss_of(parameters, x, y):
    for weight, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = parameters[-1]
    log_probabilities = jax.nn.log_softmax(x @ weight + bias)
    return -jnp.take_along_axis(log_probabilities, y[:, None], axis=1).mean()


def step(state, x, y):
    """One step of Adam; the state is the step's number, the parameters and the two moments."""
    number, parameters, first, second = state
    loss, gradient = jax.value_and_grad(loss_of)(parameters, x, y)
    number = number + 1
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
    rate = harness.LEARNING_RATE / (1 - BETA1**number)
    correction = 1 / (1 - BETA2**number)
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v * correction) + EPSILON),
        parameters, first, second)
    return (number, parameters, first, second), loss


def train(workload, variant, features, labels):
    x, y = jnp.asarray(features), jnp.asarray(labels, jnp.int32)
    parameters = initial(workload)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (jnp.float32(0), parameters, zeros, jax.tree.map(jnp.zeros_like, parameters))
    random = np.random.default_rng(1)
    batch = workload.batch

    one_step = jax.jit(lambda state, x, y, rows: step(state, x[rows], y[rows]), donate_argnums=0)

    def scan(state, x, y, order):
        state, losses = jax.lax.scan(lambda s, rows: step(s, x[rows], y[rows]), state, order)
        return state, losses[-1]

    many_steps = jax.jit(scan, donate_argnums=0)
    name = next(name for name, known in harness.WORKLOADS.items() if known == workload)
    steps_per_scan = min(workload.steps_per_epoch, SAMPLES_PER_SCAN[name] // batch)
    while True:
        order = random.permutation(workload.rows)[: workload.steps_per_epoch * batch]
        order = order.astype(np.int32).reshape(-1, batch)
        if variant == "scan":
            for start in range(0, len(order) - steps_per_scan + 1, steps_per_scan):
                state, loss = many_steps(state, x, y, order[start:start + steps_per_scan])
                loss.block_until_ready()
                yield steps_per_scan * batch, loss
        else:
            for number, rows in enumerate(order, start=1):
                state, loss = one_step(state, x, y, rows)
                if number % 16 == 0:  # calls are queued; wait now and then, and count what is done
                    loss.block_until_ready()
                    yield 16 * batch, loss


if __name__ == "__main__":
    harness.main(train, f"JAX {jax.__version__}")
