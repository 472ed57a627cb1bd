"""CIFAR-10's files: read exactly, and nothing in them run."""

import contextlib
import os
import pickle
import subprocess

import numpy as np
import pytest
from cifar_archive import Python2Pickle, archive, batch_pickle, channels_first, images_of
from hypothesis import given
from hypothesis import strategies as st

from remix.errors import SourceError
from remix.study.data.formats import read_table
from remix.study.data.images.unpickling import load

IMAGE = (32, 32, 3)


@pytest.fixture
def read(tmp_path):
    """Writes files and reads them as one table of images."""

    def read(files, form="cifar10", image=IMAGE):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        return read_table(tmp_path, list(files), {"file": "unused", "format": form}, image)

    return read


def records(pixels, labels):
    return np.column_stack([labels.astype(np.uint8), channels_first(pixels)]).tobytes()


@pytest.mark.parametrize("form", ["cifar10", "cifar10_binary"])
def test_pixels_become_columns_by_height_width_and_channel(read, form):
    pixels, labels = images_of(20)
    half = slice(0, 10), slice(10, 20)
    if form == "cifar10":
        contents = [batch_pickle("training batch", pixels[part], labels[part]) for part in half]
    else:
        contents = [records(pixels[part], labels[part]) for part in half]
    table = read(dict(zip(["b", "a"], contents, strict=True)), form)
    assert list(table.columns) == [*(f"x{i}" for i in range(3072)), "label"]
    assert (table.dtypes.iloc[:-1] == np.uint8).all()
    np.testing.assert_array_equal(table.iloc[:, :-1].to_numpy(), pixels.reshape(20, -1))
    assert table["label"].tolist() == labels.tolist()
    # The place of a single value by hand: row 2, column 1, blue.
    assert table[f"x{(2 * 32 + 1) * 3 + 2}"][0] == pixels[0, 2, 1, 2]


def test_the_written_pickle_is_one_of_python_2():
    """The first bytes of the real data_batch_1, and the names in it; Python's own unpickler reads it too."""
    pixels, labels = images_of(10)
    content = batch_pickle("training batch 1 of 5", pixels, labels)
    assert content.startswith(
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03U\x06labelsq\x04]"
    )
    assert b"cnumpy.core.multiarray\n_reconstruct\n" in content
    assert b"cnumpy\nndarray\n" in content
    assert b"cnumpy\ndtype\n" in content
    batch = pickle.loads(content, encoding="bytes")
    np.testing.assert_array_equal(batch[b"data"], channels_first(pixels))
    assert load(content, "batch")[b"labels"] == batch[b"labels"]


def test_columns_first_in_memory(read):
    """An array that NumPy stored in Fortran's order, as it does for a transposed one."""
    pixels, labels = images_of(10)
    content = batch_pickle("b", pixels, labels)
    rows = channels_first(pixels)
    content = content.replace(rows.tobytes(), rows.tobytes(order="F")).replace(b"\x89T", b"\x88T")
    np.testing.assert_array_equal(read({"b": content}).iloc[:, :-1].to_numpy(), pixels.reshape(10, -1))


