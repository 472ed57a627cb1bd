"""How mini-batches are made, without the data they are made of."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

import keras
import numpy as np
from numpy.typing import ArrayLike

from remix import seeding
from remix.batches.smote import Smote
from remix.catalogue import stages
from remix.errors import ConfigError
from remix.keras.labels import LabelMode
from remix.losses.cross_entropy import CrossEntropy
from remix.methods import Method
from remix.parameters import check_alpha, check_choice, check_count

STAGES = ("resample", "augment", "mix")
MISSING = (
    "x: received a value that is missing, infinite or too large for float32; fill it, by scikit-learn's "
    "SimpleImputer for one"
)


@keras.saving.register_keras_serializable(package="remix")
@dataclass(frozen=True, kw_only=True)
class BatchSettings:
    """How mini-batches are made: what `mixed_batches` and `MixedBatches` have in common.

    Its configuration is plain, can be saved as JSON, and gives the same batches of the same data again:
    ``MixedBatches(x, y, **settings.get_config())``, ``mixed_batches(dataset, **settings.get_config())``.

    Parameters
    ----------
    n_classes : int
        K, at least 2.
    batch_size : int
        Rows per mini-batch.
    method : str or mapping
        A method of the catalogue, such as `'remix'`, `'remix_dataset_pool'`, `'mixup'`, `'smote'`, `'cost'`,
        `'baseline'`, for images also `'remix_aug'` and `'augment'`; or a mapping of stages as in
        methods.yaml, such as ``{"resample": {"balanced": {"pool": "dataset"}}, "mix": {"alpha": 0.2}}``.
    alpha : float, optional
        Mixing weights are drawn from Beta(α, α). None leaves the method its own: for the study's, 0.2 for
        images, which are rows of shape (height, width, channels), and 0.1 for all others. Methods that do not
        mix ignore it.
    seed : int, optional
        Of all random choices. None draws one, from the generator that `keras.utils.set_random_seed` seeds.
    label_mode : {'auto', 'categorical', 'binary'}
        Labels of the mini-batches. ``'categorical'``: (B, K), the shares of the classes, for the loss
        ``"categorical_crossentropy"``. ``'binary'``, for two classes: (B, 1), the share of class 1, for a
        model with one sigmoid unit and ``"binary_crossentropy"``. ``'auto'`` answers in the form that labels
        come in: binary where they are 0 and 1 as floats in one column.

    Raises
    ------
    ConfigError
        If a value is not as it should be, or the method has what mini-batches cannot carry: a loss of its
        own, class weights that begin later.

    Examples
    --------
    >>> settings = BatchSettings(n_classes=2, batch_size=32, method="remix", alpha=0.3, seed=1)
    >>> saved = keras.saving.serialize_keras_object(settings)
    >>> keras.saving.deserialize_keras_object(saved) == settings
    True
    """

    n_classes: int
    batch_size: int
    method: str | Mapping[str, Any]
    alpha: float | None = None
    seed: int | None = None
    label_mode: LabelMode = "auto"

    def __post_init__(self) -> None:
        if self.seed is None:
            object.__setattr__(self, "seed", random.randrange(2**31))
        for name, least in (("n_classes", 2), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            check_count(name, value, least=least)
            # Integers of NumPy are no plain values.
            object.__setattr__(self, name, int(value))
        check_choice("label_mode", self.label_mode, get_args(LabelMode))
        if self.label_mode == "binary" and self.n_classes != 2:
            raise ConfigError(
                f"label_mode: 'binary' is for two classes, received {self.n_classes}; write 'categorical'"
            )
        if self.alpha is not None:
            check_alpha(self.alpha)
            object.__setattr__(self, "alpha", float(self.alpha))
        # Whether there is such a method, before it is known whether the data are images.
        self.method_for(images=True)

    def method_for(self, *, images: bool) -> Method:
        """Build the method for images, or for other data.

        Raises
        ------
        ConfigError
            If there is no such method, or mini-batches cannot carry all of it.
        """
        method = Method.from_spec(stages(self.method, self.alpha, images=images))
        if method.before_training is not None:
            raise ConfigError(
                f"method {self.method!r} resamples the rows before training: expected one that works on "
                "mini-batches; resample with imbalanced-learn, then make batches of what it gives"
            )
        if not isinstance(method.loss, CrossEntropy):
            raise ConfigError(
                f"method {self.method!r} has a loss of its own, which mini-batches cannot carry: leave "
                "'loss' out and pass such a loss to model.compile, or train with remix.ReMixClassifier"
            )
        if method.loss_weights is not None and method.loss_weights.start > 0:
            raise ConfigError(
                f"method {self.method!r} weighs the loss from some epoch on (start: "
                f"{method.loss_weights.start}), and mini-batches do not know how many there will be: leave "
                "'start' out, or train with remix.ReMixClassifier"
            )
        return method

    def generator(self, purpose: str, epoch: int) -> np.random.Generator:
        """Give the generator of one purpose in one epoch: no draw depends on which others are made."""
        assert self.seed is not None
        return seeding.generator(self.seed, "keras", purpose, epoch)

    def stage_generators(self, epoch: int) -> dict[str, np.random.Generator]:
        """Give the generators of the stages in one epoch, as `remix.methods.Method.draw` takes them."""
        return {stage: self.generator(stage, epoch) for stage in STAGES}

    def class_weights(self, method: Method, counts: ArrayLike | None) -> np.ndarray | None:
        """Weigh classes that have so many rows, (K,), for the loss; None if the method does not.

        Raises
        ------
        ConfigError
            If the counts are not those of K classes that have rows.
        """
        if method.loss_weights is None:
            return None
        return method.loss_weights.weights(self._class_counts("weighs the loss", counts))

    def label_counts(self, method: Method, counts: ArrayLike | None) -> np.ndarray | None:
        """Check the rows of the classes, (K,), from which mixed labels follow; None if they do not.

        Raises
        ------
        ConfigError
            If the counts are not those of K classes that have rows.
        """
        if method.mix is None or not method.mix.needs_counts:
            return None
        return self._class_counts("mixes rows by the sizes of their classes", counts)

    def balanced_counts(self, method: Method, counts: ArrayLike | None) -> np.ndarray | None:
        """Check the rows of the classes, (K,), if they are given and mini-batches may lack what is balanced.

        Raises
        ------
        ConfigError
            If the counts are not those of K classes that have rows.
        """
        if counts is None or not method.resamples_within_batch:
            return None
        return self._class_counts("resamples within mini-batches", counts)

    def _class_counts(self, does: str, counts: ArrayLike | None) -> np.ndarray:
        rows = np.asarray([] if counts is None else _in_order_of_classes(counts))
        if rows.shape != (self.n_classes,) or not (rows > 0).all():
            received = "none" if counts is None else rows.tolist()
            raise ConfigError(
                f"class_counts: method {self.method!r} {does}, expected the rows of each of the "
                f"{self.n_classes} classes, at least 1; received {received}"
            )
        return rows

    def get_config(self) -> dict[str, Any]:
        """Give the settings as plain values."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "BatchSettings":
        """Build settings from what `get_config` gave."""
        return cls(**config)


