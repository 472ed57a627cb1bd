import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from remix.batches.drawing import draw_epoch


@given(st.integers(1, 300), st.integers(1, 70), st.integers(0, 2))
def test_every_row_is_seen_and_none_twice_as_often_as_needed(n_rows, batch_size, extra):
    steps = -(-n_rows // batch_size) + extra
    rows = draw_epoch(np.random.default_rng(0), n_rows, steps, batch_size)
    assert rows.shape == (steps, batch_size)
    counts = np.bincount(rows.ravel(), minlength=n_rows)
    assert len(counts) == n_rows
    assert counts.min() >= 1
    assert counts.max() - counts.min() <= 1


def test_epochs_differ():
    rng = np.random.default_rng(0)
    assert (draw_epoch(rng, 100, 2, 64) != draw_epoch(rng, 100, 2, 64)).any()
