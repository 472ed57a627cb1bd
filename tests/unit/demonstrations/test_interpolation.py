import dataclasses

import numpy as np
import pytest

from remix.batches.balanced_partners import BalancedPartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.mixing import Mixing
from remix.study.demonstrations.hulls import inside_hull
from remix.study.demonstrations.interpolation import NEIGHBOURS, THIRD, interpolation


@pytest.fixture(scope="module")
def made(methods):
    return interpolation(methods["remix"], seed=1)


@pytest.fixture(scope="module")
def example(made):
    (line,) = made.samples[made.samples["example"]].to_dict("records")
    return line


def test_the_example_lies_in_the_third_class_and_its_label_denies_it(made, example):
    points = made.points[["x1", "x2"]].to_numpy()
    place = np.array([example["x1"], example["x2"]])
    nearest = np.linalg.norm(points - place, axis=1).argmin()
    assert made.points["label"][nearest] == example["nearest_label"] == THIRD
    assert inside_hull(place[None], points[made.points["label"] == THIRD]).all()
    assert inside_hull(place[None], made.hull.to_numpy()).all()
    assert example[f"p_{THIRD}"] == 0
    assert {example["seed_label"], example["partner_label"]} == {0, 1}


def test_the_example_is_mixed_from_its_seeds(made, example):
    weight = example["weight"]
    for axis in ("x1", "x2"):
        mixed = weight * example[f"seed_{axis}"] + (1 - weight) * example[f"partner_{axis}"]
        assert example[axis] == pytest.approx(mixed, abs=1e-5)
    assert example[f"p_{example['seed_label']}"] == pytest.approx(weight)
    assert example[f"p_{example['partner_label']}"] == pytest.approx(1 - weight)
    known = made.points[["x1", "x2"]].to_numpy().astype("f4").tolist()
    assert np.float32([example["seed_x1"], example["seed_x2"]]).tolist() in known


def test_what_is_around_the_example(made, example):
    assert made.around["neighbours"].sum() == NEIGHBOURS
    assert made.around["own"].tolist() == pytest.approx([example[f"p_{k}"] for k in range(3)])
    assert made.around.set_index("label")["neighbours"].idxmax() == THIRD


def test_harmful_are_those_whose_label_lacks_the_nearest_class(made):
    own = made.samples
    parts = own[["p_0", "p_1", "p_2"]].to_numpy()
    assert (own["harmful"] == (parts[np.arange(len(own)), own["nearest_label"]] == 0)).all()
    # Where classes hardly overlap, nearly all of them are mixed from two.
    harmful = own[own["harmful"]]
    assert (harmful["seed_label"] != harmful["partner_label"]).mean() > 0.9


@pytest.fixture(scope="module")
def more(methods):
    """With a larger α, a share for each row, and mixing inside of the network."""
    return interpolation(
        dataclasses.replace(methods["remix"], mix=Mixing(0.4, "row", layers="hidden")), seed=1
    )


def test_a_smaller_alpha_makes_them_rarer(made, more):
    assert 0 < made.samples["harmful"].mean() < 0.7 * more.samples["harmful"].mean()


def test_without_a_harmful_sample_there_is_no_example(methods):
    hardly = interpolation(dataclasses.replace(methods["remix"], mix=Mixing(1e-4)), seed=1)
    assert not hardly.samples["example"].any()
    assert hardly.around.empty


def pairs_of(samples):
    return set(zip(samples["seed_label"], samples["partner_label"], strict=True))


def test_linked_classes_are_never_mixed_across_the_one_between_them(made, methods):
    """The answer to the paper's question: of three classes in a row those at the ends are not mixed."""
    remix = methods["remix"]
    linked = dataclasses.replace(remix, mix=dataclasses.replace(remix.mix, partners=LinkedPartners()))
    samples = interpolation(linked, seed=1).samples
    assert {(0, 1), (1, 0)} <= pairs_of(made.samples)
    assert pairs_of(samples) == {(0, 0), (1, 1), (2, 2), (0, 2), (2, 0), (1, 2), (2, 1)}
    assert not ((samples["p_0"] > 0) & (samples["p_1"] > 0)).any()
    assert samples["harmful"].mean() < 0.2 * made.samples["harmful"].mean()


def test_a_sample_is_mixed_from_its_seeds_whatever_the_partners(methods, more):
    balanced = Mixing(0.4, partners=BalancedPartners())
    other = interpolation(dataclasses.replace(methods["remix"], resample=None, mix=balanced), seed=1)
    for samples in (more.samples, other.samples):
        for axis in ("x1", "x2"):
            own, partner = samples[f"seed_{axis}"], samples[f"partner_{axis}"]
            expected = samples["weight"] * own + (1 - samples["weight"]) * partner
            np.testing.assert_allclose(samples[axis], expected, atol=1e-5)
