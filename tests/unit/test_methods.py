import pytest

from remix.batches.augmentation import ImageAugmentation
from remix.batches.balanced import BalancedResampling
from remix.batches.balanced_partners import BalancedPartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.mixing import Mixing
from remix.batches.partners import PermutedPartners
from remix.batches.smote import Smote
from remix.batches.soft_labels import MinorityLabels, MixedLabels
from remix.errors import ConfigError
from remix.losses.class_balanced import ClassBalancedWeights
from remix.losses.class_weights import BalancedWeights
from remix.losses.focal import FocalLoss
from remix.losses.ldam import LDAMLoss
from remix.methods import Method


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, Method()),
        ({"loss_weights": "balanced"}, Method(loss_weights=BalancedWeights())),
        (
            {"loss_weights": {"class_balanced": {"beta": 0.99, "start": 0.8}}},
            Method(loss_weights=ClassBalancedWeights(beta=0.99, start=0.8)),
        ),
        (
            {"loss": {"ldam": {"scale": 10}}, "loss_weights": {"balanced": {"start": 0.5}}},
            Method(loss=LDAMLoss(max_margin=0.5, scale=10), loss_weights=BalancedWeights(start=0.5)),
        ),
        ({"loss": "focal"}, Method(loss=FocalLoss(gamma=2.0))),
        ({"resample": "smote"}, Method(resample=Smote(neighbours=5))),
        ({"resample": {"smote": {"neighbours": 3}}}, Method(resample=Smote(neighbours=3))),
        ({"mix": {"alpha": 0.1}}, Method(mix=Mixing(alpha=0.1))),
        ({"augment": "image"}, Method(augment=ImageAugmentation(rotation=20.0, shift=0.2))),
        ({"augment": {"image": {"rotation": 5}}}, Method(augment=ImageAugmentation(rotation=5))),
        (
            {"resample": "balanced", "mix": {"alpha": 0.1}},
            Method(resample=BalancedResampling(pool="batch"), mix=Mixing(alpha=0.1)),
        ),
        (
            {"resample": {"balanced": {"pool": "dataset"}}},
            Method(resample=BalancedResampling(pool="dataset")),
        ),
        (
            {"mix": {"alpha": 0.1, "weights": "batch", "partners": "permuted", "labels": "mixed"}},
            Method(mix=Mixing(0.1, partners=PermutedPartners(), labels=MixedLabels())),
        ),
        (
            {"mix": {"alpha": 0.1, "weights": "row", "partners": "balanced", "labels": "minority"}},
            Method(mix=Mixing(0.1, "row", BalancedPartners(), MinorityLabels(kappa=3.0, tau=0.5))),
        ),
        (
            {"mix": {"alpha": 1, "partners": "linked_classes", "labels": {"minority": {"kappa": 2}}}},
            Method(mix=Mixing(1, partners=LinkedPartners(), labels=MinorityLabels(kappa=2))),
        ),
        ({"mix": {"alpha": 0.1, "layers": "hidden"}}, Method(mix=Mixing(0.1, layers="hidden"))),
    ],
)
def test_a_method_is_a_composition_of_stages(spec, expected):
    assert Method.from_spec(spec) == expected


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"resampl": "smote"},
            "unknown stage 'resampl'; a method is made of before_training, resample",
        ),
        ({"resample": "smoote"}, "unknown resample 'smoote'; allowed: balanced, smote"),
        ({"loss_weights": "focal"}, "unknown loss_weights 'focal'; allowed: balanced, class_balanced"),
        (
            {"loss": "balanced"},
            "unknown loss 'balanced'; allowed: cross_entropy, focal, ldam, logit_adjusted",
        ),
        ({"loss": {"ldam": {"gamma": 1}}}, "loss ldam was given gamma; allowed: max_margin, scale"),
        ({"loss": {"focal": {"gamma": -1}}}, "focal: gamma: expected a number of at least 0, received -1"),
        (
            {"loss_weights": {"balanced": {"beta": 0.9}}},
            "loss_weights balanced was given beta; allowed: start",
        ),
        ({"resample": {"smote": {"k": 3}}}, "resample smote was given k; allowed: neighbours"),
        ({"augment": "flip"}, "unknown augment 'flip'; allowed: image"),
        ({"augment": {"image": {"zoom": 3}}}, "augment image was given zoom; allowed: rotation, shift"),
        ({"mix": {"beta": 3}}, "mix was given beta; allowed: alpha, labels, layers, partners, weights"),
        (
            {"mix": {"alpha": 1, "partners": "any"}},
            r"unknown mix.partners 'any'; allowed: balanced, inverse, linked_classes, permuted",
        ),
        (
            {"mix": {"alpha": 1, "labels": "hard"}},
            "unknown mix.labels 'hard'; allowed: margin, minority, mixed",
        ),
        (
            {"mix": {"alpha": 1, "labels": {"minority": {"k": 1}}}},
            "mix.labels minority was given k; allowed: kappa, tau",
        ),
        (
            {"mix": {"alpha": 1, "weights": "rows"}},
            "mix.weights: expected one of batch, row, prior, received 'rows'",
        ),
        (
            {"resample": "smote", "mix": {"alpha": 1, "partners": "balanced"}},
            r"mix.partners: 'balanced' draws .* cannot stand beside 'resample'.* keep one of the two",
        ),
        (
            {"mix": {"alpha": 1, "partners": "balanced", "layers": "hidden"}},
            r"mix.partners: 'balanced' draws .* at the input only: write 'layers: input', or other partners",
        ),
    ],
)
def test_what_does_not_exist_is_named(spec, message):
    with pytest.raises(ConfigError, match=message):
        Method.from_spec(spec)
