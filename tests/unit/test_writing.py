import errno

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from matplotlib.figure import Figure

from remix.study.running.writing import atomic_path, write_csv, write_figure, write_parquet, write_text


def test_success_replaces_the_file(tmp_path):
    target = tmp_path / "deep" / "a.txt"
    for text in ("old", "new"):
        with atomic_path(target) as temporary:
            assert temporary.parent == target.parent
            assert temporary.suffix == ".txt"
            temporary.write_text(text)
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail():
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_names_the_file_and_not_the_temporary_one(tmp_path):
    def fail(*name):
        with atomic_path(tmp_path / "a.txt"):
            raise OSError(errno.ENOSPC, "full", *name)

    for name in ([], [str(tmp_path / ".a-xyz.txt")]):
        with pytest.raises(OSError, match="full") as caught:
            fail(*name)
        assert caught.value.filename == str(tmp_path / "a.txt")


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_text("")
    write_text("x", tmp_path / "ours")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_pixels_are_written_as_bytes(tmp_path):
    pixels = np.arange(300 * 40, dtype=np.uint32).reshape(300, 40).astype(np.uint8)
    frame = pd.DataFrame(pixels, columns=[f"x{i}" for i in range(40)])
    frame = frame.assign(row=np.arange(300), label="a")
    for name in ("1.parquet", "2.parquet"):
        write_parquet(frame.copy(), tmp_path / name)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "1.parquet"), frame)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    metadata = pyarrow.parquet.ParquetFile(tmp_path / "1.parquet").metadata.row_group(0)
    encodings = [metadata.column(i).encodings for i in range(42)]
    assert all("BYTE_STREAM_SPLIT" in pixel for pixel in encodings[:40])
    assert not any("BYTE_STREAM_SPLIT" in other for other in encodings[40:])


def test_equal_frames_equal_bytes_and_full_precision(tmp_path):
    frame = pd.DataFrame({"a": [0.1 + 0.2, 1 / 3], "b": ["x", "y"]})
    for write, suffix in ((write_parquet, "parquet"), (write_csv, "csv")):
        write(frame, tmp_path / f"1.{suffix}")
        write(frame.copy(), tmp_path / f"2.{suffix}")
        assert (tmp_path / f"1.{suffix}").read_bytes() == (tmp_path / f"2.{suffix}").read_bytes()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "1.parquet"), frame)
    assert pd.read_csv(tmp_path / "1.csv")["a"].tolist() == frame["a"].tolist()


def test_a_figure_is_written_in_every_form(tmp_path):
    figure = Figure()
    figure.subplots().plot([1, 2])
    paths = {form: tmp_path / f"a.{form}" for form in ("png", "svg")}
    write_figure(figure, paths)
    assert paths["png"].read_bytes().startswith(b"\x89PNG")
    assert paths["svg"].read_text().startswith("<?xml")
    assert sorted(tmp_path.iterdir()) == sorted(paths.values())
