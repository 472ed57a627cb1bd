import subprocess
import sys
from types import SimpleNamespace

from remix.study.runtime import claim_gpu

GPUS = [SimpleNamespace(name=f"/physical_device:GPU:{n}") for n in range(2)]
CLAIM = """
import sys
from pathlib import Path
from types import SimpleNamespace
from remix.study.runtime import claim_gpu
gpus = [SimpleNamespace(name=f"/physical_device:GPU:{n}") for n in range(2)]
print(claim_gpu(gpus, Path(sys.argv[1])).name)
"""


def test_each_process_claims_a_gpu_of_its_own_until_it_ends(tmp_path):
    first, second = (
        subprocess.run([sys.executable, "-c", CLAIM, tmp_path], capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert first.stdout == second.stdout == "/physical_device:GPU:0\n"
    claimed = [claim_gpu(GPUS, tmp_path) for _ in range(3)]
    assert claimed == [GPUS[0], GPUS[1], GPUS[0]]
