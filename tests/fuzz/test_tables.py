"""Mutated data files are read as what they say, or end in one clear line."""

import json

import numpy as np
import pandas as pd
import pytest
from fuzzed_tables import GOES_WELL, REFUSED, mutated_arff, mutated_table
from fuzzing import COUNT, WrongError, feed

from remix.errors import RemixError
from remix.study.data.catalogue import Dataset
from remix.study.data.fetching import fetch
from remix.study.data.preparation import LABEL, read_and_prepare
from remix.study.data.sources.downloading import Network
from remix.study.running.writing import write_parquet

# What libraries warn of stands in a job's log.
pytestmark = [pytest.mark.fuzz, pytest.mark.filterwarnings("ignore")]

NETWORK = Network(connect_timeout=1, read_timeout=1, retries=0, openml_server="http://127.0.0.1:9")


def prepared_from(table, folder):
    """Write the file of a table, and do what the rules fetch and prepare do."""
    (folder / table.name).write_bytes(table.content)
    entry = {**table.entry, "sources": [{"file": str(folder / table.name), **table.source}], "tasks": {}}
    (folder / "entry.json").write_text(json.dumps(entry))
    dataset = Dataset.from_entry("tiny", entry)
    raw = folder / "resources" / "raw"
    record = fetch(dataset, raw, folder / "data", NETWORK, "fail", "t")
    prepared = read_and_prepare(raw, list(record["files"]), dataset, dataset.sources[0], record["described"])
    write_parquet(prepared, folder / "prepared.parquet")
    return pd.read_parquet(folder / "prepared.parquet")


def hold(prepared, features, labels):
    """Compare a prepared table with an independent reading, value by value."""
    found = prepared.drop(columns=LABEL).to_numpy(np.float64)
    if found.shape != features.shape:
        raise WrongError(f"the table has the shape {found.shape}, expected {features.shape}")
    other = ~((found == features) | (np.isnan(found) & np.isnan(features)))
    if other.any():
        i, j = np.argwhere(other)[0]
        raise WrongError(f"row {i}, column {j} is {found[i, j]!r}, expected {features[i, j]!r}")
    for i, (label, expected) in enumerate(zip(prepared[LABEL], labels, strict=True)):
        if label != expected:
            raise WrongError(f"the label of row {i} is {label!r}, expected {expected!r}")


@pytest.mark.parametrize(
    ("family", "mutated", "count"), [("csv", mutated_table, COUNT // 2), ("arff", mutated_arff, COUNT // 6)]
)
def test_mutated_tables(tmp_path, family, mutated, count):
    def attempt(rng, folder):
        table = mutated(rng)
        try:
            prepared = prepared_from(table, folder)
        except RemixError as error:
            if table.due == GOES_WELL:
                raise WrongError(f"{table.what} is refused: {error}") from None
            raise
        if table.due == REFUSED:
            raise WrongError(f"{table.what} is not refused")
        try:
            expected = table.reading(table)
        except ValueError as error:
            raise WrongError(f"{table.what} is read, where another reading finds: {error}") from None
        if expected is not None:
            hold(prepared, *expected)

    assert feed(family, attempt, tmp_path, count) == []
