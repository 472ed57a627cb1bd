"""Mutated data files are read as what they say, or end in one clear line, from `fetch` to the scores."""

import io
import json
import warnings

import numpy as np
import pandas as pd
import pytest
from fuzzed_study import defaults
from fuzzed_tables import (
    GOES_WELL,
    REFUSED,
    UnreadableError,
    classes_as_read,
    mutated_arff,
    mutated_images,
    mutated_table,
    reading,
)
from fuzzing import COUNT, WrongError, chance, feed, pick
from scipy.io import arff as scipy_arff

from remix.errors import RemixError
from remix.metrics import score_folds
from remix.protocol import Protocol
from remix.study.data.catalogue import Dataset
from remix.study.data.fetching import fetch
from remix.study.data.preparation import LABEL, read_and_prepare
from remix.study.data.sources.downloading import Network
from remix.study.data.variants import imbalanced_variant
from remix.study.running.writing import write_parquet
from remix.study.splits import repeated_folds

# What libraries warn of stands in a job's log.
pytestmark = [pytest.mark.fuzz, pytest.mark.filterwarnings("ignore")]

NETWORK = Network(connect_timeout=1, read_timeout=1, retries=0, openml_server="http://127.0.0.1:9")


def prepared_from(folder, name, entry, source):
    """Do what the rules fetch and prepare do."""
    entry = {**entry, "sources": [{"file": str(folder / name), **source}]}
    (folder / "entry.json").write_text(json.dumps(entry))
    dataset = Dataset.from_entry("tiny", entry)
    raw = folder / "resources" / "raw"
    record = fetch(dataset, raw, folder / "data", NETWORK, "fail", "t")
    read = Dataset.from_entry("tiny", {**json.loads(json.dumps(entry)), "tasks": {}})
    (taken,) = read.sources
    prepared = read_and_prepare(raw, list(record["files"]), read, taken, record["described"])
    write_parquet(prepared, folder / "prepared.parquet")
    return dataset, pd.read_parquet(folder / "prepared.parquet")


def hold(prepared, features, labels):
    """Compare a prepared table with an independent reading, value by value."""
    found = prepared.drop(columns=LABEL).to_numpy(np.float64)
    if found.shape != features.shape:
        raise WrongError(f"the table has the shape {found.shape}, expected {features.shape}")
    other = ~((found == features) | (np.isnan(found) & np.isnan(features)))
    if other.any():
        i, j = np.argwhere(other)[0]
        raise WrongError(f"row {i}, column {j} is {found[i, j]!r}, expected {features[i, j]!r}")
    if list(prepared[LABEL]) != labels:
        i = next(i for i, (a, b) in enumerate(zip(prepared[LABEL], labels, strict=True)) if a != b)
        raise WrongError(f"the label of row {i} is {prepared[LABEL][i]!r}, expected {labels[i]!r}")


def use(rng, dataset, prepared, share):
    """Do what the rules variant, train and score do; training for some only, since it takes a second."""
    (task,) = dataset.tasks
    try:
        variant = imbalanced_variant(prepared, task, task.irs[0], seed=1)
        labels = variant["label"].to_numpy()
        kept = prepared.iloc[variant["row"]].drop(columns=LABEL).reset_index(drop=True)
        if not kept.equals(variant.drop(columns=["row", "label"])):
            raise WrongError("the variant has other values than the prepared table")
        majority = int((prepared[LABEL] != task.minority[0]).sum())
        expected = (majority, int(float(task.irs[0]) * majority))
        if (found := ((labels == 0).sum(), (labels == 1).sum())) != expected:
            raise WrongError(f"the variant has {found} rows of each class, expected {expected}")
        folds = repeated_folds(labels, task=task.name, ir=task.irs[0], seed=1, repeats=2)
        if any(set(fold.train) & {*fold.test, *fold.validation} for fold in folds):
            raise WrongError("parts of a fold share rows")
        if chance(rng, share):
            train(rng, variant, task)
    except RemixError as error:
        # What can be prepared may be too small to be trained on; that it is told clearly is what counts.
        if not str(error).isprintable():
            raise


