"""The profiles name options and rules that there are, and every rule has a place on a cluster."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from snakemake.cli import get_argument_parser

ROOT = Path(__file__).parents[2]
PROFILES = {
    path.parent.name: yaml.safe_load(path.read_text()) for path in ROOT.glob("profiles/*/config.yaml")
}
CLUSTERS = {name for name, profile in PROFILES.items() if "executor" in profile}
# What takes long; all else takes seconds or needs the network, and runs where Snakemake does.
ON_CLUSTERS = {"prepare", "variant", "train", "evaluate", "demonstrate"}
RULES = {}
for path in (ROOT / "workflow/rules").glob("*.smk"):
    for block in re.split(r"^(?=(?:use )?(?:rule|checkpoint) )", path.read_text(), flags=re.M)[1:]:
        name, parent = re.match(r"(?:rule|checkpoint) (\w+):|use rule \w+ as (\w+)", block).groups()
        RULES[name or parent] = block
OPTIONS = {option for action in get_argument_parser()._actions for option in action.option_strings}


def test_there_are_profiles_for_clusters():
    assert {"slurm", "cluster-generic"} == CLUSTERS


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_profile_has_options_of_snakemake(name):
    """Those of a plug-in are known only where it is installed: see tests/workflow/test_profiles.py."""
    profile = PROFILES[name]
    of_plugin = f"{profile.get('executor')}-"
    assert {f"--{key}" for key in profile if not key.startswith(of_plugin)} <= OPTIONS


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_profile_names_rules_of_the_study(name):
    assert set(PROFILES[name].get("set-resources", {})) <= set(RULES)
    assert "groups" not in PROFILES[name]


def test_a_rule_is_local_or_a_clusters():
    """A new rule has to have its place; `use rule` does not pass it on."""
    local = {name for name, block in RULES.items() if "    localrule: True\n" in block}
    assert set(RULES) - local == ON_CLUSTERS


@pytest.mark.parametrize("name", sorted(CLUSTERS))
def test_what_trains_gets_more_memory_when_it_is_repeated(name):
    profile = PROFILES[name]
    assert profile["retries"] >= 1
    asked = [profile["default-resources"], *profile["set-resources"].values()]
    assert all("attempt" in wanted["mem_mb"] for wanted in asked if "mem_mb" in wanted)
    assert {"prepare", "variant", "train"} <= set(profile["set-resources"]) <= ON_CLUSTERS


def test_slurm_is_not_asked_by_sacct():
    """Where SLURM keeps no accounts, sacct knows no job, and Snakemake would wait for ever."""
    assert PROFILES["slurm"]["slurm-status-command"] == "squeue"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("JobId=7 JobState=COMPLETED Reason=None", "success"),
        ("JobId=7 JobState=PENDING Reason=Resources", "running"),
        ("JobId=7 JobState=COMPLETING Reason=None", "running"),
        ("JobId=7 JobState=CANCELLED Reason=None", "failed"),
        ("JobId=7 JobState=OUT_OF_MEMORY Reason=OutOfMemory", "failed"),
        ("slurm_load_jobs error: Invalid job id specified", "failed"),
        # Called failed, the job would be started a second time while it runs.
        ("slurm_load_jobs error: Unable to contact slurm controller (connect failure)", "running"),
    ],
)
def test_the_state_of_a_job_is_told_in_snakemakes_words(answer, state, tmp_path):
    scontrol = tmp_path / "scontrol"
    scontrol.write_text(f"#!/bin/sh\necho '{answer}'\n")
    scontrol.chmod(0o755)
    script = ROOT / "profiles/cluster-generic/status.sh"
    path = f"{tmp_path}:{os.environ['PATH']}"
    told = subprocess.run([script, "7"], env={"PATH": path}, capture_output=True, text=True, check=True)
    assert told.stdout == f"{state}\n"
