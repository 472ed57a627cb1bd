"""Which remedy is best: ranks, leads and what is said of them."""

import ast
import dataclasses
import inspect
import re

import numpy as np
import pandas as pd
import pytest
from scores import fold_scores, mirrored
from sklearn.naive_bayes import GaussianNB

from remix import ReMixClassifier
from remix.preprocessing import scaler
from remix.study.compare.statistics import corrected_t_test, holm
from remix.study.plain import PLAIN_TITLES
from remix.study.results.tables.answer import (
    CLASSIFIER_DEFAULTS,
    PRIORS,
    QUESTIONS,
    answer_markdown,
    answer_sentences,
    answer_table,
    fitting_lines,
)

LR, GB = PLAIN_TITLES
# By method and correction: what each fold has in every metric.
FOLDS = {
    ("baseline", "none"): [0.5, 0.52, 0.48, 0.5],
    ("baseline", "balanced"): [0.7, 0.71, 0.69, 0.7],
    ("baseline", "prior"): [0.5, 0.52, 0.48, 0.5],
    ("smote", "none"): [0.7, 0.72, 0.69, 0.7],
    ("smote", "balanced"): [0.6, 0.61, 0.6, 0.59],
    ("smote", "prior"): [0.3, 0.31, 0.3, 0.29],
    (LR, "none"): [0.9, 0.92, 0.88, 0.9],
    (GB, "none"): [0.2, 0.22, 0.18, 0.2],
}
SIZES = pd.DataFrame({"repeat": [0, 0, 1, 1], "fold": [0, 1, 0, 1]})
SIZES = SIZES.assign(task="musk", ir="0.05", train_rows=70, test_rows=100)


def scores(folds=FOLDS):
    """The same numbers in all metrics, mirrored where less is better."""
    value = mirrored(lambda cell, remedy, fold: folds[remedy][fold])
    found = fold_scores(value, [("binary", "musk", "0.05")], folds, QUESTIONS, folds=4)
    return found.assign(method=found["method"].str[0], correction=found["method"].str[1])


@pytest.fixture
def table(study):
    return answer_table(scores(), SIZES, study)


@pytest.fixture
def datasets():
    facts = {"task": "musk", "ir": "0.05", "minority_rows": 12, "majority_rows": 240, "features": 5}
    return pd.DataFrame([facts])


@pytest.mark.parametrize("metric", QUESTIONS)
def test_the_best_is_first_and_all_others_are_compared_with_it(table, metric):
    part = table[table["metric"] == metric].set_index(["method", "correction"])
    assert list(part.index[:3]) == [("smote", "none"), ("baseline", "balanced"), ("smote", "balanced")]
    assert part["position"].tolist()[:6] == [1, 2, 3, 4, 5, 6]
    assert part.loc[[(LR, "none"), (GB, "none")], "position"].isna().all()
    best, none = np.array(FOLDS["smote", "none"]), np.array(FOLDS["baseline", "none"])
    test = corrected_t_test(best - none, 70, 100)
    line = part.loc[("baseline", "none")]
    assert line[["lead_of_best", "low", "high", "p"]].tolist() == pytest.approx(
        [test.mean, test.low, test.high, test.p]
    )
    others = part.iloc[1:]
    assert others["holm_p"].tolist() == pytest.approx(holm(others["p"]).tolist())
    assert part.iloc[0][["lead_of_best", "p", "holm_p"]].isna().all()
    assert part.loc[(LR, "none"), "lead_of_best"] < 0


def test_of_equal_remedies_the_one_that_needs_no_more_is_taken(study):
    equal = {**FOLDS, ("smote", "none"): FOLDS["baseline", "none"], ("smote", "balanced"): [0.3] * 4}
    equal["baseline", "balanced"] = FOLDS["baseline", "none"]
    table = answer_table(scores(equal), SIZES, study)
    assert table.iloc[0][["method", "correction"]].tolist() == ["baseline", "none"]
    (sentence, *_) = answer_sentences(table)
    assert "no remedy is better than none, 0.500." in sentence


def test_what_is_said(table):
    (sentence, *_) = answer_sentences(table)
    assert sentence.startswith(
        "Finding every class (G-mean, higher is better): SMOTE is best, 0.702 instead of 0.500"
    )
    assert re.search(r"The lead is \+0\.20\d \[\+0\.1\d\d, \+0\.2\d\d\], beyond chance\.", sentence)
    assert "Not told apart from it are 1 of the 5 others: Baseline, balanced prior." in sentence
    assert "Logistic regression 0.900 (better); Gradient boosting 0.200 (worse)." in sentence


