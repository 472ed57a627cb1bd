"""The claims of a study: those of the paper on its tasks, and the same asked of other images."""

import dataclasses

import pytest
from scores import fold_scores, mirrored

from remix.catalogue import METHODS
from remix.study.compare.claims import CLAIMS, IMAGE_METHODS, NOT_OF_THE_PAPER
from remix.study.results.tables.audit_claims import claims_by_protocol, claims_by_protocol_markdown
from remix.study.results.tables.claims import claims_markdown, study_claims

LEVELS = dict(zip(IMAGE_METHODS, (0.3, 0.4, 0.5, 0.2, 0.6, 0.7, 0.8), strict=True))


@pytest.fixture
def complete(mixed):
    """A study with all methods of images."""
    return dataclasses.replace(mixed, entries={name: METHODS[name] for name in IMAGE_METHODS})


def scores_on(*tasks):
    cells = [("binary_images", task, "0.05") for task in tasks]
    return fold_scores(mirrored(lambda cell, method, fold: LEVELS[method]), cells, LEVELS)


def test_other_images_are_asked_the_same_in_rows_of_their_own(complete, mixed_coverage):
    table = study_claims(scores_on("cifar10_dog", "shirt"), complete, {"musk", "cifar10_dog"})
    of_paper, beside = table.iloc[: len(CLAIMS)], table.iloc[len(CLAIMS) :]
    assert of_paper["claim"].tolist() == [claim.text for claim in CLAIMS]
    asked = "On Fashion (not the paper's data), binary, ReMix"
    assert beside["claim"].tolist() == [
        f"{asked} is above MixUp, cost adjustment and SMOTE in both metrics",
        f"{asked} (Aug) is first and augmentation alone second in both metrics",
    ]
    assert set(beside["section"]) == {NOT_OF_THE_PAPER}
    assert beside["agrees"].tolist() == [True, True]
    text = claims_markdown(table, complete, mixed_coverage)
    assert text.count(NOT_OF_THE_PAPER) == 4


def test_without_other_images_there_are_no_further_rows(complete, scores):
    for given in (scores_on("cifar10_dog"), scores):
        table = study_claims(given, complete, {"musk", "landsat", "cifar10_dog"})
        assert len(table) == len(CLAIMS)


def test_a_claim_that_one_protocol_cannot_judge_is_a_gap(complete, mixed_coverage):
    tables = {
        "study": study_claims(scores_on("shirt"), complete, set()),
        "other": study_claims(scores_on("cifar10_dog"), complete, {"cifar10_dog"}),
    }
    text = claims_by_protocol_markdown(
        claims_by_protocol(tables), {"study": "as configured", "other": "other 1"}, mixed_coverage, "A note."
    )
    row = next(line for line in text.splitlines() if line.startswith("| other 1"))
    assert row.count("–") == 2
    assert "A note." in text
