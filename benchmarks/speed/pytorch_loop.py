"""A plain PyTorch loop for each fold: tensors in memory, mini-batches by index, fused Adam."""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from benchmarks.speed.cells import Cell, Part
from benchmarks.speed.contenders import Training
from benchmarks.speed.pytorch_batches import balanced, mixup, smote


def build(cell: Cell) -> nn.Sequential:
    """Build the study's network, with its initial weights: Glorot uniform, biases 0; it gives logits."""
    sizes, layers = [cell.n_features, *cell.widths], []
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        if i < len(cell.widths) - 1:
            layers.append(nn.Dropout(cell.dropout))
    model = nn.Sequential(*layers, nn.Linear(sizes[-1], cell.n_classes))
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return model


def make_batch(
    cell: Cell, x: torch.Tensor, labels: torch.Tensor, rows: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Make what the method trains on of the rows as drawn: features, and classes or shares of them."""
    if cell.resampling == "balanced":
        rows = rows[balanced(labels[rows])]
    features, classes = x[rows], labels[rows]
    if cell.resampling == "smote":
        features, classes = smote(features, classes)
    if cell.alpha is None:
        return features, classes
    y = nn.functional.one_hot(classes, cell.n_classes).float()
    return mixup(features, y, rng.beta(cell.alpha, cell.alpha))


def train_fold(cell: Cell, part: Part, epochs: int, seed: int) -> float:
    """Train the network of one fold; gives the mean loss over its last epoch's mini-batches."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    x, labels = map(torch.from_numpy, part)
    model, rate = build(cell), cell.protocol.learning_rate
    optimiser = torch.optim.Adam(model.parameters(), rate.initial, eps=1e-7, fused=True)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser,
        factor=rate.factor,
        patience=rate.patience - 1,
        threshold=rate.min_delta,
        threshold_mode="abs",
        min_lr=rate.minimum,
    )
    mean = 0.0
    for _ in range(epochs):
        batches = torch.randperm(len(labels)).split(cell.protocol.batch_size)
        total = torch.zeros(())
        for rows in batches:
            features, target = make_batch(cell, x, labels, rows, rng)
            loss = nn.functional.cross_entropy(model(features), target)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.detach()
        mean = total.item() / len(batches)
        schedule.step(mean)
    return mean


def train(cell: Cell, epochs: int, folds: Sequence[int], begin: Callable[[], None]) -> Training:
    """Train a network for each fold in turn; see `benchmarks.speed.contenders.Train`."""
    torch.set_num_threads(1)
    train_fold(cell, cell.parts[folds[0]], 1, 0)
    begin()
    start = time.perf_counter()
    losses = [train_fold(cell, cell.parts[i], epochs, i) for i in folds]
    return Training(len(folds) * epochs, time.perf_counter() - start, losses)
