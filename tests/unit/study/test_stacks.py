import pytest

from remix.networks import CNN, MLP, ResNet
from remix.study.stacks import memory_of_job, networks_at_once

GIB = 2**30
SMALL, WIDE, IMAGES = MLP((112,) * 3, 0.1), MLP((4754,) * 3, 0.1), CNN((32, 64), 64)


def at_once(architecture, shape, rows, memory, gpu=False):
    return networks_at_once(architecture, shape, 2, batch_size=64, rows=rows, memory=memory * GIB, gpu=gpu)


@pytest.mark.parametrize(
    ("case", "least", "most"),
    [
        # The default study's cells: all folds at once on a core with 2 GiB.
        ((SMALL, (166,), 2300, 2), 20, 1000),
        ((MLP((115,) * 3, 0.1), (170,), 21000, 2), 20, 100),
        ((ResNet(2, 192, 384, 0.15), (166,), 2300, 2), 20, 100),
        # 72 rows of 7,129 features: 79 million weights, five times, of a network.
        ((WIDE, (7129,), 25, 12), 2, 6),
        ((WIDE, (7129,), 25, 1), 1, 1),
        # Without a GPU a stack of images gains nothing.
        ((IMAGES, (32, 32, 3), 17500, 64), 1, 1),
        # Seven methods, twenty folds.
        ((IMAGES, (32, 32, 3), 17500, 80, True), 140, 1000),
    ],
)
def test_as_many_networks_are_trained_at_once_as_there_is_memory_for(case, least, most):
    assert least <= at_once(*case) <= most


def test_a_core_has_its_share_of_the_memory():
    assert 2**28 < memory_of_job(gpu=False) < 2**44


def test_a_gpu_is_asked_for_its_memory(tmp_path, monkeypatch):
    """By the tool of its driver; of two, the smaller counts."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 81559\necho 24564\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert memory_of_job(gpu=True) == 24564 * 2**20
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert memory_of_job(gpu=True) == 8 * GIB
