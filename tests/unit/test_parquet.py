import random

import numpy as np
import pandas as pd
import pytest

from remix.errors import ResultError
from remix.study.running.parquet import parquet_columns, read_about, read_parquet
from remix.study.running.writing import write_parquet

ABOUT = {"folds": "repeat,fold,seconds\n0,0,1.25\n"}


@pytest.fixture
def frame():
    p = np.linspace(0, 1, 60, dtype=np.float32)
    frame = pd.DataFrame({"row": np.arange(60), "label": np.where(p < 0.5, "a", "é"), "p_0": p, "p_1": 1 - p})
    frame.loc[3, "p_1"] = np.nan
    return frame.assign(x0=np.arange(60, dtype=np.uint8))


@pytest.fixture
def written(frame, tmp_path):
    write_parquet(frame, tmp_path / "a.parquet", ABOUT)
    return tmp_path / "a.parquet"


def test_what_was_written_is_read(frame, written):
    pd.testing.assert_frame_equal(read_parquet(written), frame)
    pd.testing.assert_frame_equal(read_parquet(written, ["p_1", "label"]), frame[["p_1", "label"]])
    assert parquet_columns(written) == list(frame)
    assert read_about(written) == ABOUT
    # Other readers need nothing of ours.
    pd.testing.assert_frame_equal(pd.read_parquet(written, page_checksum_verification=True), frame)


def test_a_flipped_bit_is_refused_or_changes_nothing(frame, written):
    """With page checksums alone, one flip may change the number of rows, a name, a type or `about`."""
    content, draw, refused = written.read_bytes(), random.Random(0), []
    # All bits that tell the number of rows, which Thrift writes doubled, and some of all others.
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    rows = [place for place in range(footer, len(content)) if content[place] == 2 * len(frame)]
    bits = [8 * place + bit for place in rows for bit in range(8)]
    bits += draw.sample(range(8 * len(content)), 1500)
    for bit in bits:
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        written.write_bytes(damaged)
        try:
            found, about = read_parquet(written), read_about(written)
        except ResultError as error:
            refused.append(str(error))
        else:
            pd.testing.assert_frame_equal(found, frame, check_exact=True)
            assert about == ABOUT
    assert len(refused) > len(bits) / 2
    for text in refused:
        assert "\n" not in text
        assert text.startswith(f"{written} is damaged (")
        assert text.endswith("); remove it, and run the same command again")


@pytest.mark.parametrize("kept", [0, 3, 100, -1])
def test_a_truncated_file_is_refused(written, kept):
    written.write_bytes(written.read_bytes()[:kept])
    for read in (read_parquet, parquet_columns):
        with pytest.raises(ResultError, match="is damaged"):
            read(written)


def test_files_of_others_are_read(frame, tmp_path):
    frame.to_parquet(tmp_path / "theirs.parquet", index=False)
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "theirs.parquet"), frame)


def test_a_file_that_is_not_there_is_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_parquet(tmp_path / "none.parquet")
