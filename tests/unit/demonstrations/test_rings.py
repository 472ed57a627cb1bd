import numpy as np
import pytest

from remix.study.demonstrations.rings import GRID, NETWORKS, ROWS, region, rings


@pytest.fixture(scope="module")
def made(methods):
    return rings(methods, seed=1)


def test_the_minority_is_the_inner_ring(made):
    radius = np.hypot(made.points["x1"], made.points["x2"]).groupby(made.points["label"]).median()
    assert radius.to_dict() == pytest.approx({0: 1.0, 1: 0.5}, abs=0.1)
    assert made.points["label"].value_counts().to_dict() == dict(enumerate(ROWS))


def test_the_region_of_the_minority_is_smallest_for_the_baseline_and_largest_for_remix(made):
    area = made.regions.pivot_table(index="network", columns="method", values="area")
    assert len(area) == NETWORKS
    # In every network the baseline's is the smallest; SMOTE and ReMix differ in the mean.
    assert (area["baseline"] < area[["smote", "remix"]].min(axis=1)).all()
    assert area["baseline"].mean() < area["smote"].mean() < area["remix"].mean()


def test_remix_is_smoothest_at_the_boundary(made):
    steepness = made.regions.groupby("method")["steepness"].mean()
    assert steepness["remix"] < steepness["baseline"]
    assert steepness["remix"] < 0.8 * steepness["smote"]


def test_surfaces_are_probabilities_high_at_the_middle(made):
    assert made.surfaces["p_minority"].between(0, 1).all()
    middle = np.hypot(made.surfaces["x1"], made.surfaces["x2"])
    p = made.surfaces["p_minority"]
    assert p[middle < 0.2].mean() > 0.7
    assert p[middle > 1.5].mean() < 0.05


def test_regions_are_those_of_the_surfaces(made):
    surfaces = made.surfaces.groupby(["method", "network"], sort=False)["p_minority"]
    assert (surfaces.size() == GRID**2).all()
    shares = surfaces.agg(lambda p: (p > 0.5).mean())
    assert made.regions.set_index(["method", "network"])["area"].to_dict() == pytest.approx(shares.to_dict())


def test_a_region_of_a_disc():
    axis = np.linspace(-1, 1, 201)
    x, y = np.meshgrid(axis, axis)
    # Falls by 2 per unit of length; one half at the radius 0.6.
    found = region(np.clip(0.5 - 2 * (np.hypot(x, y) - 0.6), 0, 1), axis[1] - axis[0])
    assert found["area"] == pytest.approx(np.pi * 0.6**2 / 4, rel=0.02)
    assert found["steepness"] == pytest.approx(2, rel=0.01)


def test_no_region_has_no_boundary():
    found = region(np.full((5, 5), 0.1), 0.1)
    assert found["area"] == 0
    assert np.isnan(found["steepness"])