def train(rng, variant, task):
    from remix.methods import Method
    from remix.study.experiment import cross_validate

    short = {"epochs": 2, "repeats": 1, "hidden_layers": 1, "batch_size": 16}
    section = {**defaults()["config"]["protocol"], **short}
    spec = pick(rng, [{}, {"resample": "balanced", "mix": {"alpha": 0.1}}, {"resample": "smote"}])
    section["images"] = {**section["images"], "epochs": 1, "filters": [2], "dense": 4}
    protocol = Protocol.from_section(section).for_training(images=task.image is not None)
    (result,) = cross_validate(
        variant, task, task.irs[0], [Method.from_spec(spec)], Protocol.from_mapping(protocol), seed=1
    )
    probabilities = result.predictions.filter(like="p_").to_numpy()
    if not np.isfinite(probabilities).all() or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-4):
        raise WrongError("probabilities do not add up to 1")
    if not np.isfinite(score_folds(result.predictions)["value"]).all():
        raise WrongError("a score is no number")


@pytest.fixture(scope="module", autouse=True)
def tensorflow():
    """Importing it takes seconds, which are none of an input's."""
    import remix.study.experiment  # noqa: F401


def test_tables_in_csv(tmp_path):
    def attempt(rng, folder):
        table = mutated_table(rng)
        (folder / table.name).write_bytes(table.content)
        (folder / "what.txt").write_text(f"{table.what}, {table.due}\n")
        try:
            dataset, prepared = prepared_from(folder, table.name, table.entry, table.source)
        except RemixError as error:
            if table.due == GOES_WELL:
                raise WrongError(f"{table.what} is refused: {error}") from None
            raise
        if table.due == REFUSED:
            raise WrongError(f"{table.what} is not refused")
        try:
            features, labels = reading(table)
        except (UnreadableError, ValueError) as error:
            raise WrongError(f"{table.what} is read, where an independent reading finds: {error}") from None
        names = classes_as_read(table)
        hold(prepared, features, [names.get(label, label) for label in labels])
        use(rng, dataset, prepared, 0.01)

    assert not feed("csv", attempt, tmp_path, int(COUNT * 0.45)).failures


def test_tables_in_arff(tmp_path):
    def attempt(rng, folder):
        table = mutated_arff(rng)
        (folder / table.name).write_bytes(table.content)
        try:
            dataset, prepared = prepared_from(folder, table.name, table.entry, table.source)
        except RemixError as error:
            if table.due == GOES_WELL:
                raise WrongError(f"it is refused: {error}") from None
            raise
        features = labels = None
        if table.due == GOES_WELL:
            features = np.array([[float(v or "nan") for v in row[:-1]] for row in table.rows])
            labels = [row[-1] for row in table.rows]
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    data, meta = scipy_arff.loadarff(io.StringIO(table.content.decode("utf-8-sig")))
                    features = np.column_stack([data[name].astype(float) for name in meta.names()[:-1]])
                    labels = [label.decode() for label in data[meta.names()[-1]]]
                except Exception:
                    return  # SciPy's reader knows less of the format.
        hold(prepared, features, labels)
        use(rng, dataset, prepared, 0.003)

    assert not feed("arff", attempt, tmp_path, int(COUNT * 0.13)).failures


def test_images_in_arrays(tmp_path):
    def attempt(rng, folder):
        case = mutated_images(rng)
        for name, content in case.files.items():
            (folder / name).write_bytes(content)
        try:
            # Several files are placed, for a source has one.
            (folder / "data" / "tiny").mkdir(parents=True)
            for name, content in case.files.items() if len(case.files) > 1 else ():
                (folder / "data" / "tiny" / name).write_bytes(content)
            dataset, prepared = prepared_from(folder, next(iter(case.files)), case.entry, case.source)
        except RemixError as error:
            if case.due == GOES_WELL:
                raise WrongError(f"it is refused: {error}") from None
            raise
        if case.due == GOES_WELL:
            pixels = case.pixels.reshape(len(case.pixels), -1).astype(float)
            hold(prepared, pixels, [str(k) for k in case.labels])
        if prepared.drop(columns=LABEL).to_numpy().dtype != np.uint8:
            raise WrongError("pixels are no bytes")
        use(rng, dataset, prepared, 0.005)

    assert not feed("images", attempt, tmp_path, int(COUNT * 0.13)).failures
