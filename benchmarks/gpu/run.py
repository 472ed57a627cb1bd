"""Compile, check and time what ``make gpu-export`` wrote, where JAX sees a GPU; TensorFlow is not needed.

XLA compiles the same program for any device. Here JAX's client does, on the device that JAX sees::

    python benchmarks/gpu/run.py gpu-export/*

A line for each folder: seconds to compile, milliseconds of a step, the share of what the device can compute,
and how the epoch's losses and weights differ from TensorFlow's on a CPU. More than `TOLERANCE` ends it with
status 1: on a GPU losses that differ by up to 1e-3 mean that products were rounded to TF32. Of the
weights 1 % may differ by more: one whose gradient is near Adam's ε is moved by what is left of rounding. So
may 1 % of the networks, which such a weight can lead elsewhere. Names of JAX's client are private to it: seen
to work with jax 0.10.2.
"""

import argparse
import json
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax._src.lib import _jax, xla_client

TOLERANCE, SHARE = 1e-5, 0.01
# Calls that are timed, and seconds after which no further one begins.
CALLS, SECONDS = 20, 10
# Instructions of a compiled program that launch nothing.
FREE = {"parameter", "get-tuple-element", "tuple", "constant", "bitcast"}
# Products of float32 numbers that are not rounded to TF32, per second, as the makers say.
PEAKS = {"H100": 67e12, "H200": 67e12, "A100": 19.5e12}


def compiled(folder: Path) -> Any:
    """Compile a folder's program for the first device."""
    module = _jax.mlir.xla_computation_to_mlir_module(
        xla_client.XlaComputation((folder / "block.hlo.pb").read_bytes())
    )
    device = jax.devices()[0]
    return device.client.compile_and_load(
        module, xla_client.DeviceList((device,)), xla_client.CompileOptions()
    )


def costs(program: Any) -> dict[str, float]:
    """Read from a compiled program what a step takes: operations that are launched, and bytes.

    The steps are its loop with the longest body; XLA counts a body once, and with it what makes the epoch's
    mini-batches.
    """
    text = "".join(module.to_string() for module in program.hlo_modules())
    bodies = (
        re.search(rf"(?ms)^%?{re.escape(name)} .*?\{{$(.*?)^\}}", text)
        for name in set(re.findall(r"body=%?([\w.\-]+)", text))
    )
    kernels = [
        sum(kind not in FREE for kind in re.findall(r"= \S+ ([a-z\-]+)\(", body[1]))
        for body in bodies
        if body
    ]
    return {"kernels": max(kernels, default=0), "bytes": program.cost_analysis()["bytes accessed"]}


def arrays(path: Path) -> list[np.ndarray]:
    """Read the arrays of a file, in their order."""
    with np.load(path) as saved:
        return [saved[f"arr_{i}"] for i in range(len(saved.files))]


def call(program: Any, inputs: list[np.ndarray]) -> tuple[list[jax.Array], float]:
    """Run an epoch; gives its results, and the seconds without those of carrying the inputs there."""
    placed = [jax.device_put(value) for value in inputs]  # anew: a program may overwrite them
    jax.block_until_ready(placed)
    begun = time.perf_counter()
    parts = program.execute_sharded(placed).disassemble_into_single_device_arrays()
    results = [part[0] for part in parts]
    jax.block_until_ready(results)
    return results, time.perf_counter() - begun


def measure(folder: Path) -> bool:
    """Compile, check and time a folder's program, and tell; gives whether its results are TensorFlow's."""
    about = json.loads((folder / "about.json").read_text())
    begun = time.perf_counter()
    program = compiled(folder)
    seconds = time.perf_counter() - begun
    inputs = arrays(folder / "inputs.npz")
    results, _ = call(program, inputs)
    # Losses, and weights of the classes in them; then the networks'.
    differences = [
        np.abs(np.asarray(ours, np.float64) - theirs).ravel()
        for ours, theirs in zip(results, arrays(folder / "outputs.npz"), strict=False)
    ]
    losses, mass, weights = *differences[:2], np.concatenate(differences[2:])
    apart = [np.mean(~(each <= TOLERANCE)) for each in (losses, weights)]
    (folder / "costs.json").write_text(json.dumps(costs(program)) + "\n")
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    while len(times) < CALLS and time.perf_counter() < until:
        times.append(call(program, inputs)[1] / about["steps"])
    step, kind = statistics.median(times), jax.devices()[0].device_kind
    peaks = [peak for name, peak in PEAKS.items() if name in kind]
    share = f", {about['flops'] / step / peaks[0]:.1%} of the device's products" if peaks else ""
    print(
        f"{folder.name}: {kind}, compiled in {seconds:.1f} s, {about['networks']} networks, "
        f"{1e3 * step:.3f} ms a step ({1e3 * min(times):.3f} to {1e3 * max(times):.3f}){share}, "
        f"from TensorFlow losses differ by up to {losses.max():.1e}, weights by up to {weights.max():.1e}; "
        f"by more than {TOLERANCE:.0e}: {apart[0]:.2%} and {apart[1]:.2%}",
        flush=True,
    )
    return bool(mass.max() <= TOLERANCE and max(apart) <= SHARE)


def main() -> None:
    """Measure the folders, and fail if one's results are not TensorFlow's."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    folders = parser.parse_args().folders
    if bad := [str(folder) for folder in folders if not measure(folder)]:
        sys.exit(f"error: not the results of TensorFlow: {', '.join(bad)}")


if __name__ == "__main__":
    main()
