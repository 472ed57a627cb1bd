"""Rotation and shift against SciPy."""

import numpy as np
import pytest
from scipy import ndimage

from remix.batches.augmentation import ImageAugmentation, rotate_and_shift


def images(n=3, height=9, width=12, channels=2, seed=0):
    return np.random.default_rng(seed).random((n, height, width, channels)).astype(np.float32)


def moved(x, angle, shift, xla=False):
    return rotate_and_shift(x, np.array(angle, np.float32), np.array(shift, np.float32), xla=xla).numpy()


@pytest.mark.parametrize("xla", [False, True])
def test_as_scipy_does_it(xla):
    x, angles, shifts = images(), [20.0, -13.0, 0.0], [[0.1, -0.2], [0.0, 0.15], [-0.2, 0.05]]
    middle = np.array([4.0, 5.5])
    for image, angle, shift, ours in zip(x, angles, shifts, moved(x, angles, shifts, xla), strict=True):
        # SciPy's matrix maps (row, column) of the output to the input.
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        matrix = np.array([[c, -s], [s, c]])
        offset = middle - matrix @ (middle + np.array(shift) * [9, 12])
        for channel in range(2):
            expected = ndimage.affine_transform(image[..., channel], matrix, offset, order=1, mode="nearest")
            np.testing.assert_allclose(ours[..., channel], expected, atol=2e-4)


def test_draws_fill_their_range():
    drawn = ImageAugmentation(rotation=20, shift=0.2).draw(np.random.default_rng(0), 50, 64, 2)
    assert drawn["angle"].shape == (50, 64)
    assert drawn["shift"].shape == (50, 64, 2)
    for name, limit in (("angle", np.float32(20)), ("shift", np.float32(0.2))):
        assert 0.99 * limit < drawn[name].max() <= limit
        assert -limit <= drawn[name].min() < -0.99 * limit
        assert abs(drawn[name].mean()) < 0.02 * limit
    assert abs(np.corrcoef(drawn["angle"].ravel(), drawn["shift"][..., 0].ravel())[0, 1]) < 0.05


def test_each_image_of_a_stack_has_its_own_draw():
    x = np.repeat(images(1), 6, axis=0).reshape(2, 3, 9, 12, 2)
    drawn = ImageAugmentation().draw(np.random.default_rng(0), 2, 3, 2)
    out = ImageAugmentation().apply(x, drawn["angle"], drawn["shift"]).numpy()
    assert out.shape == x.shape
    for s in range(2):
        for b in range(3):
            expected = moved(x[s, b][None], [drawn["angle"][s, b]], [drawn["shift"][s, b]])
            np.testing.assert_allclose(out[s, b], expected[0], atol=1e-6)
