"""The files of MNIST."""

import gzip
import struct

import numpy as np
import pytest

from remix.errors import SourceError


def idx(array, kind=8):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


X = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
Y = np.array([7, 9], np.uint8)


@pytest.fixture
def read(read_files):
    """Reads a pair of files, or those of each entry of parts."""
    return lambda files, image=(3, 4, 1), parts=None: read_files(
        files, image, format="idx", parts=parts or [list(files)]
    )


@pytest.mark.parametrize(("pack", "end"), [(bytes, ""), (gzip.compress, ".gz")], ids=["plain", "gz"])
def test_a_pair(read, pack, end):
    table = read({f"x{end}": pack(idx(X)), f"y{end}": pack(idx(Y))})
    assert table.iloc[0].tolist() == [*range(12), 7]
    assert table.iloc[1].tolist() == [*range(12, 24), 9]
    assert table["x11"].dtype == np.uint8


def test_pairs_are_stacked(read):
    files = {"x1": idx(X), "y1": idx(Y), "x2": idx(X[:1] + 100), "y2": idx(Y[:1])}
    table = read(files, parts=[["x1", "y1"], ["x2", "y2"]])
    assert table["label"].tolist() == [7, 9, 7]
    assert table["x0"].tolist() == [0, 12, 100]


def test_colours(read):
    assert read({"x": idx(X.reshape(2, 2, 2, 3)), "y": idx(Y)}, image=(2, 2, 3)).shape == (2, 13)


HUGE = b"\0\0\x08\x03" + b"\xff" * 12
DEEP = b"\0\0\x08\x46" + b"\0\0\0\1" * 70 + b"1"
NONE = b"\0\0\x08\x03" + bytes(4) + b"\xff" * 8
# The file of images, or all files, and what is said.
BAD = {
    "cut": (idx(X)[:-1], "x announces 24 numbers and has 23; is it cut short?"),
    "too long": (idx(X) + b"1", "x announces 24 numbers and has 25"),
    "huge": (HUGE, "x announces 79228162458924105385300197375"),
    "no bytes": (idx(X, kind=13), "x holds numbers of type 0x0d, expected bytes"),
    "a short header": (b"\0\0\x08", "x is not in the format idx"),
    "many dimensions": (DEEP, "x is no stack of images or labels: it has 70"),
    "no images": (NONE, "x is no stack of images .*, or is empty"),
    "text": (b"PNG, not idx", "x is not in the format idx"),
    "a header that is cut": (b"\0\0\x08\xff" + b"1" * 9, "x is not in the format idx"),
    "other images": (idx(X.reshape(2, 4, 3)), "x has the shape 2 × 4 × 3, expected n × 3 × 4 × 1"),
    "labels first": ({"y": idx(Y), "x": idx(X)}, "y has the shape 2, expected n × 3 × 4 × 1"),
    "one label": ({"x": idx(X), "y": idx(Y[:1])}, "y has the shape 1, expected 2: one label per image"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_what_is_no_pair_is_named(read, content, message):
    with pytest.raises(SourceError, match=message):
        read(content if isinstance(content, dict) else {"x": content, "y": idx(Y)})