def test_what_is_beyond_chance_and_what_is_not(study):
    sure = {each: values for each, values in FOLDS.items() if each != ("baseline", "balanced")}
    (sentence, *_) = answer_sentences(answer_table(scores(sure), SIZES, study))
    assert "It is ahead of all 4 others beyond chance." in sentence
    close = FOLDS | {("smote", "none"): [0.66, 0.74, 0.70, 0.70]}
    found = answer_table(scores(close), SIZES, study)
    none = found[(found["method"] == "baseline") & (found["correction"] == "none")].iloc[0]
    assert none["low"] > 0  # but not after the correction for all comparisons
    assert none["holm_p"] > 0.05
    (sentence, *_) = answer_sentences(found)
    assert "which may be chance. Not told apart" in sentence
    wide = FOLDS | {("smote", "none"): [0.2, 1.0, 0.6, 1.0], (LR, "none"): [0.6, 1.0, 0.6, 1.0]}
    (sentence, *_) = answer_sentences(answer_table(scores(wide), SIZES, study))
    assert "which may be chance. Not told apart from it are 5 of the 5 others" in sentence
    assert "Logistic regression 0.800 (better, which may be chance)" in sentence


def test_the_document_has_the_answer_the_table_and_the_code(table, study, datasets, coverage):
    text = answer_markdown(table, study, datasets, coverage)
    assert "## Musk: 252 rows, 12 of class 1 (ratio 0.05)" in text
    assert text.index("SMOTE is best") < text.index("| Best remedy") < text.index("```python")
    assert "# best in G-mean, Balanced Brier score, Brier score" in text


def test_what_is_suspicious_in_the_data_comes_before_the_answer(table, study, datasets, coverage):
    noted = coverage.assign(notes="column 'amount' may tell the label | column 'n' is constant")
    text = answer_markdown(table, study, datasets, noted)
    for said in ("Column 'amount' may tell the label.", "Column 'n' is constant."):
        assert text.index(f"**Check this before you trust the scores.** {said}") < text.index(" is best, ")


def test_no_code_is_given_for_networks_that_the_classifier_does_not_train(table, study, datasets, coverage):
    tables = dataclasses.replace(study.protocol.tables, network="resnet")
    other = dataclasses.replace(study, protocol=dataclasses.replace(study.protocol, tables=tables))
    text = answer_markdown(table, other, datasets, coverage)
    assert "```" not in text
    assert "There is no Python to fit the best" in text


def test_the_defaults_are_those_of_the_classifier():
    signature = inspect.signature(ReMixClassifier)
    assert {key: signature.parameters[key].default for key in CLASSIFIER_DEFAULTS} == CLASSIFIER_DEFAULTS


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """The features of a table that lies where the code looks for it."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "resources" / "prepared"
    folder.mkdir(parents=True)
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=list("abc"))
    frame.assign(label=np.resize(["0", "1", "0"], 60)).to_parquet(folder / "musk.parquet")
    return frame


def fitted(remedy, study):
    """The model of the code for people, which is run as it is written."""
    found = {}
    exec("\n".join(fitting_lines({remedy: "best"}, study, "musk", 3)), found)
    return found["model"]


@pytest.mark.parametrize("correction", PRIORS)
def test_the_code_fits_the_remedy_on_all_rows(study, prepared, correction):
    """Merged classes are merged in it."""
    model = fitted(("remix", correction), study)
    assert (model.method, model.prior) == ("remix", PRIORS[correction])
    assert model.hidden_layer_sizes_ == (3, 3, 3)
    assert model.n_iter_ == 7
    assert model.n_features_in_ == 3


@pytest.mark.parametrize("correction", PRIORS)
def test_the_code_fits_a_classifier_that_is_no_network(study, prepared, correction):
    """As scikit-learn does it, with the prior exchanged where that is the remedy."""
    bayes = {"estimator": "sklearn.naive_bayes.GaussianNB", "parameters": {"var_smoothing": 0.25}}
    mine = dataclasses.replace(study, entries={**study.entries, "bayes": bayes})
    rows, y = scaler(5.0).fit_transform(prepared.to_numpy()), np.resize(["0", "1", "0"], 60)
    expected = GaussianNB(var_smoothing=0.25).fit(rows, y).predict_proba(rows)
    if correction == "balanced":
        expected = expected / [2 / 3, 1 / 3]
        expected /= expected.sum(axis=1, keepdims=True)
    found = fitted(("bayes", correction), mine).predict_proba(prepared)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_method_that_is_not_the_librarys_is_written_as_stages(study):
    mine = {**study.entries, "remix": {"title": "ReMix", "resample": "balanced", "mix": {"alpha": 0.3}}}
    changed = dataclasses.replace(study, entries=mine)
    (line,) = [line for line in fitting_lines({("remix", "none"): ""}, changed, "musk", 3) if "model" in line]
    call = ast.parse(line).body[0].value.func.value
    method = next(each.value for each in call.keywords if each.arg == "method")
    assert ast.literal_eval(method)["mix"] == {"alpha": 0.3}
