"""Which method the classifier has by default; trainings are those of a moment."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import default_method
from remix.errors import RemixError


def rows(n=400, share=0.3):
    rng = np.random.default_rng(0)
    y = (rng.random(n) < share).astype(np.int64)
    return rng.normal(size=(n, 3)) + 2.0 * y[:, None], y


def test_made_up_data_have_the_ratio_and_two_features_that_tell():
    part = default_method.made_up(0.01, seed=0)
    assert np.bincount(part.y).tolist() == [10_000, 100]
    means = [part.x_test[part.y_test == label].mean(axis=0) for label in (0, 1)]
    np.testing.assert_allclose(means[1] - means[0], [2, 2, 0, 0, 0, 0], atol=0.1)
    assert not np.array_equal(part.x, default_method.made_up(0.01, seed=1).x)


def test_rare_rows_are_thinned_in_training_only():
    x, y = rows()
    part = default_method.cut(x, y, 0.1, seed=3)
    frequent = (y == 0).sum() // 2
    assert np.bincount(part.y).tolist() == [frequent, round(0.1 * frequent)]
    assert part.y_test.sum() == y.sum() - y.sum() // 2
    seen = np.concatenate([part.x, part.x_test])
    assert len(np.unique(seen, axis=0)) == len(seen)


@pytest.mark.parametrize("ratio", [0.03, 0.9], ids=["too few are left", "more than there are"])
def test_a_ratio_that_cannot_be_is_left_out(ratio):
    assert default_method.cut(*rows(), ratio, seed=0) is None


def test_trainings_are_of_about_as_many_steps():
    x, y = rows()
    planned = list(default_method.jobs({"table": (x, y)}, [0.1, 0.01], seeds=2, steps=30))
    assert [(job.method, job.seed) for job in planned[::4]] == [("remix", 0), ("remix", 1)]
    assert {job.ratio for job in planned} == {0.1}
    assert {job.epochs for job in planned} == {10}


def test_scores_are_of_the_prior_that_they_name():
    """Of probabilities that are right for equal shares; nine of ten rows are frequent."""
    y = np.repeat([0, 0, 1, 1], [40, 10, 10, 40])
    p = np.where(np.repeat([0, 1, 0, 1], [40, 10, 10, 40])[:, None], [[0.2, 0.8]], [[0.8, 0.2]])
    natural = np.array([0.9, 0.1])
    found = default_method.scores(y, p, (0.5, 0.5), natural)
    assert found["g_mean"] == found["g_mean_balanced"] == pytest.approx(0.8)
    assert found["bbs"] == found["bbs_balanced"] == pytest.approx(0.16)
    # The posterior at one in ten, and the entropy of the label given it.
    likely, unlikely = 0.08 / 0.26, 0.02 / 0.74
    entropy = -sum(
        share * (q * np.log(q) + (1 - q) * np.log(1 - q)) for share, q in ((0.26, likely), (0.74, unlikely))
    )
    assert found["log_loss"] == pytest.approx(entropy)
    assert found["of_shares"] == pytest.approx(entropy / -(0.9 * np.log(0.9) + 0.1 * np.log(0.1)))


def test_a_training_is_scored():
    (job, *_) = default_method.jobs({"table": rows()}, [0.05], seeds=1, steps=30)
    line = default_method.train(job)
    assert (line["data"], line["rare"], line["method"]) == ("table", job.part.y.sum(), "remix")
    assert 0 < line["lacking"] < 1
    assert set(default_method.SCORES) < set(line)


@pytest.fixture
def measured(monkeypatch):
    """The sections that are written; trainings are stand-ins, and one dataset cannot be had."""
    written = {}

    def measure(planned):
        lines = [dict.fromkeys(default_method.SCORES, 0.25) for _ in planned]
        names = [
            {"data": job.data, "ratio": job.ratio, "rare": 7, "epochs": job.epochs, "method": job.method}
            for job in planned
        ]
        return pd.DataFrame([{**name, **line} for name, line in zip(names, lines, strict=True)])

    monkeypatch.setattr(default_method, "measure", measure)
    monkeypatch.setattr(default_method, "fetched", lambda name: None if name == "musk" else rows())
    monkeypatch.setattr(default_method, "write_section", written.__setitem__)
    return written


def test_what_is_printed_is_written_too(measured, monkeypatch, capsys):
    command = ["default-method", "--data", "made up", "musk", "statlog", "--ratios", "0.1"]
    for options in (["--dry"], []):
        assert not measured
        monkeypatch.setattr("sys.argv", [*command, *options])
        default_method.main()
    ((title, text),) = measured.items()
    assert title == "Which method is the default"
    assert "Could not be had: musk." in text
    assert "| made up | 0.1 |" in " ".join(text.split())
    assert " ".join(text.split()).count("| 0.250 | 0.250 | 0.250 | 0.250 | 0.25 (0.25) | 25.0 % |") == 8
    assert "| statlog" in capsys.readouterr().out


def test_there_must_be_something_to_train():
    with pytest.raises(RemixError, match="no ratio leaves enough rare rows"):
        default_method.measure([])
