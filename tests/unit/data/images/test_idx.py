"""The files of MNIST."""

import gzip
import struct

import numpy as np
import pytest

from remix.errors import SourceError
from remix.study.data.formats import read_table


def idx(array, kind=8):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


X = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
Y = np.array([7, 9], np.uint8)


@pytest.fixture
def read(tmp_path):
    """Writes files and reads them, two of each entry of parts."""

    def read(files, image=(3, 4, 1), parts=None):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        parts = parts or [list(files)]
        return read_table(tmp_path, list(files), {"file": "unused", "format": "idx", "parts": parts}, image)

    return read


@pytest.mark.parametrize("pack", [bytes, lambda content: gzip.compress(content)], ids=["plain", "gz"])
def test_a_pair(read, pack):
    suffix = "" if pack is bytes else ".gz"
    table = read({f"x{suffix}": pack(idx(X)), f"y{suffix}": pack(idx(Y))})
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


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"x": idx(X)[:-1], "y": idx(Y)}, "x announces 24 numbers and has 23; is it cut short?"),
        ({"x": idx(X) + b"1", "y": idx(Y)}, "x announces 24 numbers and has 25"),
        ({"x": b"\0\0\x08\x03" + b"\xff" * 12, "y": idx(Y)}, "x announces 79228162458924105385300197375"),
        ({"x": idx(X, kind=13), "y": idx(Y)}, "x holds numbers of type 0x0d, expected bytes"),
        ({"x": b"\0\0\x08", "y": idx(Y)}, "x is not in the format idx"),
        (
            {"x": b"\0\0\x08\x46" + b"\0\0\0\1" * 70 + b"1", "y": idx(Y)},
            "x is no stack of images or labels: it has 70",
        ),
        (
            {"x": b"\0\0\x08\x03" + bytes(4) + b"\xff" * 8, "y": idx(Y)},
            "x is no stack of images .*, or is empty",
        ),
        ({"x": b"PNG, not idx", "y": idx(Y)}, "x is not in the format idx"),
        ({"x": b"\0\0\x08\xff" + b"1" * 9, "y": idx(Y)}, "x is not in the format idx"),
        ({"y": idx(Y), "x": idx(X)}, "y has the shape 2, expected n × 3 × 4 × 1"),
        ({"x": idx(X.reshape(2, 4, 3)), "y": idx(Y)}, "x has the shape 2 × 4 × 3, expected n × 3 × 4 × 1"),
        ({"x": idx(X), "y": idx(Y[:1])}, "y has the shape 1, expected 2: one label per image"),
        ({"x": idx(X)}, "needs pairs of files"),
        ({"x.gz": gzip.compress(idx(X))[:-9], "y": idx(Y)}, "x.gz cannot be unpacked"),
        ({"x": b"<!DOCTYPE html>", "y": idx(Y)}, "x is an HTML page, not data"),
    ],
    ids=range(15),
)
def test_what_is_no_pair_is_named(read, files, message):
    with pytest.raises(SourceError, match=message):
        read(files)
