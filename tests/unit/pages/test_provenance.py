import dataclasses
import re
from collections import OrderedDict

import pandas as pd
import pytest
import yaml

from remix.catalogue import METHODS
from remix.study.report.provenance import provenance_markdown
from remix.study.results.training_table import COMPARED

FACTS = {
    "commit": "0123456789" * 4,
    "modified": False,
    "lock_sha256": "ab" * 32,
    "python": "3.11.7",
    "packages": {"numpy": "2.0.1"},
    "machine": {"system": "Linux x86_64", "processor": "Some CPU", "cores": 2},
}
CONFIG = OrderedDict(seed=1, study={"tasks": ("musk",)}, title="α: ReMix", nothing=None)


@pytest.fixture
def trainings():
    """Three of the study, one of which is wanted by its sweep too, and one more of the sweep."""
    facts = dict.fromkeys(COMPARED, "1.0") | {"commit": "c" * 40, "modified": False, "seed": 1}
    lines = [
        ("study", "0.05", "baseline", "a1", 10.0, 5.0, 500.0),
        ("study", "0.01", "baseline", "b2", 20.5, 10.25, 900.5),
        ("study", "0.05", "remix", "c3", 5.0, 4.0, 600.0),
        ("sweep/0.1", "0.05", "remix", "c3", 5.0, 4.0, 600.0),
        ("sweep/0.4", "0.05", "remix", "d4", 4.5, 0.75, 600.0),
    ]
    columns = ["run", "ir", "method", "training", "seconds", "step_seconds", "peak_mib"]
    return pd.DataFrame(lines, columns=columns).assign(task="musk", **facts)


@pytest.fixture
def text(trainings, study):
    return provenance_markdown(FACTS, trainings, study, CONFIG)


def test_everything_is_said(text):
    assert f"`{FACTS['commit']}`; no tracked file differs from it" in text
    assert "| numpy     | 2.0.1     |" in text
    assert "Some CPU, 2 cores" in text
    assert "1 × 2-fold cross-validation, 7 epochs" in text
    assert "4 trainings of the study and the runs beside it, all alike" in text
    assert "4 trainings took 0.7 minutes" in text
    # 20 of 40 s.
    assert "Of that time 50% went into training steps" in text
    assert "at most 900 MiB" in text
    assert re.search(r"\| Commit +\| cccccccccc +\|", text)
    assert "Warning" not in text


def test_trainings_that_were_not_made_alike_are_a_warning(trainings, study):
    trainings.loc[0, "tensorflow"] = "2.0"
    text = provenance_markdown(FACTS, trainings, study, CONFIG)
    warning = "**Warning.** Not the same version of tensorflow for all trainings: 1.0 (3), 2.0 (1)."
    assert warning in text.partition("## Versions")[0]
    assert "not all by the same" in text
    assert "Set 2" in text


def test_cost_by_task_and_method_is_that_of_the_study(text):
    row = next(line for line in text.splitlines() if line.startswith("| musk"))
    assert [cell.strip() for cell in row.strip("|").split("|")] == ["musk", "30.5", "–", "5.0"]


def test_the_configuration_can_be_read_again(text):
    written = text.partition("````yaml\n")[2].partition("````")[0]
    assert yaml.safe_load(written) == {
        "seed": 1,
        "study": {"tasks": ["musk"]},
        "title": "α: ReMix",
        "nothing": None,
    }


def test_a_modified_checkout_is_marked_and_none_is_said(trainings, study):
    assert "**differ from it**" in provenance_markdown(FACTS | {"modified": True}, trainings, study, {})
    assert "not in a git checkout" in provenance_markdown(FACTS | {"commit": None}, trainings, study, {})


def test_nothing_trained(trainings, study):
    text = provenance_markdown(FACTS, trainings.iloc[:0], study, {})
    assert "Nothing was trained." in text


def test_methods_for_images_have_a_column_where_images_were_trained(text, trainings, study):
    augment = dataclasses.replace(study, entries={**study.entries, "augment": METHODS["augment"]})
    assert provenance_markdown(FACTS, trainings, augment, CONFIG) == text
