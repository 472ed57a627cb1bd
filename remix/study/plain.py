"""Classifiers without any remedy for imbalance, which one's own table is judged beside.

They are a run of their own: no rank and no comparison of the paper knows of them. Names of methods have no
dot, so that these stay apart.
"""

import dataclasses

from remix.study.study import Study

# The run that they belong to.
PLAIN = "plain"
PLAIN_METHODS = {
    "sklearn.LogisticRegression": {
        "title": "Logistic regression",
        "estimator": "sklearn.linear_model.LogisticRegression",
        # With standardised features it takes tens.
        "parameters": {"max_iter": 1000},
    },
    "sklearn.HistGradientBoostingClassifier": {
        "title": "Gradient boosting",
        "estimator": "sklearn.ensemble.HistGradientBoostingClassifier",
        # For early stopping it would set rows of every class aside.
        "parameters": {"early_stopping": False},
    },
}
PLAIN_TITLES = {name: str(entry["title"]) for name, entry in PLAIN_METHODS.items()}


def plain_run(study: Study) -> Study:
    """Give the run of these classifiers on the tables of a study."""
    tables = [name for name, task in study.tasks.items() if task.image is None]
    return dataclasses.replace(study.only(tables), run=PLAIN, entries=PLAIN_METHODS)
