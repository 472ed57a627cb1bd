import pytest

from remix.errors import ConfigError
from remix.losses.focal import FocalLoss


@pytest.mark.parametrize("gamma", [-1, "2", True, float("nan")])
def test_gamma_is_a_number(gamma):
    with pytest.raises(ConfigError, match=r"focal: gamma: expected a number of at least 0, received"):
        FocalLoss(gamma)
