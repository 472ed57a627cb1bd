import numpy as np

from remix.preprocessing import scaler, weighted_scaler


def test_values_by_hand():
    train = np.array([[1.0, np.nan], [3.0, 4.0], [np.nan, 8.0]])
    transform = scaler(5.0).fit(train)
    # Column 0: imputed mean 2, standard deviation of (1, 3, 2) is sqrt(2/3); column 1: 6 and sqrt(8/3).
    expected = np.array([[-1.2247449, 0.0], [1.2247449, -1.2247449], [0.0, 1.2247449]])
    out = transform.transform(train)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_clipping_and_unseen_rows():
    transform = scaler(5.0).fit(np.array([[0.0], [2.0]]))
    np.testing.assert_allclose(
        transform.transform(np.array([[1.5], [1000.0], [-1000.0]])), [[0.5], [5], [-5]]
    )


def test_a_column_without_values_and_a_constant_one_become_zero():
    transform = scaler(5.0).fit(np.array([[np.nan, 7.0], [np.nan, 7.0]]))
    np.testing.assert_array_equal(transform.transform(np.array([[np.nan, 7.0], [3.0, 7.0]]))[0], [0, 0])


def test_weighted_rows_count_as_often_as_their_weights_say():
    X = np.random.default_rng(0).normal(size=(30, 4))
    X[::4, 1] = X[:, 3] = np.nan
    weights = np.arange(30) % 4
    weighted = weighted_scaler(X, weights.astype(float), 2.0)
    repeated = scaler(2.0).fit(X.repeat(weights, axis=0))
    np.testing.assert_allclose(weighted.transform(X), repeated.transform(X), atol=1e-6)
    np.testing.assert_allclose(
        weighted_scaler(X, np.full(30, 0.1), 2.0).transform(X), scaler(2.0).fit(X).transform(X), atol=1e-6
    )
