"""scikit-learn's MLPClassifier for each fold, under joblib on all cores."""

import resource
import time
import warnings
from collections.abc import Callable, Sequence

import joblib
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.speed.cells import Cell, Part
from benchmarks.speed.contenders import Training


def fit(
    part: Part, widths: tuple[int, ...], batch_size: int, rate: float, epochs: int
) -> tuple[MLPClassifier, float]:
    """Train one network; gives it, and the largest memory of this process in MiB."""
    model = MLPClassifier(
        widths,
        alpha=0.0,
        batch_size=min(batch_size, len(part.labels)),
        learning_rate_init=rate,
        max_iter=epochs,
        n_iter_no_change=1 + epochs,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(*part)
    return model, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def train(cell: Cell, epochs: int, folds: Sequence[int], begin: Callable[[], None]) -> Training:
    """Fit a model for each fold; see `benchmarks.speed.contenders.Train`."""
    settings = (cell.widths, cell.protocol.batch_size, cell.protocol.learning_rate.initial)
    with joblib.Parallel(n_jobs=-1) as parallel:
        parallel(joblib.delayed(fit)(cell.parts[i], *settings, 1) for i in folds)
        begin()
        start = time.perf_counter()
        fitted = parallel(joblib.delayed(fit)(cell.parts[i], *settings, epochs) for i in folds)
        seconds = time.perf_counter() - start
    return Training(
        sum(model.n_iter_ for model, _ in fitted),
        seconds,
        [float(model.loss_) for model, _ in fitted],
        [rss for _, rss in fitted],
    )
