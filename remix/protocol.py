"""The study's protocol: how cells are split, preprocessed and trained."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from typing import Any, Literal

Precision = Literal["float32", "mixed_float16", "mixed_bfloat16"]
TableNetwork = Literal["mlp", "resnet"]


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
        By how much a loss must be lower to count as better.
    """

    initial: float
    factor: float
    patience: int
    minimum: float
    min_delta: float


# Wider than the networks of the paper's tasks: 20,000 features would get 13,000 units a layer, and 2 GiB of
# weights.
MOST_WIDTH = 512


@dataclass(frozen=True)
class ResNetProtocol:
    """Sizes of the residual network for tables; see `remix.networks.resnet.ResNet`.

    Attributes
    ----------
    blocks : int
        Residual blocks.
    width : int
        Units that each block adds to.
    hidden_factor : float
        Hidden units of a block, as a multiple of the width, rounded down.
    dropout, residual_dropout : float
        Share that is dropped of the hidden units of a block, and of what it adds, in [0, 1).
    """

    blocks: int
    width: int
    hidden_factor: float
    dropout: float
    residual_dropout: float

    @property
    def hidden(self) -> int:
        """Hidden units of a block."""
        return int(self.width * self.hidden_factor)


@dataclass(frozen=True)
class TableProtocol:
    """What is done with tables only: their scaling and their network.

    Attributes
    ----------
    clip : float
        Standardised features are cut to [-clip, clip].
    hidden_layers : int
        Of the multi-layer perceptron, like the next two: hidden layers, all of the same width. A residual
        network needs none of the three.
    width_divisor : mapping of str to float
        Divisor of the hidden width for ``'binary'`` and for ``'multiclass'`` tasks.
    dropout : float
        Share of the units that is dropped, in [0, 1).
    network : {'mlp', 'resnet'}
        Which network it is.
    resnet : ResNetProtocol or None
        Of the residual network, where it is one.
    """

    clip: float
    hidden_layers: int = 0
    width_divisor: Mapping[str, float] = field(default_factory=dict)
    dropout: float = 0.0
    network: TableNetwork = "mlp"
    resnet: ResNetProtocol | None = None

    def hidden_width(self, n_features: int, n_classes: int) -> int:
        """Compute the width of the hidden layers by the paper: ``int(2 (d + K) / divisor)``, at least 1.

        The quotient is taken of the divisor as written (0.7, not the binary fraction next to it), so a
        width that is whole on paper does not lose a unit to rounding.

        Parameters
        ----------
        n_features : int
            d.
        n_classes : int
            K; two classes take the divisor for binary tasks.

        Returns
        -------
        int
        """
        divisor = Fraction(str(self.width_divisor["binary" if n_classes == 2 else "multiclass"]))
        return max(1, int(2 * (n_features + n_classes) / divisor))

    def trained_width(self, n_features: int, n_classes: int) -> int:
        """Give the width of the hidden layers that are trained: `hidden_width`, at most `MOST_WIDTH`."""
        return min(self.hidden_width(n_features, n_classes), MOST_WIDTH)


@dataclass(frozen=True)
class ImageProtocol:
    """What is done with images only: their convolutional network, and how it is trained.

    Attributes
    ----------
    epochs : int
        Length of the training, instead of the protocol's.
    filters : tuple of int
        Filters of each 3 × 3 convolution; 2 × 2 max-pooling follows each.
    dense : int
        Units of the layer before the last.
    precision : {'float32', 'mixed_float16', 'mixed_bfloat16'}
        Numbers that the network computes with; its weights are always float32.
    rows : mapping of str to ('all' or int)
        How many images of a dataset ``'binary'`` and ``'multiclass'`` tasks use, drawn with its class shares.
    repeats : 'all' or int
        Repeats of the cross-validation, of the protocol's.
    tf32 : bool
        Whether a GPU may round what it multiplies to TF32: 10 bits of mantissa instead of 23.
    """

    epochs: int
    filters: tuple[int, ...]
    dense: int
    precision: Precision
    rows: Mapping[str, str | int] = field(default_factory=lambda: {"binary": "all", "multiclass": "all"})
    repeats: str | int = "all"
    tf32: bool = False


@dataclass(frozen=True)
class Protocol:
    """Settings that all methods of a study share; config/README.md says what each means.

    Attributes
    ----------
    splits, repeats : int
        Folds per repeat, and repeats, of the stratified cross-validation.
    validation_fraction : float
        Share of each training part that is set aside for validation.
    epochs, batch_size : int
        Length of the training; rows per mini-batch.
    learning_rate : LearningRateSchedule
    selection : str
        Weights in use after training: ``'last'`` or ``'best_validation'``.
    tables : TableProtocol or None
    images : ImageProtocol or None
        Of the two, a training has the one that it needs.
    """

    splits: int
    repeats: int
    validation_fraction: float
    epochs: int
    batch_size: int
    learning_rate: LearningRateSchedule
    selection: str
    tables: TableProtocol | None = None
    images: ImageProtocol | None = None

    @classmethod
    def from_section(cls, section: Mapping[str, Any]) -> "Protocol":
        """Build from the (validated) ``protocol`` section of the configuration."""
        names = {each.name for each in fields(TableProtocol)}
        tables = {key: value for key, value in section.items() if key in names}
        if tables.get("network", "mlp") == "mlp":
            tables.pop("resnet", None)
        others = {key: value for key, value in section.items() if key not in names}
        return cls.from_mapping({**others, "tables": tables})

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Protocol":
        """Build from what `as_mapping`, or `for_training`, gives."""
        parts: dict[str, Any] = {"learning_rate": LearningRateSchedule(**mapping["learning_rate"])}
        if mapping.get("tables") is not None:
            tables = dict(mapping["tables"])
            if tables.get("resnet") is not None:
                tables["resnet"] = ResNetProtocol(**tables["resnet"])
            parts["tables"] = TableProtocol(**tables)
        if mapping.get("images") is not None:
            images = mapping["images"]
            parts["images"] = ImageProtocol(**{**images, "filters": tuple(images["filters"])})
        return cls(**{**mapping, **parts})

    def as_mapping(self) -> dict[str, Any]:
        """Give all of it, in types that JSON has."""
        given = asdict(self)
        if self.tables is not None and self.tables.network == "mlp":
            # Only another network is named: what this one trains is called as when it was the only one.
            for key in ("network", "resnet"):
                del given["tables"][key]
        return given

    def for_training(self, *, images: bool) -> dict[str, Any]:
        """Give what a training on tables, or on images, depends on; nothing else must train it anew."""
        given = self.as_mapping()
        other = given.pop("tables" if images else "images")
        assert other is not None
        if images:
            given["epochs"] = given["images"]["epochs"]
            # What changes no result, and what the study says of each training elsewhere.
            for key in ("rows", "repeats"):
                del given["images"][key]
        elif "resnet" in given["tables"]:
            for key in ("hidden_layers", "width_divisor", "dropout"):
                del given["tables"][key]
        return given
