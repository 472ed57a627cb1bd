"""One process of a contender: warms up, says so, waits for its companions, trains, and tells the time."""

import dataclasses
import importlib
import json
import os
import resource
import sys

from benchmarks.speed.cells import load_cell
from benchmarks.speed.contenders import Training


def main() -> None:
    """Train what the first argument, JSON, says; speak JSON, a line when warm and a line when done."""
    job = json.loads(sys.argv[1])
    # Libraries that print must not come between.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def begin() -> None:
        answers.write("{}\n")
        sys.stdin.readline()

    cell = load_cell(job["task"], job["ir"], job["method"])
    train = importlib.import_module(f"benchmarks.speed.{job['module']}").train
    training: Training = train(cell, job["epochs"], job["folds"], begin)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.write(json.dumps({**dataclasses.asdict(training), "rss_mib": [own, *training.rss_mib]}) + "\n")


if __name__ == "__main__":
    main()
