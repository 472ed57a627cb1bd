"""NumPy's archives of arrays, without unpickling."""

import io
import pickle
import struct
import zipfile

import numpy as np
import pytest
from packing import zip_of

from remix.errors import SourceError

X = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def npz(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def npy(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


@pytest.fixture
def read(read_files):
    """Reads an archive, or a pair of arrays."""

    def read(files, image=(3, 4, 1)):
        files = files if isinstance(files, dict) else {"d.npz": files}
        parts = [[*files]] if len(files) > 1 else [*files]
        return read_files(files, image, format="npz", parts=parts)

    return read


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        (npz(images=X, labels=np.array([1, 0])), [1, 0]),
        (npz(x=X[..., None], y=np.array([[5], [3]], np.int16)), [5, 3]),
        (npz(x_test=X + 9, y_test=[0, 0], x_train=X, y_train=np.array([2, 3], ">i4")), [2, 3]),
        (npz(labels=np.array(["cat", "dog"]), images=np.asfortranarray(X)), ["cat", "dog"]),
        ({"a.npy": npy(X), "b.npy": npy(np.array([4, 2]))}, [4, 2]),
    ],
    ids=["images", "x", "x_train", "texts, Fortran", "npy"],
)
def test_arrays_by_name(read, content, labels):
    table = read(content)
    assert table.iloc[:, :-1].to_numpy().tolist() == X.reshape(2, 12).tolist()
    assert table["x3"].dtype == np.uint8
    assert table["label"].tolist() == labels


def test_colours(read):
    assert read(npz(images=X.reshape(2, 2, 2, 3), labels=[0, 1]), image=(2, 2, 3)).shape == (2, 13)


class Touch:
    def __reduce__(self):
        return eval, ("open('owned', 'w')",)


def header(text):
    padded = text + " " * (-(10 + len(text) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode()


def claiming(shape):
    return header(f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}")


OBJECTS = np.array([Touch(), Touch()], dtype=object)
Y = npy(np.array([0, 1]))


# An archive, or what stands in the place of one of two good files; and what is said.
UNREADABLE = {
    "objects": (npz(images=X, labels=OBJECTS), "labels.npy in d.npz cannot be read as an array: Object"),
    "fractions": (
        npz(images=X / 255, labels=[0, 1]),
        "images.npy in d.npz is of type float64, expected uint8",
    ),
    "labels of another type": (npz(images=X, labels=[0.5, 1]), "d.npz is of type float64, expected whole"),
    "one label": (
        npz(images=X, labels=[0]),
        "labels.npy in d.npz has the shape 1, expected 2: one label per",
    ),
    "other images": (
        npz(images=X.reshape(2, 4, 3), labels=[0, 1]),
        "shape 2 × 4 × 3, expected n × 3 × 4 × 1",
    ),
    "other names": (
        npz(pictures=X, labels=[0]),
        r"has no array called images, x, .*; it has pictures.npy, labels.npy",
    ),
    "cut": (npz(images=X, labels=[0])[:-30], "d.npz is no archive, or cut short"),
    "HTML": (b"<html>", "d.npz is an HTML page, not data"),
    "an array of objects": ({"a.npy": npy(OBJECTS)}, "a.npy cannot be read as an array: Object arrays"),
    "a pickle": ({"a.npy": pickle.dumps(Touch())}, "a.npy cannot be read as an array"),
    "code": ({"a.npy": header("{'descr': __import__('os')}")}, "a.npy cannot be read as an array"),
    "brackets": ({"a.npy": header("((((")}, "a.npy cannot be read as an array: "),
    "an odd key": ({"a.npy": header("{[]: 1}")}, "a.npy cannot be read as an array: "),
    "a deep header": ({"a.npy": header("-" * 8000 + "1")}, "a.npy cannot be read as an array: "),
    "huge": ({"a.npy": claiming((2**40, 3, 4)) + bytes(12)}, "a.npy cannot be read as an array: "),
    "a cut array": ({"a.npy": npy(X)[:-1]}, "a.npy cannot be read as an array: EOF: reading array data"),
    "three files": ({"c.npy": Y}, "format npz needs single archives in 'parts', or pairs"),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_named(read, tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=message) as caught:
        read({"a.npy": npy(X), "b.npy": Y} | content if isinstance(content, dict) else content)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "owned").exists()


def test_an_archive_whose_packing_has_no_bound_is_refused(read):
    """Of bzip2 a few bytes may hold gigabytes, which Python unpacks before it can be stopped."""
    content = zip_of({"images.npy": npy(X), "labels.npy": Y}, zipfile.ZIP_BZIP2)
    with pytest.raises(SourceError, match=r"images.npy in d.npz is not packed by 'deflate'"):
        read(content)


def test_members_are_bounded(read, monkeypatch):
    content = npz(images=np.zeros((2, 3, 400), np.uint8), labels=[0, 1])
    monkeypatch.setattr("remix.study.data.images.npz.MAX_BYTES", 1000)
    with pytest.raises(SourceError, match=r"images.npy in d.npz is larger than 1000 bytes"):
        read(content, image=(3, 400, 1))
