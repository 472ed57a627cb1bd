"""Mini-batches of NumPy arrays, for every backend of Keras."""

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
from sklearn.utils import gen_batches

from remix.batches.balanced import BalancedResampling
from remix.batches.drawing import draw_epoch, epoch_steps
from remix.batches.lacking import lacking_share, warn_if_lacking
from remix.batches.links import class_links
from remix.errors import ConfigError, DataError
from remix.keras.inputs import features
from remix.keras.labels import LabelMode, class_numbers
from remix.keras.settings import MISSING, BatchSettings, check_layers, check_mixable
from remix.methods import Method
from remix.parameters import check_count
from remix.single import mini_batches

# Rows that are looked at at a time: what stays on disk need not fit into memory.
CHECKED_ROWS = 4096
# Mini-batches that Keras may look at before it begins an epoch, to learn their shapes.
GLANCED = 2
REMEDY = "use method='remix_dataset_pool', which draws from all rows, a larger batch_size, or method='cost'"


class MixedBatches(keras.utils.PyDataset):
    """Balanced, mixed mini-batches of arrays, to train a Keras model of any backend on.

    An epoch's rows and random numbers are drawn at once, by the stages' own functions, and applied in NumPy
    when a mini-batch is asked for. So the mini-batches of an epoch can be asked for in any order and as often
    as one likes, by any number of threads or processes, and stay the same. When an epoch ends, Keras calls
    `on_epoch_end`, which draws the next one. A second `fit` goes on where the first one ended.

    Parameters
    ----------
    x : array-like, shape (n, …)
        Features of any shape without missing values, or a DataFrame of numbers. Mini-batches are float32 of
        the same scale. A `numpy.memmap` stays on disk.
    y : array-like, shape (n,), (n, 1) or (n, K)
        Class numbers 0..K-1, or one-hot rows. Floats in one column are binary targets if K is 2.
    n_classes : int, optional
        K; by default what is found in the labels.
    batch_size : int, default=64
        Rows per mini-batch. Every one is full: the last of an epoch is completed by rows of its beginning.
    method, alpha, seed, label_mode
        As in `BatchSettings`. By default ReMix with rows that are drawn from all rows, so that no mini-batch
        lacks a class; `'remix'` is the paper's, which balances what a mini-batch happens to have. The stages
        are those that work without TensorFlow: balanced resampling, mixing of the input and loss weights; for
        SMOTE and image augmentation there is `mixed_batches`.
    workers, use_multiprocessing, max_queue_size
        As in `keras.utils.PyDataset`: how `fit` prepares mini-batches ahead.

    Attributes
    ----------
    settings : BatchSettings
    epoch : int
        Number of the epoch that is drawn, from 0 on. It can be set: to the number that another object came to
        go on from there, or in a loop of one's own, ``for batches.epoch in range(20):``.

    Raises
    ------
    ConfigError, DataError
        If settings or data cannot be used; the text says what was expected and received.

    Warns
    -----
    UserWarning
        If more than a tenth of the mini-batches will lack a class that the method would balance.

    Notes
    -----
    A mini-batch is ``(x, y)`` or, if the method weighs the loss, ``(x, y, sample_weight)``: a row has the
    weight of its class, a mixed row the mean of its classes' weights, by their shares.

    Leave out the argument `steps_per_epoch` of `fit`: `len` tells it how many mini-batches an epoch has. An
    epoch that was broken off is begun again.

    Examples
    --------
    >>> x, y = np.arange(20.0).reshape(10, 2), np.array([0] * 9 + [1])
    >>> batches = MixedBatches(x, y, batch_size=4, seed=1)
    >>> len(batches)
    3
    >>> features, labels = batches[0]
    >>> features.shape, labels.sum(axis=0).tolist()
    ((4, 2), [2.0, 2.0])

    Train with ``model.fit(batches)``. The settings can be saved; data are given again.

    >>> again = MixedBatches.from_config(batches.get_config(), x, y)
    >>> np.array_equal(again[0][0], features)
    True

    A model with one sigmoid unit takes the share of class 1.

    >>> MixedBatches(x, y, batch_size=4, seed=1, label_mode="binary")[0][1].shape
    (4, 1)
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        *,
        n_classes: int | None = None,
        batch_size: int = 64,
        method: str | Mapping[str, Any] = "remix_dataset_pool",
        alpha: float | None = None,
        seed: int | None = None,
        label_mode: LabelMode = "auto",
        workers: int = 1,
        use_multiprocessing: bool = False,
        max_queue_size: int = 10,
    ) -> None:
        super().__init__(
            workers=workers, use_multiprocessing=use_multiprocessing, max_queue_size=max_queue_size
        )
        self.labels, n_classes, self.binary = class_numbers(y, n_classes, label_mode)
        self.x = features(x, len(self.labels))
        if self.x.dtype.kind == "f":
            for part in gen_batches(len(self.x), CHECKED_ROWS):
                with np.errstate(over="ignore"):
                    mixed = self.x[part].astype(np.float32, copy=False)
                if not np.isfinite(mixed).all():
                    raise DataError(MISSING)
        self.settings = BatchSettings(
            n_classes=n_classes,
            batch_size=batch_size,
            method=method,
            alpha=alpha,
            seed=seed,
            label_mode=label_mode,
        )
        self.method = self.settings.method_for(images=self.x.ndim == 4)
        check_stages(self.method)
        check_mixable(self.x.dtype, self.method)
        self.by_class = mini_batches.class_order(self.labels, n_classes)
        self.class_weights = self.settings.class_weights(self.method, self.by_class.size)
        self.links = class_links(self.x, self.labels, n_classes) if self.method.needs_links else None
        if self.method.resamples_within_batch:
            warn_if_lacking(lacking_share(self.by_class.size, batch_size), batch_size, REMEDY, stacklevel=2)
        self.epoch = 0

    @property
    def epoch(self) -> int:
        """Number of the epoch that is drawn."""
        return self._epoch

    @epoch.setter
    def epoch(self, number: int) -> None:
        check_count("epoch", number, least=0)
        self._epoch, self._is_over = int(number), False
        # The first axis of all that is drawn is the mini-batch.
        steps, size = len(self), self.settings.batch_size
        self._rows = draw_epoch(self.settings.generator("order", self._epoch), len(self.labels), steps, size)
        self._drawn = self.method.draw(
            self.settings.stage_generators(self._epoch), steps, size, self.settings.n_classes
        )

    def __len__(self) -> int:
        return epoch_steps([len(self.labels)], self.settings.batch_size, "filled")

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        if not 0 <= index < len(self):
            raise IndexError(f"mini-batch: expected 0..{len(self) - 1}, received {index}")
        one = slice(index, index + 1)
        if index == len(self) - 1 >= GLANCED:
            self._is_over = True
        drawn = {
            stage: {name: array[one] for name, array in arrays.items()}
            for stage, arrays in self._drawn.items()
        }
        (x,), (y,) = mini_batches.make_batches(
            self.method, self.x, self.labels, self.by_class, self._rows[one], drawn, self.links
        )
        target = y[:, 1:] if self.binary else y
        return (x, target) if self.class_weights is None else (x, target, y @ self.class_weights)

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        self.on_epoch_begin()
        return (self[index] for index in range(len(self)))

    def on_epoch_begin(self) -> None:
        """Take note that an epoch begins; Keras calls it."""
        # What other processes are asked for is not seen here; of a short epoch all may be only glanced at.
        self._is_over |= self.use_multiprocessing or len(self) <= GLANCED

    def on_epoch_end(self) -> None:
        """Draw the next epoch, if all mini-batches of this one were asked for; Keras calls it."""
        # Keras does so before the first epoch of a `fit` too.
        if self._is_over:
            self.epoch += 1

    def get_config(self) -> dict[str, Any]:
        """Give the settings as plain values; not the data, nor the epoch."""
        return self.settings.get_config() | {
            "workers": self.workers,
            "use_multiprocessing": self.use_multiprocessing,
            "max_queue_size": self.max_queue_size,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], x: Any, y: Any) -> "MixedBatches":
        """Build from what `get_config` gave, and the data."""
        return cls(x, y, **config)


def check_stages(method: Method) -> None:
    """Refuse methods that have a stage which is applied in TensorFlow only.

    Raises
    ------
    ConfigError
    """
    if method.augment is not None:
        raise ConfigError(
            "MixedBatches: expected a method that resamples 'balanced' or mixes, received one that augments "
            "images; augment in the model, or use remix.keras.mixed_batches"
        )
    if not isinstance(method.resample, BalancedResampling | None):
        raise ConfigError(
            "MixedBatches: expected a method that resamples 'balanced' or mixes, received one that resamples "
            f"by {type(method.resample).__name__}; use remix.keras.mixed_batches"
        )
    check_layers("MixedBatches", method)
