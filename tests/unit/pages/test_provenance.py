import dataclasses
from collections import OrderedDict

import pandas as pd
import pytest
import yaml

from remix.pages.provenance import provenance_markdown

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
def jobs():
    lines = [
        ("musk", "0.05", "baseline", 10.0, 500.0),
        ("musk", "0.01", "baseline", 20.5, 900.5),
        ("musk", "0.05", "remix", 5.0, 600.0),
        ("musk", "0.01", "remix", float("nan"), float("nan")),
    ]
    return pd.DataFrame(lines, columns=["task", "ir", "method", "seconds", "rss_mib"])


def test_everything_is_said(jobs, study):
    text = provenance_markdown(FACTS, jobs, study, CONFIG)
    assert f"`{FACTS['commit']}`; no tracked file differs from it" in text
    assert "| numpy     | 2.0.1     |" in text
    assert "Some CPU, 2 cores" in text
    assert "1 × 2-fold cross-validation, 7 epochs" in text
    assert "3 training jobs took 0.6 minutes" in text
    assert "at most 900 MiB" in text
    assert "Of 1 more there is no measurement" in text


def test_cost_by_task_and_method_has_no_sum_over_a_gap(jobs, study):
    text = provenance_markdown(FACTS, jobs, study, CONFIG)
    row = next(line for line in text.splitlines() if line.startswith("| musk"))
    assert [cell.strip() for cell in row.strip("|").split("|")] == ["musk", "30.5", "–", "–"]


def test_the_configuration_can_be_read_again(jobs, study):
    text = provenance_markdown(FACTS, jobs, study, CONFIG)
    written = text.partition("````yaml\n")[2].partition("````")[0]
    assert yaml.safe_load(written) == {
        "seed": 1,
        "study": {"tasks": ["musk"]},
        "title": "α: ReMix",
        "nothing": None,
    }


def test_a_modified_checkout_is_marked_and_none_is_said(jobs, study):
    assert "**differ from it**" in provenance_markdown(FACTS | {"modified": True}, jobs, study, {})
    assert "not in a git checkout" in provenance_markdown(FACTS | {"commit": None}, jobs, study, {})


def test_nothing_measured(jobs, study):
    text = provenance_markdown(FACTS, jobs.iloc[:0], study, {})
    assert "Nothing was measured." in text


def test_methods_for_images_have_a_column_where_images_were_trained(jobs, study):
    augment = dataclasses.replace(
        study, methods={**study.methods, "augment": "Augment"}, image_methods=["augment"]
    )
    assert provenance_markdown(FACTS, jobs, augment, CONFIG) == provenance_markdown(
        FACTS, jobs, study, CONFIG
    )
