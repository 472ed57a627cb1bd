import numpy as np
import pytest

from remix.batches.margin_labels import MarginLabels
from remix.batches.soft_labels import MinorityLabels

# Two folds; class 0 has nine times the rows of class 1, three times those of class 2, and those of class 3.
COUNTS = np.array([[90, 10, 30, 90], [10, 90, 10, 10]], np.float32)


@pytest.mark.parametrize(
    ("own", "partner", "weight", "expected"),
    [
        (0, 1, 0.4, 0.0),  # n_i / n_j = 9 ≥ 3 and λ < 0.5: all of the partner
        (0, 1, 0.5, 0.5),  # λ is not below τ
        (0, 1, 0.9, 0.9),
        (1, 0, 0.6, 1.0),  # n_i / n_j = 1/9 ≤ 1/3 and 1 - λ < 0.5: all of the row
        (1, 0, 0.5, 0.5),
        (1, 0, 0.1, 0.1),
        (0, 2, 0.4, 0.0),  # n_i / n_j is κ itself
        (2, 0, 0.6, 1.0),
        (2, 1, 0.4, 0.0),
        (0, 3, 0.4, 0.4),  # as many rows
        (0, 0, 0.4, 0.4),
    ],
)
@pytest.mark.parametrize("per_row", [True, False])
def test_the_published_rule_by_hand(own, partner, weight, expected, per_row):
    weight = np.full((1, 1) if per_row else 1, weight, np.float32)
    labels = [np.array([[label]]) for label in (own, partner)]
    share = MinorityLabels().share(weight, *labels, COUNTS[:1])
    np.testing.assert_array_equal(share, np.float32([[expected]]))


def test_the_parameters_move_the_rule():
    own, partner, weight = np.array([[0]]), np.array([[2]]), np.float32([0.4])
    assert MinorityLabels(kappa=3.5).share(weight, own, partner, COUNTS[:1]) == np.float32(0.4)
    assert MinorityLabels(tau=0.3).share(weight, own, partner, COUNTS[:1]) == np.float32(0.4)
    assert MinorityLabels(tau=0.0).share(weight, own, partner, COUNTS[:1]) == np.float32(0.4)


# Class 0 has 16 times the rows of class 1, whose η = n^(-1/4) is then twice as large.
SIXTEEN = np.array([[160, 10, 160]], np.float32)


@pytest.mark.parametrize(
    ("own", "partner", "weight", "expected"),
    [
        (0, 1, 1.0, 1.0),
        (0, 1, 5 / 6, 0.75),  # half of the way to the boundary, which is at a third
        (0, 1, 2 / 3, 0.5),
        (0, 1, 1 / 3, 0.25),  # half of the way from there
        (0, 1, 0.0, 0.0),
        (1, 0, 2 / 3, 0.75),  # from the rare class the boundary is at two thirds
        (1, 0, 1 / 3, 0.5),
        (1, 0, 1 / 6, 0.25),
        (0, 2, 0.3, 0.3),  # as many rows: MixUp
        (1, 1, 0.3, 0.3),
    ],
)
@pytest.mark.parametrize("per_row", [True, False])
def test_labels_by_margins_by_hand(own, partner, weight, expected, per_row):
    weight = np.full((1, 1) if per_row else 1, weight, np.float32)
    labels = [np.array([[label]]) for label in (own, partner)]
    np.testing.assert_allclose(MarginLabels().share(weight, *labels, SIXTEEN), [[expected]], atol=1e-6)
    # Seen from the partner, it is the rest; and without margins it is MixUp.
    other = MarginLabels().share(1 - weight, *labels[::-1], SIXTEEN)
    np.testing.assert_allclose(other, [[1 - expected]], atol=1e-6)
    plain = MarginLabels(omega=0).share(weight, *labels, SIXTEEN)
    np.testing.assert_allclose(plain, weight.reshape(1, 1), atol=1e-6)
