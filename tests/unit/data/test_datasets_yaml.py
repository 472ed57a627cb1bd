"""The entries of config/datasets.yaml, on tiny files in the formats of the real ones."""

import dataclasses
from decimal import Decimal

import pytest

from remix.study.data.fetching import fetch
from remix.study.data.formats import read_table
from remix.study.data.preparation import prepare
from remix.study.data.sources.names import download_names

# Table 1 of the paper: minority classes, and imbalance ratios.
TASKS = {
    "musk": ("musk", ["1"], [0.01, 0.025, 0.05]),
    "segment": ("segment", ["1"], [0.01, 0.025, 0.05]),
    "statlog": ("statlog", ["1"], [0.01, 0.025, 0.05]),
    "seizure": ("seizure", ["1"], [0.05, 0.025, 0.01]),
    "coil2000": ("coil2000", ["1"], [0.05, 0.025, 0.01]),
    "ozone": ("ozone", ["1"], [0.025, 0.01]),
    "aps": ("aps", ["pos"], [0.01]),
    "seizure_multi": ("seizure", ["1", "2"], [0.25, 0.1, 0.05]),
    "optdigits": ("optdigits", ["1", "2", "3"], [0.25, 0.1, 0.05]),
    "landsat": ("statlog", ["2", "3", "4"], [0.25, 0.1, 0.05]),
    # Of the binary task Table 1 prints 0.25 too, which cannot be had.
    "cifar10_dog": ("cifar10", ["dog"], [0.1, 0.05, 0.025]),
    "cifar10_multi": ("cifar10", ["automobile", "bird", "cat"], [0.25, 0.1, 0.05]),
}


@pytest.fixture
def fetched(network, catalogue, tmp_path):
    """Fetches a dataset from one of its real sources, whose files are placed."""

    def run(name, kind, content, **changes):
        dataset = catalogue[name]
        (source,) = (dict(source) for source in dataset.sources if kind in source)
        # Tiny files have other sums than the real ones.
        source.pop("sha256", None)
        dataset = dataclasses.replace(dataset, sources=(source,), **changes)
        (placed,) = download_names(source)
        (tmp_path / name).mkdir()
        (tmp_path / name / placed).write_bytes(content.encode() if isinstance(content, str) else content)
        folder = tmp_path / "raw" / name
        record = fetch(dataset, folder, tmp_path, network, "fail", "stamp")
        table = read_table(folder, list(record["files"]), source)
        return prepare(table, dataset, source, record["described"])

    return run


def rows(*rows, separator=","):
    return "".join(separator.join(str(cell) for cell in row) + "\n" for row in rows)


def test_tasks_are_those_of_table_1(catalogue):
    tasks = {task.name: task for dataset in catalogue.values() for task in dataset.tasks}
    assert tasks.keys() == TASKS.keys()
    for name, (dataset, minority, irs) in TASKS.items():
        task = tasks[name]
        assert task.dataset == dataset
        assert list(task.minority) == minority
        assert [Decimal(ir) for ir in task.irs] == [Decimal(str(ir)) for ir in irs]
        assert task.merged == (len(minority) == 1)
        assert task.batch_size == {"coil2000": 32, "cifar10_multi": 128}.get(name)


def test_seizure(fetched):
    header = ["", *(f"X{i}" for i in range(1, 179)), "y"]
    lines = [[f"X{i}.V1.{i}", *range(i, i + 178), i] for i in (4, 1, 5, 2, 3)]
    frame = fetched("seizure", "url", rows(header, *lines), rows=5)
    assert list(frame.columns[:2]) == ["X1", "X2"]
    assert frame["label"].tolist() == ["4", "1", "5", "2", "3"]
    assert frame["X178"].tolist() == [181, 178, 182, 179, 180]


def test_aps(fetched, pack):
    licence = (
        "This file is part of APS Failure, Copyright (C) <2016> <Scania, CV AB>\n\n" + "text, more\n" * 18
    )
    header = ["class", *(f"a{i:03}" for i in range(170))]
    lines = [["neg", "na", *range(169)], ["pos", 2130706434, *["na"] * 168, 1]]
    archive = pack.zip(
        {
            "aps_failure_training_set.csv": licence + rows(header, *lines).replace("\n", "\r\n"),
            "aps_failure_test_set.csv": "no",
        }
    )
    # Columns without any value would be refused, so the second row fills what the first lacks.
    frame = fetched("aps", "url", archive, rows=2)
    assert frame["label"].tolist() == ["neg", "pos"]
    assert frame["a000"].isna().tolist() == [True, False]
    assert frame["a000"][1] == 2130706434