def _in_order_of_classes(counts: Any) -> Any:
    """Sort counts that say which class they are of: a mapping, or a Series such as `value_counts` gives."""
    # pandas is not imported for the sake of those who do not use it: a Series has keys, as a mapping has.
    return [counts[label] for label in sorted(counts.keys())] if hasattr(counts, "keys") else counts


def check_layers(where: str, method: Method) -> None:
    """Refuse what would have to be done inside of a network that is not ours."""
    if method.mix is not None and method.mix.layers == "hidden":
        raise ConfigError(
            f"{where}: expected a method that mixes its input, received one with layers: hidden, of which a "
            "Keras model knows nothing; write layers: input, or train with remix.ReMixClassifier"
        )


def check_mixable(dtype: np.dtype[Any] | type, method: Method) -> None:
    """Refuse to blend whole numbers, which may be identifiers; bytes are pixels.

    Raises
    ------
    ConfigError
    """
    dtype = np.dtype(dtype)
    if dtype.kind in "iu" and dtype.itemsize > 1 and (method.mix or isinstance(method.resample, Smote)):
        raise ConfigError(
            f"x: received whole numbers ({dtype}), of which the method would make fractions; cast counts and "
            "measurements to float; identifiers, as for an Embedding, need a method that does not blend "
            "rows, such as method={'resample': 'balanced'}"
        )
