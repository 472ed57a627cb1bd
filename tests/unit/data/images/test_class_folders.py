"""Images in folders that are named after their classes."""

import io

import numpy as np
import pytest
from packing import tar_of, zip_of
from PIL import Image

from remix.errors import SourceError


def picture(pixels, form="PNG", mode=None):
    image = Image.fromarray(np.asarray(pixels, np.uint8))
    stream = io.BytesIO()
    (image.convert(mode) if mode else image).save(stream, form)
    return stream.getvalue()


def colour(*rgb):
    return np.broadcast_to(np.array(rgb, np.uint8), (2, 3, len(rgb)))


@pytest.fixture
def read(read_files):
    """Reads the images of an archive, of 2 × 3 pixels in colour unless said otherwise."""
    return lambda content, image=(2, 3, 3): read_files({"pets": content}, image, format="folder")


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_images_in_the_order_of_their_names(read, pack):
    draw = np.random.default_rng(0).integers(0, 256, (3, 2, 3, 3), dtype=np.uint8)
    members = {
        "pets/dog/1.png": picture(draw[2]),
        "pets/cat/2.PNG": picture(draw[1]),
        "pets/readme.txt": "not an image",
        "pets/cat/.hidden.png": "not an image",
        "__MACOSX/pets/cat/._1.png": "not an image",
        "pets/cat/1.png": picture(draw[0]),
    }
    table = read(pack(members))
    assert table["label"].tolist() == ["cat", "cat", "dog"]
    np.testing.assert_array_equal(table.iloc[:, :-1].to_numpy(), draw.reshape(3, -1))
    assert (table.dtypes.iloc[:-1] == np.uint8).all()


def test_a_jpeg(read):
    table = read(zip_of({"a/1.jpg": picture(colour(200, 10, 10), "JPEG")}))
    found = table.iloc[0, :-1].to_numpy(float).reshape(2, 3, 3)
    np.testing.assert_allclose(found, colour(200, 10, 10), atol=4)


def test_grey_black_and_white_and_few_colours(read):
    grey = np.array([[0, 100, 255], [7, 8, 9]], np.uint8)
    assert read(zip_of({"a/1.png": picture(grey)}), (2, 3, 1)).iloc[0, :-1].tolist() == grey.ravel().tolist()
    white = picture(np.full((2, 3), 255), mode="1")
    assert read(zip_of({"a/1.png": white}), (2, 3, 1)).iloc[0, :-1].tolist() == [255] * 6
    few = picture(colour(255, 0, 0), mode="P")
    assert Image.open(io.BytesIO(few)).mode == "P"
    assert read(zip_of({"a/1.png": few})).iloc[0, :3].tolist() == [255, 0, 0]


GOOD = {"a/1.png": picture(colour(1, 2, 3))}
# The name of a second file, its content, and what is said.
UNFIT = {
    "shape": ("b/2.png", picture(np.zeros((3, 2, 3))), "b/2.png in pets is 3 × 2 pixels, expected 2 × 3"),
    "grey": ("b/2.png", picture(np.zeros((2, 3))), "b/2.png in pets has pixels of the kind L, expected RGB"),
    "alpha": ("b/2.png", picture(colour(1, 2, 3, 4)), "has pixels of the kind RGBA, expected RGB"),
    "cut": ("b/2.png", GOOD["a/1.png"][:-30], "b/2.png in pets cannot be read as PNG or JPEG: "),
    "text": ("b/2.png", b"plain text", "b/2.png in pets cannot be read as PNG or JPEG: cannot identify"),
    "empty": ("b/2.png", b"", "b/2.png in pets cannot be read as PNG or JPEG: "),
    "gif": ("b/2.jpg", picture(colour(1, 2, 3), "GIF"), "b/2.jpg in pets cannot be read as PNG or JPEG"),
    "no folder": ("2.png", GOOD["a/1.png"], "2.png in pets is in no folder, which would name"),
}


@pytest.mark.parametrize(("name", "content", "message"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_named(read, name, content, message):
    with pytest.raises(SourceError, match=message) as caught:
        read(zip_of(GOOD | {name: content}))
    assert "\n" not in str(caught.value)
    assert "0x" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>Sign in", "pets is an HTML page, not data"),
        (GOOD["a/1.png"], "pets is no archive, or cut short"),
        (zip_of({"a/notes.txt": b"nothing"}), "pets holds no PNG or JPEG files"),
    ],
    ids=["html", "an image", "no images"],
)
def test_what_holds_no_images(read, content, message):
    with pytest.raises(SourceError, match=message):
        read(content)


def test_channels_that_files_do_not_have(read):
    with pytest.raises(SourceError, match="images in files have 1, 3 or 4 channels, not 2"):
        read(zip_of(GOOD), (2, 3, 2))


def test_sizes_are_bounded(read, monkeypatch):
    monkeypatch.setattr("remix.study.data.images.class_folders.MAX_BYTES", 17)
    with pytest.raises(SourceError, match="the 1 images in pets take more than 17 bytes"):
        read(zip_of(GOOD))
    monkeypatch.undo()
    monkeypatch.setattr("remix.study.data.images.class_folders._LARGEST", 10)
    with pytest.raises(SourceError, match=r"a/1.png in pets is larger than 10 bytes"):
        read(zip_of(GOOD))


def test_a_picture_that_claims_to_be_huge_is_not_unpacked(read):
    content = bytearray(GOOD["a/1.png"])
    content[16:24] = (30_000).to_bytes(4, "big") * 2
    with pytest.raises(SourceError, match=r"a/1.png in pets"):
        read(zip_of({"a/1.png": bytes(content)}))
