"""Snakemake and the plug-ins of executors accept the profiles for clusters, where they are installed."""

import importlib.util

import pytest

pytestmark = pytest.mark.workflow

NEEDED = {
    "slurm": "snakemake_executor_plugin_slurm",
    "cluster-generic": "snakemake_executor_plugin_cluster_generic",
}


@pytest.mark.parametrize("profile", NEEDED)
def test_a_profile_plans_the_study(project, profile):
    if importlib.util.find_spec(NEEDED[profile]) is None:
        pytest.skip(f"not installed: {NEEDED[profile]}")
    jobs = project.planned_jobs(arguments=["--profile", f"profiles/{profile}"])
    assert jobs["train"] == 2
    assert jobs["fetch"] == 2
