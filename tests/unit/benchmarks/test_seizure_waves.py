"""Which seizures are found, by the size of their waves."""

import numpy as np
import pandas as pd

from benchmarks.seizure_waves import QUARTERS, found_by_size, medians, wave_sizes


def test_large_waves_have_large_sizes_whatever_the_unit_of_a_feature():
    wave = np.sin(np.arange(178.0))
    rows = np.stack([scale * wave for scale in (1, -1, 2, -2, 4, -4)]) * np.linspace(1, 50, 178)
    prepared = pd.DataFrame(rows).assign(label=list("223311"), group=[0, 0, 1, 1, 2, 2])
    sizes = wave_sizes(prepared, clip=5.0)
    assert sizes[0] < sizes[2] < sizes[4]
    np.testing.assert_allclose(sizes[::2], sizes[1::2])
    np.testing.assert_allclose(medians(prepared, sizes), [sizes[4], sizes[0], sizes[2]])


def test_seizures_are_counted_by_quarter_and_other_rows_are_not():
    """The rows of sizes 0 and 1 are the smallest quarter of eight seizures; of these one is found."""
    sizes = pd.Series(np.arange(10.0))
    predictions = pd.DataFrame({"row": range(10), "y_true": [1] * 8 + [0, 0], "p_1": [0.9, 0.1] + [0.9] * 8})
    found = found_by_size(predictions, sizes)
    assert found.to_dict() == dict(zip(QUARTERS, [0.5, 1, 1, 1], strict=True))
