"""The study's protocol: how cells are split, preprocessed and trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class LearningRateSchedule:
    """Learning rate that falls when the training loss no longer does.

    Attributes
    ----------
    initial : float
        Rate of the first epoch.
    factor : float
        What the rate is multiplied by, in (0, 1).
    patience : int
        Epochs without a better training loss before the rate falls.
    minimum : float
        The rate never falls below this.
    min_delta : float
        By how much a loss must be lower to count as better; not a key of the configuration.
    """

    initial: float
    factor: float
    patience: int
    minimum: float
    min_delta: float


@dataclass(frozen=True)
class Protocol:
    """Settings that all methods of a study share; config/README.md says what each means.

    Attributes
    ----------
    splits, repeats : int
        Folds per repeat, and repeats, of the stratified cross-validation.
    validation_fraction : float
        Share of each training part that is set aside for validation.
    clip : float
        Standardised features are cut to [-clip, clip].
    hidden_layers : int
        Hidden layers, all of the same width.
    width_divisor : mapping of str to float
        Divisor of the hidden width for ``'binary'`` and for ``'multiclass'`` tasks.
    dropout : float
        Share of the units that is dropped, in [0, 1).
    epochs, batch_size : int
        Length of the training; rows per mini-batch.
    learning_rate : LearningRateSchedule
    selection : str
        Weights in use after training: ``'last'`` or ``'best_validation'``.
    """

    splits: int
    repeats: int
    validation_fraction: float
    clip: float
    hidden_layers: int
    width_divisor: Mapping[str, float]
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: LearningRateSchedule
    selection: str

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Protocol":
        """Build from the (validated) ``protocol`` section of the configuration."""
        return cls(**{**mapping, "learning_rate": LearningRateSchedule(**mapping["learning_rate"])})

    def hidden_width(self, kind: str, n_features: int, n_classes: int) -> int:
        """Compute the width of the hidden layers, ``int(2 (d + K) / divisor)`` and at least 1.

        The quotient is taken of the divisor as written (0.7, not the binary fraction next to it), so a
        width that is whole on paper does not lose a unit to rounding.

        Parameters
        ----------
        kind : str
            ``'binary'`` or ``'multiclass'``.
        n_features : int
            d.
        n_classes : int
            K.

        Returns
        -------
        int
        """
        divisor = Fraction(str(self.width_divisor[kind]))
        return max(1, int(2 * (n_features + n_classes) / divisor))
