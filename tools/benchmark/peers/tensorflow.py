"""TensorFlow: a graph that gathers, trains and updates, looping over many steps a call, with Adam's
fused operation."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import harness  # noqa: E402

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def train(workload, variant, features, labels):
    tf.config.threading.set_intra_op_parallelism_threads(harness.cores())
    x, y = tf.constant(features), tf.constant(labels, tf.int32)
    random = np.random.default_rng(0)
    variables = []
    for inputs, outputs in workload.layers:
        scale = np.sqrt(2 / inputs)
        variables.append(tf.Variable(
            random.normal(0, scale, (inputs, outputs)).astype(np.float32)))
        variables.append(tf.Variable(tf.zeros(outputs)))
    first = [tf.Variable(tf.zeros_like(v)) for v in variables]
    second = [tf.Variable(tf.zeros_like(v)) for v in variables]
    power1, power2 = tf.Variable(BETA1), tf.Variable(BETA2)
    batch, steps_per_turn = workload.batch, 16

    def loss_of(rows):
        values = tf.gather(x, rows)
        for index in range(0, len(variables), 2):
            values = tf.nn.bias_add(values @ variables[index], variables[index + 1])
            if index + 2 < len(variables):
                values = tf.nn.relu(values)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=tf.gather(y, rows), logits=values))

    @tf.function
    def turn(order):
        loss = 0.0
        for rows in order:  # a loop inside the graph
            with tf.GradientTape() as tape:
                loss = loss_of(rows)
            for v, m, s, gradient in zip(variables, first, second, tape.gradient(loss, variables)):
                tf.raw_ops.ResourceApplyAdam(
                    var=v.handle, m=m.handle, v=s.handle, beta1_power=power1, beta2_power=power2,
                    lr=harness.LEARNING_RATE, beta1=BETA1, beta2=BETA2, epsilon=EPSILON,
                    grad=gradient)
            power1.assign(power1 * BETA1)
            power2.assign(power2 * BETA2)
        return loss

    samples = batch * steps_per_turn
    while True:
        order = random.permutation(workload.rows).astype(np.int32)
        for start in range(0, workload.rows - samples + 1, samples):
            rows = tf.constant(order[start:start + samples].reshape(steps_per_turn, batch))
            loss = turn(rows).numpy()
            yield samples, loss


if __name__ == "__main__":
    harness.main(train, f"TensorFlow {tf.__version__}")
