import dataclasses

import pytest

from remix.batches.balanced import BalancedResampling
from remix.batches.balanced_partners import BalancedPartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.mixing import Mixing
from remix.batches.smote import Smote
from remix.batches.soft_labels import MinorityLabels
from remix.errors import ConfigError
from remix.losses.class_weights import BalancedWeights
from remix.losses.ldam import LDAMLoss
from remix.methods import CHOICES, MIX_CHOICES, Method

# All that is chosen by name.
REGISTRIES = {**CHOICES, **{f"mix.{option}": choices for option, choices in MIX_CHOICES.items()}}
every_registry = pytest.mark.parametrize("what", REGISTRIES)
every_kind = pytest.mark.parametrize(
    ("what", "name"), [(what, name) for what, registry in REGISTRIES.items() for name in registry]
)


def spec_of(what, entry):
    """A method whose stage, or option of the mixing, has this entry."""
    stage, _, option = what.partition(".")
    return {stage: {"alpha": 1, option: entry} if option else entry}


@every_kind
def test_each_kind_is_chosen_by_its_name(what, name):
    method = Method.from_spec(spec_of(what, name))
    assert method == Method.from_spec(spec_of(what, {name: {}}))
    stage, _, option = what.partition(".")
    built = getattr(method, stage)
    assert (getattr(built, option) if option else built) == REGISTRIES[what][name]()


@every_registry
def test_a_name_that_does_not_exist_is_told_with_those_that_do(what):
    message = f"^unknown {what} 'none'; allowed: {', '.join(sorted(REGISTRIES[what]))}$"
    with pytest.raises(ConfigError, match=message):
        Method.from_spec(spec_of(what, "none"))


@every_kind
def test_a_parameter_that_does_not_exist_is_told_with_those_that_do(what, name):
    allowed = ", ".join(sorted(each.name for each in dataclasses.fields(REGISTRIES[what][name])))
    with pytest.raises(ConfigError, match=f"^{what} {name} was given none; allowed: {allowed}$"):
        Method.from_spec(spec_of(what, {name: {"none": 1}}))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, Method()),
        (
            {"loss": {"ldam": {"scale": 10}}, "loss_weights": {"balanced": {"start": 0.5}}},
            Method(loss=LDAMLoss(max_margin=0.5, scale=10), loss_weights=BalancedWeights(start=0.5)),
        ),
        ({"resample": {"smote": {"neighbours": 3}}}, Method(resample=Smote(neighbours=3))),
        (
            {"resample": "balanced", "mix": {"alpha": 0.1}},
            Method(resample=BalancedResampling(pool="batch"), mix=Mixing(alpha=0.1)),
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
        ({"mix": {"beta": 3}}, "mix was given beta; allowed: alpha, labels, layers, partners, weights"),
        (
            {"mix": {"alpha": 1, "weights": "rows"}},
            "mix.weights: expected one of batch, row, prior, received 'rows'",
        ),
        (
            {"mix": {"alpha": 1, "layers": "last"}},
            "mix.layers: expected one of input, hidden, received 'last'",
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
def test_what_does_not_exist_or_contradicts_itself_is_named(spec, message):
    with pytest.raises(ConfigError, match=message):
        Method.from_spec(spec)
