import numpy as np
import pandas as pd
import pytest

from remix.study.demonstrations.samples import BATCHES, ROWS, samples, spread_of


@pytest.fixture(scope="module")
def made(methods):
    return samples(methods, seed=1)


@pytest.fixture(scope="module")
def spread(made):
    return made.spread.set_index("method")


def test_smote_stays_in_the_hull_with_hard_labels(made, spread):
    own = made.batches[made.batches["method"] == "smote"]
    assert set(own["p_minority"]) == {0.0, 1.0}
    assert not own.loc[own["p_minority"] == 1, "outside"].any()
    assert spread.loc["smote", ["soft", "minority_outside"]].tolist() == [0, 0]
    # And it does make new rows.
    known = set(zip(made.points["x1"].astype("f4"), made.points["x2"].astype("f4"), strict=True))
    minority = own[own["p_minority"] == 1]
    new = [row not in known for row in zip(minority["x1"], minority["x2"], strict=True)]
    assert np.mean(new) > 0.5


def test_remix_leaves_the_hull_with_soft_labels(made, spread):
    assert spread.loc["remix", "minority_outside"] > 0.02
    assert spread.loc["remix", "soft"] > 0.1
    own = made.batches[made.batches["method"] == "remix"]
    beyond = own[own["outside"] & (own["p_minority"] >= 0.5)]
    assert (beyond["p_minority"] < 1).all()


def test_both_balance_what_was_drawn(made, spread):
    assert spread.loc["baseline", "minority"] == pytest.approx(ROWS[1] / sum(ROWS), abs=0.02)
    assert spread.loc[["smote", "remix"], "minority"].to_numpy() == pytest.approx([0.5, 0.5], abs=0.03)
    by_batch = made.batches.groupby(["method", "batch"])["p_minority"].mean()
    assert by_batch["remix"].to_numpy() == pytest.approx(np.full(BATCHES, 0.5), abs=1e-6)


def test_the_baseline_has_training_rows_and_no_weight(made):
    own = made.batches[made.batches["method"] == "baseline"]
    drawn = pd.MultiIndex.from_frame(own[["x1", "x2"]])
    assert drawn.isin(pd.MultiIndex.from_frame(made.points[["x1", "x2"]].astype("f4"))).all()
    assert own["weight"].isna().all()
    assert set(made.batches.groupby("method")["batch"].nunique()) == {BATCHES}


def test_spread_by_hand():
    lines = pd.DataFrame(
        {
            "method": "m",
            "p_minority": [0.0, 0.005, 0.5, 0.7, 1.0],
            "outside": [True, True, True, False, False],
        }
    )
    (line,) = spread_of(lines).to_dict("records")
    assert line == {
        "method": "m",
        "samples": 5,
        "soft": 0.4,
        "minority": 0.6,
        "minority_outside": pytest.approx(1 / 3),
    }
