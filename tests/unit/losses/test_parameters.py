"""Numbers that losses and class weights are given."""

import pytest

from remix.errors import ConfigError
from remix.methods import LOSS_WEIGHTS, LOSSES


@pytest.mark.parametrize(
    ("kind", "parameter", "value", "allowed"),
    [
        (LOSSES["focal"], "gamma", -1, "at least 0"),
        (LOSSES["focal"], "gamma", "2", "at least 0"),
        (LOSSES["focal"], "gamma", True, "at least 0"),
        (LOSSES["focal"], "gamma", float("nan"), "at least 0"),
        (LOSSES["ldam"], "max_margin", -0.1, "at least 0"),
        (LOSSES["ldam"], "scale", 0.5, "at least 1"),
        (LOSSES["logit_adjusted"], "tau", None, "at least 0"),
        (LOSS_WEIGHTS["class_balanced"], "beta", -0.1, "at least 0 and less than 1"),
        (LOSS_WEIGHTS["class_balanced"], "beta", 1, "at least 0 and less than 1"),
        (LOSS_WEIGHTS["class_balanced"], "start", 1, "at least 0 and less than 1"),
        (LOSS_WEIGHTS["balanced"], "start", 1.0, "at least 0 and less than 1"),
        (LOSS_WEIGHTS["balanced"], "start", "0.8", "at least 0 and less than 1"),
    ],
)
def test_a_number_that_cannot_be_is_named(kind, parameter, value, allowed):
    message = f": {parameter}: expected a number of {allowed}, received {value!r}$"
    with pytest.raises(ConfigError, match=message):
        kind(**{parameter: value})
