"""The pages of the documentation know every method, and every module of stages; their code runs."""

import re
import runpy
from pathlib import Path

import pytest
import yaml
from run_page import python_blocks, run_page
from sklearn.datasets import load_breast_cancer

import remix
from remix.catalogue import METHODS
from remix.methods import CHOICES
from remix.metrics import brier

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SECTIONS = {
    part.split("`")[1]: part
    for part in re.split(r"^#{2,3} ", (DOCS / "methods.md").read_text(), flags=re.M)
    if part.startswith("`")
}
API = set(re.findall(r"^   (remix\S*)$", (DOCS / "api.md").read_text(), re.M))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_the_catalogue_has_a_section(method):
    (block,) = re.findall(r"^```yaml\n(.*?)^```", SECTIONS[method], re.M | re.S)
    assert yaml.safe_load(block) == {method: {k: v for k, v in METHODS[method].items() if k != "title"}}


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_a_section_has_a_formula_and_a_source(section):
    assert section.count("$$") == 2 or section.startswith("`baseline`")
    assert section.count("\nSource: ") == 1 or section.startswith("`baseline`")


def test_the_reference_has_the_front_and_every_module_of_stages():
    stages = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in ("batches", "losses")
        for path in (ROOT / "remix" / package).glob("[a-z]*.py")
    }
    assert {"remix", "remix.keras"} | stages <= API
    assert remix.ReMixClassifier.__module__ not in API  # it is shown as remix.ReMixClassifier


def test_the_readmes_example_learns_and_draws(tmp_path):
    load_breast_cancer(as_frame=True).frame.to_csv(tmp_path / "cancer.csv", index=False)
    names = run_page(ROOT / "README.md", tmp_path)
    assert isinstance(names["model"], remix.ReMixClassifier)
    assert (tmp_path / "reliability.png").read_bytes().startswith(b"\x89PNG")
    assert brier(names["y_test"], names["model"].predict_proba(names["X_test"])) < 0.1


def test_the_example_with_keras_trains(tmp_path):
    names = run_page(DOCS / "keras.md", tmp_path)
    assert "mixed_batches" in names
    assert names["model"].history.params["epochs"] == 2


def numbers(text):
    return {name: float(value) for name, value in re.findall(r"^(.*): ([\d.]+)$", text, re.M)}


def test_the_tutorial_runs_and_prints_what_it_says(tmp_path, capsys):
    names = run_page(DOCS / "tutorial.md", tmp_path)
    out = capsys.readouterr().out
    printed = numbers(out)
    priors, shown = re.findall(r"^```text\n(.*?)^```", (DOCS / "tutorial.md").read_text(), re.M | re.S)
    assert out.startswith(priors)
    assert len(printed) == 6
    # Other processors round otherwise, which training makes more of.
    assert printed == pytest.approx(numbers(shown), abs=0.04)
    picture = tmp_path / "reliability.png"
    assert picture.stat().st_size > 10_000
    # The first page draws another one from the table that the tutorial makes, as it says.
    picture.unlink()
    run_page(DOCS / "index.md", tmp_path)
    assert picture.stat().st_size > 10_000
    forest = names["corrected_forest"]
    assert forest.classes_.tolist() == ["no", "yes"]
    X, y = names["X_test"], names["truth"]
    assert brier(y, forest.predict_proba(X)) < brier(y, forest.estimator_.predict_proba(X)) - 0.02


def test_the_example_of_a_stage_keeps_the_contract_of_stages(monkeypatch):
    """It is registered as the page says, and the contract tests run on it."""
    library, stage = python_blocks(DOCS / "extending.md")
    exec(stage, names := {})
    monkeypatch.setitem(CHOICES["augment"], "mirror", names["Mirroring"])
    contract = runpy.run_path(str(ROOT / "tests/contract/test_stages.py"))
    kept = 0
    for test in contract.values():
        for mark in getattr(test, "pytestmark", []):
            for name, case in zip(mark.kwargs.get("ids", ()), mark.args[1], strict=False):
                if "mirror" in name:
                    test(*case)
                    kept += 1
    assert kept >= 15
    contract["test_a_stage_draws_by_steps_and_by_its_seed_and_is_documented"](names["Mirroring"])
    exec(library, names)
    assert names["mine"].get_params()["method"]["mix"] == {"alpha": 0.2}


def test_pages_name_files_that_are_there():
    for page in DOCS.glob("*.md"):
        text = page.read_text()
        for name in re.findall(r"`((?:config|docs|remix|tests|workflow)/[\w/.]+\.\w+)`", text):
            assert (ROOT / name).exists() or name == "remix/batches/mirroring.py", f"{page.name}: {name}"
        for name in re.findall(r"\]\((\w+\.md)\)", text):
            assert (DOCS / name).exists(), f"{page.name}: {name}"
