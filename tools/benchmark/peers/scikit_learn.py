"""scikit-learn's MLPClassifier, by `partial_fit` over pieces of a shuffled epoch."""

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

import harness

STEPS_PER_TURN = 32


def train(workload, variant, features, labels):
    classes = np.arange(workload.sizes[-1])
    model = MLPClassifier(
        hidden_layer_sizes=workload.sizes[1:-1], activation="relu", solver="adam", alpha=0.0,
        learning_rate_init=harness.LEARNING_RATE, batch_size=workload.batch, shuffle=False,
        random_state=0)
    random = np.random.default_rng(1)
    samples = STEPS_PER_TURN * workload.batch
    while True:
        order = random.permutation(workload.rows)
        for start in range(0, workload.rows - samples + 1, samples):
            rows = order[start:start + samples]
            model.partial_fit(features[rows], labels[rows], classes=classes)
            yield samples, model.loss_


if __name__ == "__main__":
    harness.main(train, f"scikit-learn {sklearn.__version__}")
