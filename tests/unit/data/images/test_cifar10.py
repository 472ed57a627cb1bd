"""CIFAR-10's binary files."""

import pytest
from cifar_archive import images_of, records

from remix.errors import SourceError
from remix.study.data.formats import read_table
from remix.study.data.preparation import prepare
from remix.study.data.sources.collecting import collect

PIXELS, LABELS = images_of(20)


@pytest.fixture
def read(read_files):
    """Reads files as one table of images."""
    return lambda files, image=(32, 32, 3): read_files(files, image, format="cifar10_binary")


def test_pixels_become_columns_by_height_width_and_channel(read):
    table = read({"b": records(PIXELS, LABELS)})
    # By hand: row 2, column 1, blue. The others are compared by test_scripts.py.
    assert table[f"x{(2 * 32 + 1) * 3 + 2}"][0] == PIXELS[0, 2, 1, 2]


def test_what_is_no_batch_is_named(read):
    with pytest.raises(SourceError, match="b has 61450 bytes, which is no multiple of 3073"):
        read({"b": records(PIXELS, LABELS)[:-10]})


def test_the_real_batches_have_the_sums_of_the_catalogue(real_file, catalogue, tmp_path):
    dataset = catalogue["cifar10"]
    (source,) = dataset.sources
    paths = [real_file(f"cifar10/{name}") for name in source["parts"]]
    assert collect(paths, source, tmp_path) == source["parts"]
    frame = prepare(read_table(tmp_path, source["parts"], source, dataset.image), dataset, source)
    assert frame["label"].value_counts().to_dict() == dict.fromkeys(dataset.classes, 5000)
