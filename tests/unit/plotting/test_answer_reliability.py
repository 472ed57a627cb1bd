"""The picture of how far the probabilities of the best remedies hold."""

import numpy as np
import pandas as pd
from small_study import DEFINITION

from remix.calibration import assess
from remix.study.plain import PLAIN_TITLES
from remix.study.results.figures.answer_reliability import answer_figure
from remix.study.results.reading import curves_of
from remix.study.results.tables.answer import with_plain
from remix.study.study import Study

STUDY = Study.from_mapping(DEFINITION).only(["musk"])
BEST = {"brier": ("remix", "prior"), "balanced_brier": ("smote", "balanced")}


def curves():
    """Of methods that are alike: what is drawn of each is chosen, not computed, here."""
    generator = np.random.default_rng(0)
    labels, p = np.resize([0, 0, 0, 1], 400), generator.random(400)
    rows = pd.DataFrame(
        {"repeat": 0, "fold": np.repeat([0, 1], 200), "row": np.arange(400), "y_true": labels}
    )
    rows = rows.assign(p_0=1 - p, p_1=p)
    records = pd.DataFrame({"repeat": 0, "fold": [0, 1], "class_share_0": 0.75, "class_share_1": 0.25})
    own = assess(rows, rows, records).curves
    methods = [*STUDY.methods, *PLAIN_TITLES]
    cells = [("musk", ir) for ir in ("0.05", "0.01")]
    each = [own.assign(task=task, ir=ir, method=name) for task, ir in cells for name in methods]
    return curves_of(pd.concat(each, ignore_index=True), with_plain(STUDY))


def answer():
    others = [("baseline", "none", 2), *((name, "none", None) for name in PLAIN_TITLES)]
    lines = [
        ("musk", ir, metric, *each)
        for ir in ("0.05", "0.01")
        for metric, best in BEST.items()
        for each in [(*best, 1), *others]
    ]
    return pd.DataFrame(lines, columns=["task", "ir", "metric", "method", "correction", "position"])


def test_each_panel_shows_its_best_no_remedy_and_the_plain_classifiers():
    figure = answer_figure(curves(), answer(), "a caption", STUDY)
    assert len(figure.axes) == 4
    plain = [f"{title}, no remedy" for title in PLAIN_TITLES.values()]
    for ax, best in zip(figure.axes, ["ReMix, natural prior", "SMOTE, balanced prior"] * 2, strict=True):
        _, labels = ax.get_legend_handles_labels()
        assert labels == [best, "Baseline (no remedy)", *plain]
        # Uniform probabilities that know nothing: as trained, a quarter is observed at any of them.
        line = next(each for each in ax.lines if each.get_label() == "Baseline (no remedy)")
        assert len(line.get_xdata()) == 10
    assert figure.axes[0].get_title() == "Musk, IR 0.05\nthe data as they come"
    natural = next(each for each in figure.axes[0].lines if each.get_label() == "Baseline (no remedy)")
    np.testing.assert_allclose(np.mean(natural.get_ydata()), 0.25, atol=0.05)
