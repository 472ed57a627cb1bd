"""The scripts of the pictures of the method, one after the other, with networks that are hardly trained."""

import dataclasses
import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from remix.study import runtime
from remix.study.demonstrations import rings

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "workflow/rules/demonstrations.smk").read_text()
SPECS = {
    "remix": {"resample": {"balanced": {"pool": "batch"}}, "mix": {"alpha": 0.1}},
    "smote": {"resample": "smote"},
    "baseline": {},
}
TITLES = {"baseline": "Baseline", "smote": "SMOTE", "remix": "ReMix"}


class Named(dict):
    """Access by name and by key, as Snakemake's own lists of files give it."""

    __getattr__ = dict.__getitem__


def rule(name):
    """The files of a rule by name: inputs and outputs."""
    block = re.search(rf"^rule {name}:\n.*?(?=^rule |\Z)", RULES, re.M | re.S).group(0)
    return [
        Named(re.findall(r'^        (\w+)=(?:reported\()?"(.*?)"', part, re.M))
        for part in re.search(r"(?:    input:\n(.*?))?    output:\n(.*?)    log:", block, re.S).groups("")
    ]


def run(name):
    inputs, output = rule(name)
    runpy.run_path(str(ROOT / "workflow/scripts" / f"{name}.py"))["main"](
        SimpleNamespace(
            input=inputs,
            output=output,
            params=SimpleNamespace(methods=json.dumps(SPECS), titles=json.dumps(TITLES), seed=1),
            log=[f"logs/{name}.log"],
            threads=1,
        )
    )
    return output


def test_all_pictures_are_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Threads can be set only before TensorFlow has computed anything.
    monkeypatch.setattr(runtime, "configure_tensorflow", lambda threads: None)
    monkeypatch.setattr(rings, "PROTOCOL", dataclasses.replace(rings.PROTOCOL, epochs=1))
    numbers = run("demonstrate")
    assert len(numbers) == 14
    for path in numbers.values():
        assert not pd.read_parquet(path).empty
    assert list(pd.read_parquet(numbers.rings_regions)["method"].unique()) == ["baseline", "smote", "remix"]
    for name in ("figure1", "figure2", "figure3", "figure4", "figure8"):
        output = run(name)
        assert Path(output.png).read_bytes().startswith(b"\x89PNG")
        assert "seed 1" in Path(output.svg).read_text().replace("\n", " ")


@pytest.mark.parametrize("name", ["figure1", "figure2", "figure3", "figure4", "figure8"])
def test_every_picture_reads_what_the_demonstration_writes(name):
    inputs, _ = rule(name)
    assert inputs
    assert set(inputs.values()) <= set(rule("demonstrate")[1].values())
