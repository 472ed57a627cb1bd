"""Recordings cut into rows: made-up ones in the form of the Bonn archives, and the real ones if at hand."""

import dataclasses

import numpy as np
import pytest
from packing import tar_of, zip_of

from remix.errors import SourceError
from remix.study.data.columns import features
from remix.study.data.formats import read_table
from remix.study.data.preparation import prepare
from remix.study.data.recordings import read_recordings

WINDOW, WINDOWS, PER_SET = 178, 3, 2
FOLDERS = {"Z": "A_Z", "O": "B_O", "N": "C_N", "F": "D_F", "S": "E_S"}
CLASS = {"Z": "5", "O": "4", "N": "3", "F": "2", "S": "1"}


def signals():
    """The values of each recording, of which three are left at the end."""
    draw = np.random.default_rng(0)
    return {
        f"{letter}{k:03}": draw.integers(-1900, 2048, WINDOWS * WINDOW + 3)
        for letter in FOLDERS
        for k in range(1, PER_SET + 1)
    }


def text(values):
    return "\r\n".join(map(str, values)) + "\r\n"


def file_name(recording):
    """The files of one set end in capitals."""
    return f"{recording}.{'TXT' if recording[0] == 'N' else 'txt'}"


def archives():
    """The archives by name: one for each set, as they are published."""
    texts = {file_name(name): text(values) for name, values in signals().items()}
    return {f"{letter}.zip": zip_of({n: t for n, t in texts.items() if n[0] == letter}) for letter in FOLDERS}


def one_archive():
    """All sets in folders, with what macOS adds."""
    members = {f"{FOLDERS[n[0]]}/{file_name(n)}": text(v) for n, v in reversed(signals().items())}
    return zip_of({"__MACOSX/A_Z/._Z001.txt": b"\0\5", "about.md": "EEG", **members})


@pytest.fixture
def seizure(catalogue):
    """The catalogue's entry, for fewer rows than the real ones."""
    entry = catalogue["seizure"]
    sources = [{key: value for key, value in each.items() if key != "sha256"} for each in entry.sources]
    return dataclasses.replace(entry, name="tiny", rows=None, sources=tuple(sources))


@pytest.fixture
def prepared(seizure, place, run, prepared_from):
    """Prepares what is placed."""

    def prepared(files):
        for name, content in files.items():
            place(name, content)
        record = run(seizure, on_missing="fail")
        assert record["origin"] == "placed"
        return prepared_from(seizure, record)

    return prepared


@pytest.mark.parametrize("files", [archives(), {"bonn.zip": one_archive()}], ids=["by set", "in one"])
def test_rows_follow_each_other_in_a_recording_and_its_end_is_dropped(prepared, files):
    frame = prepared(files)
    names = sorted(signals())
    expected = [signals()[name][: WINDOWS * WINDOW].reshape(WINDOWS, WINDOW) for name in names]
    np.testing.assert_array_equal(features(frame), np.concatenate(expected))
    assert frame["label"].tolist() == [CLASS[name[0]] for name in names for _ in range(WINDOWS)]
    assert frame["group"].tolist() == [k for k in range(len(names)) for _ in range(WINDOWS)]
    assert list(frame.columns[-2:]) == ["label", "group"]


GOOD = text(range(WINDOW))
REFUSED = {
    "no texts": ({"Z001.edf": GOOD}, "a.zip: there are no text files in it"),
    "a name twice": ({"one/Z001.txt": GOOD, "two/Z001.txt": GOOD}, "two recordings are called 'Z001'"),
    "no set": ({"001.txt": GOOD}, "001.txt in a.zip: a recording is named by its set and a number"),
    "too short": ({"Z001.txt": text(range(WINDOW - 1))}, "Z001.txt in a.zip has 177 values, and a row takes"),
    "words": ({"Z001.txt": GOOD + "end\n"}, "Z001.txt in a.zip, line 179: 'end' is not a number"),
    "two columns": ({"Z001.txt": "1 2\n"}, "line 1: '1 2' is not a number"),
    "bytes": ({"Z001.txt": b"\xff\xfe1\0"}, "line 1: .* is not a number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_recording_is_named(tmp_path, case):
    members, message = REFUSED[case]
    (tmp_path / "a.zip").write_bytes(zip_of(members))
    with pytest.raises(SourceError, match=message) as caught:
        read_recordings([tmp_path / "a.zip"], WINDOW)
    assert str(caught.value).isprintable()


def test_a_web_page_in_the_place_of_an_archive(tmp_path):
    (tmp_path / "Z.zip").write_text("<!DOCTYPE html><title>Just a moment</title>")
    with pytest.raises(SourceError, match=r"Z.zip is an HTML page, not data"):
        read_recordings([tmp_path / "Z.zip"], WINDOW)


def test_recordings_that_would_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("remix.study.data.recordings._LARGEST", len(GOOD) + 5)
    (tmp_path / "a.tar").write_bytes(tar_of({"Z001.txt": GOOD, "Z002.txt": GOOD}, "w"))
    with pytest.raises(SourceError, match="the recordings are larger than"):
        read_recordings([tmp_path / "a.tar"], WINDOW)


# Of the columns X1, X2 and X3 of UCI's table, as pandas' describe() prints them in many published notebooks.
DESCRIBED = {
    "mean": [-11.581391, -10.911565, -10.187130],
    "std": [165.626284, 166.059609, 163.524317],
    "min": [-1839, -1838, -1835],
    "max": [1726, 1713, 1697],
}
# Its first five rows: window, class, the values that they begin with; and the recordings that they are of.
FIRST_ROWS = [
    (21, "4", [135, 190, 229, 223, 192], "O080"),
    (15, "1", [386, 382, 356, 331, 320], "S093"),
    (8, "5", [-32, -39, -47, -37, -32], "Z002"),
    (16, "5", [-105, -101, -96, -92, -89], "Z061"),
    (20, "5", [-9, -65, -98, -102, -78], "Z055"),
]


def test_the_real_recordings_are_what_ucis_table_was_cut_from(real_file, catalogue, tmp_path):
    dataset = catalogue["seizure"]
    source = next(each for each in dataset.sources if each.get("file") == "bonn.zip")
    path = real_file("seizure/bonn.zip")
    table = read_table(path.parent, [path.name], source)
    frame = prepare(table, dataset, source)
    values = features(frame)
    found = values.iloc[:, :3].agg([*DESCRIBED])
    np.testing.assert_array_equal(found.round(6), [*DESCRIBED.values()])
    assert frame["label"].value_counts().to_dict() == dict.fromkeys("12345", 2300)
    assert frame["group"].value_counts().tolist() == [23] * 500
    for window, label, start, recording in FIRST_ROWS:
        (row,) = np.flatnonzero((values.iloc[:, :5] == start).all(axis=1))
        assert (row % 23 + 1, frame["label"][row], table["recording"][row]) == (window, label, recording)
