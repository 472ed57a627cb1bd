"""Classifiers without any remedy for imbalance, which one's own table is judged beside: their names.

They are no methods of the study: no rank and no comparison of the paper knows of them. Names of methods have
no dot, so that these stay apart.
"""

# The run that they belong to.
PLAIN = "plain"
PLAIN_TITLES = {
    "sklearn.LogisticRegression": "Logistic regression",
    "sklearn.HistGradientBoostingClassifier": "Gradient boosting",
}
