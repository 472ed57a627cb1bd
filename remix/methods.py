"""A method is a composition of stages: before training → resample → augment → mix → loss, loss weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from remix.batches.augmentation import ImageAugmentation
from remix.batches.balanced import BalancedResampling
from remix.batches.balanced_partners import BalancedPartners
from remix.batches.inverse_partners import InversePartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.margin_labels import MarginLabels
from remix.batches.mini_batch import MiniBatch
from remix.batches.mixing import Mixing, Partners, SoftLabels
from remix.batches.partners import PermutedPartners
from remix.batches.pool import Pool, class_index
from remix.batches.smote import Smote
from remix.batches.soft_labels import MinorityLabels, MixedLabels
from remix.before_training import SmoteBefore, Undersampling
from remix.catalogue import contradictions, stage_entry
from remix.errors import ConfigError
from remix.lazy import tf
from remix.losses.class_balanced import ClassBalancedWeights
from remix.losses.class_weights import BalancedWeights
from remix.losses.cross_entropy import CrossEntropy
from remix.losses.focal import FocalLoss
from remix.losses.ldam import LDAMLoss
from remix.losses.logit_adjusted import LogitAdjustedLoss

BeforeTraining = SmoteBefore | Undersampling
Resampling = BalancedResampling | Smote
Loss = CrossEntropy | FocalLoss | LDAMLoss | LogitAdjustedLoss
LossWeights = BalancedWeights | ClassBalancedWeights

# Stages that draw random numbers, in the order in which they are applied; each has a generator of its own.
DRAWING_STAGES = ("resample", "augment", "mix")
BEFORE_TRAINING: dict[str, type[BeforeTraining]] = {"smote": SmoteBefore, "undersampling": Undersampling}
RESAMPLERS: dict[str, type[Resampling]] = {"balanced": BalancedResampling, "smote": Smote}
AUGMENTATIONS: dict[str, type[ImageAugmentation]] = {"image": ImageAugmentation}
LOSSES: dict[str, type[Loss]] = {
    "cross_entropy": CrossEntropy,
    "focal": FocalLoss,
    "ldam": LDAMLoss,
    "logit_adjusted": LogitAdjustedLoss,
}
LOSS_WEIGHTS: dict[str, type[LossWeights]] = {
    "balanced": BalancedWeights,
    "class_balanced": ClassBalancedWeights,
}
# Stages of which one is chosen by name; `mix` has parameters, of which some are chosen so.
CHOICES: dict[str, Mapping[str, type]] = {
    "before_training": BEFORE_TRAINING,
    "resample": RESAMPLERS,
    "augment": AUGMENTATIONS,
    "loss": LOSSES,
    "loss_weights": LOSS_WEIGHTS,
}
PARTNERS: dict[str, type[Partners]] = {
    "permuted": PermutedPartners,
    "balanced": BalancedPartners,
    "linked_classes": LinkedPartners,
    "inverse": InversePartners,
}
SOFT_LABELS: dict[str, type[SoftLabels]] = {
    "mixed": MixedLabels,
    "minority": MinorityLabels,
    "margin": MarginLabels,
}
MIX_CHOICES: dict[str, Mapping[str, type]] = {"partners": PARTNERS, "labels": SOFT_LABELS}


@dataclass(frozen=True)
class Method:
    """What a method does to mini-batches and to the loss; every part may be absent.

    Attributes
    ----------
    before_training : SmoteBefore, Undersampling or None
        Changes the training part that mini-batches are drawn from.
    resample : BalancedResampling, Smote or None
        Changes the class mix of a mini-batch.
    augment : ImageAugmentation or None
        Changes each image of the (resampled) mini-batch.
    mix : Mixing or None
        Blends rows and labels of the (resampled, augmented) mini-batch; with `BalancedPartners` nothing may
        be resampled.
    loss : CrossEntropy, FocalLoss, LDAMLoss or LogitAdjustedLoss
        What each row costs.
    loss_weights : BalancedWeights, ClassBalancedWeights or None
        How much each class weighs in the loss.
    """

    before_training: BeforeTraining | None = None
    resample: Resampling | None = None
    augment: ImageAugmentation | None = None
    mix: Mixing | None = None
    loss: Loss = field(default_factory=CrossEntropy)
    loss_weights: LossWeights | None = None

    def training_rows(self, counts: np.ndarray) -> np.ndarray:
        """Count the rows that training parts will have, (...), from the rows of each class, (..., K)."""
        return counts.sum(axis=-1) if self.before_training is None else self.before_training.rows(counts)

    def draw(
        self,
        generators: Mapping[str, np.random.Generator],
        steps: int,
        batch_size: int,
        n_classes: int,
    ) -> dict[str, dict[str, np.ndarray]]:
        """Draw the random numbers of one fold's next `steps` mini-batches.

        Parameters
        ----------
        generators : mapping of str to numpy.random.Generator
            A generator of its own for each of `DRAWING_STAGES`, so that no draw depends on which other
            stages the method has.
        steps, batch_size, n_classes : int

        Returns
        -------
        dict
            For each stage that the method has, its drawn arrays, whose first axis is the step.
        """
        stages = {name: getattr(self, name) for name in DRAWING_STAGES}
        sizes = dict.fromkeys(stages, batch_size)
        if self.mix is not None:
            # Rows that are partners only are augmented as the others are.
            sizes["augment"] *= self.mix.partners.mini_batches
        return {
            name: stage.draw(generators[name], steps, sizes[name], n_classes)
            for name, stage in stages.items()
            if stage is not None
        }

    def batch(
        self,
        pool: Pool,
        rows: tf.Tensor,
        drawn: Mapping[str, Mapping[str, tf.Tensor]],
        *,
        xla: bool = False,
    ) -> MiniBatch:
        """Make the mini-batches that the networks are trained on, by applying one step of `draw`.

        Parameters
        ----------
        pool : Pool
            The training parts of a stack of folds.
        rows : int32 tensor, shape (S, B)
            The mini-batches as drawn: positions in the training parts. Usually one of each fold; or several,
            see `remix.batches.pool.Pool.repeated`.
        drawn : mapping
            What `draw` gave for each of them, with the mini-batch as first axis.
        xla : bool
            Whether XLA compiles it: with fixed shapes, and by the operations that it has. Changes no result
            but by rounding.

        Returns
        -------
        MiniBatch
            Features and labels of B rows, and what is left to mix inside of the networks.
        """
        if self.mix is not None:
            rows = self.mix.partners.rows(rows, pool, drawn["mix"])
        labels = pool.labels_of(rows)
        if isinstance(self.resample, BalancedResampling):
            rows = self.resample.rows(
                rows, class_index(labels, pool.n_classes), pool.by_class, **drawn["resample"]
            )
            labels = pool.labels_of(rows)
        x = pool.take(rows)
        if isinstance(self.resample, Smote):
            x, labels = self.resample.apply(
                x, labels, class_index(labels, pool.n_classes), **drawn["resample"], xla=xla
            )
        if self.augment is not None:
            # A stage of a user's own need not know of XLA, which takes it as it is.
            options = {"xla": xla} if isinstance(self.augment, ImageAugmentation) else {}
            x = self.augment.apply(x, **drawn["augment"], **options)
        if self.mix is not None:
            return self.mix.apply(x, labels, pool, drawn["mix"])
        return MiniBatch(x, tf.one_hot(labels, pool.n_classes))

    @property
    def resamples_within_batch(self) -> bool:
        """Whether classes are balanced that a mini-batch happens to hold, and those only."""
        if isinstance(self.resample, BalancedResampling):
            return self.resample.pool == "batch"
        return self.resample is not None

    @property
    def needs_links(self) -> bool:
        """Whether the pool must know which classes are neighbours."""
        return self.mix is not None and self.mix.partners.needs_links

    def diagnose(self, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Tell in which mini-batches the resampling had too little to work with.

        Parameters
        ----------
        counts : ndarray of int, shape (..., K)
            Rows of each class in the mini-batches as drawn.

        Returns
        -------
        dict of str to ndarray of bool, shape (...)
            Empty for methods that can always do what they are meant to.
        """
        return self.resample.diagnose(counts) if isinstance(self.resample, Smote) else {}

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Method:
        """Build a method from its entry in methods.yaml, such as ``{resample: balanced}``.

        Raises
        ------
        ConfigError
            If a stage, or a parameter of one, does not exist, or two stages contradict each other.
        """
        stages = [each.name for each in dataclasses.fields(cls)]
        unknown = sorted(set(spec) - set(stages))
        if unknown:
            raise ConfigError(
                f"unknown stage '{unknown[0]}'; a method is made of {', '.join(stages[:-1])} and {stages[-1]}"
            )
        built = {stage: _chosen(stage, spec[stage], CHOICES[stage]) for stage in CHOICES if stage in spec}
        if "mix" in spec:
            if not isinstance(spec["mix"], Mapping):
                raise ConfigError(
                    f"mix: expected a mapping such as {{'alpha': 0.1}}, received {spec['mix']!r}"
                )
            options = {
                option: _chosen(f"mix.{option}", spec["mix"][option], choices)
                for option, choices in MIX_CHOICES.items()
                if option in spec["mix"]
            }
            built["mix"] = _build("mix", Mixing, {**spec["mix"], **options})
        for keys, text in contradictions(spec):
            raise ConfigError(f"{'.'.join(keys)}: {text}")
        return cls(**built)


def _chosen(stage: str, entry: str | Mapping[str, Any], choices: Mapping[str, type]) -> Any:
    """Build what an entry names, from a registry."""
    name, parameters = stage_entry(stage, entry)
    if name not in choices:
        raise ConfigError(f"unknown {stage} '{name}'; allowed: {', '.join(sorted(choices))}")
    return _build(f"{stage} {name}", choices[name], parameters)


def _build(what: str, kind: type, parameters: Mapping[str, Any]) -> Any:
    fields = {each.name for each in dataclasses.fields(kind)}
    required = {
        each.name
        for each in dataclasses.fields(kind)
        if each.default is each.default_factory is dataclasses.MISSING
    }
    if not required <= set(parameters) <= fields:
        given = ", ".join(parameters) or "nothing"
        raise ConfigError(f"{what} was given {given}; allowed: {', '.join(sorted(fields))}")
    return kind(**parameters)
