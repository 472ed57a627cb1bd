import pytest

from remix.errors import ConfigError
from remix.methods import LOSS_WEIGHTS

every_kind = pytest.mark.parametrize("kind", LOSS_WEIGHTS.values(), ids=list(LOSS_WEIGHTS))


@every_kind
@pytest.mark.parametrize(
    ("start", "epochs", "expected"),
    [
        (0.0, 200, 0),
        (0.8, 200, 160),
        # 0.07 × 100 and 0.29 × 100 are not whole in binary fractions.
        (0.07, 100, 7),
        (0.29, 100, 29),
        # Rounded down: of few epochs at least one has weights.
        (0.8, 3, 2),
        (0.99, 1, 0),
    ],
)
def test_epochs_before_the_weights_apply(kind, start, epochs, expected):
    assert kind(start=start).unweighted_epochs(epochs) == expected


@every_kind
def test_by_default_there_are_none(kind):
    assert kind().unweighted_epochs(10**6) == 0


@every_kind
@pytest.mark.parametrize("start", [-0.1, 1, 1.0, "0.8"])
def test_start_is_a_share_below_1(kind, start):
    with pytest.raises(ConfigError, match="start: expected a number of at least 0 and less than 1, received"):
        kind(start=start)
