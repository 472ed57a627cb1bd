import pytest

from remix.losses.class_weights import BalancedWeights


@pytest.mark.parametrize(
    ("given", "epochs", "expected"),
    [
        ({}, 10**6, 0),
        ({"start": 0.0}, 200, 0),
        ({"start": 0.8}, 200, 160),
        # 0.07 × 100 and 0.29 × 100 are not whole in binary fractions.
        ({"start": 0.07}, 100, 7),
        ({"start": 0.29}, 100, 29),
        # Rounded down: of few epochs at least one has weights.
        ({"start": 0.8}, 3, 2),
        ({"start": 0.99}, 1, 0),
    ],
)
def test_epochs_before_the_weights_apply(given, epochs, expected):
    assert BalancedWeights(**given).unweighted_epochs(epochs) == expected
