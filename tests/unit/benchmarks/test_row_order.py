import numpy as np
import pandas as pd

from benchmarks.row_order import GIVEN, ORDER, SEED, draws, in_order, ranges


def test_rows_are_shuffled_with_their_labels_and_groups():
    frame = pd.DataFrame({"x": np.arange(50), "label": np.arange(50), "group": np.arange(50)})
    assert in_order(frame, 0) is frame
    one, other = in_order(frame, 1), in_order(frame, 2)
    for shuffled in (one, other):
        assert sorted(shuffled["x"]) == list(range(50))
        assert (shuffled["x"] == shuffled["label"]).all()
        assert shuffled["x"].tolist() != list(range(50))
    assert one["x"].tolist() != other["x"].tolist()
    pd.testing.assert_frame_equal(in_order(frame, 1), one)


def test_either_the_order_or_the_seed_is_another():
    assert [(each.order, each.seed) for each in draws(2, 1)] == [(0, 1), (1, 1), (2, 1), (0, 2), (0, 3)]


def test_the_ranges_of_a_method_stand_beside_its_own_scores():
    values = {GIVEN: [0.5], ORDER: [0.4, 0.6], SEED: [0.45, 0.55]}
    lines = [
        {"method": "remix", "metric": metric, "why": why, "value": value / factor}
        for metric, factor in (("g_mean", 1), ("balanced_brier", 10))
        for why, several in values.items()
        for value in several
    ]
    (row,) = ranges(pd.DataFrame(lines)).to_dict("records")
    assert row == {
        "Method": "remix",
        "g-mean, as given": "0.500",
        "g-mean, other orders": "0.400 to 0.600",
        "g-mean, other seeds": "0.450 to 0.550",
        "BBS, as given": "0.050",
        "BBS, other orders": "0.040 to 0.060",
        "BBS, other seeds": "0.045 to 0.055",
    }