class Call:
    """Pickled, a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


MAKER = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n"
ATTACKS = {
    "system": pickle.dumps(Call(os.system, "touch {}"), protocol=2),
    "protocol 0": b"cposix\nsystem\n(S'touch {}'\ntR.",
    "inst": b"(S'touch {}'\niposix\nsystem\n.",
    "obj": b"\x80\x02(cposix\nsystem\nU\x01xo.",
    "subprocess": pickle.dumps(Call(subprocess.check_output, ["touch", "x"]), protocol=2),
    "eval": b"\x80\x02c__builtin__\neval\nU\x05print\x85R.",
    "getattr": b"\x80\x02cbuiltins\ngetattr\ncnumpy\nndarray\nU\x08__init__\x86R.",
    "of NumPy": b"\x80\x02cnumpy\nfromfile\nU\x0b/etc/passwd\x85R.",
    "loads": b"\x80\x02cpickle\nloads\nU\x01.\x85R.",
    "dotted name": b"\x80\x02cnumpy\nndarray.__class__\n.",
    "stack global": b"\x80\x04\x8c\x05posix\x8c\x06system\x93.",
    "new object": b"\x80\x02cnumpy\ndtype\n)\x81.",
    "extension": b"\x80\x02\x82\x01.",
    "persistent": b"\x80\x02U\x01aQ.",
    "names are not called": b"\x80\x02cnumpy\nndarray\n)R.",
    "names are not changed": b"\x80\x02cnumpy\nndarray\n}b.",
    "functions are not changed": MAKER + b"N}X\x01\x00\x00\x00aK\x01s\x86b.",
    "a place beyond memory": b"\x80\x02Nr\xff\xff\xff\x7f.",
    "a length beyond memory": b"\x80\x02T\xff\xff\xff\x7fa.",
    "a negative length": b"\x80\x02T\xff\xff\xff\xffa.",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_run(tmp_path, monkeypatch, attack):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=r"^batch cannot be read as a pickle of CIFAR-10: ") as caught:
        load(ATTACKS[attack], "batch")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_is_named():
    with pytest.raises(SourceError, match=r"it names posix\.system, which is not allowed"):
        load(ATTACKS["system"], "batch")
    with pytest.raises(SourceError, match="it has the instruction SHORT_BINUNICODE, which is not allowed"):
        load(ATTACKS["stack global"], "batch")


def test_an_array_that_claims_another_size_is_refused(read):
    """NumPy's own unpickling would take the memory that is claimed."""
    pixels, labels = images_of(10)
    content = batch_pickle("b", pixels, labels)
    claims = [
        content.replace(b"K\nM\x00\x0c\x86", b"J\xff\xff\xff\x7fM\x00\x0c\x86"),  # 2³¹ − 1 images
        content.replace(b"K\nM\x00\x0c\x86", b"J\xf6\xff\xff\xffJ\x00\xf4\xff\xff\x86"),  # −10 × −3072
        content.replace(b"U\x02u1", b"U\x02O8"),  # objects, which are pointers
        content.replace(b"U\x02u1", b"U\x02f8"),
    ]
    for claim in claims:
        assert claim != content
        with pytest.raises(SourceError, match="b holds an array that is not one of bytes"):
            read({"b": claim})


PIXELS, LABELS = images_of(10)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Python2Pickle().dump([1, 2]), "b is no batch of CIFAR-10: it lacks 'data' or 'labels'"),
        (Python2Pickle().dump({"data": [1], "labels": [1]}), "it lacks 'data' or 'labels'"),
        (Python2Pickle().dump({"data": channels_first(PIXELS), "labels": ["dog"] * 10}), "no whole numbers"),
        (batch_pickle("b", PIXELS, LABELS[:9]), "b has 10 images and 9 labels"),
        (
            batch_pickle("b", PIXELS[:, :31], LABELS),
            r"data of shape \(10, 2976\), expected rows of 32 × 32 × 3",
        ),
        (batch_pickle("b", PIXELS, LABELS)[:-100], "b cannot be read as a pickle of CIFAR-10"),
        (b"<html>Moved</html>", "b is an HTML page, not data"),
        (b"", "b is empty"),
    ],
)
def test_what_is_no_batch_is_named(read, content, message):
    with pytest.raises(SourceError, match=message) as caught:
        read({"b": content})
    assert "\n" not in str(caught.value)


@given(st.data())
def test_damaged_pickles_are_errors_in_one_line(data):
    content = bytearray(batch_pickle("b", PIXELS[:1], LABELS[:1]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 250))] = data.draw(st.integers(0, 255))
    # Any other error would fail the test.
    with contextlib.suppress(SourceError):
        load(bytes(content), "b")


def test_records_that_are_cut_short(read):
    with pytest.raises(SourceError, match="b has 30720 bytes, which is no multiple of 3073"):
        read({"b": records(PIXELS, LABELS)[:-10]}, "cifar10_binary")


def test_images_need_a_shape(read):
    with pytest.raises(SourceError, match="format cifar10 holds images; give their shape by 'image'"):
        read({"b": batch_pickle("b", PIXELS, LABELS)}, image=None)


def test_archives_are_the_same_at_every_call():
    assert archive("python", 100)[0] == archive("python", 100)[0]
    assert archive("binary", 100)[0] == archive("binary", 100)[0]
