"""The scripts of the pictures of the method, one after the other, with networks that are hardly trained."""

import dataclasses
import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from remix.study import runtime
from remix.study.demonstrations import rings
from remix.study.results.declarations import declared
from remix.study.results.making import make

ROOT = Path(__file__).parents[2]
RULE = (ROOT / "workflow/rules/demonstrate.smk").read_text()
PICTURES = [each for each in declared() if each.of_made_up_data]
SPECS = {
    "remix": {"resample": {"balanced": {"pool": "batch"}}, "mix": {"alpha": 0.1}},
    "smote": {"resample": "smote"},
    "baseline": {},
}
TITLES = {"baseline": "Baseline", "smote": "SMOTE", "remix": "ReMix"}


class Named(dict):
    """Access by name and by key, as Snakemake's own lists of files give it."""

    __getattr__ = dict.__getitem__


def test_all_pictures_are_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Threads can be set only before TensorFlow has computed anything.
    monkeypatch.setattr(runtime, "configure_tensorflow", lambda threads: None)
    monkeypatch.setattr(rings, "PROTOCOL", dataclasses.replace(rings.PROTOCOL, epochs=1))
    output = Named(re.findall(r'^        (\w+)="(.*?)"', RULE, re.M))
    runpy.run_path(str(ROOT / "workflow/scripts/demonstrate.py"))["main"](
        SimpleNamespace(
            output=output,
            params=SimpleNamespace(methods=json.dumps(SPECS), seed=1),
            log=["logs/demonstrate.log"],
            threads=1,
        )
    )
    for path in output.values():
        assert not pd.read_parquet(path).empty
    regions = pd.read_parquet(output.rings_regions)
    assert list(regions["method"].unique()) == ["baseline", "smote", "remix"]
    runs = SimpleNamespace(study=SimpleNamespace(seed=1), pictured=TITLES)
    assert {each.name[:7] for each in PICTURES} == {f"figure{k}" for k in (1, 2, 3, 4, 8)}
    for picture in PICTURES:
        make(picture, runs, output.values())
        png, svg = map(Path, picture.files)
        assert png.read_bytes().startswith(b"\x89PNG")
        assert "seed 1" in svg.read_text().replace("\n", " ")
