"""Imputation and scaling, learnt from training rows only."""

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler


def scaler(clip: float) -> Pipeline:
    """Make the preprocessing of tabular features: mean imputation, standardisation, clipping.

    Fit it on the training part of a fold and on nothing else. A feature with no observed value in the
    training part becomes 0, as does one that is constant there.

    Parameters
    ----------
    clip : float
        Largest absolute value after standardisation, in training standard deviations.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Maps (n, d) float arrays with NaN for missing values to (n, d) float32 arrays without.
    """
    steps = make_pipeline(
        SimpleImputer(strategy="mean", keep_empty_features=True),
        StandardScaler(),
        FunctionTransformer(_clip, kw_args={"limit": clip}),
    )
    # Arrays, also where sklearn.set_config asks for DataFrames.
    return steps.set_output(transform="default")


def weighted_scaler(X: np.ndarray, weights: np.ndarray, clip: float) -> Pipeline:
    """Fit a `scaler` to rows that count as often as their weights say.

    A feature that is constant in these rows, or has no value in them, is 0 in all others too: nothing was
    learnt of what another value means.

    Parameters
    ----------
    X : ndarray of float, shape (n, d)
        NaN where a value is missing.
    weights : ndarray of float, shape (n,)
        Not negative, not all 0.
    clip : float
        As for `scaler`.

    Returns
    -------
    sklearn.pipeline.Pipeline
    """
    transform = scaler(clip)
    impute, standardise, _ = (step for _, step in transform.steps)
    # The imputer takes no weights: it is given one row, the weighted means, whose mean that row is.
    means = np.ma.filled(np.ma.average(np.ma.masked_invalid(X), axis=0, weights=weights), np.nan)
    impute.fit(means.reshape(1, -1))
    filled = impute.transform(X)
    standardise.fit(filled, sample_weight=weights)
    standardise.scale_[np.ptp(filled, axis=0) == 0] = np.inf
    return transform


def _clip(X: np.ndarray, limit: float) -> np.ndarray:
    return np.clip(X, -limit, limit).astype(np.float32)
