"""Snakemake and the plug-ins of executors accept the profiles for clusters, where they are installed."""

import importlib.util

import pytest

pytestmark = pytest.mark.workflow

NEEDED = {
    "slurm": ["snakemake_executor_plugin_slurm"],
    "cluster-generic": ["snakemake_executor_plugin_cluster_generic"],
    "kubernetes": ["snakemake_executor_plugin_kubernetes", "snakemake_storage_plugin_fs"],
}


@pytest.mark.parametrize("profile", NEEDED)
def test_a_profile_plans_the_study(project, profile):
    missing = [module for module in NEEDED[profile] if importlib.util.find_spec(module) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    # The volume is where this copy of the project is.
    here = ["--default-storage-prefix", project.folder] if profile == "kubernetes" else []
    jobs = project.planned_jobs(arguments=["--profile", f"profiles/{profile}", *here])
    assert jobs["train"] == 2
    assert jobs["fetch"] == 2