def test_coil2000(fetched, pack):
    tab = "\t"
    archive = pack.zip(
        {
            "TicDataDescr.txt": b"caf\xe9",
            "ticdata2000.txt": rows([33, *[0] * 84, 0], [37, *[1] * 84, 1], separator=tab).replace(
                "\n", "\r\n"
            ),
            "ticeval2000.txt": rows([1] * 85, [2] * 85, separator=tab),
            "tictgts2000.txt": "1\n0\n",
        }
    )
    frame = fetched("coil2000", "url", archive, rows=4)
    assert frame["label"].tolist() == ["0", "1", "1", "0"]
    assert frame["x0"].tolist() == [33, 37, 1, 2]
    assert frame.shape == (4, 86)


def test_ozone(fetched, pack):
    archive = pack.zip(
        {
            "onehr.data": rows(["1/1/1998", 0.8, *[1] * 71, "0."], ["1/2/1998", "?", *[2] * 71, "1."]),
            "eighthr.data": "no",
        }
    )
    frame = fetched("ozone", "url", archive, rows=2, missing=1)
    assert frame["label"].tolist() == ["0", "1"]
    assert frame["x1"].isna().tolist() == [False, True]


def test_musk_from_uci(fetched, pack):
    lines = [["MUSK-211", "211_1+1", *[46] * 166, "1."], ["NON-MUSK-199", "199_1", *[0] * 166, "0."]]
    archive = pack.zip({"clean2.info": "no", "clean2.data.Z": pack.z(rows(*lines).encode())})
    frame = fetched("musk", "url", archive, rows=2)
    assert frame["label"].tolist() == ["1", "0"]
    assert frame["x2"].tolist() == [46, 0]
    assert frame.shape == (2, 167)


def test_musk_from_openml(fetched):
    attributes = ["ID", "f1", *(f"f{i}" for i in range(2, 167))]
    arff = "@RELATION musk\n@ATTRIBUTE ID REAL\n@ATTRIBUTE molecule_name STRING\n"
    arff += "@ATTRIBUTE conformation_name STRING\n"
    arff += (
        "".join(f"@ATTRIBUTE {name} REAL\n" for name in attributes[1:]) + "@ATTRIBUTE class {0,1}\n@DATA\n"
    )
    arff += rows([1, "MUSK-211", "211_1+1", *[7] * 166, 1], [2, "NON-MUSK-1", "1_1", *[8] * 166, 0])
    frame = fetched("musk", "openml", arff, rows=2)
    assert frame["label"].tolist() == ["1", "0"]
    assert list(frame.columns[:2]) == ["f1", "f2"]


def test_segment_from_openml(fetched):
    names = ["brickface", "sky", "foliage", "cement", "window", "path", "grass"]
    features = ["region.centroid.col", *(f"f{i}" for i in range(18))]
    arff = "@RELATION segment\n" + "".join(f"@ATTRIBUTE '{name}' REAL\n" for name in features)
    arff += f"@ATTRIBUTE class {{{','.join(names)}}}\n@DATA\n"
    arff += rows(*([i, *[i] * 18, name] for i, name in enumerate(names)))
    frame = fetched("segment", "openml", arff, rows=7)
    assert frame["label"].tolist() == ["1", "2", "3", "4", "5", "6", "7"]


def test_segment_from_uci(fetched, pack):
    lines = rows(*([i, *[i / 2] * 18, i] for i in range(1, 8)), separator=" ")
    frame = fetched("segment", "url", pack.zip({"segment.dat": lines, "segment.doc": "no"}), rows=7)
    assert frame["label"].tolist() == ["1", "2", "3", "4", "5", "6", "7"]


@pytest.mark.parametrize(
    ("name", "files", "separator", "width"),
    [
        ("statlog", ["sat.trn", "sat.tst"], " ", 36),
        ("optdigits", ["optdigits.tra", "optdigits.tes"], ",", 64),
    ],
)
def test_training_and_test_files_are_stacked(fetched, catalogue, pack, name, files, separator, width):
    classes = catalogue[name].classes
    half = [rows(*([side] * width + [label] for label in classes), separator=separator) for side in (0, 1)]
    frame = fetched(name, "url", pack.zip(dict(zip(files, half, strict=True))), rows=2 * len(classes))
    assert frame["label"].tolist() == [*classes, *classes]
    assert frame["x0"].tolist() == [0] * len(classes) + [1] * len(classes)
