"""Scores of folds, of numbers that a test chooses."""

import itertools

import pandas as pd

PAPER_METRICS = ("g_mean", "balanced_brier")


def fold_scores(value, cells, methods, metrics=PAPER_METRICS, folds=2):
    """The scores of all folds, two in a repeat.

    Parameters
    ----------
    value : callable
        Of a cell, a method, a metric and the number of a fold; gives its score.
    cells : iterable of (kind, task, IR)
    methods, metrics : iterable of str
    folds : int
    """
    lines = [
        (*cell, method, fold // 2, fold % 2, metric, value(cell, method, metric, fold))
        for cell, metric, method, fold in itertools.product(cells, metrics, methods, range(folds))
    ]
    return pd.DataFrame(lines, columns=["kind", "task", "ir", "method", "repeat", "fold", "metric", "value"])


def mirrored(g_mean):
    """Scores that say the same in both of the paper's metrics: of a g-mean its balanced Brier score."""
    return lambda cell, method, metric, fold: (
        g_mean(cell, method, fold) if metric == "g_mean" else 1 - g_mean(cell, method, fold)
    )
